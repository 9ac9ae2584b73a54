#!/usr/bin/env bats
# The option `messages`: what the plugin asks protoc-gen-c for, what it makes of the answer, and what
# it says when there is none. Programs that stand in for protoc-gen-c are made here.

bats_require_minimum_version 1.5.0
load plugin

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
    more_options=messages
    export PROTOC_GEN_C
}

# protos: a proto, and another that imports it, in a folder.
protos() {
    mkdir -p in/common
    cp "$SOURCE_DIR/tests/golden/messages/messages.proto" in/common/item.proto
    cat >in/shop.proto <<'END'
syntax = "proto3";
package shop;
import "common/item.proto";
service Shop {
  // Sells it.
  rpc Sell(Order) returns (shelf.Item);
}
// What is wanted */ badly.
message Order {
  // The first.
  shelf.Item item = 1;
}
END
    cd in || return 1
}

# stand_in: the shell script of standard input takes protoc-gen-c's place.
stand_in() {
    { echo '#!/bin/sh' && cat; } >"$BATS_TEST_TMPDIR/stand_in"
    chmod +x "$BATS_TEST_TMPDIR/stand_in"
    more_options=messages,protoc_gen_c=$BATS_TEST_TMPDIR/stand_in
}

# refused TEXT: no answer comes, for which TEXT is the reason, and nothing is written.
refused() {
    run -1 run_plugin out
    diff <(echo "--grpc-c_out: $1") <(echo "$output")
    [ -z "$(ls out)" ]
}

# large N: a proto with N fields, whose request no pipe holds.
large() {
    {
        echo 'syntax = "proto3"; message Large {'
        # 19000 to 19999 are protobuf's own.
        seq "$1" | awk '{ print "string some_field_" NR " = " NR + 20000 ";" }'
        echo '}'
    } >large.proto
}

@test "one command writes the messages and the services" {
    protos
    run_plugin ../out
    cd ../out
    diff - <(find . -type f | LC_ALL=C sort) <<'END'
./common/item.grpc-c.c
./common/item.grpc-c.h
./common/item.pb-c.c
./common/item.pb-c.h
./shop.grpc-c.c
./shop.grpc-c.h
./shop.pb-c.c
./shop.pb-c.h
END
    run ! grep -n 'Service\|_Store' shop.pb-c.h common/item.pb-c.h
}

@test "without the option nothing of protobuf-c's is written" {
    protos
    more_options=
    run_plugin ../out
    [ -z "$(find ../out -name '*.pb-c.*')" ]
}

@test "twice the same" {
    protos
    run_plugin ../one
    run_plugin ../two
    diff -r ../one ../two
}

@test "--dependency_out lists all four" {
    cp "$SOURCE_DIR/proto/helloworld.proto" .
    run_plugin out --dependency_out=deps
    for suffix in grpc-c.c grpc-c.h pb-c.c pb-c.h; do
        grep -F "out/helloworld.$suffix" deps
    done
}

@test "proto3's optional is a oneof of one field, and a field named base has its way" {
    protos
    run_plugin ../out
    grep -F '_count_case;' ../out/common/item.pb-c.h
    grep -F 'ProtobufCMessage base_message_;' ../out/common/item.pb-c.h
    grep -F 'int32_t base;' ../out/common/item.pb-c.h
    grep -F 'ProtobufCMessage base;' ../out/shop.pb-c.h
}

@test "the messages' comments come along, unless no_comments" {
    protos
    run_plugin ../out
    grep -F 'The first.' ../out/shop.pb-c.h
    # shellcheck disable=SC2086 # flags are words
    "$CC" $PROTOBUF_C_CFLAGS -I../out -fsyntax-only ../out/shop.pb-c.c
    more_options=messages,no_comments
    run_plugin ../bare
    run ! grep -rF 'The first.' ../bare
}

@test "what protoc-gen-c is asked: no services, no mark of optional, all else" {
    protos
    stand_in <<END
tee "$BATS_TEST_TMPDIR/request" | "$PROTOC_GEN_C"
END
    run_plugin ../out
    "$PROTOC" -I. --include_imports -o ../set shop.proto
    /usr/bin/python3 - ../request ../set <<'END'
import sys
from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

request = CodeGeneratorRequest.FromString(open(sys.argv[1], "rb").read())
assert request.file_to_generate == ["common/item.proto", "shop.proto"], request.file_to_generate
expected = FileDescriptorSet.FromString(open(sys.argv[2], "rb").read()).file
assert [f.name for f in request.proto_file] == [f.name for f in expected]
for asked, given in zip(request.proto_file, expected):
    assert len(given.service) == 1
    del given.service[:]
    for message in given.message_type:
        for part in [message, *message.nested_type]:
            for field in part.field:
                field.ClearField("proto3_optional")
    for message in asked.message_type:
        message.ClearField("options") # base_field_name
    asked.ClearField("source_code_info")
    assert asked == given, (asked, given)
END
}

