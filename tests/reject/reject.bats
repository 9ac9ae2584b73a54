#!/usr/bin/env bats
# One thing that the plugin must refuse: the protos of a folder, or its options, and in `stderr` what
# protoc must say then, word by word. Nothing may be written.

load ../golden/plugin

@test "$CASE: is refused in these words" {
    cd "$SOURCE_DIR/tests/reject/$CASE"
    out=$BATS_TEST_TMPDIR/out
    local status=0
    run_plugin "$out" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
    diff -u stderr "$BATS_TEST_TMPDIR/stderr"
    [ "$status" -eq 1 ]
    [ -z "$(ls "$out")" ]
}
