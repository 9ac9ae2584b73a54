// What protobuf-c makes of a proto file: its c_package option, and the symbols of its x.pb-c.h.
// How it spells a name is in names.h; what it has names for is here.
#pragma once

#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "error.h"
#include "symbols.h"

namespace grpc_c
{

// `full_name`, defined in `file`, with the file's (pb_c_file).c_package, where it has one, in the
// place of its package.
std::string protobuf_c_path(const std::string &full_name,
                            const google::protobuf::FileDescriptor &file);

// Options of the file: no_generate, and use_oneof_field_name.
bool protobuf_c_writes_nothing(const google::protobuf::FileDescriptor &file);
bool protobuf_c_uses_oneof_field_name(const google::protobuf::FileDescriptor &file);

// The first member of a message's struct: the option base_field_name, by default "base".
std::string protobuf_c_base_member(const google::protobuf::MessageOptions &options);
void set_protobuf_c_base_member(google::protobuf::MessageOptions &options, const std::string &name);

// Every symbol with linkage or in a header that protoc-gen-c writes for `file`, its imports left
// aside; without those of services where it is not shown them.
std::vector<Symbol> protobuf_c_symbols(const google::protobuf::FileDescriptor &file,
                                       bool with_services);

// Where a descriptor stands; the file's first line where protoc did not say.
template <typename Descriptor> Position position_of(const Descriptor &descriptor)
{
    Position position{std::string(descriptor.file()->name()), 1, 1};
    google::protobuf::SourceLocation location;
    if (descriptor.GetSourceLocation(&location)) {
        position.line = location.start_line + 1;
        position.column = location.start_column + 1;
    }
    return position;
}

} // namespace grpc_c
