#!/usr/bin/env bats
# grpc_c_generate(), from the installed package: kinds of targets, folders, incremental builds under
# both generators, and what it says to wrong calls.
load helpers

setup_file() {
    install_package "$BATS_FILE_TMPDIR/prefix"
}

# Every test has a project of its own: protos in protos/, and the CMakeLists.txt that it writes.
setup() {
    use_package "$BATS_FILE_TMPDIR/prefix"
    cp -r "$BATS_TEST_DIRNAME/consumer/proto" "$BATS_TEST_TMPDIR/protos"
    cd "$BATS_TEST_TMPDIR"
    cat >protos/alone.proto <<'END'
syntax = "proto3";
message Alone { string text = 1; }
END
    echo 'int main(void) { return 0; }' >empty.c
    cat >orders.c <<'END'
#include "shop/v1/orders.grpc-c.h"
#include <stdio.h>
int main(void)
{
    return puts(SHOP__V1__ORDERS_SERVICE_NAME) < 0;
}
END
}

# project: takes the lines after find_package() from standard input.
project() {
    cat - >body
    cat >CMakeLists.txt - body <<'END'
cmake_minimum_required(VERSION 3.18)
project(generate LANGUAGES C)
find_package(grpc-c REQUIRED)
set(all protos/shop/v1/orders.proto protos/common/money.proto)
END
}

# refused TEXT: configuring the project of standard input fails, and says TEXT, line breaks aside.
refused() {
    project
    run cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix"
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $(xargs -d '\n' echo <<<"$output" | tr -s ' ') == *"grpc_c_generate(): $1"* ]]
}

@test "a static, a shared and an object library, whose users get headers and grpc-c" {
    project <<'END'
foreach(kind STATIC SHARED OBJECT)
    add_library(protos-${kind} ${kind})
    grpc_c_generate(TARGET protos-${kind} PROTOS ${all} IMPORT_DIRS protos)
    add_executable(use-${kind} orders.c)
    target_link_libraries(use-${kind} protos-${kind})
endforeach()
END
    build . build -G Ninja
    for kind in STATIC SHARED OBJECT; do
        [ "$(build/use-$kind)" = shop.v1.Orders ]
    done
}

@test "one proto for two targets, one target with three calls" {
    project <<'END'
add_executable(one orders.c)
target_link_libraries(one m)
grpc_c_generate(TARGET one PROTOS ${all} IMPORT_DIRS protos)
add_executable(two orders.c)
target_link_libraries(two PRIVATE m)
grpc_c_generate(TARGET two PROTOS protos/shop/v1/orders.proto IMPORT_DIRS protos)
grpc_c_generate(TARGET two PROTOS protos/common/money.proto IMPORT_DIRS protos)
grpc_c_generate(TARGET two PROTOS ${all} IMPORT_DIRS protos)
END
    build . build -G "Unix Makefiles"
    [ "$(build/one)" = shop.v1.Orders ]
    [ "$(build/two)" = shop.v1.Orders ]
}

@test "folders: an import folder in another, none named, and one of the user's to write to" {
    project <<'END'
add_executable(folders empty.c)
grpc_c_generate(TARGET folders PROTOS ${all} IMPORT_DIRS protos protos/shop OUT_DIR mine)
grpc_c_generate(TARGET folders PROTOS protos/alone.proto)
END
    build . build
    [ -f build/mine/v1/orders.grpc-c.c ]
    [ -f build/mine/common/money.grpc-c.c ]
    [ -f build/folders.protos/alone.grpc-c.c ]
}

@test "a folder with a space in its name" {
    mkdir "a space"
    mv protos empty.c "a space"
    cd "a space"
    project <<'END'
add_executable(space empty.c)
grpc_c_generate(TARGET space PROTOS ${all} IMPORT_DIRS protos)
END
    for generator in Ninja "Unix Makefiles"; do
        build . "build $generator" -G "$generator"
        run cmake --build "build $generator"
        [[ $output != *Generating* ]]
    done
}

@test "only what a change concerns is made anew" {
    project <<'END'
add_executable(change empty.c)
grpc_c_generate(TARGET change PROTOS ${all} protos/alone.proto IMPORT_DIRS protos)
END
    for generator in Ninja "Unix Makefiles"; do
        rm -rf build
        build . build -G "$generator"
        run cmake --build build
        [[ $output != *Generating* && $output != *Building* ]]

        touch protos/alone.proto
        run cmake --build build
        echo "$output"
        [[ $output == *"Generating alone.pb-c"* && $output != *"Generating "[cs]* ]]
        [[ $output == *alone.pb-c.c.o* && $output != *money* && $output != *orders* ]]

        touch protos/common/money.proto # orders.proto imports it.
        run cmake --build build
        echo "$output"
        [[ $output == *"Generating common/money.pb-c"* && $output == *"Generating shop/v1/orders"* ]]
        [[ $output != *alone* ]]
    done
}

@test "an import that the call does not name counts too" {
    project <<'END'
add_library(change STATIC)
grpc_c_generate(TARGET change PROTOS protos/shop/v1/orders.proto IMPORT_DIRS protos)
add_library(money STATIC)
grpc_c_generate(TARGET money PROTOS protos/common/money.proto IMPORT_DIRS protos)
target_link_libraries(change PUBLIC money)
END
    for generator in Ninja "Unix Makefiles"; do
        rm -rf build
        build . build -G "$generator"
        touch protos/common/money.proto
        run cmake --build build
        echo "$output"
        [[ $output == *"Generating shop/v1/orders"* ]]
        run cmake --build build
        [[ $output != *Generating* ]]
    done
}

