// The plugin as protoc sees it. See generator.h.
#include "generator.h"

#include <memory>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include "check.h"
#include "model.h"
#include "names.h"
#include "options.h"
#include "render.h"
#include "skeleton.h"
#include "template.h"
#include "text.h"

namespace grpc_c
{

namespace pb = google::protobuf;

namespace
{

void write(pb::compiler::GeneratorContext &context, const std::string &name,
           const std::string &text)
{
    const std::unique_ptr<pb::io::ZeroCopyOutputStream> stream(context.Open(name));
    pb::io::CodedOutputStream(stream.get()).WriteString(text);
}

// Skeletons go last: they are written at once, the other files by protoc, if there is no error.
void write_all(const std::vector<File> &files, const Options &options, const Templates &templates,
               pb::compiler::GeneratorContext &context, std::vector<std::string> &errors)
{
    for (const File &file : files)
        for (const RenderedFile &rendered : render(file, options, templates))
            write(context, rendered.name, rendered.text);
    if (options.skeleton_folder.empty())
        return;
    std::vector<RenderedFile> skeletons;
    for (const File &file : files)
        if (!file.services.empty())
            skeletons.push_back(
                {skeleton_file(file.path), render_skeleton(file, options, templates)});
    for (const RenderedFile &skeleton : skeletons)
        create_skeleton(options.skeleton_folder, skeleton.name, skeleton.text, errors);
}

} // namespace

bool Generator::Generate(const pb::FileDescriptor *file, const std::string &parameter,
                         pb::compiler::GeneratorContext *context, std::string *error) const
{
    return GenerateAll({file}, parameter, context, error);
}

bool Generator::GenerateAll(const Files &files, const std::string &parameter,
                            pb::compiler::GeneratorContext *context, std::string *error) const
{
    std::vector<std::string> errors;
    const Options options = parse_options(parameter, errors);
    Templates templates;
    if (!options.template_folder.empty())
        templates.replace_by(options.template_folder, errors);
    std::vector<File> models;
    for (const pb::FileDescriptor *descriptor : files) {
        models.push_back(make_file(*descriptor));
        if (options.descriptors)
            models.back().descriptors = embedded_descriptors(*descriptor);
        for (const Error &fault : check(models.back(), *descriptor, options))
            errors.push_back(fault.text());
    }
    try {
        if (errors.empty())
            write_all(models, options, templates, *context, errors);
    } catch (const TemplateError &fault) {
        errors.push_back(std::string("template ") + fault.what());
    }
    *error = join_lines(errors);
    return errors.empty();
}

uint64_t Generator::GetSupportedFeatures() const
{
    return FEATURE_PROTO3_OPTIONAL;
}

} // namespace grpc_c
