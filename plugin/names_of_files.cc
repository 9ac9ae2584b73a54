// Spelling: files, and what is named for them. See names.h.
#include <google/protobuf/compiler/code_generator.h>

#include "names.h"
#include "text.h"

namespace grpc_c
{

namespace
{

std::string base_name(const std::string &proto)
{
    return google::protobuf::compiler::StripProto(proto);
}

// A path as an identifier: letters by `spell`, others as names.h has it.
std::string escaped(const std::string &path, char (*spell)(char))
{
    const char *digits = "0123456789abcdef";
    std::string result;
    for (char c : path) {
        const bool letter = is_lower(c) || is_upper(c);
        if (letter || (!result.empty() && (c == '_' || (c >= '0' && c <= '9')))) {
            result += spell(c);
        } else {
            const unsigned code = static_cast<unsigned char>(c);
            result += 'x';
            result += digits[code >> 4];
            result += digits[code & 15];
        }
    }
    return result;
}

} // namespace

DescriptorNames::DescriptorNames(const std::string &proto, size_t index)
{
    table = escaped(base_name(proto), to_lower) + "_file_" + std::to_string(index);
    bytes = table + "_bytes";
    dependencies = table + "_dependencies";
}

std::string header_file(const std::string &proto)
{
    return base_name(proto) + ".grpc-c.h";
}

std::string source_file(const std::string &proto)
{
    return base_name(proto) + ".grpc-c.c";
}

std::string protobuf_c_header_file(const std::string &proto)
{
    return base_name(proto) + ".pb-c.h";
}

std::string protobuf_c_source_file(const std::string &proto)
{
    return base_name(proto) + ".pb-c.c";
}

std::string mock_header_file(const std::string &proto)
{
    return base_name(proto) + ".grpc-c-mock.h";
}

std::string mock_source_file(const std::string &proto)
{
    return base_name(proto) + ".grpc-c-mock.c";
}

std::string skeleton_file(const std::string &proto)
{
    return base_name(proto) + "_server.c";
}

std::string include_guard(const std::string &proto)
{
    return escaped(base_name(proto), to_upper) + "_GRPC_C_H";
}

std::string mock_include_guard(const std::string &proto)
{
    return escaped(base_name(proto), to_upper) + "_GRPC_C_MOCK_H";
}

} // namespace grpc_c
