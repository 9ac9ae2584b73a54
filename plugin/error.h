// Where in a proto file something stands, and what is wrong there.
#pragma once

#include <string>

namespace grpc_c
{

// Line and column count from 1, as editors and protoc's own messages do.
struct Position {
    std::string file;
    int line = 1;
    int column = 1;
};

// One thing that keeps the plugin from generating. Errors are collected, so that a run reports
// everything it can; nothing is thrown for them.
struct Error {
    Position position;
    std::string message;

    // "FILE:LINE:COL: message".
    std::string text() const
    {
        return position.file + ":" + std::to_string(position.line) + ":" +
               std::to_string(position.column) + ": " + message;
    }
};

} // namespace grpc_c
