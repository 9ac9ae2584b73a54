// What keeps a file from being generated: file names that C cannot include, and clashing
// symbols.
#pragma once

#include <vector>

#include "error.h"
#include "options.h"

namespace google::protobuf
{
class FileDescriptor;
}

namespace grpc_c
{

struct File;

// Every error of `file`, in the order in which the proto has them. The descriptor, which `file` was
// made from, leads to what it imports.
std::vector<Error> check(const File &file, const google::protobuf::FileDescriptor &descriptor,
                         const Options &options);

} // namespace grpc_c
