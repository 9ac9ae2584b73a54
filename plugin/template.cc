// Expansion of templates. See template.h.
#include "template.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unordered_map>

namespace grpc_c
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *suffix = ".tmpl";

} // namespace

size_t Variables::number_of(std::string_view name)
{
    static std::deque<std::string> names;
    static std::unordered_map<std::string_view, size_t> numbers; // of views of the names
    const auto found = numbers.find(name);
    if (found != numbers.end())
        return found->second;
    return numbers.emplace(names.emplace_back(name), numbers.size()).first->second;
}

Variables::Variables(std::initializer_list<std::pair<const char *, std::string>> values)
{
    for (const auto &value : values)
        (*this)[value.first] = value.second;
}

std::string &Variables::operator[](std::string_view name)
{
    const size_t number = number_of(name);
    if (number >= values_.size())
        values_.resize(number + 1);
    if (!values_[number])
        values_[number].emplace();
    return *values_[number];
}

Template::Template(std::string name, std::string_view text) : name_(std::move(name))
{
    for (size_t begin = 0; begin < text.size();) {
        const size_t end = std::min(text.find('\n', begin), text.size());
        lines_.push_back(read_line(text.substr(begin, end - begin)));
        begin = end + 1;
    }
}

Template::Line Template::read_line(std::string_view text)
{
    Line line;
    Part part;
    for (size_t at = 0; at < text.size();) {
        if (text[at] != '$') {
            const size_t end = std::min(text.find('$', at), text.size());
            part.text += text.substr(at, end - at);
            at = end;
            continue;
        }
        const size_t end = text.find('$', at + 1);
        if (end == std::string_view::npos) {
            line.fault = "a $ that ends no variable; $$ is a plain one";
            break;
        }
        const std::string_view variable = text.substr(at + 1, end - at - 1);
        at = end + 1;
        if (variable.empty()) {
            part.text += '$';
            continue;
        }
        part.variable = Variables::number_of(variable);
        part.name = variable;
        line.parts.push_back(std::exchange(part, {}));
    }
    line.parts.push_back(part);
    for (const Part &each : line.parts)
        line.has_text = line.has_text || each.text.find_first_not_of(' ') != std::string::npos;
    return line;
}

void Template::raise(const Line &line, const std::string &what) const
{
    throw TemplateError(name_ + ":" + std::to_string(&line - lines_.data() + 1) + ": " + what);
}

// Returns whether there was anything but spaces and empty variables.
bool Template::append_parts(const Line &line, const Variables &variables, std::string &result,
                            Hole *hole) const
{
    bool has_text = line.has_text;
    for (const Part &part : line.parts) {
        result += part.text;
        if (!part.variable)
            continue;
        if (hole != nullptr && *part.variable == hole->variable) {
            hole->places.push_back(result.size());
            has_text = true;
            continue;
        }
        const std::string *value = variables.find(*part.variable);
        if (value == nullptr)
            raise(line, "unknown variable $" + part.name + "$");
        has_text = has_text || !value->empty();
        result += *value;
    }
    if (!line.fault.empty())
        raise(line, line.fault);
    return has_text;
}

void Template::append(const Variables &variables, std::string &result, Hole *hole) const
{
    const size_t begin = result.size();
    for (const Line &line : lines_) {
        const size_t size = result.size();
        const bool has_variable = line.parts.size() > 1;
        if (append_parts(line, variables, result, hole) || !has_variable)
            result += '\n';
        else
            result.erase(size);
    }
    if (result.size() > begin)
        result.pop_back();
}

Templates::Templates()
{
    for (int i = 0; i < embedded_fragment_count; i++) {
        const Fragment &fragment = embedded_fragments[i];
        templates_.emplace(fragment.name, Template(fragment.name, fragment.text));
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
            found->second = Template(file.string(), text);
    }
}

const Template &Templates::get(const std::string &name) const
{
    const auto found = templates_.find(name);
    if (found == templates_.end())
        throw TemplateError(name + ": no such template");
    return found->second;
}

std::string Templates::expand(const std::string &name, const Variables &variables) const
{
    std::string result;
    get(name).append(variables, result);
    return result;
}

} // namespace grpc_c
