// Expansion of templates. See template.h.
#include "template.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace grpc_c
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *suffix = ".tmpl";

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

Templates::Templates()
{
    for (int i = 0; i < embedded_fragment_count; i++) {
        const Fragment &fragment = embedded_fragments[i];
        templates_[fragment.name] = {fragment.name, fragment.text};
    }
}

void Templates::replace_by(const std::string &folder, std::vector<std::string> &errors)
{
    std::vector<fs::path> files;
    std::error_code fault;
    for (fs::recursive_directory_iterator at(folder, fault), end; !fault && at != end;
         at.increment(fault))
        if (at->path().extension() == suffix && at->is_regular_file())
            files.push_back(at->path());
    if (fault) {
        errors.push_back("option templates=DIR: " + folder + ": " + fault.message());
        return;
    }
    std::sort(files.begin(), files.end());
    for (const fs::path &file : files) {
        std::string name = file.lexically_relative(folder).generic_string();
        name.resize(name.size() - std::string_view(suffix).size());
        const auto found = templates_.find(name);
        std::ifstream stream(file);
        const std::string text{std::istreambuf_iterator<char>(stream), {}};
        if (found == templates_.end())
            errors.push_back("template " + file.string() + ": there is no fragment " + name +
                             " to replace; docs/templates.md lists them");
        else if (!stream)
            errors.push_back("template " + file.string() + ": cannot be read");
        else
            found->second = {file.string(), text};
    }
}

std::string Templates::expand(const std::string &name, const Variables &variables) const
{
    const auto found = templates_.find(name);
    if (found == templates_.end())
        throw TemplateError(name + ": no such template");
    return grpc_c::expand(found->second.name, found->second.text, variables);
}

} // namespace grpc_c
