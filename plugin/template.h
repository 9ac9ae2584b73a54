// Templates: the text of the generated code, one fragment a file in templates/ and, for
// what differs by the kind of method, in a folder of it for each kind; embedded at build.
// `$name$` is replaced by a variable, `$$` is one `$`, and nothing else is special. Values go in as
// they are and are not looked into, so that a rendered fragment can be a variable of the next.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grpc_c
{

// Values by name. Names are numbered once for all, so that templates, which know the numbers, find
// values without a search: a large proto has millions of them found.
class Variables
{
  public:
    Variables() = default;
    Variables(std::initializer_list<std::pair<const char *, std::string>> values);

    // The value, which is made, empty, where there is none.
    std::string &operator[](std::string_view name);

    // By the name's number. nullptr where there is none.
    const std::string *find(size_t number) const
    {
        return number < values_.size() && values_[number] ? &*values_[number] : nullptr;
    }

    static size_t number_of(std::string_view name);

  private:
    std::vector<std::optional<std::string>> values_;
};

// A fault in a template, such as an unknown variable: "service.h:3: …".
class TemplateError : public std::runtime_error
{
    using std::runtime_error::runtime_error;
};

// A variable whose value is too large to be copied: where it stands in an expansion that leaves it
// out. It counts as not empty.
struct Hole {
    size_t variable; // its number
    std::vector<size_t> places = {};
};

// One fragment, read into its lines and these into their parts.
class Template
{
  public:
    // `name` is for errors.
    Template(std::string name, std::string_view text);

    // Appends its expansion to `result`. A line that holds nothing but variables, all of them
    // empty, goes; so does the last newline, which the line that takes the result brings.
    void append(const Variables &variables, std::string &result, Hole *hole = nullptr) const;

  private:
    // Text, and the variable behind it.
    struct Part {
        std::string text;
        std::optional<size_t> variable = {}; // none at the line's end
        std::string name = {};               // the variable's, for errors
    };
    struct Line {
        std::vector<Part> parts;
        bool has_text = false; // besides spaces and variables
        std::string fault;     // what is wrong with it
    };

    static Line read_line(std::string_view text);
    bool append_parts(const Line &line, const Variables &variables, std::string &result,
                      Hole *hole) const;
    [[noreturn]] void raise(const Line &line, const std::string &what) const;

    std::string name_;
    std::vector<Line> lines_;
};

// The fragments: those embedded, and in their place those of a folder of the user's.
class Templates
{
  public:
    Templates();

    // Takes FOLDER/NAME.tmpl for the fragment NAME, wherever it is there. Appends what is wrong
    // with the folder: it is not there, cannot be read, or has a template that replaces nothing.
    void replace_by(const std::string &folder, std::vector<std::string> &errors);

    // The fragment of that name.
    const Template &get(const std::string &name) const;
    std::string expand(const std::string &name, const Variables &variables) const;

  private:
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
