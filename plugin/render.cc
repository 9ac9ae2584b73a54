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
                {"protobuf_c_header", protobuf_c_header_file(file_.path)},
                {"include_guard", include_guard(file_.path)}};
    }

    Variables service_variables(const Service &service) const
    {
        const ServiceNames names(service);
        Variables variables = {{"service", service.name},
                               {"service_full_name", service.full_name},
                               {"service_name_constant", names.service_name},
                               {"servicer_type", names.servicer},
                               {"stub_type", names.stub},
                               {"add_servicer", names.add_servicer},
                               {"make_stub", names.make_stub},
                               {"method_table", names.method_table},
                               {"method_count", std::to_string(service.methods.size())},
                               {"service_table", names.service_table}};
        variables["title"] = title(service, variables);
        return variables;
    }

    Variables method_variables(const Service &service, const Method &method, size_t index) const
    {
        const MethodNames names(service, method);
        return {{"service", service.name},
                {"method", method.name},
                {"method_index", std::to_string(index)},
                {"path_constant", names.path},
                {"path", "/" + service.full_name + "/" + method.name},
                {"method_kind", names.kind},
                {"servicer_type", ServiceNames(service).servicer},
                {"stub_type", ServiceNames(service).stub},
                {"member", names.member},
                {"handler", names.handler},
                {"call", names.call},
                {"request_type", names.request_type},
                {"reply_type", names.reply_type},
                {"request_descriptor", names.request_descriptor},
                {"reply_descriptor", names.reply_descriptor},
                {"method_comment", comment("method_comment.h", method.comment)}};
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

    // One fragment for each method, in proto order.
    std::string each_method(const Service &service, const std::string &fragment) const
    {
        Lines texts;
        for (size_t i = 0; i < service.methods.size(); i++)
            texts.push_back(
                expand_fragment(fragment, method_variables(service, service.methods[i], i)));
        return join_lines(texts);
    }

    std::string declare(const Service &service, Variables variables) const
    {
        const bool empty = service.methods.empty();
        variables["path_constants"] = each_method(service, "path_constant.h");
        variables["members"] = empty ? expand_fragment("servicer_no_member.h", variables)
                                     : each_method(service, "servicer_member.h");
        const std::string calls = each_method(service, "call.h");
        variables["calls"] = empty ? "" : expand_fragment("calls.h", Variables{{"calls", calls}});
        return expand_fragment("service.h", variables);
    }

    std::string define(const Service &service, Variables variables) const
    {
        variables["method_entries"] = each_method(service, "method_entry.c");
        variables["handlers"] = each_method(service, "handler.c");
        variables["handler_entries"] = each_method(service, "handler_entry.c");
        variables["calls"] = each_method(service, "call.c");
        return expand_fragment(service.methods.empty() ? "service_no_method.c" : "service.c",
                               variables);
    }

    const File &file_;
    const Options &options_;
};

} // namespace

Rendered render(const File &file, const Options &options)
{
    return Renderer(file, options).render();
}

} // namespace grpc_c
