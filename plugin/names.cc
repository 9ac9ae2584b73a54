// Spelling. See names.h.
#include "names.h"

#include <cctype>

#include <google/protobuf/compiler/code_generator.h>

namespace grpc_c
{

namespace
{

bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

char to_upper(char c)
{
    return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

char to_lower(char c)
{
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string camel_piece(const std::string &name)
{
    std::string result;
    bool after_underscore = true;
    for (char c : name) {
        if (c != '_')
            result += after_underscore ? to_upper(c) : c;
        after_underscore = c == '_';
    }
    return result;
}

std::string upper_piece(const std::string &name)
{
    std::string result;
    bool after_upper = true;
    for (char c : name) {
        if (is_upper(c) && !after_upper)
            result += '_';
        result += to_upper(c);
        after_upper = is_upper(c);
    }
    return result;
}

std::string lower_piece(const std::string &name)
{
    std::string result = upper_piece(name);
    for (char &c : result)
        c = to_lower(c);
    return result;
}

// The pieces between the dots, each spelled by `spell`, with two underscores between.
std::string join_pieces(const std::string &path, std::string (*spell)(const std::string &))
{
    std::string result;
    for (size_t begin = 0; begin <= path.size();) {
        const size_t end = std::min(path.find('.', begin), path.size());
        if (end > begin) {
            if (!result.empty())
                result += "__";
            result += spell(path.substr(begin, end - begin));
        }
        begin = end + 1;
    }
    return result;
}

std::string kind_constant(MethodKind kind)
{
    switch (kind) {
    case MethodKind::unary:
        return "GRPC_C_METHOD_UNARY";
    case MethodKind::client_streaming:
        return "GRPC_C_METHOD_CLIENT_STREAMING";
    case MethodKind::server_streaming:
        return "GRPC_C_METHOD_SERVER_STREAMING";
    case MethodKind::bidi_streaming:
        return "GRPC_C_METHOD_BIDI_STREAMING";
    }
    return {};
}

std::string idempotency_constant(Idempotency idempotency)
{
    switch (idempotency) {
    case Idempotency::unknown:
        return "GRPC_C_IDEMPOTENCY_UNKNOWN";
    case Idempotency::no_side_effects:
        return "GRPC_C_IDEMPOTENCY_NO_SIDE_EFFECTS";
    case Idempotency::idempotent:
        return "GRPC_C_IDEMPOTENCY_IDEMPOTENT";
    }
    return {};
}

// The names that are not empty.
std::vector<std::string> filled(std::initializer_list<std::string> names)
{
    std::vector<std::string> result;
    for (const std::string &name : names)
        if (!name.empty())
            result.push_back(name);
    return result;
}

// The async twin of a function, if there is that function.
std::string twin(const std::string &name)
{
    return name.empty() ? "" : name + "__async";
}

std::string base_name(const std::string &proto)
{
    return google::protobuf::compiler::StripProto(proto);
}

} // namespace

std::string c_type(const std::string &path)
{
    return join_pieces(path, camel_piece);
}

std::string lower_name(const std::string &path)
{
    return join_pieces(path, lower_piece);
}

std::string upper_name(const std::string &path)
{
    return join_pieces(path, upper_piece);
}

std::string snake_name(const std::string &name)
{
    return lower_piece(name);
}

std::vector<std::string> protobuf_c_message_symbols(const std::string &path)
{
    const std::string type = c_type(path);
    const std::string lower = lower_name(path);
    return {type,
            type + "_Closure",
            upper_name(path) + "__INIT",
            lower + "__init",
            lower + "__get_packed_size",
            lower + "__pack",
            lower + "__pack_to_buffer",
            lower + "__unpack",
            lower + "__free_unpacked",
            lower + "__descriptor"};
}

std::vector<std::string> protobuf_c_oneof_symbols(const std::string &message_path,
                                                  const std::string &oneof,
                                                  const std::vector<std::string> &fields)
{
    const std::string upper = upper_name(message_path + "." + oneof);
    std::vector<std::string> symbols = {c_type(message_path + "." + oneof) + "Case",
                                        upper + "__NOT_SET"};
    for (const std::string &field : fields)
        symbols.push_back(upper + "_" + upper_name(field));
    return symbols;
}

std::vector<std::string> protobuf_c_enum_symbols(const std::string &path)
{
    return {c_type(path), lower_name(path) + "__descriptor"};
}

std::string protobuf_c_enum_value_symbol(const std::string &enum_path, const std::string &value)
{
    return upper_name(enum_path) + "__" + value;
}

std::vector<std::string> protobuf_c_default_symbols(const std::string &field_path)
{
    const std::string name = lower_name(field_path) + "__default_value";
    return {name, name + "_data"};
}

std::vector<std::string> protobuf_c_service_symbols(const std::string &path)
{
    const std::string type = c_type(path);
    const std::string lower = lower_name(path);
    const std::string upper = upper_name(path);
    return {type + "_Service",
            type + "_ServiceDestroy",
            upper + "__INIT",
            upper + "__BASE_INIT",
            lower + "__init",
            lower + "__descriptor",
            lower + "__method_descriptors",
            lower + "__method_indices_by_name"};
}

std::string protobuf_c_method_symbol(const std::string &service_path, const std::string &method)
{
    return lower_name(service_path) + "__" + snake_name(method);
}

ServiceNames::ServiceNames(const Service &service)
{
    const std::string type = c_type(service.c_path);
    const std::string lower = lower_name(service.c_path);
    servicer = type + "_Servicer";
    stub = type + "_Stub";
    add_servicer = lower + "_add_servicer_to_server";
    make_stub = lower + "_stub";
    service_name = upper_name(service.c_path) + "_SERVICE_NAME";
    method_table = lower + "_methods";
    service_table = lower + "_service";
}

std::vector<std::string> ServiceNames::symbols() const
{
    return {servicer, stub, add_servicer, make_stub, service_name, method_table, service_table};
}

MethodNames::MethodNames(const Service &service, const Method &method)
{
    const std::string lower = lower_name(service.c_path);
    const std::string snake = snake_name(method.name);
    member = is_keyword(snake) ? snake + "_" : snake;
    path = upper_name(service.c_path) + "__" + upper_name(method.name) + "_METHOD";
    call = lower + "_stub__" + snake;
    handler = lower + "_handle__" + snake;
    kind = kind_constant(method.kind);
    idempotency = idempotency_constant(method.idempotency);
    request_type = c_type(method.request.c_path);
    reply_type = c_type(method.reply.c_path);
    request_descriptor = lower_name(method.request.c_path) + "__descriptor";
    reply_descriptor = lower_name(method.reply.c_path) + "__descriptor";
    name_streams(method.kind, c_type(service.c_path) + "_" + c_type(method.name),
                 lower + "_servicer__" + snake);
}

void MethodNames::name_streams(MethodKind kind, const std::string &type,
                               const std::string &servicer)
{
    if (!streams(kind))
        return;
    server_stream_type = type + "_Server";
    client_stream_type = type + "_Client";
    if (client_streams(kind)) {
        server_stream_type += "Reader";
        servicer_read = servicer + "__read";
        call_write = call + "__write";
    }
    if (server_streams(kind)) {
        server_stream_type += "Writer";
        client_stream_type += "Reader";
        servicer_write = servicer + "__write";
        call_read = call + "__read";
    }
    if (client_streams(kind))
        client_stream_type += "Writer";
    if (kind == MethodKind::bidi_streaming)
        call_writes_done = call + "__writes_done";
    call_finish = call + "__finish";
}

std::vector<std::string> MethodNames::symbols() const
{
    return filled({path, call, handler, server_stream_type, client_stream_type, servicer_read,
                   servicer_write, call_read, call_write, call_writes_done, call_finish});
}

AsyncServiceNames::AsyncServiceNames(const Service &service)
{
    servicer = c_type(service.c_path) + "_AsyncServicer";
    add_servicer = lower_name(service.c_path) + "_add_async_servicer_to_server";
}

std::vector<std::string> AsyncServiceNames::symbols() const
{
    return {servicer, add_servicer};
}

AsyncMethodNames::AsyncMethodNames(const Service &service, const Method &method)
{
    const MethodNames names(service, method);
    const std::string type = c_type(service.c_path) + "_" + c_type(method.name);
    const std::string deliver = lower_name(service.c_path) + "_deliver__" + snake_name(method.name);
    reply_callback = type + "_ReplyCallback";
    call = twin(names.call);
    handler = twin(names.handler);
    deliver_reply = deliver + "__reply";
    if (client_streams(method.kind)) {
        request_callback = type + "_RequestCallback";
        deliver_request = deliver + "__request";
    }
    servicer_read = twin(names.servicer_read);
    servicer_write = twin(names.servicer_write);
    call_read = twin(names.call_read);
    call_write = twin(names.call_write);
    call_writes_done = twin(names.call_writes_done);
    call_finish = twin(names.call_finish);
}

std::vector<std::string> AsyncMethodNames::symbols() const
{
    return filled({call, handler, reply_callback, deliver_reply, request_callback, deliver_request,
                   servicer_read, servicer_write, call_read, call_write, call_writes_done,
                   call_finish});
}

bool is_library_name(const std::string &symbol)
{
    for (const std::string_view prefix : {"grpc_c_", "GRPC_C_", "protobuf_c_", "PROTOBUF_C_"})
        if (symbol.compare(0, prefix.size(), prefix) == 0 && symbol.size() > prefix.size() &&
            symbol[prefix.size()] != '_')
            return true;
    return false;
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

std::string include_guard(const std::string &proto)
{
    const char *digits = "0123456789abcdef";
    std::string guard;
    for (char c : base_name(proto)) {
        const bool letter = is_lower(c) || is_upper(c);
        if (letter || (!guard.empty() && (c == '_' || (c >= '0' && c <= '9')))) {
            guard += to_upper(c);
        } else {
            const unsigned code = static_cast<unsigned char>(c);
            guard += 'x';
            guard += digits[code >> 4];
            guard += digits[code & 15];
        }
    }
    return guard + "_GRPC_C_H";
}

} // namespace grpc_c
