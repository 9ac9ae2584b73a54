# grpc_c_generate(): C sources of .proto files, messages and services, as part of a target. Used by
# our own tree and, installed beside grpc-cConfig.cmake, by every project that finds grpc-c.
#
#   grpc_c_generate(TARGET <target> PROTOS <file>…
#                   [IMPORT_DIRS <dir>…]     where imports are looked up; protos must lie below one;
#                                            default: the folders of the protos
#                   [OUT_DIR <dir>]          default: <target>.protos in the current binary folder
#                   [LIBRARY <target>|NONE]  what the target links; default grpc-c::grpc-c
#                   [WKT_LIBRARY <target>|NONE]
#                                            likewise for protobuf's well-known types; default
#                                            grpc-c::grpc-c-wkt, its static one with LIBRARY
#                                            grpc-c::grpc-c-static, NONE with NONE
#                   [PLUGIN_OPTIONS <opt>…]) options for protoc-gen-grpc-c besides `messages`
#
# The option mock adds x.grpc-c-mock.{h,c}; a target of tests should have those, not a program.
#
# Of import_dir/some/folder/x.proto it makes OUT_DIR/some/folder/x.pb-c.{h,c} and x.grpc-c.{h,c},
# compiles them into the target (an executable, or a static, shared or object library that the same
# CMakeLists.txt adds), and puts OUT_DIR on the include path of the target and of those who link it.
# It may be called several times for a target. A change to a proto, or to one that it imports, makes
# only what depends on it anew.
#
# Protos that import protobuf's well-known types, google/protobuf/any.proto and its like, have the
# target link grpc-c-wkt, which holds them: they are not generated again.
#
# Programs: protoc-gen-grpc-c is the package's own, or GRPC_C_PLUGIN where that is set (when cross-
# compiling: one that runs on the building machine); PROTOC and PROTOC_GEN_C are looked up in PATH
# unless set.
cmake_policy(VERSION 3.18...3.25)

function(grpc_c_generate)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET;OUT_DIR;LIBRARY;WKT_LIBRARY" "PROTOS;IMPORT_DIRS;PLUGIN_OPTIONS")
    _grpc_c_check_arguments()
    _grpc_c_find_programs()

    set(target ${arg_TARGET})
    set(out_dir ${target}.protos)
    if(DEFINED arg_OUT_DIR)
        set(out_dir ${arg_OUT_DIR})
    endif()
    get_filename_component(out_dir "${out_dir}" ABSOLUTE BASE_DIR ${CMAKE_CURRENT_BINARY_DIR})
    _grpc_c_set_options()

    set(protos)
    foreach(proto IN LISTS arg_PROTOS)
        get_filename_component(absolute "${proto}" ABSOLUTE)
        list(APPEND protos ${absolute})
    endforeach()
    set(import_dirs)
    foreach(dir IN LISTS arg_IMPORT_DIRS)
        get_filename_component(dir "${dir}" ABSOLUTE)
        list(APPEND import_dirs ${dir})
    endforeach()
    if(NOT DEFINED arg_IMPORT_DIRS)
        foreach(proto IN LISTS protos)
            get_filename_component(dir ${proto} DIRECTORY)
            list(APPEND import_dirs ${dir})
        endforeach()
    endif()
    list(REMOVE_DUPLICATES import_dirs)

    foreach(proto IN LISTS protos)
        _grpc_c_generate_one(${proto})
    endforeach()

    # Properties, because target_link_libraries() would force its keyword form on all the user's
    # own calls for the target.
    set_property(TARGET ${target} APPEND PROPERTY INCLUDE_DIRECTORIES ${out_dir})
    set_property(TARGET ${target} APPEND PROPERTY
        INTERFACE_INCLUDE_DIRECTORIES $<BUILD_INTERFACE:${out_dir}>)
    if(NOT DEFINED arg_LIBRARY)
        set(arg_LIBRARY grpc-c::grpc-c)
    endif()
    if(NOT arg_LIBRARY STREQUAL NONE)
        _grpc_c_link(${arg_LIBRARY})
    endif()
    _grpc_c_link_well_known_types()
endfunction()

# What follows is called by grpc_c_generate() alone and reads its variables.

macro(_grpc_c_fail text)
    message(FATAL_ERROR "grpc_c_generate(): ${text}")
endmacro()

