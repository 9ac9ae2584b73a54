// Templates: the text of the generated code, one fragment a file in templates/ and, for
// what differs by the kind of method, in a folder of it for each kind; embedded at build.
// `$name$` is replaced by a variable, `$$` is one `$`, and nothing else is special. Values go in as
// they are and are not looked into, so that a rendered fragment can be a variable of the next.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace grpc_c
{

using Variables = std::map<std::string, std::string>;

// A fault in a template, such as an unknown variable: "service.h:3: …".
class TemplateError : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

// Expands `text`, whose name is for errors. A line that holds nothing but variables, all of them
// empty, goes; so does the last newline, which the line that takes the result brings.
std::string expand(const std::string &name, std::string_view text, const Variables &variables);

// Expands the embedded fragment of that name.
std::string expand_fragment(const std::string &name, const Variables &variables);

// What cmake/EmbedTemplates.cmake writes.
struct Fragment {
    const char *name;
    const char *text;
};
extern const Fragment embedded_fragments[];
extern const int embedded_fragment_count;

} // namespace grpc_c
