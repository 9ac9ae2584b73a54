// The plugin's options. See options.h.
#include "options.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "text.h"

namespace grpc_c
{

namespace
{

struct OptionSpec {
    const char *name;
    const char *value; // what stands for the value in the help; nullptr where there is none
    const char *help;
    void (*set)(Options &options, const std::string &value);
    // What is wrong with the value, or nothing. None: any will do.
    std::string (*value_fault)(const std::string &value) = nullptr;
};

std::vector<std::string> split(const std::string &text, char separator)
{
    std::vector<std::string> pieces;
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(separator, begin), text.size());
        if (end > begin)
            pieces.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return pieces;
}

// A file as it stands behind #include: in quotes, unless it comes in brackets.
std::string include_operand(const std::string &file)
{
    return starts_with(file, "<") ? file : "\"" + file + "\"";
}

std::string fault_of_path(const std::string &path)
{
    for (const char *sequence : {"\"", "\\", "<", ">", "?\?", "//", "/*", "*/"})
        if (path.find(sequence) != std::string::npos)
            return "\"" + path + "\" cannot stand in a C #include";
    for (char c : path)
        if ((c >= 0 && c < 0x20) || c == 0x7f)
            return "a control character cannot stand in a C #include";
    return {};
}

std::string fault_of_includes(const std::string &list)
{
    if (split(list, ':').empty())
        return "there is no file in \"" + list + "\"";
    for (const std::string &file : split(list, ':')) {
        const bool bracketed = file.size() > 2 && file.front() == '<' && file.back() == '>';
        const std::string fault = fault_of_path(bracketed ? file.substr(1, file.size() - 2) : file);
        if (!fault.empty())
            return fault;
    }
    return {};
}

std::string fault_of_macro(const std::string &name)
{
    bool good = !(name.front() >= '0' && name.front() <= '9');
    for (char c : name)
        good = good && (c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9'));
    return good ? "" : "\"" + name + "\" is no name of a macro";
}

void add_includes(Options &options, const std::string &list)
{
    for (const std::string &file : split(list, ':'))
        options.extra_includes.push_back(include_operand(file));
}

void set_include_prefix(Options &options, const std::string &value)
{
    options.include_prefix = ends_with(value, "/") ? value : value + "/";
}

void set_protoc_gen_c(Options &options, const std::string &value)
{
    options.protoc_gen_c = value;
}

constexpr OptionSpec specs[] = {
    {"no_async", nullptr, "leave the async half out of the generated code",
     [](Options &options, const std::string &) { options.async = false; }},
    {"no_client", nullptr, "leave the client half out: stubs and calls",
     [](Options &options, const std::string &) { options.client = false; }},
    {"no_server", nullptr, "leave the server half out: servicers",
     [](Options &options, const std::string &) { options.server = false; }},
    {"no_comments", nullptr, "leave the proto's comments out of the generated code",
     [](Options &options, const std::string &) { options.comments = false; }},
    {"messages", nullptr, "write FILE.pb-c.h and FILE.pb-c.c, too; runs protoc-gen-c for them",
     [](Options &options, const std::string &) { options.messages = true; }},
    {"protoc_gen_c", "PATH", "with messages: the protoc-gen-c to run, by default PATH's",
     set_protoc_gen_c},
    {"include_prefix", "DIR", "put DIR/ before the generated files in #include", set_include_prefix,
     fault_of_path},
    {"include_brackets", nullptr, "include the generated files by <>, not by quotes",
     [](Options &options, const std::string &) { options.include_brackets = true; }},
    {"extra_includes", "FILE:...", "let the header include each FILE, or <FILE>, too", add_includes,
     fault_of_includes},
    {"export_macro", "NAME", "put NAME before each function of the header",
     [](Options &options, const std::string &value) { options.export_macro = value; },
     fault_of_macro},
    {"descriptors", nullptr, "embed the files' descriptors, for reflection",
     [](Options &options, const std::string &) { options.descriptors = true; }},
    {"mock", nullptr, "write FILE.grpc-c-mock.h and .c, for unit tests, too",
     [](Options &options, const std::string &) { options.mock = true; }},
    {"skeleton", "DIR", "write DIR/FILE_server.c, a server to fill in, unless it is there",
     [](Options &options, const std::string &value) { options.skeleton_folder = value; }},
    {"templates", "DIR", "take DIR/NAME.tmpl for the fragment NAME, where it is there",
     [](Options &options, const std::string &value) { options.template_folder = value; }},
};

std::string usage_of(const OptionSpec &spec)
{
    return spec.value == nullptr ? spec.name : std::string(spec.name) + "=" + spec.value;
}

// What is wrong with the option as given, or nothing.
std::string fault_of(const OptionSpec &spec, bool has_value, const std::string &value)
{
    if (spec.value == nullptr && has_value)
        return "option " + usage_of(spec) + " takes no value";
    if (spec.value != nullptr && value.empty())
        return "option " + usage_of(spec) + " needs a value";
    const std::string fault = spec.value_fault != nullptr ? spec.value_fault(value) : "";
    return fault.empty() ? "" : "option " + usage_of(spec) + ": " + fault;
}

} // namespace

Options parse_options(const std::string &parameter, std::vector<std::string> &errors)
{
    Options options;
    std::set<std::string> seen;
    for (const std::string &piece : split(parameter, ',')) {
        const size_t equals = piece.find('=');
        const std::string name = piece.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : piece.substr(equals + 1);
        const auto spec = std::find_if(std::begin(specs), std::end(specs),
                                       [&](const OptionSpec &s) { return name == s.name; });
        if (spec == std::end(specs)) {
            errors.push_back("unknown option \"" + name +
                             "\"; protoc-gen-grpc-c --help lists those there are");
            continue;
        }
        const std::string fault = fault_of(*spec, equals != std::string::npos, value);
        if (!fault.empty())
            errors.push_back(fault);
        else if (!seen.insert(name).second)
            errors.push_back("option " + usage_of(*spec) + " is given twice");
        else
            spec->set(options, value);
    }
    if (seen.count("protoc_gen_c") != 0 && seen.count("messages") == 0)
        errors.push_back("option protoc_gen_c=PATH does nothing without messages");
    if (!options.skeleton_folder.empty() && !options.server)
        errors.push_back("option skeleton=DIR needs the server half, which no_server leaves out");
    return options;
}

std::string options_help()
{
    std::string help;
    for (const OptionSpec &spec : specs) {
        std::string usage = usage_of(spec);
        usage.resize(std::max<size_t>(usage.size() + 2, 26), ' ');
        help += "  " + usage + spec.help + "\n";
    }
    return help;
}

} // namespace grpc_c
