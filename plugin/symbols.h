// The clash table: what names the generated code takes at file scope and in its vtables, beside
// those of protobuf-c, and who else has them.
#pragma once

#include <string>
#include <vector>

#include "error.h"
#include "model.h"
#include "options.h"

namespace grpc_c
{

// Who takes a name: a message, a service, a method.
struct Origin {
    std::string what;      // "message helloworld.HelloRequest", for messages
    std::string full_name; // what tells it from the others
    std::string parent;    // of a method: its service's full name
    Position position;
};

struct Symbol {
    std::string name;
    Origin origin;
};

// The clashes of `file`'s symbols among themselves, with those of the files it imports, with
// `messages`, protobuf-c's for the file, and with `foreign` ones, protobuf-c's for its imports.
// Clashes that the file has no part in are not its errors; nor are those of protobuf-c's symbols
// with each other, unless the option `messages` has us write them. Imports count as generated with
// the same options.
std::vector<Error> find_clashes(const File &file, const std::vector<File> &imports,
                                const std::vector<Symbol> &messages,
                                const std::vector<Symbol> &foreign, const Options &options);

} // namespace grpc_c
