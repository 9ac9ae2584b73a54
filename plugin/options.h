// The plugin's options, given as --grpc-c_opt=NAME or NAME=VALUE, with commas between. One table
// (options.cc) parses them and prints their help.
#pragma once

#include <string>
#include <vector>

namespace grpc_c
{

struct Options {
    bool async = true;                         // write the async half
    bool client = true;                        // write the client half
    bool server = true;                        // write the server half
    bool comments = true;                      // carry the proto's comments over
    bool messages = false;                     // have protobuf-c's files written, too
    std::string protoc_gen_c = "protoc-gen-c"; // who writes them
    bool descriptors = false;
    bool mock = false;                       // write x.grpc-c-mock.h and .c
    std::string include_prefix;              // "api/": before the generated files' names
    bool include_brackets = false;           // <x.pb-c.h> rather than "x.pb-c.h"
    std::vector<std::string> extra_includes; // "x.h" or <x.h>, as they stand behind #include
    std::string export_macro;                // before each function of the header
    std::string skeleton_folder;             // empty: none is written
    std::string template_folder;             // empty: the embedded ones alone
};

// Parses what protoc hands over. Appends to `errors` what is wrong with it, all of it.
Options parse_options(const std::string &parameter, std::vector<std::string> &errors);

// A line an option, for --help.
std::string options_help();

} // namespace grpc_c
