#!/usr/bin/env bats
# docs/templates.md lists every fragment and every variable, and its example works.
load blocks

setup() {
    cd "$BATS_TEST_TMPDIR"
}

@test "every fragment and every variable is listed, and is what the list says" {
    /usr/bin/python3 "$SOURCE_DIR/tests/docs/templates.py" "$SOURCE_DIR" protoc \
        "$GRPC_C_BINARY_DIR/bin/protoc-gen-grpc-c"
}

@test "the example changes what it says" {
    cp -r "$SOURCE_DIR/templates" .
    cp "$SOURCE_DIR/proto/helloworld.proto" .
    mkdir gen
    block "$SOURCE_DIR/docs/templates.md" sh template >commands
    PATH=$GRPC_C_BINARY_DIR/bin:$PATH bash -e commands
    grep -F 'before you call helloworld__greeter_stub__say_hello in a loop' gen/helloworld.grpc-c.h
}
