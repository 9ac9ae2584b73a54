// The descriptors that a generated file embeds for reflection: its own, and those of all that it
// imports, each as protobuf serializes a FileDescriptorProto (without comments).
#pragma once

#include <string>
#include <vector>

namespace google::protobuf
{
class FileDescriptor;
}

namespace grpc_c
{

struct EmbeddedDescriptor {
    std::string path;                 // "dir/helloworld.proto"
    std::string bytes;                // serialized
    std::vector<size_t> dependencies; // numbers of others, all smaller than its own
};

// Each file once, behind all that it imports; `file` is the last.
std::vector<EmbeddedDescriptor> embedded_descriptors(const google::protobuf::FileDescriptor &file);

} // namespace grpc_c
