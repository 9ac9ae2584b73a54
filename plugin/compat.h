// Where protobuf's releases differ, and nothing else in the plugin asks which one it is built with.
//
//   ≥ 22   GOOGLE_… macros are gone but for the version's; abseil is a part of the interface, so
//          that it must be linked (CMakeLists.txt)
//   ≥ 26   no FileDescriptor::syntax(): nobody asks for it here
//   ≥ 27   editions, of which a plugin says which ones it knows; ≥ 32: 2024
//   ≥ 30   names in descriptors, and bytes of unknown fields, are string_views, and were strings:
//          they are wrapped in std::string(…) wherever they are more than looked at
//   by 36  results that tell of failure must be looked at
#pragma once

#include <string>

#include <google/protobuf/compiler/code_generator.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/stubs/common.h>

namespace grpc_c
{

// "3.21.12", or "36.2": with which protobuf this was built. Since 22, C++ has a number before those
// that protoc has.
inline std::string protobuf_version()
{
    constexpr int version = GOOGLE_PROTOBUF_VERSION;
    const std::string release =
        std::to_string(version / 1000 % 1000) + "." + std::to_string(version % 1000);
    return version < 4000000 ? std::to_string(version / 1000000) + "." + release : release;
}

inline void clear_edition([[maybe_unused]] google::protobuf::FileDescriptorProto &file)
{
#if GOOGLE_PROTOBUF_VERSION >= 5027000
    file.clear_edition();
#endif
}

// A CodeGenerator that takes all that there is: proto2, proto3 with its optional and, where
// protobuf knows of them, editions up to 2024. What editions change is how messages are encoded,
// which is protobuf-c's business; services are the same in all.
class CompatGenerator : public google::protobuf::compiler::CodeGenerator
{
  public:
    uint64_t GetSupportedFeatures() const override
    {
#if GOOGLE_PROTOBUF_VERSION >= 5027000
        return FEATURE_PROTO3_OPTIONAL | FEATURE_SUPPORTS_EDITIONS;
#else
        return FEATURE_PROTO3_OPTIONAL;
#endif
    }

#if GOOGLE_PROTOBUF_VERSION >= 5027000
    google::protobuf::Edition GetMinimumEdition() const override
    {
        return google::protobuf::EDITION_PROTO2;
    }

    google::protobuf::Edition GetMaximumEdition() const override
    {
#if GOOGLE_PROTOBUF_VERSION >= 6032000
        return google::protobuf::EDITION_2024;
#else
        return google::protobuf::EDITION_2023;
#endif
    }
#endif
};

} // namespace grpc_c
