// What the plugin knows of a proto file: plain values, made once from protobuf's descriptors
// (model.cc) and read by everything after. Nothing in here spells a C identifier; names.h does.
#pragma once

#include <string>
#include <vector>

#include "descriptors.h"
#include "error.h"

namespace google::protobuf
{
class FileDescriptor;
}

namespace grpc_c
{

enum class MethodKind { unary, client_streaming, server_streaming, bidi_streaming };

// True unless one message is asked and one answered.
constexpr bool streams(MethodKind kind)
{
    return kind != MethodKind::unary;
}

constexpr bool client_streams(MethodKind kind)
{
    return kind == MethodKind::client_streaming || kind == MethodKind::bidi_streaming;
}

constexpr bool server_streams(MethodKind kind)
{
    return kind == MethodKind::server_streaming || kind == MethodKind::bidi_streaming;
}

// idempotency_level.
enum class Idempotency { unknown, no_side_effects, idempotent };

// A message, as a method takes or answers it.
struct Message {
    std::string full_name;       // "helloworld.HelloRequest"
    std::string c_path;          // the same, with the c_package of the file that defines it
    std::string untyped_by = {}; // that file, where it has protobuf-c write nothing: no C type then
};

struct Method {
    std::string name; // "SayHello"
    MethodKind kind = MethodKind::unary;
    Idempotency idempotency = Idempotency::unknown;
    bool deprecated = false; // it, its service or its file
    Message request;
    Message reply;
    std::string comment; // as protoc hands it over: raw
    Position position;
};

struct Service {
    std::string name;      // "Greeter"
    std::string full_name; // "helloworld.Greeter": its name on the wire
    std::string c_path;    // the same, with the file's c_package
    std::vector<Method> methods;
    bool deprecated = false; // it or its file
    std::string comment;
    Position position;
};

struct File {
    std::string path;         // "dir/helloworld.proto", as protoc knows it
    bool has_messages = true; // whether protobuf-c writes anything for it
    std::vector<Service> services;
    std::vector<EmbeddedDescriptor> descriptors; // empty unless they are to be embedded
};

File make_file(const google::protobuf::FileDescriptor &descriptor);

} // namespace grpc_c
