#!/usr/bin/env bats
# The installed package: what it holds, and that programs outside of our tree build and run on it,
# by CMake and by a bare cc.
load helpers

setup_file() {
    install_package "$BATS_FILE_TMPDIR/prefix"
}

setup() {
    use_package "$BATS_FILE_TMPDIR/prefix"
    consumer=$BATS_TEST_DIRNAME/consumer
    tree=$(realpath "$BATS_TEST_DIRNAME/../..")
    cd "$BATS_TEST_TMPDIR"
}

# compile_by_hand ARGUMENT…: the consumer, by protoc and cc alone, with cc's last arguments.
compile_by_hand() {
    mkdir generated
    protoc -I"$consumer/proto" --grpc-c_opt=messages --grpc-c_out=generated \
        --plugin="$prefix/bin/protoc-gen-grpc-c" shop/v1/orders.proto common/money.proto
    # shellcheck disable=SC2046 # Flags are words.
    cc -std=c99 -Wall -Wextra -Werror -Igenerated $(pkg-config --cflags libgrpc-c) -o consumer \
        "$consumer/main.c" generated/shop/v1/orders.*.c generated/common/money.*.c "$@"
}

@test "every public header is installed, and nothing else" {
    diff <(ls "$prefix/include/grpc-c") <(ls "$tree/runtime/include/grpc-c")
    diff <(ls "$prefix/include") <(printf '%s\n' google grpc-c)
}

@test "the plugin's man page is installed" {
    [ -f "$prefix/share/man/man1/protoc-gen-grpc-c.1" ]
}

@test "the package names no folder of the build" {
    cat "$libdir"/cmake/grpc-c/* "$libdir/pkgconfig/libgrpc-c.pc" >texts
    no "$GRPC_C_BINARY_DIR|$tree|/usr/" <texts
}

@test "the shared library exports grpc_c_ names only" {
    nm -D --defined-only "$libdir/libgrpc-c.so" | awk '{ print $3 }' >names
    grep -x grpc_c_version names
    grep -v '^grpc_c_' names | no .
}

@test "the shared library carries its version and asks for no C++" {
    readelf -d "$libdir/libgrpc-c.so" >dynamic
    version=$(pkg-config --modversion libgrpc-c)
    [ -f "$libdir/libgrpc-c.so.$version" ]
    grep -F "soname: [libgrpc-c.so.${version%.*}]" dynamic
    no 'NEEDED.*(stdc\+\+|absl|libprotobuf\.|protoc)|RPATH|RUNPATH' <dynamic
}

@test "the link line is our library and protobuf-c" {
    [ "$(pkg-config --libs-only-l libgrpc-c | xargs)" = "-lgrpc-c -lprotobuf-c" ]
    [ "$(realpath "$(pkg-config --variable=includedir libgrpc-c)")" = "$prefix/include" ]
    pkg-config --static --libs --cflags libgrpc-c >flags
    no 'absl|stdc\+\+|grpc\+\+' <flags
}

@test "the plugin runs from the package" {
    "$prefix/bin/protoc-gen-grpc-c" --version | grep -F "$(pkg-config --modversion libgrpc-c)"
}

@test "cc and pkg-config, shared" {
    # shellcheck disable=SC2046
    compile_by_hand $(pkg-config --libs libgrpc-c)
    [ "$(LD_LIBRARY_PATH=$libdir ./consumer)" = "tea: EUR 750" ]
}

@test "cc and pkg-config, static" {
    # shellcheck disable=SC2046
    compile_by_hand $(pkg-config --static --libs libgrpc-c | sed 's/-lgrpc-c\b/-l:libgrpc-c.a/')
    [ "$(./consumer)" = "tea: EUR 750" ]
}

@test "CMake, shared, with Ninja" {
    build "$consumer" build -G Ninja
    [ "$(build/consumer)" = "tea: EUR 750" ]
    readelf -d build/consumer >dynamic
    no 'NEEDED.*(libgrpc\.|libgpr|absl|stdc)' <dynamic
}

@test "CMake, static, with make" {
    build "$consumer" build -G "Unix Makefiles" -DSTATIC=ON
    [ "$(build/consumer)" = "tea: EUR 750" ]
    readelf -d build/consumer >dynamic
    no 'libgrpc-c' <dynamic
}

@test "the package may be moved" {
    install_package here
    mv here there
    use_package "$PWD/there"
    build "$consumer" build
    readelf -d build/consumer | grep -F "$libdir"
    [ "$(build/consumer)" = "tea: EUR 750" ]
    # shellcheck disable=SC2046
    compile_by_hand $(pkg-config --libs libgrpc-c)
    [ "$(LD_LIBRARY_PATH=$libdir ./consumer)" = "tea: EUR 750" ]
}

@test "the source tree as a part of another build" {
    cat >CMakeLists.txt <<END
cmake_minimum_required(VERSION 3.18)
project(whole LANGUAGES C CXX)
add_subdirectory($tree grpc-c)
add_executable(consumer $consumer/main.c)
grpc_c_generate(TARGET consumer
    PROTOS $consumer/proto/shop/v1/orders.proto $consumer/proto/common/money.proto
    IMPORT_DIRS $consumer/proto)
END
    cmake -S . -B build
    cmake --build build --target consumer --parallel 2
    [ "$(build/consumer)" = "tea: EUR 750" ]
}

@test "another major version is refused" {
    cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.18)
project(wrong LANGUAGES C)
find_package(grpc-c 99 REQUIRED)
END
    run cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix"
    [ "$status" -ne 0 ]
    echo "$output"
    [[ $output == *"considered but not accepted"* ]]
}
