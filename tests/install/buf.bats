#!/usr/bin/env bats
# buf runs the plugin, by the buf.gen.yaml that docs/generated-code.md shows. From CMake: BUF, the
# folder of npm's buf, and SOURCE_DIR.
load helpers

@test "buf generate writes what protoc does" {
    install_package "$BATS_TEST_TMPDIR/prefix"
    cd "$BATS_TEST_TMPDIR"
    cp "$SOURCE_DIR"/tests/install/buf/buf{,.gen}.yaml .
    cp -r "$SOURCE_DIR/tests/install/consumer/proto" .
    # Nothing of the network is needed, nor of the user's own settings.
    export PATH=$PWD/prefix/bin:$PATH BUF_CACHE_DIR=$PWD/cache HOME=$PWD
    "$BUF/node_modules/.bin/buf" generate
    mkdir protoc
    protoc -Iproto --c_out=protoc --grpc-c_out=protoc --grpc-c_opt=mock shop/v1/orders.proto \
        common/money.proto
    diff -r gen protoc
    [ -f gen/shop/v1/orders.grpc-c-mock.c ]
}
