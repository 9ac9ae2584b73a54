// Mutations of CodeGeneratorRequests. They change the message rather than its bytes, for the most
// part: few changes of bytes get past the parser, and fewer past protobuf's own checks.
#pragma once

#include <random>

#include <google/protobuf/compiler/plugin.pb.h>

namespace grpc_c
{

// One change, somewhere. The same for the same state of `random`.
void mutate(google::protobuf::compiler::CodeGeneratorRequest &request, std::mt19937 &random);

} // namespace grpc_c
