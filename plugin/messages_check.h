// What protobuf-c 1.4 cannot write, of the files that the option `messages` hands to it: it would
// crash, or write what no compiler takes.
#pragma once

#include <vector>

#include "error.h"

namespace google::protobuf
{
class FileDescriptor;
}

namespace grpc_c
{

// Groups, use_oneof_field_name, defaults that are infinite or no number, and members of a message's
// struct that have one name.
std::vector<Error> check_messages(const google::protobuf::FileDescriptor &file);

} // namespace grpc_c
