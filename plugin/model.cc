// Descriptors to the model. See model.h.
#include "model.h"

#include <google/protobuf/descriptor.h>

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
    return {full_name, protobuf_c_path(full_name, *descriptor.file())};
}

Method make_method(const pb::MethodDescriptor &descriptor)
{
    Method method;
    method.name = std::string(descriptor.name());
    method.kind = kind_of(descriptor);
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
    service.comment = comment_of(descriptor);
    service.position = position_of(descriptor);
    for (int i = 0; i < descriptor.method_count(); i++)
        service.methods.push_back(make_method(*descriptor.method(i)));
    return service;
}

} // namespace

File make_file(const pb::FileDescriptor &descriptor)
{
    File file;
    file.path = std::string(descriptor.name());
    for (int i = 0; i < descriptor.service_count(); i++)
        file.services.push_back(make_service(*descriptor.service(i)));
    return file;
}

} // namespace grpc_c
