// What keeps a file from being generated. See check.h.
#include "check.h"

#include <algorithm>
#include <set>
#include <string>
#include <tuple>

#include <google/protobuf/descriptor.h>

#include "model.h"
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
    std::vector<Symbol> foreign = protobuf_c_symbols(descriptor);
    for (const pb::FileDescriptor *import : descriptors) {
        imports.push_back(make_file(*import));
        const std::vector<Symbol> symbols = protobuf_c_symbols(*import);
        foreign.insert(foreign.end(), symbols.begin(), symbols.end());
    }
    const std::vector<Error> clashes = find_clashes(file, imports, foreign, options);
    errors.insert(errors.end(), clashes.begin(), clashes.end());
}

} // namespace

std::vector<Error> check(const File &file, const pb::FileDescriptor &descriptor,
                         const Options &options)
{
    std::vector<Error> errors;
    check_paths(file, errors);
    check_symbols(file, descriptor, options, errors);
    std::stable_sort(errors.begin(), errors.end(), [](const Error &a, const Error &b) {
        return std::tie(a.position.line, a.position.column) <
               std::tie(b.position.line, b.position.column);
    });
    return errors;
}

} // namespace grpc_c
