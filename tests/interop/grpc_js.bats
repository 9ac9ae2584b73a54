#!/usr/bin/env bats
# The interop cases between us and grpc-js, which is not built on gRPC core.
load peers

@test "our client, grpc-js's server" {
    start "${JS_SERVER[@]}"
    run_all "grpc-js server" "${OUR_CLIENT[@]}"
}

@test "grpc-js's client, our server" {
    start "${OUR_SERVER[@]}"
    ours=$server
    run_all "grpc-js client" "${JS_CLIENT[@]}"
    stop "$ours"
}
