#!/usr/bin/env bats
# One golden case: the protos of a folder, and beside them what the plugin must write for them.
# scripts/update-goldens.sh rewrites that. compile.bats and link.bats compile it.

load plugin

setup_file() {
    cd "$SOURCE_DIR/tests/golden/$CASE" || return 1
    run_plugin "$BATS_FILE_TMPDIR/out"
}

setup() {
    cd "$SOURCE_DIR/tests/golden/$CASE" || return 1
    out=$BATS_FILE_TMPDIR/out
}

@test "$CASE: writes what is expected" {
    [ -n "$(written .)" ]
    diff <(written .) <(written "$out")
    local file
    for file in $(written .); do
        diff -u "$file" <(normalise "$out/$file")
    done
}

@test "$CASE: writes the same twice" {
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
