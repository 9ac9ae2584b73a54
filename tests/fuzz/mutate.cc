// Mutations of CodeGeneratorRequests. See mutate.h.
#include "mutate.h"

#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>

namespace grpc_c
{

namespace pb = google::protobuf;

namespace
{

// What is hard for somebody on the way: for names, for types, for comments, for paths.
const std::vector<std::string> &texts()
{
    static const std::vector<std::string> all = {
        "",
        ".",
        "..",
        "_",
        "__",
        "a.b",
        ".a.b.C",
        "class",
        "default",
        "init",
        "Init",
        "grpc_c",
        "GrpcC",
        "Stub",
        "Servicer",
        "say_hello",
        "SayHello",
        "sayHello",
        "Say__Hello_",
        "*/",
        "/* */ /*/",
        "?\?/",
        "\\",
        "text\\\n",
        "\r\n",
        "\n\n\n",
        "$name$",
        "$",
        "%s%n",
        "\xff\xfe",
        "\xe2\x80\xae",
        "\xf0\x9f\x91\x8b",
        "\xe4\xbd\xa0",
        "a/../b.proto",
        "x.proto",
        "google/protobuf/descriptor.proto",
        "messages",
        "no_async,no_comments",
        "no_async=1",
        ",=,,",
        std::string(1, '\0'),
        std::string(200, 'A'),
        std::string(5000, 'w'),
        std::string(300, '_'),
    };
    return all;
}

class Mutator
{
  public:
    explicit Mutator(std::mt19937 &random) : random_(random)
    {
    }

    // Goes down from `message` by random fields, and changes one on the way.
    void change(pb::Message &message)
    {
        const pb::Descriptor &type = *message.GetDescriptor();
        const pb::Reflection &reflection = *message.GetReflection();
        std::vector<const pb::FieldDescriptor *> set;
        reflection.ListFields(message, &set);
        if (type.extension_range_count() > 0 && one_in(3)) {
            add_unknown(*reflection.MutableUnknownFields(&message));
        } else if (set.empty() || one_in(8)) {
            if (type.field_count() > 0)
                change_field(message, *type.field(below(type.field_count())));
        } else {
            change_field(message, *set[below(set.size())]);
        }
    }

  private:
    size_t below(size_t end)
    {
        return random_() % end;
    }

    int below(int end)
    {
        return static_cast<int>(below(static_cast<size_t>(end)));
    }

    bool one_in(int count)
    {
        return below(count) == 0;
    }

    void change_field(pb::Message &message, const pb::FieldDescriptor &field)
    {
        const pb::Reflection &reflection = *message.GetReflection();
        if (field.is_repeated())
            change_repeated(message, field);
        else if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !one_in(10))
            change(*reflection.MutableMessage(&message, &field));
        else if (reflection.HasField(message, &field) && one_in(6))
            reflection.ClearField(&message, &field);
        else if (field.cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE)
            set_scalar(message, field);
    }

    void change_repeated(pb::Message &message, const pb::FieldDescriptor &field)
    {
        const pb::Reflection &reflection = *message.GetReflection();
        const int size = reflection.FieldSize(message, &field);
        const bool is_message = field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE;
        if (size > 0 && is_message && !one_in(5)) {
            change(*reflection.MutableRepeatedMessage(&message, &field, below(size)));
        } else if (size > 1 && one_in(2)) {
            reflection.SwapElements(&message, &field, below(size), below(size));
        } else if (size > 0 && one_in(3)) {
            reflection.SwapElements(&message, &field, below(size), size - 1);
            reflection.RemoveLast(&message, &field);
        } else if (size > 0 && is_message) {
            // A pair of likes: names that clash, numbers used twice.
            const pb::Message &one = reflection.GetRepeatedMessage(message, &field, below(size));
            const std::string bytes = one.SerializePartialAsString();
            reflection.AddMessage(&message, &field)->ParsePartialFromString(bytes);
        } else if (is_message) {
            change(*reflection.AddMessage(&message, &field));
        } else {
            add_scalar(message, field);
        }
    }

    std::string text(const std::string &old)
    {
        std::string result = one_in(3) && !old.empty() ? old : texts()[below(texts().size())];
        if (result.empty())
            return result;
        switch (below(6)) {
        case 0:
            result[below(result.size())] = static_cast<char>(random_());
            break;
        case 1:
            result.insert(below(result.size()), texts()[below(texts().size())]);
            break;
        case 2:
            result.erase(below(result.size()), 1);
            break;
        case 3:
            return old + result;
        default:
            break;
        }
        return result;
    }

    int64_t number(int64_t old)
    {
        static const int64_t numbers[] = {0, 1, -1, 2, 255, 19000, 536870911, INT32_MAX, INT32_MIN};
        return one_in(2) ? old + below(5) - 2 : numbers[below(std::size(numbers))];
    }

    void set_scalar(pb::Message &message, const pb::FieldDescriptor &field)
    {
        const pb::Reflection &reflection = *message.GetReflection();
        switch (field.cpp_type()) {
        case pb::FieldDescriptor::CPPTYPE_STRING:
            reflection.SetString(&message, &field, text(reflection.GetString(message, &field)));
            break;
        case pb::FieldDescriptor::CPPTYPE_BOOL:
            reflection.SetBool(&message, &field, !reflection.GetBool(message, &field));
            break;
        case pb::FieldDescriptor::CPPTYPE_INT32:
            reflection.SetInt32(&message, &field,
                                static_cast<int32_t>(number(reflection.GetInt32(message, &field))));
            break;
        case pb::FieldDescriptor::CPPTYPE_ENUM:
            reflection.SetEnumValue(&message, &field, below(20));
            break;
        default: // The options of options, which the plugin leaves alone.
            reflection.ClearField(&message, &field);
            break;
        }
    }

    void add_scalar(pb::Message &message, const pb::FieldDescriptor &field)
    {
        const pb::Reflection &reflection = *message.GetReflection();
        if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING)
            reflection.AddString(&message, &field, text(""));
        else if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_INT32)
            reflection.AddInt32(&message, &field, static_cast<int32_t>(number(0)));
    }

    // protobuf-c's options come as unknown fields: well-formed ones, and others.
    void add_unknown(pb::UnknownFieldSet &unknown)
    {
        constexpr int protobuf_c = 1019;
        pb::UnknownFieldSet own;
        switch (below(4)) {
        case 0:
            own.AddVarint(below(8), random_());
            break;
        case 1:
            own.AddLengthDelimited(below(8), text("Renamed.By_option"));
            break;
        case 2:
            unknown.AddVarint(protobuf_c, random_());
            return;
        default:
            unknown.AddLengthDelimited(protobuf_c, text("\x08\x01"));
            return;
        }
        std::string bytes;
        own.SerializeToString(&bytes);
        unknown.AddLengthDelimited(protobuf_c, bytes);
    }

    std::mt19937 &random_;
};

// Any byte of the request.
void change_byte(pb::compiler::CodeGeneratorRequest &request, std::mt19937 &random)
{
    std::string bytes = request.SerializePartialAsString();
    if (!bytes.empty())
        bytes[random() % bytes.size()] = static_cast<char>(random());
    request.ParsePartialFromString(bytes);
}

} // namespace

void mutate(pb::compiler::CodeGeneratorRequest &request, std::mt19937 &random)
{
    if (random() % 10 == 0)
        change_byte(request, random);
    else
        Mutator(random).change(request);
}

} // namespace grpc_c
