#!/usr/bin/env bats
# The interop cases between us and gRPC's Python, which is built on gRPC core.
load peers

@test "our client, Python's server" {
    start "${PYTHON_SERVER[@]}"
    run_all "python server" "${OUR_CLIENT[@]}"
}

@test "Python's client, our server" {
    start "${OUR_SERVER[@]}"
    ours=$server
    run_all "python client" "${PYTHON_CLIENT[@]}"
    stop "$ours"
}

@test "our server has the features that no case looks at" {
    start "${OUR_SERVER[@]}"
    "$PYTHON" "$SOURCE/python/features.py" "$port" 3>&-
    stop "$server"
}
