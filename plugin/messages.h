// The option `messages`: protobuf-c's x.pb-c.h and x.pb-c.c beside our own files, from one command.
// protoc-gen-c runs as a child process, on a request that it can bear: without services, whose
// names its code cannot always hold, and with proto3's optional as a oneof of one field, which it
// is on the wire.
#pragma once

#include <string>
#include <vector>

#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/compiler/plugin.pb.h>

#include "options.h"

namespace grpc_c
{

// What protoc-gen-c is asked for `files`, which have passed check.h.
google::protobuf::compiler::CodeGeneratorRequest messages_request(
    const std::vector<const google::protobuf::FileDescriptor *> &files, const Options &options);

struct MessagesResult {
    struct File {
        std::string name;
        std::string text;
    };
    std::vector<File> files;
    std::string error; // why there are none
};

// Runs the protoc-gen-c that the options name.
MessagesResult generate_messages(const std::vector<const google::protobuf::FileDescriptor *> &files,
                                 const Options &options);

} // namespace grpc_c
