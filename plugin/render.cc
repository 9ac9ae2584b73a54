// The model to text: the generated pair of files. See renderer.h.
#include "renderer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "layout.h"
#include "names.h"
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

bool is_unary(MethodKind kind)
{
    return !streams(kind);
}

} // namespace

bool is_any(MethodKind)
{
    return true;
}

std::vector<RenderedFile> Renderer::render() const
{
    Variables variables = file_variables();
    const bool empty = file_.services.empty();
    variables["file_descriptors"] =
        empty || !(options_.server || options_.client) ? "" : file_descriptors();
    // Both at once, while a service's variables are there.
    Lines declarations;
    Lines definitions;
    for (const Service &service : file_.services) {
        const Variables shared = service_variables(service);
        declarations.push_back(declare(service, shared));
        definitions.push_back(define(service, shared));
    }
    std::vector<RenderedFile> files;
    files.push_back(finished(header_file(file_.path), empty ? "header_no_service.h" : "header.h",
                             variables, "declarations", std::exchange(declarations, {})));
    files.push_back(finished(source_file(file_.path), "source.c", variables, "definitions",
                             std::exchange(definitions, {})));
    if (options_.mock) {
        files.push_back(finished(mock_header_file(file_.path), "mock_header.h", variables,
                                 "declarations", each_service(&Renderer::declare_mock)));
        files.push_back(finished(mock_source_file(file_.path), "mock_source.c", variables,
                                 "definitions", each_service(&Renderer::define_mock)));
    }
    return files;
}

std::string Renderer::render_skeleton() const
{
    Variables variables = file_variables();
    variables["file"] = variables["header_include"];
    variables["registrations"] = join_lines(each_service(&Renderer::register_skeleton));
    return finished(skeleton_file(file_.path), "skeleton.c", variables, "definitions",
                    each_service(&Renderer::define_skeleton))
        .text;
}

RenderedFile Renderer::finished(const std::string &name, const std::string &fragment,
                                Variables variables, const char *content,
                                const Lines &services) const
{
    Hole hole{Variables::number_of(content)};
    const bool is_empty = std::all_of(services.begin(), services.end(),
                                      [](const auto &text) { return text.empty(); });
    if (is_empty)
        variables[content] = join_lines(services);
    std::string around;
    templates_.get(fragment).append(variables, around, is_empty ? nullptr : &hole);
    std::vector<std::string_view> pieces;
    size_t begin = 0;
    for (size_t place : hole.places) {
        pieces.push_back(std::string_view(around).substr(begin, place - begin));
        for (const std::string &service : services) {
            if (&service != &services.front())
                pieces.push_back("\n");
            pieces.push_back(service);
        }
        begin = place;
    }
    pieces.push_back(std::string_view(around).substr(begin));
    return {name, lay_out(pieces)};
}

Lines Renderer::each_service(std::string (Renderer::*text_of)(const Service &, Variables)
                                 const) const
{
    Lines texts;
    for (const Service &service : file_.services)
        texts.push_back((this->*text_of)(service, service_variables(service)));
    return texts;
}

std::string Renderer::each_method(const Service &service, const std::string &fragment,
                                  Choice is_chosen) const
{
    std::array<const Template *, 4> templates = {};
    std::string texts;
    bool is_first = true;
    for (size_t i = 0; i < service.methods.size(); i++) {
        const MethodKind kind = service.methods[i].kind;
        if (!is_chosen(kind))
            continue;
        const Template *&chosen = templates.at(static_cast<size_t>(kind));
        if (chosen == nullptr)
            chosen = &templates_.get(fragment.front() == '*' ? folder_of(kind) + fragment.substr(1)
                                                             : fragment);
        texts += is_first ? "" : "\n";
        is_first = false;
        chosen->append(variables_of(service, i), texts);
    }
    return texts;
}

const Variables &Renderer::variables_of(const Service &service, size_t index) const
{
    if (kept_for_ != &service) {
        const Variables shared = shared_variables(service);
        const ServiceNames names(service);
        kept_.assign(service.methods.size(), shared);
        for (size_t i = 0; i < service.methods.size(); i++)
            add_method_variables(service, names, i, kept_[i]);
        kept_for_ = &service;
    }
    return kept_[index];
}

std::string Renderer::section(const std::string &fragment, const std::string &content) const
{
    return content.empty() ? "" : templates_.expand(fragment, {{"content", content}});
}

std::string Renderer::stream_types(const Service &service) const
{
    Lines texts;
    for (size_t i = 0; i < service.methods.size(); i++) {
        const Method &method = service.methods[i];
        if (!streams(method.kind))
            continue;
        const Variables &variables = variables_of(service, i);
        if (options_.server)
            texts.push_back(templates_.expand("server_stream.h", variables));
        if (options_.client)
            texts.push_back(templates_.expand("client_stream.h", variables));
    }
    return join_lines(texts);
}

