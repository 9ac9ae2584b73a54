# grpc_c_embed_templates(DIR OUTPUT): a rule that writes the templates below DIR, DIR/NAME.tmpl,
# into the C++ file OUTPUT as raw string literals, the table that plugin/template.h declares, and writes
# it anew when one of them changes. The rule runs this same file as a script.
if(CMAKE_SCRIPT_MODE_FILE)
    list(LENGTH TEMPLATES count)
    set(text "// Written by cmake/EmbedTemplates.cmake from templates/.\n#include \"template.h\"\n\n")
    string(APPEND text "namespace grpc_c {\n\nconst Fragment embedded_fragments[] = {\n")
    foreach(template IN LISTS TEMPLATES)
        file(RELATIVE_PATH name ${DIR} ${template})
        string(REGEX REPLACE "\\.tmpl$" "" name "${name}")
        file(READ ${template} body)
        string(APPEND text "    {\"${name}\", R\"TEMPLATE(${body})TEMPLATE\"},\n")
    endforeach()
    string(APPEND text "};\n\nconst int embedded_fragment_count = ${count};\n\n} // namespace grpc_c\n")
    file(WRITE ${OUTPUT} "${text}")
    return()
endif()

set(GRPC_C_EMBED_TEMPLATES_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(grpc_c_embed_templates dir output)
    file(GLOB_RECURSE templates CONFIGURE_DEPENDS ${dir}/*.tmpl)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} "-DTEMPLATES=${templates}" -DDIR=${dir}
            -DOUTPUT=${output} -P ${GRPC_C_EMBED_TEMPLATES_SCRIPT}
        DEPENDS ${templates} ${GRPC_C_EMBED_TEMPLATES_SCRIPT}
        COMMENT "Embedding the templates"
        VERBATIM)
endfunction()
