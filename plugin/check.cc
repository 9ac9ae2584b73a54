// What keeps a file from being generated. See check.h.
#include "check.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include <google/protobuf/descriptor.h>

#include "messages_check.h"
#include "model.h"
#include "names.h"
#include "protobuf_c.h"
#include "symbols.h"

namespace grpc_c
{

namespace pb = google::protobuf;

namespace
{

// Paths stand in #include, strings and comments: what C makes of them must be the path.
bool is_bad(const std::string &path)
{
    bool bad = false;
    for (const char *sequence : {"\"", "\\", "?\?", "//", "/*", "*/"})
        bad = bad || path.find(sequence) != std::string::npos;
    for (char c : path)
        bad = bad || (c >= 0 && c < 0x20) || c == 0x7f;
    return bad;
}

void check_paths(const File &file, std::vector<Error> &errors)
{
    if (is_bad(file.path))
        errors.push_back({{file.path, 1, 1}, "this file name cannot stand in a C #include"});
    for (const EmbeddedDescriptor &descriptor : file.descriptors)
        if (descriptor.path != file.path && is_bad(descriptor.path))
            errors.push_back({{file.path, 1, 1},
                              "the name of the imported file " + descriptor.path +
                                  " cannot stand in C, beside its descriptor"});
}

// (pb_c_file).no_generate takes a service's header away, or a method's types.
void check_types(const File &file, std::vector<Error> &errors)
{
    for (const Service &service : file.services) {
        if (!file.has_messages)
            errors.push_back(
                {service.position, "service " + service.full_name + ": its file has " +
                                       "(pb_c_file).no_generate, so that there is no " +
                                       protobuf_c_header_file(file.path) + " for it to include"});
        for (const Method &method : service.methods)
            for (const Message &message : {method.request, method.reply})
                if (file.has_messages && !message.untyped_by.empty())
                    errors.push_back({method.position,
                                      "method " + service.full_name + "." + method.name +
                                          ": there is no C type for " + message.full_name + ": " +
                                          message.untyped_by + " has (pb_c_file).no_generate"});
    }
}

void collect_imports(const pb::FileDescriptor &file, std::set<std::string> &seen,
                     std::vector<const pb::FileDescriptor *> &imports)
{
    for (int i = 0; i < file.dependency_count(); i++) {
        const pb::FileDescriptor *import = file.dependency(i);
        if (!seen.insert(std::string(import->name())).second)
            continue;
        imports.push_back(import);
        collect_imports(*import, seen, imports);
    }
}

void check_symbols(const File &file, const pb::FileDescriptor &descriptor, const Options &options,
                   std::vector<Error> &errors)
{
    std::set<std::string> seen;
    std::vector<const pb::FileDescriptor *> descriptors;
    collect_imports(descriptor, seen, descriptors);
    std::vector<File> imports;
    // protoc-gen-c is not shown the services when it is us who run it.
    const bool with_services = !options.messages;
    const std::vector<Symbol> messages = protobuf_c_symbols(descriptor, with_services);
    std::vector<Symbol> foreign;
    for (const pb::FileDescriptor *import : descriptors) {
        imports.push_back(make_file(*import));
        const std::vector<Symbol> symbols = protobuf_c_symbols(*import, with_services);
        foreign.insert(foreign.end(), symbols.begin(), symbols.end());
    }
    const std::vector<Error> clashes = find_clashes(file, imports, messages, foreign, options);
    errors.insert(errors.end(), clashes.begin(), clashes.end());
}

} // namespace

std::vector<Error> check(const File &file, const pb::FileDescriptor &descriptor,
                         const Options &options)
{
    std::vector<Error> errors;
    check_paths(file, errors);
    check_types(file, errors);
    check_symbols(file, descriptor, options, errors);
    if (options.messages)
        for (const Error &error : check_messages(descriptor))
            errors.push_back(error);
    std::stable_sort(errors.begin(), errors.end(), [](const Error &a, const Error &b) {
        return std::tie(a.position.line, a.position.column) <
               std::tie(b.position.line, b.position.column);
    });
    return errors;
}

} // namespace grpc_c
