// The plugin as protoc sees it. See generator.h.
#include "generator.h"

#include <memory>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream.h>

#include "check.h"
#include "messages.h"
#include "model.h"
#include "names.h"
#include "options.h"
#include "render.h"
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

bool add_messages(const Generator::Files &files, const Options &options,
                  pb::compiler::GeneratorContext &context, std::string *error)
{
    const MessagesResult messages = generate_messages(files, options);
    for (const MessagesResult::File &file : messages.files)
        write(context, file.name, file.text);
    *error = messages.error;
    return messages.error.empty();
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
    std::vector<File> models;
    for (const pb::FileDescriptor *descriptor : files) {
        models.push_back(make_file(*descriptor));
        for (const Error &fault : check(models.back(), *descriptor, options))
            errors.push_back(fault.text());
    }
    if (!errors.empty()) {
        *error = join_lines(errors);
        return false;
    }
    try {
        for (const File &file : models) {
            const Rendered rendered = render(file, options);
            write(*context, header_file(file.path), rendered.header);
            write(*context, source_file(file.path), rendered.source);
        }
    } catch (const TemplateError &fault) {
        *error = std::string("template ") + fault.what();
        return false;
    }
    return !options.messages || add_messages(files, options, *context, error);
}

} // namespace grpc_c