function(_grpc_c_check_arguments)
    if(arg_UNPARSED_ARGUMENTS)
        _grpc_c_fail("unknown argument ${arg_UNPARSED_ARGUMENTS}")
    elseif(arg_KEYWORDS_MISSING_VALUES)
        _grpc_c_fail("nothing follows ${arg_KEYWORDS_MISSING_VALUES}")
    elseif(NOT DEFINED arg_TARGET)
        _grpc_c_fail("TARGET is missing")
    elseif(NOT DEFINED arg_PROTOS)
        _grpc_c_fail("PROTOS is missing (target ${arg_TARGET})")
    elseif(NOT TARGET ${arg_TARGET})
        _grpc_c_fail("there is no target ${arg_TARGET}; add it before its protos")
    endif()

    get_target_property(type ${arg_TARGET} TYPE)
    get_target_property(folder ${arg_TARGET} SOURCE_DIR)
    get_target_property(aliased ${arg_TARGET} ALIASED_TARGET)
    if(NOT type MATCHES "^(EXECUTABLE|(STATIC|SHARED|MODULE|OBJECT)_LIBRARY)$" OR aliased)
        _grpc_c_fail("${arg_TARGET} compiles no sources; name an executable or a library")
    elseif(NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR)
        _grpc_c_fail("target ${arg_TARGET} is added in ${folder}; call grpc_c_generate() there")
    endif()
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    if(NOT C IN_LIST languages)
        _grpc_c_fail("the project must enable the language C")
    endif()

    foreach(proto IN LISTS arg_PROTOS)
        get_filename_component(absolute "${proto}" ABSOLUTE)
        get_source_file_property(generated "${absolute}" GENERATED)
        if(NOT proto MATCHES "\\.proto$")
            _grpc_c_fail("${proto} is no .proto file")
        elseif(NOT generated AND (NOT EXISTS "${absolute}" OR IS_DIRECTORY "${absolute}"))
            _grpc_c_fail("there is no file ${absolute}")
        endif()
    endforeach()
endfunction()

# Sets plugin, the path of protoc-gen-grpc-c, and plugin_dependency; fills PROTOC, PROTOC_GEN_C.
macro(_grpc_c_find_programs)
    find_program(PROTOC protoc)
    find_program(PROTOC_GEN_C protoc-gen-c)
    if(NOT PROTOC)
        _grpc_c_fail("protoc is not in PATH; install it (Debian: protobuf-compiler) or set PROTOC")
    elseif(NOT PROTOC_GEN_C)
        _grpc_c_fail("protoc-gen-c is not in PATH; install it \
(Debian: protobuf-c-compiler) or set PROTOC_GEN_C")
    endif()

    if(GRPC_C_PLUGIN)
        set(plugin ${GRPC_C_PLUGIN})
        set(plugin_dependency ${GRPC_C_PLUGIN})
    elseif(TARGET grpc-c::protoc-gen-grpc-c)
        set(plugin $<TARGET_FILE:grpc-c::protoc-gen-grpc-c>)
        set(plugin_dependency grpc-c::protoc-gen-grpc-c)
    elseif(TARGET protoc-gen-grpc-c)
        set(plugin $<TARGET_FILE:protoc-gen-grpc-c>)
        set(plugin_dependency protoc-gen-grpc-c)
    else()
        _grpc_c_fail("there is no protoc-gen-grpc-c; set GRPC_C_PLUGIN to one that runs here")
    endif()
endmacro()

# Sets options, those of the plugin: protobuf-c's files are its affair, too.
function(_grpc_c_set_options)
    string(REPLACE "," ";" options "${arg_PLUGIN_OPTIONS}")
    list(REMOVE_ITEM options messages)
    if(NOT ";${options}" MATCHES ";protoc_gen_c=")
        list(PREPEND options protoc_gen_c=${PROTOC_GEN_C})
    endif()
    list(PREPEND options messages)
    string(REPLACE ";" "," options "${options}")
    set(options ${options} PARENT_SCOPE)
endfunction()

function(_grpc_c_link library)
    set_property(TARGET ${target} APPEND PROPERTY LINK_LIBRARIES ${library})
    set_property(TARGET ${target} APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${library})
endfunction()

