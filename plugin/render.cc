// The model to text. See render.h.
#include "render.h"

#include "comment.h"
#include "layout.h"
#include "names.h"
#include "template.h"
#include "text.h"

namespace grpc_c
{

namespace
{

// The folder in templates/ of what is for methods of that kind.
std::string folder_of(MethodKind kind)
{
    switch (kind) {
    case MethodKind::unary:
        return "unary";
    case MethodKind::client_streaming:
        return "client_streaming";
    case MethodKind::server_streaming:
        return "server_streaming";
    case MethodKind::bidi_streaming:
        return "bidi_streaming";
    }
    return {};
}

// Which methods get a fragment.
using Choice = bool (*)(MethodKind);

bool is_any(MethodKind)
{
    return true;
}

bool is_unary(MethodKind kind)
{
    return !streams(kind);
}

class Renderer
{
  public:
    Renderer(const File &file, const Options &options) : file_(file), options_(options)
    {
    }

    Rendered render() const
    {
        Variables variables = file_variables();
        Lines declarations;
        Lines definitions;
        for (const Service &service : file_.services) {
            const Variables shared = service_variables(service);
            declarations.push_back(declare(service, shared));
            definitions.push_back(define(service, shared));
        }
        variables["declarations"] = join_lines(declarations);
        variables["definitions"] = join_lines(definitions);
        const bool empty = file_.services.empty();
        return {lay_out(expand_fragment(empty ? "header_no_service.h" : "header.h", variables)),
                lay_out(expand_fragment("source.c", variables))};
    }

  private:
    Variables file_variables() const
    {
        return {{"version", GRPC_C_PLUGIN_VERSION},
                {"generated_abi", GRPC_C_PLUGIN_GENERATED_ABI},
                {"proto_file", file_.path},
                {"header_file", header_file(file_.path)},
                {"include_messages", include_messages()},
                {"include_guard", include_guard(file_.path)}};
    }

    // Of a file without messages something else: an empty source is no C.
    std::string include_messages() const
    {
        return expand_fragment(file_.has_messages ? "include_messages.h" : "include_no_messages.h",
                               {{"protobuf_c_header", protobuf_c_header_file(file_.path)}});
    }

    Variables service_variables(const Service &service) const
    {
        const ServiceNames names(service);
        const AsyncServiceNames async_names(service);
        Variables variables = {{"service", service.name},
                               {"service_full_name", service.full_name},
                               {"service_name_constant", names.service_name},
                               {"servicer_type", names.servicer},
                               {"stub_type", names.stub},
                               {"add_servicer", names.add_servicer},
                               {"make_stub", names.make_stub},
                               {"method_table", names.method_table},
                               {"method_count", std::to_string(service.methods.size())},
                               {"service_table", names.service_table},
                               {"async_servicer_type", async_names.servicer},
                               {"add_async_servicer", async_names.add_servicer},
                               {"deprecated", service.deprecated ? "GRPC_C_DEPRECATED" : ""}};
        variables["title"] = title(service, variables);
        return variables;
    }

    Variables method_variables(const Service &service, const Method &method, size_t index) const
    {
        const MethodNames names(service, method);
        Variables variables = {{"service", service.name},
                               {"method", method.name},
                               {"method_index", std::to_string(index)},
                               {"path_constant", names.path},
                               {"path", "/" + service.full_name + "/" + method.name},
                               {"method_kind", names.kind},
                               {"idempotency", names.idempotency},
                               {"deprecated", method.deprecated ? "GRPC_C_DEPRECATED" : ""},
                               {"servicer_type", ServiceNames(service).servicer},
                               {"stub_type", ServiceNames(service).stub},
                               {"member", names.member},
                               {"handler", names.handler},
                               {"call", names.call},
                               {"server_stream_type", names.server_stream_type},
                               {"client_stream_type", names.client_stream_type},
                               {"servicer_read", names.servicer_read},
                               {"servicer_write", names.servicer_write},
                               {"call_read", names.call_read},
                               {"call_write", names.call_write},
                               {"call_writes_done", names.call_writes_done},
                               {"call_finish", names.call_finish},
                               {"request_type", names.request_type},
                               {"reply_type", names.reply_type},
                               {"request_descriptor", names.request_descriptor},
                               {"reply_descriptor", names.reply_descriptor},
                               {"method_comment", comment("method_comment.h", method.comment)}};
        const Variables async_variables = async_method_variables(service, method);
        variables.insert(async_variables.begin(), async_variables.end());
        return variables;
    }

    Variables async_method_variables(const Service &service, const Method &method) const
    {
        const AsyncMethodNames names(service, method);
        return {{"async_servicer_type", AsyncServiceNames(service).servicer},
                {"handler_async", names.handler},
                {"call_async", names.call},
                {"reply_callback", names.reply_callback},
                {"request_callback", names.request_callback},
                {"deliver_reply", names.deliver_reply},
                {"deliver_request", names.deliver_request},
                {"servicer_read_async", names.servicer_read},
                {"servicer_write_async", names.servicer_write},
                {"call_read_async", names.call_read},
                {"call_write_async", names.call_write},
                {"call_writes_done_async", names.call_writes_done},
                {"call_finish_async", names.call_finish}};
    }

