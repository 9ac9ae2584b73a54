// The plugin on any CodeGeneratorRequest: it answers, with files or with an error. For libFuzzer,
// and for driver.cc, which has libFuzzer's interface too.
#include <algorithm>
#include <cstdint>
#include <random>

#include <google/protobuf/compiler/plugin.h>

#include "check.h"
#include "generator.h"
#include "messages.h"
#include "model.h"
#include "mutate.h"

namespace
{

namespace pb = google::protobuf;

// The plugin, but for protoc-gen-c: no input of ours says what program is run. What it would be
// asked is worked out.
class Target : public grpc_c::Generator
{
  public:
    bool GenerateAll(const Files &files, const std::string &parameter,
                     pb::compiler::GeneratorContext *context, std::string *error) const override
    {
        std::vector<std::string> faults;
        const grpc_c::Options options = grpc_c::parse_options(parameter, faults);
        if (!options.messages)
            return Generator::GenerateAll(files, parameter, context, error);
        for (const pb::FileDescriptor *file : files)
            if (!grpc_c::check(grpc_c::make_file(*file), *file, options).empty())
                return true;
        grpc_c::messages_request(files, options).SerializeAsString();
        return true;
    }
};

} // namespace

// What protobuf finds wrong with a request goes to stderr otherwise.
static void quieten()
{
#if GOOGLE_PROTOBUF_VERSION < 4022000
    pb::SetLogHandler(nullptr);
#endif
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    quieten();
    pb::compiler::CodeGeneratorRequest request;
    if (!request.ParseFromArray(data, static_cast<int>(size)))
        return -1;
    pb::compiler::CodeGeneratorResponse response;
    std::string error;
    const bool answered = pb::compiler::GenerateCode(request, Target(), &response, &error);
    return answered && !response.has_error() ? 0 : -1;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,
                                          unsigned seed)
{
    std::mt19937 random(seed);
    pb::compiler::CodeGeneratorRequest request;
    if (!request.ParsePartialFromArray(data, static_cast<int>(size)))
        request.Clear();
    grpc_c::mutate(request, random);
    const std::string bytes = request.SerializePartialAsString();
    if (bytes.size() > max_size)
        return size;
    std::copy(bytes.begin(), bytes.end(), data);
    return bytes.size();
}