@test "no_generate: neither of protobuf-c's files is missed" {
    cat >silent.proto <<'END'
syntax = "proto3";
import "protobuf-c/protobuf-c.proto";
option (pb_c_file).no_generate = true;
message Silent { bool restrict = 1; }
END
    run_plugin out
    diff - <(ls out) <<<'silent.grpc-c.c
silent.grpc-c.h'
}

@test "a request that no pipe holds" {
    large 20000
    stand_in <<END
cat >"$BATS_TEST_TMPDIR/request"; exec "$PROTOC_GEN_C" <"$BATS_TEST_TMPDIR/request"
END
    run_plugin out
    [ "$(stat -c %s request)" -gt 500000 ]
    grep -F some_field_20000 out/large.pb-c.h
}

@test "a protoc-gen-c that says more than a pipe holds before it listens" {
    large 20000
    stand_in <<END
cat >"$BATS_TEST_TMPDIR/request"
"$PROTOC_GEN_C" <"$BATS_TEST_TMPDIR/request" | tee "$BATS_TEST_TMPDIR/answer"
END
    run_plugin first
    [ "$(stat -c %s answer)" -gt 500000 ]
    stand_in <<END
seq 200000 >&2; cat "$BATS_TEST_TMPDIR/answer"; cat >/dev/null
END
    run_plugin second 2>said
    diff -r first second
    [ "$(grep -c . said)" -eq 200000 ]
}

@test "a protoc-gen-c that does not listen" {
    large 20000
    stand_in <<END
exec <&-; cat "$BATS_TEST_TMPDIR/answer"
END
    "$PROTOC" "--plugin=protoc-gen-c=$PROTOC_GEN_C" -I. --c_out=. large.proto
    /usr/bin/python3 - <<'END'
from google.protobuf.compiler.plugin_pb2 import CodeGeneratorResponse

response = CodeGeneratorResponse()
for name in ["large.pb-c.h", "large.pb-c.c"]:
    response.file.add(name=name, content=open(name).read())
open("answer", "wb").write(response.SerializeToString())
END
    run_plugin out
    diff large.pb-c.c out/large.pb-c.c
}

@test "it has SIGPIPE's default, as from a shell" {
    cp "$SOURCE_DIR/proto/helloworld.proto" .
    stand_in <<END
grep SigIgn /proc/self/status >"$BATS_TEST_TMPDIR/ignored"; exec "$PROTOC_GEN_C"
END
    run_plugin out
    (((0x$(cut -f2 ignored) & 0x1000) == 0))
}

@test "it fails: its status and its words" {
    cp "$SOURCE_DIR/proto/helloworld.proto" .
    stand_in <<'END'
cat >/dev/null; echo "it is late" >&2; echo "and dark" >&2; exit 3
END
    refused "$PWD/stand_in ended with exit status 3
$PWD/stand_in: it is late
$PWD/stand_in: and dark"
}

@test "it crashes: the signal" {
    cp "$SOURCE_DIR/proto/helloworld.proto" .
    stand_in <<<'kill -SEGV $$'
    refused "$PWD/stand_in was ended by signal 11 (Segmentation fault)"
}

@test "it crashes with much of a request unread" {
    large 20000
    stand_in <<<'kill -KILL $$'
    refused "$PWD/stand_in was ended by signal 9 (Killed)"
}

@test "it answers nonsense, or nothing" {
    cp "$SOURCE_DIR/proto/helloworld.proto" .
    stand_in <<<'echo hello'
    refused "$PWD/stand_in answered with what is no CodeGeneratorResponse"
    stand_in <<<'cat >/dev/null'
    refused "$PWD/stand_in has not written helloworld.pb-c.h"
}

@test "it answers with an error" {
    cp "$SOURCE_DIR/proto/helloworld.proto" .
    stand_in <<<"printf '\\n\\004oops'"
    refused "$PWD/stand_in: oops"
}

@test "protoc-gen-c is found in the PATH" {
    cp "$SOURCE_DIR/proto/helloworld.proto" .
    stand_in <<<'exit 9'
    mkdir path
    mv stand_in path/protoc-gen-c
    more_options=messages
    PATH=$PWD/path:$PATH refused "protoc-gen-c ended with exit status 9"
}
