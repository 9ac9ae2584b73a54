#!/usr/bin/env bats
# benchmarks/many_streams.sh, and with it C++'s side of it. From CMake: BIN, the programs; SOURCE.

@test "ours and C++'s serve each other, and a table comes of it" {
    run "$SOURCE/benchmarks/many_streams.sh" 500 3
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 5 ]
    for row in 1 2 3 4; do
        [[ ${lines[row]} =~ ^(server|client):" "(grpc-c|C\+\+)" "[a-z]+" "+[0-9]+" "+[0-9]+" "+[0-9.]+" "+[0-9.]+$ ]]
    done
}