    std::string comment(const std::string &fragment, const std::string &raw) const
    {
        const std::string text = options_.comments ? clean_comment(raw) : "";
        return text.empty() ? "" : expand_fragment(fragment, {{"text", text}});
    }

    // The service's comment on the line of its title where both fit there, else below it.
    std::string title(const Service &service, Variables variables) const
    {
        variables["text"] = options_.comments ? clean_comment(service.comment) : "";
        if (variables["text"].empty())
            return expand_fragment("service_title_plain.h", variables);
        const std::string line = expand_fragment("service_title_line.h", variables);
        return fits(line) ? line : expand_fragment("service_title_block.h", variables);
    }

    // One fragment for each method that is chosen, in proto order. A star in its name stands for
    // the folder of the method's kind.
    std::string each_method(const Service &service, const std::string &fragment,
                            Choice is_chosen = is_any) const
    {
        Lines texts;
        for (size_t i = 0; i < service.methods.size(); i++) {
            const Method &method = service.methods[i];
            const std::string name =
                fragment.front() == '*' ? folder_of(method.kind) + fragment.substr(1) : fragment;
            if (is_chosen(method.kind))
                texts.push_back(expand_fragment(name, variables_of(service, i)));
        }
        return join_lines(texts);
    }

    // Method number `index`'s, kept for the service's other fragments.
    const Variables &variables_of(const Service &service, size_t index) const
    {
        if (kept_for_ != &service) {
            kept_.clear();
            for (size_t i = 0; i < service.methods.size(); i++)
                kept_.push_back(method_variables(service, service.methods[i], i));
            kept_for_ = &service;
        }
        return kept_[index];
    }

    // The section around what is in it; none around nothing.
    static std::string section(const std::string &fragment, const std::string &content)
    {
        return content.empty() ? "" : expand_fragment(fragment, {{"content", content}});
    }

    std::string declare(const Service &service, Variables variables) const
    {
        variables["path_constants"] = each_method(service, "path_constant.h");
        variables["streams"] =
            section("streams.h", each_method(service, "stream_types.h", streams));
        variables["members"] = service.methods.empty()
                                   ? expand_fragment("servicer_no_member.h", variables)
                                   : each_method(service, "*/member.h");
        variables["servicer_functions"] = each_method(service, "*/servicer.h", streams);
        variables["unary_calls"] =
            section("unary_calls.h", each_method(service, "*/call.h", is_unary));
        variables["streaming_calls"] =
            section("streaming_calls.h", each_method(service, "*/call.h", streams));
        variables["async"] = options_.async ? declare_async(service, variables) : "";
        return expand_fragment("service.h", variables);
    }

    std::string declare_async(const Service &service, Variables variables) const
    {
        variables["async_rule"] =
            service.methods.empty() ? "" : expand_fragment("async_rule.h", {});
        variables["async_members"] = service.methods.empty()
                                         ? expand_fragment("servicer_no_member.h", variables)
                                         : each_method(service, "*/async_member.h");
        variables["async_servicer_functions"] =
            section("async_servicer_functions.h",
                    each_method(service, "*/async_servicer.h", streams));
        variables["async_unary_calls"] =
            section("async_unary_calls.h", each_method(service, "*/async_call.h", is_unary));
        variables["async_streaming_calls"] =
            section("async_streaming_calls.h", each_method(service, "*/async_call.h", streams));
        return expand_fragment("async_service.h", variables);
    }

    std::string define(const Service &service, Variables variables) const
    {
        variables["method_entries"] = each_method(service, "method_entry.c");
        variables["handlers"] = each_method(service, "*/handler.c");
        variables["handler_entries"] = each_method(service, "handler_entry.c");
        variables["servicer_functions"] = each_method(service, "*/servicer.c", streams);
        variables["unary_calls"] = each_method(service, "*/call.c", is_unary);
        variables["streaming_calls"] = each_method(service, "*/call.c", streams);
        variables["async"] = options_.async ? define_async(service, variables) : "";
        return expand_fragment(service.methods.empty() ? "service_no_method.c" : "service.c",
                               variables);
    }

    std::string define_async(const Service &service, Variables variables) const
    {
        variables["async_handlers"] = each_method(service, "*/async_handler.c");
        variables["async_handler_entries"] = each_method(service, "async_handler_entry.c");
        variables["deliver_requests"] =
            each_method(service, "async_deliver_request.c", client_streams);
        variables["async_servicer_functions"] = each_method(service, "*/async_servicer.c", streams);
        variables["deliver_replies"] = each_method(service, "async_deliver_reply.c");
        variables["async_unary_calls"] = each_method(service, "*/async_call.c", is_unary);
        variables["async_streaming_calls"] = each_method(service, "*/async_call.c", streams);
        return expand_fragment(service.methods.empty() ? "async_service_no_method.c"
                                                       : "async_service.c",
                               variables);
    }

    const File &file_;
    const Options &options_;
    mutable const Service *kept_for_ = nullptr;
    mutable std::vector<Variables> kept_;
};

} // namespace

Rendered render(const File &file, const Options &options)
{
    return Renderer(file, options).render();
}

} // namespace grpc_c
