#!/usr/bin/env bats
# Protos of others, from where Debian's packages have them: they go through the plugin, compile, and
# link into one program. Nothing of them is copied.

load plugin

grpc_proto=/usr/share/grpc-proto
protobuf=/usr/include
go=/usr/share/gocode/src
googleapis=$go/github.com/grpc-ecosystem/grpc-gateway/third_party/googleapis
gogo=$go/github.com/gogo/protobuf

setup_file() {
    cd "$BATS_FILE_TMPDIR" || return 1
    mkdir out
    # One imports envoy's, which Debian does not have; see the last test.
    (cd $grpc_proto && find grpc -name '*.proto' ! -path 'grpc/tls/provider/meshca/*') >protos
    (cd $protobuf && find google/protobuf -name '*.proto') >>protos
    cat >>protos <<'END'
etcd/etcdserver/etcdserverpb/rpc.proto
etcd/mvcc/mvccpb/kv.proto
etcd/auth/authpb/auth.proto
gogoproto/gogo.proto
google/api/annotations.proto
google/api/http.proto
google/rpc/code.proto
END
    # shellcheck disable=SC2046 # names without spaces
    "$PROTOC" "--plugin=protoc-gen-grpc-c=$PLUGIN" -I$grpc_proto -I$protobuf -I$go/go.etcd.io -I$gogo \
        -I$googleapis "--grpc-c_opt=messages,protoc_gen_c=$PROTOC_GEN_C" --grpc-c_out=out $(cat protos)
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

@test "grpc-proto's, google/protobuf's and etcd's go through the plugin" {
    [ "$(grep -c '^grpc/' protos)" -gt 20 ]
    [ "$(grep -c '^google/protobuf/' protos)" -ge 12 ]
    diff <(sed 's/\.proto$//' protos | sort) \
        <(cd out && find . -name '*.grpc-c.c' | sed 's|^\./||; s/\.grpc-c\.c$//' | sort)
    grep -q '^Etcdserverpb__KV_Stub etcdserverpb__kv_stub(' out/etcd/etcdserver/etcdserverpb/rpc.grpc-c.h
}

@test "they compile and link into one program" {
    # shellcheck disable=SC2046 # flags are words
    (cd out && find . -name '*.grpc-c.c' -print0 | xargs -0 -P 2 -I{} \
        "$CC" -std=c11 $(strict_flags) -c {} -o {}.o)
    # protobuf-c's own sources are its business.
    # shellcheck disable=SC2086 # flags are words
    (cd out && find . -name '*.pb-c.c' -print0 | xargs -0 -P 2 -I{} \
        "$CC" -std=c11 $PROTOBUF_C_CFLAGS -w -I. -c {} -o {}.o)
    echo 'int main(void) { return 0; }' >main.c
    # shellcheck disable=SC2046,SC2086 # flags are words
    "$CC" -o program main.c $(find out -name '*.o') "$LIBRARY" $PROTOBUF_C_LIBS \
        "-Wl,-rpath,$(dirname "$LIBRARY")"
    ./program
}

@test "the one that imports envoy's, with a stand-in for that, goes through and compiles" {
    local proto=grpc/tls/provider/meshca/experimental/config.proto
    # All that there is below the folder that the others leave out.
    diff - <(cd $grpc_proto && find grpc/tls/provider/meshca -name '*.proto') <<<"$proto"
    mkdir -p stand_in/envoy/config/core/v3 meshca
    # Named as protoc wants them, and otherwise ours.
    sed -n 's/^import "\(envoy[^"]*\)";$/\1/p' "$grpc_proto/$proto" >imports
    [ "$(cat imports)" = envoy/config/core/v3/config_source.proto ]
    cat >stand_in/envoy/config/core/v3/config_source.proto <<'END'
syntax = "proto3";
package envoy.config.core.v3;
message ApiConfigSource {}
END
    "$PROTOC" "--plugin=protoc-gen-grpc-c=$PLUGIN" -I$grpc_proto -Istand_in -I$protobuf \
        "--grpc-c_opt=messages,protoc_gen_c=$PROTOC_GEN_C" --grpc-c_out=meshca "$proto" \
        envoy/config/core/v3/config_source.proto
    # shellcheck disable=SC2046,SC2086 # flags are words
    "$CC" -std=c11 $(strict_flags) -Imeshca -isystem out -fsyntax-only "meshca/${proto%.proto}.grpc-c.c"
    # shellcheck disable=SC2086 # flags are words
    "$CC" -std=c11 $PROTOBUF_C_CFLAGS -w -Imeshca -Iout -fsyntax-only "meshca/${proto%.proto}.pb-c.c"
}
