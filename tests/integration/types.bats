#!/usr/bin/env bats
# What protobuf-c's own command cannot write, and protobuf's well-known types, served by us and called
# from Python. From CMake: BIN, our programs; STUBS, what gRPC's own plugin made of the same protos;
# SOURCE, this folder; PYTHON.

load servers

client() {
    "$PYTHON" "$SOURCE/types_client.py" "$STUBS" "127.0.0.1:$port" "$1" 3>&-
}

@test "methods Init, Default, Delete, Register, Descriptor and New" {
    start "$BIN/types_server"
    client names
    stop
}

@test "proto3 optional: absent, and present with the default value" {
    start "$BIN/types_server"
    client optional
    stop
}

@test "Empty, Timestamp, Any and Struct as request and reply" {
    start "$BIN/types_server"
    client well_known
    stop
}