std::string Renderer::declare(const Service &service, Variables variables) const
{
    variables["path_constants"] = each_method(service, "path_constant.h");
    variables["streams"] = section("streams.h", stream_types(service));
    variables["server"] = options_.server ? declare_server(service, variables) : "";
    variables["client"] = options_.client ? declare_client(service, variables) : "";
    variables["async"] = options_.async ? declare_async(service, variables) : "";
    return templates_.expand("service.h", variables);
}

std::string Renderer::declare_server(const Service &service, Variables variables) const
{
    variables["members"] = service.methods.empty()
                               ? templates_.expand("servicer_no_member.h", variables)
                               : each_method(service, "*/member.h");
    variables["servicer_functions"] = each_method(service, "*/servicer.h", streams);
    return templates_.expand("server.h", variables);
}

std::string Renderer::declare_client(const Service &service, Variables variables) const
{
    variables["unary_calls"] = section("unary_calls.h", each_method(service, "*/call.h", is_unary));
    variables["streaming_calls"] =
        section("streaming_calls.h", each_method(service, "*/call.h", streams));
    return templates_.expand("client.h", variables);
}

std::string Renderer::declare_async(const Service &service, Variables variables) const
{
    variables["async_server"] = options_.server ? declare_async_server(service, variables) : "";
    variables["async_client"] = options_.client ? declare_async_client(service, variables) : "";
    if (variables["async_server"].empty() && variables["async_client"].empty())
        return {};
    variables["async_rule"] = service.methods.empty() ? "" : templates_.expand("async_rule.h", {});
    return templates_.expand("async_service.h", variables);
}

std::string Renderer::declare_async_server(const Service &service, Variables variables) const
{
    variables["async_members"] = service.methods.empty()
                                     ? templates_.expand("servicer_no_member.h", variables)
                                     : each_method(service, "*/async_member.h");
    variables["async_servicer_functions"] =
        section("async_servicer_functions.h", each_method(service, "*/async_servicer.h", streams));
    return templates_.expand("async_server.h", variables);
}

std::string Renderer::declare_async_client(const Service &service, Variables variables) const
{
    variables["async_unary_calls"] =
        section("async_unary_calls.h", each_method(service, "*/async_call.h", is_unary));
    variables["async_streaming_calls"] =
        section("async_streaming_calls.h", each_method(service, "*/async_call.h", streams));
    return service.methods.empty() ? "" : templates_.expand("async_client.h", variables);
}

std::string Renderer::define(const Service &service, Variables variables) const
{
    if (!options_.server && !options_.client)
        return {};
    variables["method_entries"] = each_method(service, "method_entry.c");
    variables["server"] = options_.server ? define_server(service, variables) : "";
    variables["client"] = options_.client ? define_client(service, variables) : "";
    variables["async_server"] =
        options_.server && options_.async ? define_async_server(service, variables) : "";
    variables["async_client"] =
        options_.client && options_.async ? define_async_client(service, variables) : "";
    return templates_.expand(service.methods.empty() ? "service_no_method.c" : "service.c",
                             variables);
}

std::string Renderer::define_server(const Service &service, Variables variables) const
{
    variables["handlers"] = each_method(service, "*/handler.c");
    variables["handler_entries"] = each_method(service, "handler_entry.c");
    variables["servicer_functions"] = each_method(service, "*/servicer.c", streams);
    return templates_.expand(service.methods.empty() ? "server_no_method.c" : "server.c",
                             variables);
}

std::string Renderer::define_client(const Service &service, Variables variables) const
{
    variables["unary_calls"] = each_method(service, "*/call.c", is_unary);
    variables["streaming_calls"] = each_method(service, "*/call.c", streams);
    return templates_.expand("client.c", variables);
}

std::string Renderer::define_async_server(const Service &service, Variables variables) const
{
    variables["async_handlers"] = each_method(service, "*/async_handler.c");
    variables["async_handler_entries"] = each_method(service, "async_handler_entry.c");
    variables["deliver_requests"] = each_method(service, "async_deliver_request.c", client_streams);
    variables["async_servicer_functions"] = each_method(service, "*/async_servicer.c", streams);
    return templates_.expand(service.methods.empty() ? "async_server_no_method.c"
                                                     : "async_server.c",
                             variables);
}

std::string Renderer::define_async_client(const Service &service, Variables variables) const
{
    variables["deliver_replies"] = each_method(service, "async_deliver_reply.c");
    variables["async_unary_calls"] = each_method(service, "*/async_call.c", is_unary);
    variables["async_streaming_calls"] = each_method(service, "*/async_call.c", streams);
    return service.methods.empty() ? "" : templates_.expand("async_client.c", variables);
}

std::vector<RenderedFile> render(const File &file, const Options &options,
                                 const Templates &templates)
{
    return Renderer(file, options, templates).render();
}

std::string render_skeleton(const File &file, const Options &options, const Templates &templates)
{
    return Renderer(file, options, templates).render_skeleton();
}

} // namespace grpc_c
