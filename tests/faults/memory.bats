#!/usr/bin/env bats
# Row 37: memory that is not there.

@test "row 37: each allocation of ours fails once: RESOURCE_EXHAUSTED or NULL, and the next call is served" {
    bash "$SOURCE/../certificates.bash" "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    run "$BIN/memory" server.key server.pem ca.pem
    echo "$output"
    [ "$status" -eq 0 ]
    # Fewer would mean that the linker did not lead them here.
    [[ $output =~ ^([0-9]+)\ sites ]]
    [ "${BASH_REMATCH[1]}" -ge 80 ]
}
