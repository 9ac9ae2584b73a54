// Templates: the text of the generated code, one fragment a file in templates/ and, for
// what differs by the kind of method, in a folder of it for each kind; embedded at build.
// `$name$` is replaced by a variable, `$$` is one `$`, and nothing else is special. Values go in as
// they are and are not looked into, so that a rendered fragment can be a variable of the next.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

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

// The fragments: those embedded, and in their place those of a folder of the user's.
class Templates
{
  public:
    Templates();

    // Takes FOLDER/NAME.tmpl for the fragment NAME, wherever it is there. Appends what is wrong
    // with the folder: it is not there, cannot be read, or has a template that replaces nothing.
    void replace_by(const std::string &folder, std::vector<std::string> &errors);

    // Expands the fragment of that name.
    std::string expand(const std::string &name, const Variables &variables) const;

  private:
    struct Template {
        std::string name; // for errors: the fragment's, or the path of the user's file
        std::string text;
    };
    std::map<std::string, Template> templates_;
};

// What cmake/EmbedTemplates.cmake writes.
struct Fragment {
    const char *name;
    const char *text;
};
extern const Fragment embedded_fragments[];
extern const int embedded_fragment_count;

} // namespace grpc_c