# What an imported proto imports is the affair of the call that generates it.
function(_grpc_c_link_well_known_types)
    set(library grpc-c::grpc-c-wkt)
    if(DEFINED arg_WKT_LIBRARY)
        set(library ${arg_WKT_LIBRARY})
    elseif(arg_LIBRARY MATCHES "^(grpc-c::)?grpc-c-static$")
        set(library grpc-c::grpc-c-wkt-static)
    elseif(arg_LIBRARY STREQUAL NONE)
        set(library NONE)
    endif()
    if(library STREQUAL NONE)
        return()
    endif()

    set(names "any|api|descriptor|duration|empty|field_mask|source_context|struct|timestamp|type")
    string(APPEND names "|wrappers")
    set(space "[ \t\r\n]*")
    set(import "import${space}(public|weak)?${space}[\"']google/protobuf/(${names})\\.proto[\"']")
    set(needed FALSE)
    foreach(proto IN LISTS protos)
        get_source_file_property(generated ${proto} GENERATED)
        if(generated)
            set(needed TRUE) # for all that can be known
        else()
            set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${proto})
            file(READ ${proto} text)
            if(text MATCHES "${import}")
                set(needed TRUE)
            endif()
        endif()
    endforeach()
    if(needed)
        _grpc_c_link(${library})
    endif()
endfunction()

function(_grpc_c_generate_one proto)
    set(root "")
    set(root_length -1)
    foreach(dir IN LISTS import_dirs)
        string(FIND "${proto}" "${dir}/" at)
        string(LENGTH "${dir}" length)
        if(at EQUAL 0 AND length GREATER root_length)
            set(root ${dir})
            set(root_length ${length})
        endif()
    endforeach()
    if(root_length EQUAL -1)
        list(JOIN import_dirs "\n  " dirs)
        _grpc_c_fail("${proto} lies below none of the IMPORT_DIRS:\n  ${dirs}")
    endif()
    file(RELATIVE_PATH stem ${root} ${proto})
    string(REGEX REPLACE "\\.proto$" "" stem ${stem})

    # In protoc's order: Ninja expects a depfile to begin with the rule's first output.
    set(outputs)
    if(options MATCHES "[=,]mock(,|$)")
        set(outputs ${out_dir}/${stem}.grpc-c-mock.c ${out_dir}/${stem}.grpc-c-mock.h)
    endif()
    foreach(suffix grpc-c.c grpc-c.h pb-c.c pb-c.h)
        list(APPEND outputs ${out_dir}/${stem}.${suffix})
    endforeach()

    # Whom the outputs belong to: two rules for one file would race.
    get_property(owner GLOBAL PROPERTY "_grpc_c_owner ${out_dir}/${stem}")
    if(owner STREQUAL "${target} ${proto}")
        return()
    elseif(owner)
        string(REPLACE " " ", of " owner "${owner}")
        _grpc_c_fail("${out_dir}/${stem}.pb-c.c is written for target ${owner}, \
and not for ${target}, of ${proto}; name another OUT_DIR, or IMPORT_DIRS further up")
    endif()
    set_property(GLOBAL PROPERTY "_grpc_c_owner ${out_dir}/${stem}" "${target} ${proto}")

    # protoc names a proto after the first import folder that holds it: ours goes first.
    set(includes -I${root})
    foreach(dir IN LISTS import_dirs)
        if(NOT dir STREQUAL root)
            list(APPEND includes -I${dir})
        endif()
    endforeach()

    # protoc lists the imports itself, with spaces unescaped, and CMake 3.21 reads such a list with
    # every generator. Where that does not do, every proto of the call counts as imported.
    set(depfile ${out_dir}/${stem}.d)
    set(depends DEPENDS ${proto} ${plugin_dependency} DEPFILE ${depfile})
    if(CMAKE_VERSION VERSION_LESS 3.21 OR "${out_dir};${import_dirs}" MATCHES " ")
        set(depends DEPENDS ${protos} ${plugin_dependency})
    endif()
    get_filename_component(folder ${depfile} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(OUTPUT ${outputs}
        COMMAND ${PROTOC} ${includes}
            --plugin=protoc-gen-grpc-c=${plugin} --grpc-c_opt=${options} --grpc-c_out=${out_dir}
            --dependency_out=${depfile} ${proto}
        ${depends}
        COMMENT "Generating ${stem}.pb-c.{h,c}, ${stem}.grpc-c.{h,c}"
        VERBATIM)
    target_sources(${target} PRIVATE ${outputs})
endfunction()
