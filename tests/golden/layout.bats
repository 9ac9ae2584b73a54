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
        # Half of them with all that options add; macros of several lengths.
        case $seed in
            4) more_options=mock,skeleton=out4,export_macro=MY_API ;;
            5) more_options=mock,skeleton=out5,export_macro=ANOTHER_LIBRARY_EXPORT ;;
            6) more_options=mock,skeleton=out6,export_macro=FIVES ;;
        esac
        run_plugin "out$seed"
        [ "$seed" -lt 4 ] || [ "$(find "out$seed" -name '*.[ch]' | wc -l)" -eq 5 ]
        for file in "out$seed"/*.[ch]; do
            [ "$(wc -l <"$file")" -gt 1000 ]
            clang-format-14 --style=file "$file" | diff -u "$file" -
        done
    done
}
