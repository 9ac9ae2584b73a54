// The descriptors that a generated file embeds. See descriptors.h.
#include "descriptors.h"

#include <map>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace grpc_c
{

namespace pb = google::protobuf;

namespace
{

std::string serialize(const pb::FileDescriptor &file)
{
    pb::FileDescriptorProto proto;
    file.CopyTo(&proto);
    std::string bytes;
    pb::io::StringOutputStream stream(&bytes);
    pb::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    const bool serialized = proto.SerializeToCodedStream(&coded);
    coded.Trim();
    return serialized ? bytes : std::string();
}

// Returns the number of `file`.
size_t embed(const pb::FileDescriptor &file, std::map<const pb::FileDescriptor *, size_t> &numbers,
             std::vector<EmbeddedDescriptor> &all)
{
    const auto found = numbers.find(&file);
    if (found != numbers.end())
        return found->second;
    EmbeddedDescriptor own{std::string(file.name()), serialize(file), {}};
    for (int i = 0; i < file.dependency_count(); i++)
        own.dependencies.push_back(embed(*file.dependency(i), numbers, all));
    all.push_back(own);
    return numbers[&file] = all.size() - 1;
}

} // namespace

std::vector<EmbeddedDescriptor> embedded_descriptors(const pb::FileDescriptor &file)
{
    std::map<const pb::FileDescriptor *, size_t> numbers;
    std::vector<EmbeddedDescriptor> all;
    embed(file, numbers, all);
    return all;
}

} // namespace grpc_c
