// Another program, run to its end: fed on its stdin, heard on its stdout and stderr. No shell.
#pragma once

#include <string>

namespace grpc_c
{

struct ProcessResult {
    std::string output;
    std::string errors; // what it wrote to stderr
    std::string
        failure; // how it failed: "cannot be run: …", "ended with exit status 3"; else empty

    bool started = true;
};

// Runs `program`, looked up in the PATH where it holds no slash, without arguments and with our
// environment. Serves its three pipes at the same time, so that neither waits for the other however
// much there is to say; a program that does not read its input may leave it.
ProcessResult run_process(const std::string &program, const std::string &input);

} // namespace grpc_c
