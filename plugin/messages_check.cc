// What protobuf-c cannot write. See messages_check.h.
#include "messages_check.h"

#include <cmath>
#include <map>
#include <string>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "names.h"
#include "protobuf_c.h"

namespace grpc_c
{

namespace pb = google::protobuf;

namespace
{

class Checker
{
  public:
    explicit Checker(const pb::FileDescriptor &file)
        : file_(file), one_name_for_oneofs_(protobuf_c_uses_oneof_field_name(file))
    {
    }

    std::vector<Error> check()
    {
        for (int i = 0; i < file_.message_type_count(); i++)
            message(*file_.message_type(i));
        return std::move(errors_);
    }

  private:
    using Members = std::map<std::string, const pb::FieldDescriptor *>;

    template <typename Descriptor>
    void error(const char *kind, const Descriptor &descriptor, const std::string &what)
    {
        errors_.push_back(
            {position_of(descriptor),
             std::string(kind) + " " + std::string(descriptor.full_name()) + ": " + what});
    }

    void message(const pb::Descriptor &descriptor)
    {
        Members members;
        for (int i = 0; i < descriptor.field_count(); i++) {
            field(*descriptor.field(i));
            take_members(*descriptor.field(i), members);
        }
        for (int i = 0; i < descriptor.nested_type_count(); i++)
            message(*descriptor.nested_type(i));
    }

    void field(const pb::FieldDescriptor &field)
    {
        if (field.type() == pb::FieldDescriptor::TYPE_GROUP)
            error("field", field, "it is a group, which protobuf-c does not know");
        if (one_name_for_oneofs_ && field.containing_oneof() == nullptr && !said_oneofs_) {
            error("field", field,
                  "protobuf-c knows (pb_c_file).use_oneof_field_name only where every field is in "
                  "a oneof");
            said_oneofs_ = true;
        }
        check_type(field);
        if (!has_finite_default(field))
            error("field", field,
                  "its default is infinite or not a number, which protobuf-c cannot spell in C");
        if (snake_name(std::string(field.name())) == "restrict")
            error("field", field, "protobuf-c names a member restrict, which is a keyword of C");
    }

    // What protobuf-c writes nothing for has no type for a member.
    void check_type(const pb::FieldDescriptor &field)
    {
        // A map's entry has no place of its own in the proto.
        if (field.containing_type()->options().map_entry())
            return;
        const pb::FieldDescriptor &value =
            field.is_map() ? *field.message_type()->FindFieldByNumber(2) : field;
        if (value.message_type() != nullptr)
            check_type(field, *value.message_type());
        if (value.enum_type() != nullptr)
            check_type(field, *value.enum_type());
    }

    template <typename Descriptor>
    void check_type(const pb::FieldDescriptor &field, const Descriptor &type)
    {
        if (protobuf_c_writes_nothing(*type.file()))
            error("field", field,
                  "there is no C type for " + std::string(type.full_name()) + ": " +
                      std::string(type.file()->name()) + " has (pb_c_file).no_generate");
    }

    static bool has_finite_default(const pb::FieldDescriptor &field)
    {
        if (!field.has_default_value())
            return true;
        if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_FLOAT)
            return std::isfinite(field.default_value_float());
        if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_DOUBLE)
            return std::isfinite(field.default_value_double());
        return true;
    }

    // The base's name is made to fit (messages.cc), and clashes with nothing.
    void take_members(const pb::FieldDescriptor &field, Members &members)
    {
        const std::string name = snake_name(std::string(field.name()));
        take(name, field, members);
        const pb::OneofDescriptor *oneof = field.containing_oneof();
        if (oneof != nullptr && oneof->field(0) == &field)
            take(snake_name(std::string(oneof->name())) + "_case", field, members);
        if (field.is_repeated())
            take("n_" + name, field, members);
        else if (oneof == nullptr && has_flag(field))
            take("has_" + name, field, members);
    }

    // Whether a member says that it is there: pointers do so themselves.
    static bool has_flag(const pb::FieldDescriptor &field)
    {
        return field.has_presence() && !field.is_required() &&
               field.cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE &&
               field.type() != pb::FieldDescriptor::TYPE_STRING;
    }

    void take(const std::string &name, const pb::FieldDescriptor &field, Members &members)
    {
        const auto inserted = members.emplace(name, &field);
        const pb::FieldDescriptor &other = *inserted.first->second;
        if (inserted.second || &other == &field)
            return;
        error("field", field,
              "protobuf-c's member " + name + " is taken by field " +
                  std::string(other.full_name()) + " (" + position_of(other).file + ":" +
                  std::to_string(position_of(other).line) + ")");
    }

    const pb::FileDescriptor &file_;
    const bool one_name_for_oneofs_;
    bool said_oneofs_ = false;
    std::vector<Error> errors_;
};

} // namespace

std::vector<Error> check_messages(const pb::FileDescriptor &file)
{
    if (protobuf_c_writes_nothing(file))
        return {};
    return Checker(file).check();
}

} // namespace grpc_c
