// The plugin's options, given as --grpc-c_opt=NAME or NAME=VALUE, with commas between. One table
// (options.cc) parses them and prints their help.
#pragma once

#include <string>
#include <vector>

namespace grpc_c
{

struct Options {
    bool async = true;     // write the async half
    bool comments = true;  // carry the proto's comments over
    bool messages = false; // have protobuf-c's files written, too

    std::string protoc_gen_c = "protoc-gen-c"; // who writes them
};

// Parses what protoc hands over. Appends to `errors` what is wrong with it, all of it.
Options parse_options(const std::string &parameter, std::vector<std::string> &errors);

// A line an option, for --help.
std::string options_help();

} // namespace grpc_c
