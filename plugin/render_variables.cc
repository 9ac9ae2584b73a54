// The model to text: what templates can name. docs/templates.md has the list for users. See
// renderer.h.
#include "renderer.h"

#include "comment.h"
#include "layout.h"
#include "names.h"
#include "text.h"

namespace grpc_c
{

std::string Renderer::operand(const std::string &file) const
{
    const std::string path = options_.include_prefix + file;
    return options_.include_brackets ? "<" + path + ">" : "\"" + path + "\"";
}

Variables Renderer::file_variables() const
{
    Lines includes;
    for (const std::string &file : options_.extra_includes)
        includes.push_back(templates_.expand("include.h", {{"file", file}}));
    return {{"version", GRPC_C_PLUGIN_VERSION},
            {"generated_abi", GRPC_C_PLUGIN_GENERATED_ABI},
            {"proto_file", file_.path},
            {"header_include", operand(header_file(file_.path))},
            {"mock_header_include", operand(mock_header_file(file_.path))},
            {"include_messages", include_messages()},
            {"extra_includes", join_lines(includes)},
            {"include_guard", include_guard(file_.path)},
            {"mock_include_guard", mock_include_guard(file_.path)}};
}

std::string Renderer::include_messages() const
{
    return templates_.expand(file_.has_messages ? "include_messages.h" : "include_no_messages.h",
                             {{"protobuf_c_include", operand(protobuf_c_header_file(file_.path))}});
}

Variables Renderer::service_variables(const Service &service) const
{
    const ServiceNames names(service);
    const AsyncServiceNames async_names(names);
    const MockServiceNames mock_names(names, service);
    Variables variables = {{"service", service.name},
                           {"export", export_prefix()},
                           {"service_full_name", service.full_name},
                           {"service_name_constant", names.service_name},
                           {"servicer_type", names.servicer},
                           {"stub_type", names.stub},
                           {"add_servicer", names.add_servicer},
                           {"make_stub", names.make_stub},
                           {"method_table", names.method_table},
                           {"method_count", std::to_string(service.methods.size())},
                           {"service_table", names.service_table},
                           {"file_descriptor", own_descriptor()},
                           {"mock_type", mock_names.mock},
                           {"mock_member", mock_names.member},
                           {"mock_init", mock_names.init},
                           {"mock_clear", mock_names.clear},
                           {"mock_stub", mock_names.stub},
                           {"mock_add_to_server", mock_names.add_to_server},
                           {"mock_method_table", mock_names.method_table},
                           {"mock_service_table", mock_names.service_table},
                           {"mock_methods", mock_names.mock_table},
                           {"skeleton_servicer", skeleton_servicer(service)},
                           {"async_servicer_type", async_names.servicer},
                           {"add_async_servicer", async_names.add_servicer},
                           {"deprecated", service.deprecated ? "GRPC_C_DEPRECATED" : ""}};
    variables["title"] = title(service, variables);
    return variables;
}

Variables Renderer::shared_variables(const Service &service) const
{
    const ServiceNames names(service);
    return {{"service", service.name},
            {"export", export_prefix()},
            {"servicer_type", names.servicer},
            {"stub_type", names.stub},
            {"mock_type", MockServiceNames(names, service).mock},
            {"async_servicer_type", AsyncServiceNames(names).servicer}};
}

void Renderer::add_method_variables(const Service &service, const ServiceNames &service_names,
                                    size_t index, Variables &variables) const
{
    const Method &method = service.methods[index];
    const MethodNames names(service_names, method);
    const MockMethodNames mock_names(service_names, names);
    variables["method"] = method.name;
    variables["method_index"] = std::to_string(index);
    variables["path_constant"] = names.path;
    variables["path"] = "/" + service.full_name + "/" + method.name;
    variables["method_kind"] = names.kind;
    variables["idempotency"] = names.idempotency;
    variables["deprecated"] = method.deprecated ? "GRPC_C_DEPRECATED" : "";
    variables["member"] = names.member;
    variables["handler"] = names.handler;
    variables["call"] = names.call;
    variables["request_type"] = names.request_type;
    variables["reply_type"] = names.reply_type;
    variables["request_descriptor"] = names.request_descriptor;
    variables["reply_descriptor"] = names.reply_descriptor;
    variables["mock_method_type"] = mock_names.mock;
    variables["mock_hear"] = mock_names.hear;
    variables["mock_answer"] = mock_names.answer;
    variables["skeleton_handler"] = skeleton_handler(service, method);
    variables["method_comment"] = comment("method_comment.h", method.comment);
    add_stream_variables(names, variables);
    add_async_variables(AsyncMethodNames(service_names, names, method.kind), variables);
}

void Renderer::add_stream_variables(const MethodNames &names, Variables &variables)
{
    variables["server_stream_type"] = names.server_stream_type;
    variables["client_stream_type"] = names.client_stream_type;
    variables["servicer_read"] = names.servicer_read;
    variables["servicer_write"] = names.servicer_write;
    variables["call_read"] = names.call_read;
    variables["call_write"] = names.call_write;
    variables["call_writes_done"] = names.call_writes_done;
    variables["call_finish"] = names.call_finish;
}

void Renderer::add_async_variables(const AsyncMethodNames &names, Variables &variables)
{
    variables["handler_async"] = names.handler;
    variables["call_async"] = names.call;
    variables["reply_callback"] = names.reply_callback;
    variables["request_callback"] = names.request_callback;
    variables["deliver_reply"] = names.deliver_reply;
    variables["deliver_request"] = names.deliver_request;
    variables["servicer_read_async"] = names.servicer_read;
    variables["servicer_write_async"] = names.servicer_write;
    variables["call_read_async"] = names.call_read;
    variables["call_write_async"] = names.call_write;
    variables["call_writes_done_async"] = names.call_writes_done;
    variables["call_finish_async"] = names.call_finish;
}

std::string Renderer::export_prefix() const
{
    return options_.export_macro.empty() ? "" : options_.export_macro + " ";
}

std::string Renderer::comment(const std::string &fragment, const std::string &raw) const
{
    const std::string text = options_.comments ? clean_comment(raw) : "";
    return text.empty() ? "" : templates_.expand(fragment, {{"text", text}});
}

std::string Renderer::title(const Service &service, Variables variables) const
{
    variables["text"] = options_.comments ? clean_comment(service.comment) : "";
    if (variables["text"].empty())
        return templates_.expand("service_title_plain.h", variables);
    const std::string line = templates_.expand("service_title_line.h", variables);
    return fits(line) ? line : templates_.expand("service_title_block.h", variables);
}

} // namespace grpc_c
