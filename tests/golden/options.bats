#!/usr/bin/env bats
# What the plugin's options do beyond the text of a golden: skeletons and the files that are there,
# templates of the user's, descriptors as protobuf reads them, and where options are documented.

bats_require_minimum_version 1.5.0
load plugin

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    mkdir protos out
    cp "$SOURCE_DIR/proto/helloworld.proto" protos
}

# generate OPTIONS [PROTO...]
generate() {
    local options=$1
    shift
    [ $# -gt 0 ] || set -- helloworld.proto
    "$PROTOC" "--plugin=protoc-gen-grpc-c=$PLUGIN" -Iprotos "--grpc-c_opt=$options" \
        --grpc-c_out=out "$@"
}

# options_of: the names that --help lists.
options_of() {
    "$PLUGIN" --help | sed -n '/^Options:/,/^$/s/^  \([a-z_]*\).*/\1/p'
}

@test "a skeleton that is there is left alone" {
    mkdir src
    generate skeleton=src
    [ ! -e out/helloworld_server.c ]
    grep -q handle_greeter__say_hello src/helloworld_server.c
    echo mine >src/helloworld_server.c
    generate skeleton=src
    [ "$(cat src/helloworld_server.c)" = mine ]
    [ -f out/helloworld.grpc-c.c ]
}

@test "a link that leads nowhere is there, too" {
    ln -s "$PWD/elsewhere" out/helloworld_server.c
    generate skeleton=out
    [ ! -e elsewhere ]
}

@test "a skeleton lies where its proto does, and a proto without services has none" {
    mkdir -p protos/some/folder
    sed 's/package .*/package deep;/' protos/helloworld.proto >protos/some/folder/deep.proto
    printf 'syntax = "proto3";\nmessage Alone {}\n' >protos/alone.proto
    generate skeleton=out some/folder/deep.proto alone.proto
    grep -qF '#include "some/folder/deep.grpc-c.h"' out/some/folder/deep_server.c
    [ ! -e out/alone_server.c ]
}

@test "no skeleton is written beside an error" {
    printf 'syntax = "proto3";\nmessage M {}\nservice GrpcC { rpc Get(M) returns (M); }\n' \
        >protos/bad.proto
    run -1 generate skeleton=out helloworld.proto bad.proto
    [ -z "$(ls out)" ]
}

@test "a skeleton cannot be written where there is no leave" {
    mkdir out/helloworld_server.c
    generate skeleton=out
    touch out/file
    mkdir protos/file
    sed 's/package .*/package deep;/' protos/helloworld.proto >protos/file/deep.proto
    run -1 generate skeleton=out file/deep.proto
    [[ $output == *"option skeleton=DIR: out/file/deep_server.c: "* ]]
}

@test "a fragment of the user's takes the place of the embedded one, and no other" {
    mkdir -p mine/unary
    generate no_async
    mv out/helloworld.grpc-c.h before.h
    { cat "$SOURCE_DIR/templates/unary/member.h.tmpl" && echo '    /* Ours. */'; } \
        >mine/unary/member.h.tmpl
    generate no_async,templates=mine
    [ "$(diff before.h out/helloworld.grpc-c.h | grep '^[<>]')" = ">     /* Ours. */" ]
}

@test "every embedded fragment may be given as it is" {
    cp "$SOURCE_DIR/tests/golden/all_four_kinds/all_four_kinds.proto" protos
    generate mock,descriptors helloworld.proto all_four_kinds.proto
    mv out before
    mkdir out
    generate "mock,descriptors,templates=$SOURCE_DIR/templates" helloworld.proto all_four_kinds.proto
    diff -r before out
}

@test "embedded descriptors are those that protoc makes" {
    cp -r "$SOURCE_DIR/tests/golden/descriptors/." protos
    "$PROTOC" -Iprotos --include_imports -o set descriptors.proto
    /usr/bin/python3 - set "$SOURCE_DIR/tests/golden/descriptors/descriptors.grpc-c.c" <<'END'
import re, sys
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

wanted = {f.name: f for f in FileDescriptorSet.FromString(open(sys.argv[1], "rb").read()).file}
text = open(sys.argv[2]).read()
names, sizes, found = {}, {}, {}
for number, body in re.findall(r"descriptors_file_(\d+)_bytes\[\] = \{(.*?)\};", text, re.S):
    content = bytes(int(b, 16) for b in re.findall(r"0x..", body))
    file = FileDescriptorProto.FromString(content)
    names[number], sizes[number], found[file.name] = file.name, len(content), file
assert found == wanted, (sorted(found), sorted(wanted))
for number, body in re.findall(r"descriptors_file_(\d+)_dependencies\[\] = \{(.*?)\};", text, re.S):
    listed = [names[n] for n in re.findall(r"&descriptors_file_(\d+)", body)]
    assert listed == list(found[names[number]].dependency), listed
    assert body.split()[-1] == "NULL,"
for number, size in re.findall(r"descriptors_file_(\d+)_bytes,\s+(\d+),", text):
    assert int(size) == sizes[number], number
END
}

@test "every option is in the man page and in docs/generated-code.md" {
    local option count=0
    for option in $(options_of); do
        echo "$option"
        grep -q "^\.It Cm $option\b" "$SOURCE_DIR/man/protoc-gen-grpc-c.1"
        grep -qE "^\| \`$option(=[A-Z:.]*)?\` \|" "$SOURCE_DIR/docs/generated-code.md"
        count=$((count + 1))
    done
    [ "$count" -ge 12 ]
    [ "$(grep -c '^\.It Cm ' "$SOURCE_DIR/man/protoc-gen-grpc-c.1")" -eq "$count" ]
}

@test "the man page is well formed" {
    if command -v mandoc >/dev/null; then
        mandoc -Tlint "$SOURCE_DIR/man/protoc-gen-grpc-c.1"
    else
        command -v man >/dev/null || skip "neither mandoc nor man"
        [ -z "$(man --warnings -l "$SOURCE_DIR/man/protoc-gen-grpc-c.1" 2>&1 >/dev/null)" ]
    fi
}
