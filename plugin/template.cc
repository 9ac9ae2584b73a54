// Expansion of templates. See template.h.
#include "template.h"

#include <unordered_map>

namespace grpc_c
{

namespace
{

[[noreturn]] void fail(const std::string &name, int line, const std::string &what)
{
    throw TemplateError(name + ":" + std::to_string(line) + ": " + what);
}

// Appends one line and its newline, unless it held only variables, and they were empty.
void expand_line(const std::string &name, int number, std::string_view line,
                 const Variables &variables, std::string &result)
{
    const size_t size = result.size();
    bool has_text = false;
    bool has_variable = false;
    for (size_t at = 0; at < line.size();) {
        if (line[at] != '$') {
            const std::string_view text = line.substr(at, line.find('$', at) - at);
            has_text = has_text || text.find_first_not_of(' ') != std::string_view::npos;
            result += text;
            at += text.size();
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
    if (has_variable && !has_text)
        result.erase(size);
    else
        result += '\n';
}

std::unordered_map<std::string_view, std::string_view> by_name()
{
    std::unordered_map<std::string_view, std::string_view> fragments;
    for (int i = 0; i < embedded_fragment_count; i++)
        fragments.emplace(embedded_fragments[i].name, embedded_fragments[i].text);
    return fragments;
}

} // namespace

std::string expand(const std::string &name, std::string_view text, const Variables &variables)
{
    std::string result;
    int number = 1;
    for (size_t begin = 0; begin < text.size(); number++) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        expand_line(name, number, text.substr(begin, end - begin), variables, result);
        begin = end + 1;
    }
    if (!result.empty())
        result.pop_back();
    return result;
}

std::string expand_fragment(const std::string &name, const Variables &variables)
{
    static const std::unordered_map<std::string_view, std::string_view> fragments = by_name();
    const auto found = fragments.find(name);
    if (found == fragments.end())
        throw TemplateError(name + ": no such template");
    return expand(name, found->second, variables);
}

} // namespace grpc_c
