// Spelling. See names.h.
#include "names.h"

#include <algorithm>

#include "text.h"

namespace grpc_c
{

namespace
{

// Each appends a piece of a path to the name that becomes of it.
using Spell = void (*)(std::string &name, std::string_view piece);

void camel_piece(std::string &name, std::string_view piece)
{
    bool after_underscore = true;
    for (char c : piece) {
        if (c != '_')
            name += after_underscore ? to_upper(c) : c;
        after_underscore = c == '_';
    }
}

template <char (*to_case)(char)> void snake_piece(std::string &name, std::string_view piece)
{
    bool after_upper = true;
    for (char c : piece) {
        if (is_upper(c) && !after_upper)
            name += '_';
        name += to_case(c);
        after_upper = is_upper(c);
    }
}

// The pieces between the dots, each spelled by `spell`, with two underscores between.
std::string join_pieces(std::string_view path, Spell spell)
{
    std::string result;
    result.reserve(path.size() * 2);
    for (size_t begin = 0; begin <= path.size();) {
        const size_t end = std::min(path.find('.', begin), path.size());
        if (end > begin) {
            if (!result.empty())
                result += "__";
            spell(result, path.substr(begin, end - begin));
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
NameViews filled(std::initializer_list<std::string_view> names)
{
    NameViews result;
    result.reserve(names.size());
    for (const std::string_view name : names)
        if (!name.empty())
            result.push_back(name);
    return result;
}

// A name of one half, if that is there.
std::string_view only(bool half, std::string_view name)
{
    return half ? name : std::string_view();
}

// The async twin of a function, if there is that function.
std::string twin(const std::string &name)
{
    return name.empty() ? "" : name + "__async";
}

} // namespace

std::string c_type(const std::string &path)
{
    return join_pieces(path, camel_piece);
}

std::string lower_name(const std::string &path)
{
    return join_pieces(path, snake_piece<to_lower>);
}

std::string upper_name(const std::string &path)
{
    return join_pieces(path, snake_piece<to_upper>);
}

std::string snake_name(const std::string &name)
{
    std::string result;
    snake_piece<to_lower>(result, name);
    return result;
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
    type = c_type(service.c_path);
    lower = lower_name(service.c_path);
    upper = upper_name(service.c_path);
    servicer = type + "_Servicer";
    stub = type + "_Stub";
    add_servicer = lower + "_add_servicer_to_server";
    make_stub = lower + "_stub";
    service_name = upper + "_SERVICE_NAME";
    method_table = lower + "_methods";
    service_table = lower + "_service";
}

NameViews ServiceNames::symbols(Halves halves) const
{
    const auto server = [&](std::string_view name) { return only(halves.server, name); };
    const auto client = [&](std::string_view name) { return only(halves.client, name); };
    return filled({server(servicer), client(stub), server(add_servicer), client(make_stub),
                   service_name, method_table, service_table});
}

namespace
{

std::string member_of(const Method &method)
{
    const std::string snake = snake_name(method.name);
    return is_keyword(snake) ? snake + "_" : snake;
}

} // namespace

MethodNames::MethodNames(const ServiceNames &service, const Method &method)
    : type(service.type + "_" + c_type(method.name)), snake(snake_name(method.name))
{
    member = member_of(method);
    path = service.upper + "__" + upper_name(method.name) + "_METHOD";
    call = service.lower + "_stub__" + snake;
    handler = service.lower + "_handle__" + snake;
    kind = kind_constant(method.kind);
    idempotency = idempotency_constant(method.idempotency);
    request_type = c_type(method.request.c_path);
    reply_type = c_type(method.reply.c_path);
    request_descriptor = lower_name(method.request.c_path) + "__descriptor";
    reply_descriptor = lower_name(method.reply.c_path) + "__descriptor";
    name_streams(method.kind, service.lower + "_servicer__" + snake);
}

void MethodNames::name_streams(MethodKind kind, const std::string &servicer)
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

NameViews MethodNames::symbols(Halves halves) const
{
    const auto server = [&](std::string_view name) { return only(halves.server, name); };
    const auto client = [&](std::string_view name) { return only(halves.client, name); };
    return filled({path, client(call), server(handler), server(server_stream_type),
                   client(client_stream_type), server(servicer_read), server(servicer_write),
                   client(call_read), client(call_write), client(call_writes_done),
                   client(call_finish)});
}

AsyncServiceNames::AsyncServiceNames(const ServiceNames &service)
{
    servicer = service.type + "_AsyncServicer";
    add_servicer = service.lower + "_add_async_servicer_to_server";
}

NameViews AsyncServiceNames::symbols(Halves halves) const
{
    return filled({only(halves.server, servicer), only(halves.server, add_servicer)});
}

AsyncMethodNames::AsyncMethodNames(const ServiceNames &service, const MethodNames &names,
                                   MethodKind kind)
{
    const std::string deliver = service.lower + "_deliver__" + names.snake;
    reply_callback = names.type + "_ReplyCallback";
    call = twin(names.call);
    handler = twin(names.handler);
    deliver_reply = deliver + "__reply";
    if (client_streams(kind)) {
        request_callback = names.type + "_RequestCallback";
        deliver_request = deliver + "__request";
    }
    servicer_read = twin(names.servicer_read);
    servicer_write = twin(names.servicer_write);
    call_read = twin(names.call_read);
    call_write = twin(names.call_write);
    call_writes_done = twin(names.call_writes_done);
    call_finish = twin(names.call_finish);
}

NameViews AsyncMethodNames::symbols(Halves halves) const
{
    const auto server = [&](std::string_view name) { return only(halves.server, name); };
    const auto client = [&](std::string_view name) { return only(halves.client, name); };
    return filled({client(call), server(handler), client(reply_callback), client(deliver_reply),
                   server(request_callback), server(deliver_request), server(servicer_read),
                   server(servicer_write), client(call_read), client(call_write),
                   client(call_writes_done), client(call_finish)});
}

MockServiceNames::MockServiceNames(const ServiceNames &names, const Service &service)
{
    const std::string &lower = names.lower;
    mock = names.type + "_Mock";
    init = lower + "_mock_init";
    clear = lower + "_mock_clear";
    stub = lower + "_mock_stub";
    add_to_server = lower + "_mock_add_to_server";
    mock_table = lower + "_mocks";
    method_table = lower + "_mock_methods";
    service_table = lower + "_mock_service";
    const auto takes_member = [&](const Method &method) { return member_of(method) == member; };
    member = "base";
    while (std::any_of(service.methods.begin(), service.methods.end(), takes_member))
        member += "_";
}

NameViews MockServiceNames::symbols(Halves halves) const
{
    return filled({mock, init, clear, only(halves.client, stub), only(halves.server, add_to_server),
                   mock_table, method_table, service_table});
}

MockMethodNames::MockMethodNames(const ServiceNames &service, const MethodNames &names)
{
    mock = names.type + "_Mock";
    hear = service.lower + "_mock_hear__" + names.snake;
    answer = service.lower + "_mock_answer__" + names.snake;
}

NameViews MockMethodNames::symbols() const
{
    return {mock, hear, answer};
}

std::string skeleton_servicer(const Service &service)
{
    return lower_name(service.name) + "_servicer";
}

std::string skeleton_handler(const Service &service, const Method &method)
{
    return "handle_" + lower_name(service.name) + "__" + snake_name(method.name);
}

bool is_library_name(std::string_view symbol)
{
    for (const std::string_view prefix : {"grpc_c_", "GRPC_C_", "protobuf_c_", "PROTOBUF_C_"})
        if (symbol.compare(0, prefix.size(), prefix) == 0 && symbol.size() > prefix.size() &&
            symbol[prefix.size()] != '_')
            return true;
    return false;
}

} // namespace grpc_c
