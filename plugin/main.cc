// protoc-gen-grpc-c: a plugin of protoc, which runs it and talks to it over stdin and stdout. What
// a person may want of it comes first: --version, --help, and a word to who runs it by hand.
#include <cstdio>
#include <cstring>

#include <malloc.h>
#include <unistd.h>

#include <google/protobuf/compiler/plugin.h>

#include "compat.h"
#include "generator.h"
#include "options.h"

namespace
{

constexpr int exit_usage = 2;

void print_version()
{
    std::printf("protoc-gen-grpc-c %s (protobuf %s)\n", GRPC_C_PLUGIN_VERSION,
                grpc_c::protobuf_version().c_str());
}

void print_help()
{
    std::printf(
        "protoc-gen-grpc-c: a protoc plugin that writes gRPC services for C.\n"
        "\n"
        "protoc runs it; it must be in the PATH:\n"
        "  protoc --grpc-c_opt=messages[,OPTION...] --grpc-c_out=DIR FILE.proto\n"
        "or be named to protoc:\n"
        "  protoc --plugin=protoc-gen-grpc-c=/path/to/protoc-gen-grpc-c ...\n"
        "\n"
        "For FILE.proto it writes FILE.grpc-c.h and FILE.grpc-c.c. They need the FILE.pb-c.h\n"
        "and FILE.pb-c.c of protobuf-c, which the option messages writes too; without it, add\n"
        "--c_out=DIR.\n"
        "\n"
        "Options:\n"
        "%s"
        "\n"
        "By hand: protoc-gen-grpc-c --version | --help\n",
        grpc_c::options_help().c_str());
}

// A run is short, and a large proto's texts take hundreds of megabytes in all: what was freed is
// used again rather than given back to the system, page by page, and asked for anew.
void keep_memory()
{
#ifdef M_MMAP_THRESHOLD
    constexpr int whole = 1 << 30;
    constexpr int growth = 16 << 20;
    mallopt(M_MMAP_THRESHOLD, whole);
    mallopt(M_TRIM_THRESHOLD, whole);
    mallopt(M_TOP_PAD, growth);
#endif
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
        print_version();
        return 0;
    }
    if (argc == 2 && std::strcmp(argv[1], "--help") == 0) {
        print_help();
        return 0;
    }
    if (argc > 1) {
        std::fprintf(stderr, "protoc-gen-grpc-c: unknown argument \"%s\"; try --help\n", argv[1]);
        return exit_usage;
    }
    if (isatty(STDIN_FILENO)) {
        std::fprintf(stderr, "protoc-gen-grpc-c: protoc runs this program; try --help\n");
        return exit_usage;
    }
    keep_memory();
    const grpc_c::Generator generator;
    return google::protobuf::compiler::PluginMain(argc, argv, &generator);
}
