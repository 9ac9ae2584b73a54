// The model to text: what options add, descriptors, mocks and skeletons. See renderer.h.
#include "renderer.h"

#include "layout.h"
#include "names.h"
#include "text.h"

namespace grpc_c
{

namespace
{

// As many on a line as its columns hold, four in.
std::string byte_lines(const std::string &bytes)
{
    const char *digits = "0123456789abcdef";
    Lines lines;
    for (char c : bytes) {
        const unsigned code = static_cast<unsigned char>(c);
        const std::string text = std::string("0x") + digits[code >> 4] + digits[code & 15] + ",";
        if (lines.empty() || lines.back().size() + 1 + text.size() > column_limit)
            lines.push_back(spaces(step) + text);
        else
            lines.back() += " " + text;
    }
    return join_lines(lines);
}

} // namespace

std::string Renderer::own_descriptor() const
{
    if (file_.descriptors.empty())
        return "NULL";
    return "&" + DescriptorNames(file_.path, file_.descriptors.size() - 1).table;
}

std::string Renderer::file_descriptors() const
{
    Lines texts;
    for (size_t i = 0; i < file_.descriptors.size(); i++) {
        const EmbeddedDescriptor &descriptor = file_.descriptors[i];
        const DescriptorNames names(file_.path, i);
        Lines entries;
        for (size_t dependency : descriptor.dependencies)
            entries.push_back(
                templates_.expand("file_dependency.c",
                                  {{"dependency", DescriptorNames(file_.path, dependency).table}}));
        Variables variables = {{"descriptor_file", descriptor.path},
                               {"descriptor", names.table},
                               {"descriptor_bytes", names.bytes},
                               {"bytes", byte_lines(descriptor.bytes)},
                               {"byte_count", std::to_string(descriptor.bytes.size())},
                               {"dependency_list", names.dependencies},
                               {"dependency_entries", join_lines(entries)}};
        variables["dependencies"] =
            entries.empty() ? "" : templates_.expand("file_dependencies.c", variables);
        if (entries.empty())
            variables["dependency_list"] = "NULL";
        texts.push_back(templates_.expand("file_descriptor.c", variables));
    }
    return join_lines(texts);
}

std::string Renderer::declare_mock(const Service &service, Variables variables) const
{
    variables["mock_method_types"] = each_method(service, "*/mock.h");
    variables["mock_members"] = each_method(service, "mock_member.h");
    variables["mock_server"] = options_.server ? templates_.expand("mock_server.h", variables) : "";
    variables["mock_client"] = options_.client ? templates_.expand("mock_client.h", variables) : "";
    return templates_.expand("mock_service.h", variables);
}

std::string Renderer::define_mock(const Service &service, Variables variables) const
{
    variables["mock_accessors"] = each_method(service, "*/mock.c");
    variables["method_entries"] = each_method(service, "method_entry.c");
    variables["mock_entries"] = each_method(service, "mock_entry.c");
    variables["mock_frees"] = each_method(service, "mock_free.c");
    variables["mock_server"] = options_.server ? templates_.expand("mock_server.c", variables) : "";
    variables["mock_client"] = options_.client ? templates_.expand("mock_client.c", variables) : "";
    return templates_.expand(service.methods.empty() ? "mock_service_no_method.c"
                                                     : "mock_service.c",
                             variables);
}

std::string Renderer::define_skeleton(const Service &service, Variables variables) const
{
    variables["skeleton_handlers"] = each_method(service, "*/skeleton.c");
    variables["skeleton_entries"] = each_method(service, "skeleton_entry.c");
    return templates_.expand(service.methods.empty() ? "skeleton_service_no_method.c"
                                                     : "skeleton_service.c",
                             variables);
}

std::string Renderer::register_skeleton(const Service &, Variables variables) const
{
    return templates_.expand("skeleton_registration.c", variables);
}

} // namespace grpc_c
