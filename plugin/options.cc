// The plugin's options. See options.h.
#include "options.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace grpc_c
{

namespace
{

struct OptionSpec {
    const char *name;
    const char *value; // what stands for the value in the help; nullptr where there is none
    const char *help;
    void (*set)(Options &options, const std::string &value);
};

void set_protoc_gen_c(Options &options, const std::string &value)
{
    options.protoc_gen_c = value;
}

const OptionSpec specs[] = {
    {"no_async", nullptr, "leave the async half out of the generated code",
     [](Options &options, const std::string &) { options.async = false; }},
    {"no_comments", nullptr, "leave the proto's comments out of the generated code",
     [](Options &options, const std::string &) { options.comments = false; }},
    {"messages", nullptr, "write FILE.pb-c.h and FILE.pb-c.c, too; runs protoc-gen-c for them",
     [](Options &options, const std::string &) { options.messages = true; }},
    {"protoc_gen_c", "PATH", "with messages: the protoc-gen-c to run, by default PATH's",
     set_protoc_gen_c},
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
    return {};
}

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
    return options;
}

std::string options_help()
{
    std::string help;
    for (const OptionSpec &spec : specs) {
        std::string usage = usage_of(spec);
        usage.resize(std::max<size_t>(usage.size() + 2, 24), ' ');
        help += "  " + usage + spec.help + "\n";
    }
    return help;
}

} // namespace grpc_c
