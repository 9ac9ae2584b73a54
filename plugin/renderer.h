// The class behind render.h: what of a file's text is written, and from which templates.
// render.cc puts the pair of files together, render_extras.cc what options add to it,
// render_variables.cc says what the variables are.
#pragma once

#include <vector>

#include "names.h"
#include "render.h"
#include "text.h"

namespace grpc_c
{

// Which methods get a fragment.
using Choice = bool (*)(MethodKind);

bool is_any(MethodKind kind);

class Renderer
{
  public:
    Renderer(const File &file, const Options &options, const Templates &templates)
        : file_(file), options_(options), templates_(templates)
    {
    }

    std::vector<RenderedFile> render() const;
    std::string render_skeleton() const;

  private:
    // The file of that fragment, in which the variable `content` is what `services` say, a text
    // each.
    RenderedFile finished(const std::string &name, const std::string &fragment, Variables variables,
                          const char *content, const Lines &services) const;
    Lines each_service(std::string (Renderer::*text_of)(const Service &, Variables) const) const;

    // -- render_variables.cc --

    // A generated file as it stands behind #include.
    std::string operand(const std::string &file) const;
    Variables file_variables() const;
    Variables service_variables(const Service &service) const;
    // Those that a service's methods have from it.
    Variables shared_variables(const Service &service) const;
    // Those of method number `index` besides.
    void add_method_variables(const Service &service, const ServiceNames &names, size_t index,
                              Variables &variables) const;
    static void add_stream_variables(const MethodNames &names, Variables &variables);
    static void add_async_variables(const AsyncMethodNames &names, Variables &variables);
    std::string export_prefix() const;
    // Of a file without messages something else: an empty source is no C.
    std::string include_messages() const;
    std::string comment(const std::string &fragment, const std::string &raw) const;
    // The service's comment on the line of its title where both fit there, else below it.
    std::string title(const Service &service, Variables variables) const;

    // -- render.cc --

    // One fragment for each method that is chosen, in proto order. A star in its name stands for
    // the folder of the method's kind.
    std::string each_method(const Service &service, const std::string &fragment,
                            Choice is_chosen = is_any) const;
    // Method number `index`'s variables, kept for the service's other fragments.
    const Variables &variables_of(const Service &service, size_t index) const;
    // The section around what is in it; none around nothing.
    std::string section(const std::string &fragment, const std::string &content) const;
    // The types of the streams of those halves that there are.
    std::string stream_types(const Service &service) const;
    std::string declare(const Service &service, Variables variables) const;
    std::string declare_server(const Service &service, Variables variables) const;
    std::string declare_client(const Service &service, Variables variables) const;
    std::string declare_async(const Service &service, Variables variables) const;
    std::string declare_async_server(const Service &service, Variables variables) const;
    std::string declare_async_client(const Service &service, Variables variables) const;
    std::string define(const Service &service, Variables variables) const;
    std::string define_server(const Service &service, Variables variables) const;
    std::string define_client(const Service &service, Variables variables) const;
    std::string define_async_server(const Service &service, Variables variables) const;
    std::string define_async_client(const Service &service, Variables variables) const;

    // -- render_extras.cc --

    // A pointer to the file's own descriptor, as C has it.
    std::string own_descriptor() const;
    std::string file_descriptors() const;
    std::string declare_mock(const Service &service, Variables variables) const;
    std::string define_mock(const Service &service, Variables variables) const;
    std::string define_skeleton(const Service &service, Variables variables) const;
    std::string register_skeleton(const Service &, Variables variables) const;

    const File &file_;
    const Options &options_;
    const Templates &templates_;
    mutable const Service *kept_for_ = nullptr;
    mutable std::vector<Variables> kept_;
};

} // namespace grpc_c
