# grpc_c_warnings(TARGET…): the warnings that our own code is free of.
function(grpc_c_warnings)
    foreach(target IN LISTS ARGN)
        target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic
            $<$<COMPILE_LANGUAGE:C>:-Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla>
            $<$<BOOL:${GRPC_C_WERROR}>:-Werror>)
    endforeach()
endfunction()