@test "mocks, in folders out of the source, of a proto that imports another" {
    cat >orders_test.c <<'END'
#include "shop/v1/orders.grpc-c-mock.h"
#include <stdio.h>
int main(void)
{
    Shop__V1__Orders_Mock mock;
    bool made = shop__v1__orders_mock_init(&mock);
    shop__v1__orders_mock_clear(&mock);
    return made && puts(SHOP__V1__ORDERS_SERVICE_NAME) >= 0 ? 0 : 1;
}
END
    project <<'END'
add_executable(orders_test orders_test.c)
grpc_c_generate(TARGET orders_test PROTOS ${all} IMPORT_DIRS protos PLUGIN_OPTIONS no_async mock)
END
    mkdir elsewhere
    for generator in Ninja "Unix Makefiles"; do
        build . "elsewhere/$generator" -G "$generator"
        [ "$("elsewhere/$generator/orders_test")" = shop.v1.Orders ]
        run cmake --build "elsewhere/$generator"
        [[ $output != *Generating* ]]
        # Each is made anew when it is gone.
        rm "elsewhere/$generator/orders_test.protos/shop/v1/orders.grpc-c-mock.h"
        cmake --build "elsewhere/$generator"
        [ -f "elsewhere/$generator/orders_test.protos/shop/v1/orders.grpc-c-mock.h" ]
    done
}

@test "GRPC_C_PLUGIN takes the place of the package's plugin" {
    printf '#!/bin/sh\ntouch "%s/ran"\nexec "%s"\n' "$PWD" "$prefix/bin/protoc-gen-grpc-c" >plugin
    chmod +x plugin
    project <<'END'
add_executable(cross empty.c)
grpc_c_generate(TARGET cross PROTOS protos/alone.proto PLUGIN_OPTIONS no_comments)
END
    build . build -DGRPC_C_PLUGIN="$PWD/plugin"
    [ -f ran ]
}

@test "what protobuf-c's own command refuses" {
    cat >protos/alone.proto <<'END'
syntax = "proto3";
message Alone { optional string text = 1; }
service Store { rpc Init(Alone) returns (Alone); rpc Default(Alone) returns (Alone); }
END
    project <<'END'
add_executable(odd empty.c)
grpc_c_generate(TARGET odd PROTOS protos/alone.proto)
add_library(options STATIC)
grpc_c_generate(TARGET options PROTOS protos/alone.proto PLUGIN_OPTIONS no_comments messages)
END
    build . build
    grep -F _text_case build/odd.protos/alone.pb-c.h
}

@test "PROTOC_GEN_C names protoc-gen-c" {
    printf '#!/bin/sh\necho "here I am" >&2\nexit 7\n' >gen
    chmod +x gen
    project <<'END'
add_executable(x empty.c)
grpc_c_generate(TARGET x PROTOS protos/alone.proto)
END
    run build . build -DPROTOC_GEN_C="$PWD/gen"
    [ "$status" -ne 0 ]
    [[ $output == *"$PWD/gen ended with exit status 7"*"here I am"* ]]
}

@test "wrong calls: targets" {
    refused "TARGET is missing" <<<"grpc_c_generate(PROTOS \${all})"
    refused "there is no target x" <<<"grpc_c_generate(TARGET x PROTOS \${all})"
    refused "x compiles no sources" <<'END'
add_library(x INTERFACE)
grpc_c_generate(TARGET x PROTOS ${all})
END
    mkdir -p sub
    echo 'grpc_c_generate(TARGET x PROTOS ../protos/alone.proto)' >sub/CMakeLists.txt
    refused "target x is added in $PWD; call grpc_c_generate() there" <<'END'
add_executable(x empty.c)
add_subdirectory(sub)
END
}

@test "wrong calls: protos" {
    local target='add_executable(x empty.c)'
    refused "PROTOS is missing (target x)" <<<"$target
grpc_c_generate(TARGET x)"
    refused "nothing follows PROTOS" <<<"$target
grpc_c_generate(TARGET x PROTOS)"
    refused "there is no file $PWD/none.proto" <<<"$target
grpc_c_generate(TARGET x PROTOS none.proto)"
    refused "empty.c is no .proto file" <<<"$target
grpc_c_generate(TARGET x PROTOS empty.c)"
    refused "unknown argument mine" <<<"$target
grpc_c_generate(TARGET x mine PROTOS \${all})"
    refused "$PWD/protos/alone.proto lies below none of the IMPORT_DIRS: $PWD/protos/shop" <<<"$target
grpc_c_generate(TARGET x PROTOS protos/alone.proto IMPORT_DIRS protos/shop)"
}

@test "wrong calls: one file written twice" {
    refused "$PWD/build/out/alone.pb-c.c is written for target x" <<'END'
add_executable(x empty.c)
add_executable(y empty.c)
grpc_c_generate(TARGET x PROTOS protos/alone.proto OUT_DIR out)
grpc_c_generate(TARGET y PROTOS protos/alone.proto OUT_DIR out)
END
}

@test "wrong calls: a project without C" {
    project </dev/null
    sed -i 's/LANGUAGES C/LANGUAGES CXX/' CMakeLists.txt
    echo 'int main() { return 0; }' >main.cc
    cat >>CMakeLists.txt <<'END'
add_executable(x main.cc)
grpc_c_generate(TARGET x PROTOS protos/alone.proto)
END
    run cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix"
    [ "$status" -ne 0 ]
    [[ $output == *"the project must enable the language C"* ]]
}
