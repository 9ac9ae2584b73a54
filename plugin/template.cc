// Expansion of templates. See template.h.
#include "template.h"

namespace grpc_c
{

namespace
{

[[noreturn]] void fail(const std::string &name, int line, const std::string &what)
{
    throw TemplateError(name + ":" + std::to_string(line) + ": " + what);
}

// One line, without its newline. Sets `vanishes` when it held only variables, and they were empty.
std::string expand_line(const std::string &name, int number, std::string_view line,
                        const Variables &variables, bool &vanishes)
{
    std::string result;
    bool has_text = false;
    bool has_variable = false;
    for (size_t at = 0; at < line.size();) {
        if (line[at] != '$') {
            has_text = has_text || line[at] != ' ';
            result += line[at++];
            continue;
        }
        const size_t end = line.find('$', at + 1);
        if (end == std::string_view::npos)
            fail(name, number, "a $ that ends no variable; $$ is a plain one");
        const std::string variable(line.substr(at + 1, end - at - 1));
        at = end + 1;
        if (variable.empty()) {
            has_text = true;
            result += '$';
            continue;
        }
        const auto found = variables.find(variable);
        if (found == variables.end())
            fail(name, number, "unknown variable $" + variable + "$");
        has_variable = true;
        has_text = has_text || !found->second.empty();
        result += found->second;
    }
    vanishes = has_variable && !has_text;
    return result;
}

} // namespace

std::string expand(const std::string &name, std::string_view text, const Variables &variables)
{
    std::string result;
    int number = 1;
    for (size_t begin = 0; begin < text.size(); number++) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        bool vanishes = false;
        const std::string line =
            expand_line(name, number, text.substr(begin, end - begin), variables, vanishes);
        if (!vanishes)
            result += line + "\n";
        begin = end + 1;
    }
    if (!result.empty())
        result.pop_back();
    return result;
}

std::string expand_fragment(const std::string &name, const Variables &variables)
{
    for (int i = 0; i < embedded_fragment_count; i++)
        if (name == embedded_fragments[i].name)
            return expand(name, embedded_fragments[i].text, variables);
    throw TemplateError(name + ": no such template");
}

} // namespace grpc_c
