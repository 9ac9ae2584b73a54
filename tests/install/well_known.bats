#!/usr/bin/env bats
# The installed library of protobuf's well-known types, and what grpc_c_generate() does about protos
# that import them.
load helpers

setup_file() {
    install_package "$BATS_FILE_TMPDIR/prefix"
}

setup() {
    use_package "$BATS_FILE_TMPDIR/prefix"
    clock=$BATS_TEST_DIRNAME/well_known
    cd "$BATS_TEST_TMPDIR"
    cat >only_time.proto <<'END'
syntax = "proto3";
package only;
import public "google/protobuf/timestamp.proto";
message Time { google.protobuf.Timestamp at = 1; }
END
    cat >time.c <<'END'
#include "only_time.grpc-c.h"
int main(void)
{
    Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    Only__Time time = ONLY__TIME__INIT;
    time.at = &at;
    return only__time__get_packed_size(&time) != 2;
}
END
    echo 'int main(void) { return 0; }' >empty.c
}

# project: takes the lines after find_package() from standard input.
project() {
    { echo 'cmake_minimum_required(VERSION 3.18)
project(generate LANGUAGES C)
find_package(grpc-c REQUIRED)' && cat; } >CMakeLists.txt
}

# compile_by_hand ARGUMENT…: the clock, by protoc and cc alone, with cc's last arguments.
compile_by_hand() {
    mkdir generated
    protoc -I"$clock/proto" --grpc-c_opt=messages --grpc-c_out=generated \
        --plugin="$prefix/bin/protoc-gen-grpc-c" clock.proto
    # shellcheck disable=SC2046 # Flags are words.
    cc -Wall -Wextra -Werror -Igenerated $(pkg-config --cflags libgrpc-c libgrpc-c-wkt) \
        -o clock "$clock/main.c" generated/*.c "$@"
}

needs_wkt() {
    readelf -d "$1" | grep -F 'NEEDED' | grep -F '[libgrpc-c-wkt.so.'
}

@test "a header for each of protobuf's files" {
    diff - <(ls "$prefix/include/google/protobuf") <<'END'
any.pb-c.h
api.pb-c.h
descriptor.pb-c.h
duration.pb-c.h
empty.pb-c.h
field_mask.pb-c.h
source_context.pb-c.h
struct.pb-c.h
timestamp.pb-c.h
type.pb-c.h
wrappers.pb-c.h
END
}

@test "the shared library exports google__protobuf__ names only" {
    nm -D --defined-only "$libdir/libgrpc-c-wkt.so" | awk '{ print $3 }' >names
    grep -x google__protobuf__empty__init names
    grep -v '^google__protobuf__' names | no .
}

@test "the shared library carries its version and asks for protobuf-c only" {
    readelf -d "$libdir/libgrpc-c-wkt.so" >dynamic
    version=$(pkg-config --modversion libgrpc-c-wkt)
    [ -f "$libdir/libgrpc-c-wkt.so.$version" ]
    grep -F "soname: [libgrpc-c-wkt.so.${version%.*}]" dynamic
    grep NEEDED dynamic | grep -v 'libprotobuf-c\|libc\.so' | no .
}

@test "the link line is the library and protobuf-c" {
    [ "$(pkg-config --libs-only-l libgrpc-c-wkt | xargs)" = "-lgrpc-c-wkt -lprotobuf-c" ]
    [ "$(realpath "$(pkg-config --variable=includedir libgrpc-c-wkt)")" = "$prefix/include" ]
    no "$GRPC_C_BINARY_DIR|/usr/" <"$libdir/pkgconfig/libgrpc-c-wkt.pc"
}

@test "cc and pkg-config, shared" {
    # shellcheck disable=SC2046
    compile_by_hand $(pkg-config --libs libgrpc-c libgrpc-c-wkt)
    needs_wkt clock
    [ "$(LD_LIBRARY_PATH=$libdir ./clock)" = "86400 type: clock.Hand" ]
}

@test "cc and pkg-config, static" {
    # shellcheck disable=SC2046
    compile_by_hand $(pkg-config --static --libs libgrpc-c libgrpc-c-wkt |
        sed 's/-lgrpc-c\(-wkt\)\?\b/-l:libgrpc-c\1.a/g')
    [ "$(./clock)" = "86400 type: clock.Hand" ]
}

@test "CMake, shared, with Ninja" {
    build "$clock" build -G Ninja
    needs_wkt build/clock
    [ "$(build/clock)" = "86400 type: clock.Hand" ]
}

@test "CMake, static, with make" {
    build "$clock" build -G "Unix Makefiles" -DSTATIC=ON
    readelf -d build/clock >dynamic
    no 'libgrpc-c' <dynamic
    [ "$(build/clock)" = "86400 type: clock.Hand" ]
}

@test "two libraries whose protos import the same: linked once" {
    project <<END
add_library(time STATIC)
grpc_c_generate(TARGET time PROTOS only_time.proto)
add_library(clock SHARED)
grpc_c_generate(TARGET clock PROTOS $clock/proto/clock.proto)
add_executable(both time.c)
target_link_libraries(both time clock)
END
    build . build
    needs_wkt build/both
    build/both
    nm build/both build/libclock.so | no ' T google__protobuf__'
}

@test "protos that import none: not linked" {
    echo 'syntax = "proto3"; message None {}' >none.proto
    project <<'END'
add_executable(none empty.c)
grpc_c_generate(TARGET none PROTOS none.proto)
END
    build . build
    readelf -d build/none | no libgrpc-c-wkt
}

@test "an import that comes later is linked by the next build" {
    echo 'syntax = "proto3"; package only; message None {}' >plain.proto
    mv only_time.proto later
    cp plain.proto only_time.proto
    cp empty.c main.c
    project <<'END'
add_executable(later main.c)
grpc_c_generate(TARGET later PROTOS only_time.proto)
END
    for generator in Ninja "Unix Makefiles"; do
        rm -rf build
        cp plain.proto only_time.proto
        cp empty.c main.c
        build . build -G "$generator"
        cp later only_time.proto
        cp time.c main.c
        cmake --build build
        needs_wkt build/later
        build/later
    done
}

@test "a proto that another rule writes" {
    mv only_time.proto original
    project <<'END'
add_custom_command(OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/only_time.proto
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/original only_time.proto
    DEPENDS original)
add_executable(made time.c)
grpc_c_generate(TARGET made PROTOS ${CMAKE_CURRENT_BINARY_DIR}/only_time.proto)
END
    build . build
    build/made
}

@test "WKT_LIBRARY: none, for those who bring the types" {
    protos=$(dirname "$(find /usr/include /usr/local/include -path '*/google/protobuf/any.proto')")
    [ -n "$protos" ]
    project <<END
add_executable(own time.c)
grpc_c_generate(TARGET own PROTOS only_time.proto $protos/timestamp.proto WKT_LIBRARY NONE
    IMPORT_DIRS . ${protos%/google/protobuf})
END
    build . build
    readelf -d build/own | no libgrpc-c-wkt
    build/own
}
