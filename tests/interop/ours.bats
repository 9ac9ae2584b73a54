#!/usr/bin/env bats
# The interop cases between our client and our server; and that they fail where they should.
load peers

@test "our client, our server" {
    start "${OUR_SERVER[@]}"
    ours=$server
    run_all ours "${OUR_CLIENT[@]}"
    stop "$ours"
}

@test "a server without the service fails every case but unimplemented_service" {
    start "$BIN/greeter_server" "$HOST:0"
    for case in "${CASES[@]}"; do
        run_case "$case" "$port" "${OUR_CLIENT[@]}"
        if [ "$case" = unimplemented_service ]; then
            [ "$status" -eq 0 ]
        else
            echo "$case: $output"
            fails_of_itself
        fi
    done
    stop "$server"
}

@test "no server at all fails every case" {
    start "${OUR_SERVER[@]}"
    stop "$server"
    for case in "${CASES[@]}"; do
        run_case "$case" "$port" "${OUR_CLIENT[@]}"
        echo "$case: $output"
        fails_of_itself
    done
}

@test "cacheable_unary fails without a cache between" {
    start "${OUR_SERVER[@]}"
    run_case cacheable_unary "$port" "${OUR_CLIENT[@]}"
    fails_of_itself
    [[ $output == *"did not come from a cache"* ]]
    stop "$server"
}

@test "pick_first_unary stays with one of two servers, and fails where calls are spread" {
    start "${OUR_SERVER[@]}"
    target=ipv4:$HOST:$port
    start "${OUR_SERVER[@]}"
    target+=,$HOST:$port
    client=("${OUR_CLIENT[@]}" --target="$target" --test_case=pick_first_unary)
    "${client[@]}"
    run "${client[@]}" --service_config_json='{"loadBalancingConfig":[{"round_robin":{}}]}'
    fails_of_itself
    [[ $output == *" reached port "* ]]
    stop "${servers[0]}"
    stop "${servers[1]}"
}

@test "a soak fails by latency, and passes within soak_max_failures" {
    start "${OUR_SERVER[@]}"
    client=("${OUR_CLIENT[@]}" --server_host="$HOST" --server_port="$port" --soak_iterations=3
        --soak_overall_timeout_seconds=100 --soak_per_iteration_max_acceptable_latency_ms=0)
    for case in rpc_soak channel_soak; do
        run "${client[@]}" --test_case="$case" --soak_max_failures=2
        fails_of_itself
        [[ $output == *"3 failures in 3 iterations"* ]]
        "${client[@]}" --test_case="$case" --soak_max_failures=3
    done
    stop "$server"
}

@test "a soak fails when its time is over before its iterations are" {
    start "${OUR_SERVER[@]}"
    run "${OUR_CLIENT[@]}" --server_host="$HOST" --server_port="$port" --test_case=rpc_soak \
        --soak_iterations=2 --soak_overall_timeout_seconds=1 --soak_min_time_ms_between_rpcs=1100
    fails_of_itself
    [[ $output == *"1 of 2 iterations in 1 s"* ]]
    stop "$server"
}

@test "server_host_override is no hindrance without TLS" {
    start "${OUR_SERVER[@]}"
    "${OUR_CLIENT[@]}" --server_host="$HOST" --server_port="$port" --test_case=empty_unary \
        --server_host_override=foo.test.google.fr
    stop "$server"
}

@test "flags that do not do are refused" {
    for flags in --no_such_flag=1 --server_port=x --server_port=-1 --use_tls=maybe stray \
        --test_case; do
        run "${OUR_CLIENT[@]}" --server_port=1 --test_case=empty_unary "$flags"
        [ "$status" -eq 1 ]
        [[ $output == *"no such flag, or no such value: $flags" ]]
    done
    run "${OUR_CLIENT[@]}" --server_port=1 --test_case=no_such_case
    [ "$status" -eq 1 ]
    [ "$output" = "interop_client: there is no case no_such_case" ]
    run "${OUR_CLIENT[@]}" --test_case=empty_unary
    [ "$output" = "interop_client: --server_port is missing" ]
    run "$BIN/interop_server"
    [ "$status" -eq 1 ]
    [ "$output" = "interop_server: --port is missing" ]
}
