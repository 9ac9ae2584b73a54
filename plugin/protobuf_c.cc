// What protobuf-c makes of a proto file. See protobuf_c.h.
#include "protobuf_c.h"

#include <optional>

#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/unknown_field_set.h>

#include "names.h"

namespace grpc_c
{

namespace pb = google::protobuf;

namespace
{

// protobuf-c.proto: extend FileOptions { ProtobufCFileOptions pb_c_file = 1019; }, likewise
// MessageOptions, and in these the options. The extensions are not compiled in, so that they come
// as unknown fields.
constexpr int pb_c_number = 1019;
constexpr int no_generate_number = 1;
constexpr int use_oneof_field_name_number = 5;
constexpr int c_package_number = 6;
constexpr int base_field_name_number = 3;

// The fields of protobuf-c's own message in the options.
void collect_own_options(const pb::Message &options, pb::UnknownFieldSet &found)
{
    const pb::UnknownFieldSet &unknown = options.GetReflection()->GetUnknownFields(options);
    for (int i = 0; i < unknown.field_count(); i++) {
        const pb::UnknownField &option = unknown.field(i);
        pb::UnknownFieldSet inner;
        if (option.number() == pb_c_number &&
            option.type() == pb::UnknownField::TYPE_LENGTH_DELIMITED &&
            inner.ParseFromString(std::string(option.length_delimited())))
            found.MergeFrom(inner);
    }
}

// Of several, the last counts.
std::optional<std::string> text_option(const pb::Message &options, int number)
{
    std::optional<std::string> found;
    pb::UnknownFieldSet fields;
    collect_own_options(options, fields);
    for (int i = 0; i < fields.field_count(); i++)
        if (fields.field(i).number() == number &&
            fields.field(i).type() == pb::UnknownField::TYPE_LENGTH_DELIMITED)
            found = std::string(fields.field(i).length_delimited());
    return found;
}

bool flag_option(const pb::Message &options, int number)
{
    bool found = false;
    pb::UnknownFieldSet fields;
    collect_own_options(options, fields);
    for (int i = 0; i < fields.field_count(); i++)
        if (fields.field(i).number() == number &&
            fields.field(i).type() == pb::UnknownField::TYPE_VARINT)
            found = fields.field(i).varint() != 0;
    return found;
}

class Collector
{
  public:
    explicit Collector(const pb::FileDescriptor &file) : file_(file)
    {
    }

    std::vector<Symbol> collect(bool with_services)
    {
        for (int i = 0; i < file_.message_type_count(); i++)
            message(*file_.message_type(i));
        for (int i = 0; i < file_.enum_type_count(); i++)
            enumeration(*file_.enum_type(i));
        for (int i = 0; with_services && i < file_.service_count(); i++)
            service(*file_.service(i));
        return std::move(symbols_);
    }

  private:
    template <typename Descriptor>
    void add(const char *kind, const Descriptor &descriptor, const std::vector<std::string> &names)
    {
        const std::string full_name(descriptor.full_name());
        const Origin origin{std::string("protobuf-c's ") + kind + " " + full_name, full_name, "",
                            position_of(descriptor)};
        for (const std::string &name : names)
            symbols_.push_back({name, origin});
    }

    template <typename Descriptor> std::string path(const Descriptor &descriptor) const
    {
        return protobuf_c_path(std::string(descriptor.full_name()), file_);
    }

    void message(const pb::Descriptor &descriptor)
    {
        add("message", descriptor, protobuf_c_message_symbols(path(descriptor)));
        for (int i = 0; i < descriptor.nested_type_count(); i++)
            message(*descriptor.nested_type(i));
        for (int i = 0; i < descriptor.enum_type_count(); i++)
            enumeration(*descriptor.enum_type(i));
        for (int i = 0; i < descriptor.oneof_decl_count(); i++)
            oneof(*descriptor.oneof_decl(i));
        for (int i = 0; i < descriptor.field_count(); i++)
            if (descriptor.field(i)->has_default_value())
                add("field", *descriptor.field(i),
                    protobuf_c_default_symbols(path(*descriptor.field(i))));
    }

    void oneof(const pb::OneofDescriptor &descriptor)
    {
        std::vector<std::string> fields;
        for (int i = 0; i < descriptor.field_count(); i++)
            fields.emplace_back(descriptor.field(i)->name());
        add("oneof", descriptor,
            protobuf_c_oneof_symbols(path(*descriptor.containing_type()),
                                     std::string(descriptor.name()), fields));
    }

    void enumeration(const pb::EnumDescriptor &descriptor)
    {
        const std::string enum_path = path(descriptor);
        add("enum", descriptor, protobuf_c_enum_symbols(enum_path));
        for (int i = 0; i < descriptor.value_count(); i++) {
            const pb::EnumValueDescriptor &value = *descriptor.value(i);
            add("enum value", value,
                {protobuf_c_enum_value_symbol(enum_path, std::string(value.name()))});
        }
    }

    void service(const pb::ServiceDescriptor &descriptor)
    {
        const std::string service_path = path(descriptor);
        add("service", descriptor, protobuf_c_service_symbols(service_path));
        for (int i = 0; i < descriptor.method_count(); i++) {
            const pb::MethodDescriptor &method = *descriptor.method(i);
            add("method", method,
                {protobuf_c_method_symbol(service_path, std::string(method.name()))});
        }
    }

    const pb::FileDescriptor &file_;
    std::vector<Symbol> symbols_;
};

} // namespace

std::string protobuf_c_path(const std::string &full_name, const pb::FileDescriptor &file)
{
    const std::optional<std::string> c_package = text_option(file.options(), c_package_number);
    if (!c_package)
        return full_name;
    const std::string package(file.package());
    const std::string rest = package.empty() ? full_name : full_name.substr(package.size() + 1);
    return c_package->empty() ? rest : *c_package + "." + rest;
}

bool protobuf_c_writes_nothing(const pb::FileDescriptor &file)
{
    return flag_option(file.options(), no_generate_number);
}

bool protobuf_c_uses_oneof_field_name(const pb::FileDescriptor &file)
{
    return flag_option(file.options(), use_oneof_field_name_number);
}

std::string protobuf_c_base_member(const pb::MessageOptions &options)
{
    return text_option(options, base_field_name_number).value_or("base");
}

void set_protobuf_c_base_member(pb::MessageOptions &options, const std::string &name)
{
    pb::UnknownFieldSet own;
    own.AddLengthDelimited(base_field_name_number, name);
    std::string bytes;
    if (own.SerializeToString(&bytes)) // as all that memory holds does
        options.GetReflection()->MutableUnknownFields(&options)->AddLengthDelimited(pb_c_number,
                                                                                    bytes);
}

std::vector<Symbol> protobuf_c_symbols(const pb::FileDescriptor &file, bool with_services)
{
    return Collector(file).collect(with_services);
}

} // namespace grpc_c
