// The plugin as protoc sees it. See generator.h.
#include "generator.h"

#include <memory>
#include <utility>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include "check.h"
#include "messages.h"
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

void write_messages(const Generator::Files &files, const Options &options,
                    pb::compiler::GeneratorContext &context, std::vector<std::string> &errors)
{
    const MessagesResult messages = generate_messages(files, options);
    for (const MessagesResult::File &file : messages.files)
        write(context, file.name, file.text);
    if (!messages.error.empty())
        errors.push_back(messages.error);
}

void write_skeletons(const std::vector<File> &files, const Options &options,
                     const Templates &templates, std::vector<std::string> &errors)
{
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
            for (const File &file : models)
                for (RenderedFile &rendered : render(file, options, templates))
                    write(*context, rendered.name, std::exchange(rendered.text, {}));
        if (errors.empty() && options.messages)
            write_messages(files, options, *context, errors);
        // Last: they are written at once, the other files by protoc, if there is no error.
        if (errors.empty() && !options.skeleton_folder.empty())
            write_skeletons(models, options, templates, errors);
    } catch (const TemplateError &fault) {
        errors.push_back(std::string("template ") + fault.what());
    }
    *error = join_lines(errors);
    return errors.empty();
}

} // namespace grpc_c
