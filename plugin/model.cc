// Descriptors to the model. See model.h.
#include "model.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "protobuf_c.h"

namespace grpc_c
{

namespace pb = google::protobuf;

namespace
{

MethodKind kind_of(const pb::MethodDescriptor &method)
{
    if (method.client_streaming())
        return method.server_streaming() ? MethodKind::bidi_streaming
                                         : MethodKind::client_streaming;
    return method.server_streaming() ? MethodKind::server_streaming : MethodKind::unary;
}

Idempotency idempotency_of(const pb::MethodDescriptor &method)
{
    switch (method.options().idempotency_level()) {
    case pb::MethodOptions::NO_SIDE_EFFECTS:
        return Idempotency::no_side_effects;
    case pb::MethodOptions::IDEMPOTENT:
        return Idempotency::idempotent;
    default:
        return Idempotency::unknown;
    }
}

// The leading comment, else the trailing one; detached comments belong to nobody.
template <typename Descriptor> std::string comment_of(const Descriptor &descriptor)
{
    pb::SourceLocation location;
    if (!descriptor.GetSourceLocation(&location))
        return {};
    return location.leading_comments.empty() ? location.trailing_comments
                                             : location.leading_comments;
}

Message make_message(const pb::Descriptor &descriptor)
{
    const std::string full_name(descriptor.full_name());
    const pb::FileDescriptor &file = *descriptor.file();
    return {full_name, protobuf_c_path(full_name, file),
            protobuf_c_writes_nothing(file) ? std::string(file.name()) : ""};
}

Method make_method(const pb::MethodDescriptor &descriptor, bool deprecated)
{
    Method method;
    method.name = std::string(descriptor.name());
    method.kind = kind_of(descriptor);
    method.idempotency = idempotency_of(descriptor);
    method.deprecated = deprecated || descriptor.options().deprecated();
    method.request = make_message(*descriptor.input_type());
    method.reply = make_message(*descriptor.output_type());
    method.comment = comment_of(descriptor);
    method.position = position_of(descriptor);
    return method;
}

Service make_service(const pb::ServiceDescriptor &descriptor)
{
    Service service;
    service.name = std::string(descriptor.name());
    service.full_name = std::string(descriptor.full_name());
    service.c_path = protobuf_c_path(service.full_name, *descriptor.file());
    service.deprecated =
        descriptor.options().deprecated() || descriptor.file()->options().deprecated();
    service.comment = comment_of(descriptor);
    service.position = position_of(descriptor);
    for (int i = 0; i < descriptor.method_count(); i++)
        service.methods.push_back(make_method(*descriptor.method(i), service.deprecated));
    return service;
}

} // namespace

File make_file(const pb::FileDescriptor &descriptor)
{
    File file;
    file.path = std::string(descriptor.name());
    file.has_messages = !protobuf_c_writes_nothing(descriptor);
    for (int i = 0; i < descriptor.service_count(); i++)
        file.services.push_back(make_service(*descriptor.service(i)));
    return file;
}

} // namespace grpc_c
