#!/usr/bin/env bats
# One golden case: the protos of a folder, and beside them what the plugin must write for them.
# scripts/update-goldens.sh rewrites that.

load plugin

setup() {
    cd "$SOURCE_DIR/tests/golden/$CASE" || return 1
    out=$BATS_TEST_TMPDIR/out
}

@test "$CASE: writes what is expected" {
    run_plugin "$out"
    [ -n "$(written .)" ]
    diff <(written .) <(written "$out")
    local file
    for file in $(written .); do
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
    for file in $(written .); do
        clang-format-14 --style=file "$file" | diff -u "$file" -
    done
}

# protobuf-c's own output without its services, for which it has keywords and clashes of its own.
write_messages() {
    # shellcheck disable=SC2046 # names without spaces
    "$PROTOC" "--plugin=protoc-gen-c=$SOURCE_DIR/tests/golden/protoc-gen-c-messages.py" -I. \
        "--c_out=$out" $(find . -name '*.proto' | sed 's|^\./||')
}

# Where the includes have a prefix, makes it lead to the files.
link_prefix() {
    local prefix
    prefix=$(sed -n 's/.*include_prefix=\([^,]*\).*/\1/p' "$SOURCE_DIR/tests/golden/$CASE/options" \
        2>/dev/null) || true
    if [ -n "$prefix" ]; then
        mkdir -p "$(dirname "$prefix")"
        ln -s "$PWD" "$prefix"
    fi
}

@test "$CASE: compiles as C99, C11, C++11, C++17 and C++20, and links" {
    run_plugin "$out"
    write_messages
    cd "$out"
    local flags="-Wall -Wextra -Wpedantic -Wconversion -Wcast-function-type -Werror"
    # Newer clangs have a strict kind of it, which knows of no type that all functions may be cast to.
    flags+=" -Wno-unknown-warning-option -Wno-cast-function-type-strict"
    flags+=" -I. -I$SOURCE_DIR/tests/golden/$CASE -I$SOURCE_DIR/runtime/include"
    flags+=" $PROTOBUF_C_CFLAGS"
    link_prefix
    local file std compiler
    # shellcheck disable=SC2086 # flags are words
    for file in $(written .); do
        case $file in *.h) continue ;; esac
        for std in c99 c11; do
            "$CC" $flags "-std=$std" -c "$file" -o "$file.o"
            "$CLANG" $flags "-std=$std" -fsyntax-only "$file"
        done
        # A skeleton is C: its servicer names the members that it sets.
        case $file in *_server.c) continue ;; esac
        for std in c++11 c++17 c++20; do
            for compiler in "$CXX" "$CLANGXX"; do
                "$compiler" $flags -x c++ "-std=$std" -fsyntax-only "$file"
            done
        done
    done
    find . -name '*.pb-c.c' | while read -r file; do
        # shellcheck disable=SC2086 # flags are words
        "$CC" $PROTOBUF_C_CFLAGS -I. -c "$file" -o "$file.o"
    done
    # shellcheck disable=SC2046 # names without spaces
    "$CC" -r -nostdlib -o all.o $(find . -name '*.c.o')
}
