#!/usr/bin/env bats
# The layout pass against clang-format: services, methods and messages with names of every length,
# laid out by the plugin, leave clang-format nothing to do.

load plugin

setup() {
    command -v clang-format-14 >/dev/null || skip "no clang-format-14"
    cd "$BATS_TEST_TMPDIR" || return 1
    cp "$SOURCE_DIR/.clang-format" .
}

@test "names of many lengths are laid out as clang-format does" {
    local seed file
    for seed in 1 2 3 4 5 6; do
        "$SOURCE_DIR/tests/golden/many_names.py" "$seed" >many.proto
        run_plugin "out$seed"
        for file in "out$seed"/many.grpc-c.[ch]; do
            [ "$(wc -l <"$file")" -gt 1000 ]
            clang-format-14 --style=file "$file" | diff -u "$file" -
        done
    done
}
