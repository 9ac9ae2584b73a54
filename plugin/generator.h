// The plugin as protoc sees it: options, files in, files or errors out.
#pragma once

#include "compat.h"

namespace grpc_c
{

class Generator : public CompatGenerator
{
  public:
    using Files = std::vector<const google::protobuf::FileDescriptor *>;

    bool Generate(const google::protobuf::FileDescriptor *file, const std::string &parameter,
                  google::protobuf::compiler::GeneratorContext *context,
                  std::string *error) const override;

    // All of a run's errors, a line each, rather than the first file's.
    bool GenerateAll(const Files &files, const std::string &parameter,
                     google::protobuf::compiler::GeneratorContext *context,
                     std::string *error) const override;
};

} // namespace grpc_c
