// The option `messages`. See messages.h.
#include "messages.h"

#include <cstdio>
#include <set>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "compat.h"
#include "names.h"
#include "process.h"
#include "protobuf_c.h"
#include "text.h"

namespace grpc_c
{

namespace pb = google::protobuf;

namespace
{

using Files = std::vector<const pb::FileDescriptor *>;

// A struct's first member is the message's base; a field may have its name.
void rename_base(pb::DescriptorProto &message)
{
    std::set<std::string> members;
    for (const pb::FieldDescriptorProto &field : message.field())
        members.insert(snake_name(std::string(field.name())));
    if (members.count(protobuf_c_base_member(message.options())) == 0)
        return;
    std::string name = "base_message";
    while (members.count(name) != 0)
        name += "_";
    set_protobuf_c_base_member(*message.mutable_options(), name);
}

// Without the mark, a proto3 optional field is what its synthetic oneof says.
void rewrite(pb::DescriptorProto &message)
{
    for (pb::FieldDescriptorProto &field : *message.mutable_field())
        field.clear_proto3_optional();
    for (pb::FieldDescriptorProto &extension : *message.mutable_extension())
        extension.clear_proto3_optional();
    rename_base(message);
    for (pb::DescriptorProto &nested : *message.mutable_nested_type())
        rewrite(nested);
}

void rewrite(pb::FileDescriptorProto &file)
{
    file.clear_service();
    for (pb::FieldDescriptorProto &extension : *file.mutable_extension())
        extension.clear_proto3_optional();
    for (pb::DescriptorProto &message : *file.mutable_message_type())
        rewrite(message);
}

// As the feature of the edition has it, spelled as proto2 spells it.
void spell_out(const pb::Descriptor &descriptor, pb::DescriptorProto &proto)
{
    for (int i = 0; i < descriptor.field_count(); i++) {
        const pb::FieldDescriptor &field = *descriptor.field(i);
        pb::FieldDescriptorProto &spelled = *proto.mutable_field(i);
        if (field.is_required())
            spelled.set_label(pb::FieldDescriptorProto::LABEL_REQUIRED);
        if (field.is_packable())
            spelled.mutable_options()->set_packed(field.is_packed());
    }
    for (int i = 0; i < descriptor.nested_type_count(); i++)
        spell_out(*descriptor.nested_type(i), *proto.mutable_nested_type(i));
}

// protobuf-c's protobuf need not know of editions, which it is shown as proto2.
void spell_edition_out(const pb::FileDescriptor &file, pb::FileDescriptorProto &proto)
{
    if (proto.syntax() != "editions")
        return;
    proto.set_syntax("proto2");
    clear_edition(proto);
    for (int i = 0; i < file.message_type_count(); i++)
        spell_out(*file.message_type(i), *proto.mutable_message_type(i));
}

// Imports before those who import them, as protoc sends them.
void add_file(const pb::FileDescriptor &file, const Options &options, std::set<std::string> &seen,
              pb::compiler::CodeGeneratorRequest &request)
{
    if (!seen.insert(std::string(file.name())).second)
        return;
    for (int i = 0; i < file.dependency_count(); i++)
        add_file(*file.dependency(i), options, seen, request);
    pb::FileDescriptorProto &proto = *request.add_proto_file();
    file.CopyTo(&proto);
    file.CopyJsonNameTo(&proto);
    // protoc-gen-c wants it for the comments only.
    if (options.comments)
        file.CopySourceCodeInfoTo(&proto);
    spell_edition_out(file, proto);
    rewrite(proto);
}

// The program's own words below ours.
std::string failed(const std::string &program, const ProcessResult &process)
{
    std::string error = program + " " + process.failure;
    if (!process.started)
        error += "; install it (Debian: protobuf-c-compiler), or name another: "
                 "protoc_gen_c=PATH";
    for (const std::string &line : split_lines(process.errors))
        error += "\n" + program + ": " + line;
    return error;
}

MessagesResult read_answer(const std::string &program, const ProcessResult &process)
{
    MessagesResult result;
    pb::compiler::CodeGeneratorResponse response;
    if (!process.failure.empty())
        result.error = failed(program, process);
    else if (!response.ParseFromString(process.output))
        result.error = program + " answered with what is no CodeGeneratorResponse";
    else
        result.error = response.error().empty() ? "" : program + ": " + response.error();
    if (!result.error.empty())
        return result;
    for (const pb::compiler::CodeGeneratorResponse::File &file : response.file()) {
        // A file without a name goes on with the one before it.
        if (file.name().empty() && !result.files.empty())
            result.files.back().text += file.content();
        else
            result.files.push_back({file.name(), file.content()});
    }
    return result;
}

// Whether what we include was written: any program may be named as protoc-gen-c.
std::string missing_file(const Files &files, const MessagesResult &result)
{
    std::set<std::string> names;
    for (const MessagesResult::File &file : result.files)
        names.insert(file.name);
    for (const pb::FileDescriptor *file : files) {
        const std::string path(file->name());
        for (const std::string &name : {protobuf_c_header_file(path), protobuf_c_source_file(path)})
            if (names.count(name) == 0 && !protobuf_c_writes_nothing(*file))
                return name;
    }
    return {};
}

} // namespace

pb::compiler::CodeGeneratorRequest messages_request(const Files &files, const Options &options)
{
    pb::compiler::CodeGeneratorRequest request;
    std::set<std::string> seen;
    for (const pb::FileDescriptor *file : files) {
        request.add_file_to_generate(std::string(file->name()));
        add_file(*file, options, seen, request);
    }
    return request;
}

MessagesResult generate_messages(const Files &files, const Options &options)
{
    const std::string &program = options.protoc_gen_c;
    const ProcessResult process =
        run_process(program, messages_request(files, options).SerializeAsString());
    MessagesResult result = read_answer(program, process);
    if (!result.error.empty())
        return result;
    const std::string missing = missing_file(files, result);
    if (!missing.empty())
        result.error = program + " has not written " + missing;
    // What it had to say all the same, such as warnings.
    std::fputs(process.errors.c_str(), stderr);
    return result;
}

} // namespace grpc_c
