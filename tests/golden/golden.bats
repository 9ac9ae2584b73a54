#!/usr/bin/env bats
# One golden case: the protos of a folder, and beside them what the plugin must write for them.
# scripts/update-goldens.sh rewrites that.

load plugin

setup() {
    cd "$SOURCE_DIR/tests/golden/$CASE" || return 1
    out=$BATS_TEST_TMPDIR/out
}

outputs() {
    (cd "$1" && find . -name '*.grpc-c.[ch]' | LC_ALL=C sort)
}

@test "$CASE: writes what is expected" {
    run_plugin "$out"
    [ -n "$(outputs .)" ]
    diff <(outputs .) <(outputs "$out")
    local file
    for file in $(outputs .); do
        diff -u "$file" <(normalise "$out/$file")
    done
}

@test "$CASE: writes the same twice" {
    run_plugin "$out"
    run_plugin "$out.again"
    diff -r "$out" "$out.again"
}

@test "$CASE: clang-format has nothing to add" {
    command -v clang-format-14 >/dev/null || skip "no clang-format-14"
    local file
    for file in $(outputs .); do
        clang-format-14 --style=file "$file" | diff -u "$file" -
    done
}

@test "$CASE: compiles as C99, C11, C++11, C++17 and C++20, and links" {
    run_plugin "$out"
    # Apart, as system headers: a oneof is an unnamed union there, which C99 does not have.
    more_options=messages
    run_plugin "$out.messages"
    find "$out" -name '*.pb-c.?' -delete
    cd "$out"
    local flags="-Wall -Wextra -Wpedantic -Wconversion -Wcast-function-type -Werror"
    # Newer clangs have a strict kind of it, which knows of no type that all functions may be cast to.
    flags+=" -Wno-unknown-warning-option -Wno-cast-function-type-strict"
    flags+=" -I. -isystem $out.messages -I$SOURCE_DIR/runtime/include $PROTOBUF_C_CFLAGS"
    local file std compiler
    # shellcheck disable=SC2086 # flags are words
    for file in $(outputs .); do
        case $file in *.h) continue ;; esac
        for std in c99 c11; do
            "$CC" $flags "-std=$std" -c "$file" -o "$file.o"
            "$CLANG" $flags "-std=$std" -fsyntax-only "$file"
        done
        for std in c++11 c++17 c++20; do
            for compiler in "$CXX" "$CLANGXX"; do
                "$compiler" $flags -x c++ "-std=$std" -fsyntax-only "$file"
            done
        done
    done
    # shellcheck disable=SC2044 # names without spaces
    for file in $(find "$out.messages" -name '*.pb-c.c'); do
        # shellcheck disable=SC2086 # flags are words
        "$CC" $PROTOBUF_C_CFLAGS "-I$out.messages" -c "$file" -o "$file.o"
    done
    # shellcheck disable=SC2046 # names without spaces
    "$CC" -r -nostdlib -o all.o $(find "$out" "$out.messages" -name '*.c.o')
}
