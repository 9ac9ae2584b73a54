#!/usr/bin/env bats
# Callers, handlers and peers that misbehave, one by one and by the thousand. From CMake: BIN, our
# programs; SOURCE, this folder.

load ../integration/servers

# proves PROGRAM TEST…: these tests of a cmocka program are there, and pass.
proves() {
    local program=$1 name
    for name in "${@:2}"; do
        CMOCKA_TEST_FILTER=$name run "$BIN/$program"
        echo "$output"
        [ "$status" -eq 0 ]
        grep -qF "       OK ] $name" <<<"$output"
    done
}

# refuses MESSAGE PROTO [OPTION…]: the plugin refuses the proto in $BATS_TEST_TMPDIR, or the option, in
# these words, and writes nothing.
refuses() {
    mkdir -p "$BATS_TEST_TMPDIR/out"
    run "$PROTOC" --plugin=protoc-gen-grpc-c="$PLUGIN" -I"$BATS_TEST_TMPDIR" \
        --grpc-c_out="${3:-}:$BATS_TEST_TMPDIR/out" "$2"
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *"$1"* ]]
    [ -z "$(ls "$BATS_TEST_TMPDIR/out")" ]
}

@test "row 16: metadata that may not be sent is refused where it is set" {
    proves test_context test_metadata_that_may_not_be_sent
    proves fault_calls test_bad_metadata_is_refused_where_it_is_set
}

@test "row 16: metadata of any length" {
    proves fault_calls test_metadata_of_any_length
}

@test "row 19: the handler of a client that is killed in mid-stream" {
    proves fault_peers test_client_killed_in_mid_stream \
        test_client_killed_in_mid_stream_of_an_async_servicer
}

@test "row 20: the calls of a server that is killed" {
    proves fault_peers test_server_killed_in_mid_call
}

@test "row 21: a gigabyte for a slow reader" {
    proves test_volume test_a_slow_client_holds_the_server
    proves test_async_volume test_a_slow_client_holds_the_server
}

@test "row 22: deadlines in the past, of a millisecond, of all time" {
    proves test_calls test_deadline_expires_in_handler test_deadline_in_the_past_runs_no_handler \
        test_handler_sees_the_time_left
    proves test_async_client test_deadlines
    proves fault_calls test_deadlines_of_all_lengths
}

@test "row 23: cancelled before, in the middle, after" {
    proves fault_calls test_cancel_before_and_after_the_call test_cancel_in_a_write_that_waits
    proves test_async_client_streams test_cancel_ends_what_is_under_way
}

@test "row 24: cancel against all else" {
    # In full, and blocking and async, they are ctest's integration/races and integration/async_races.
    LOAD_RACES=4000 proves test_races test_cancel_meets_every_step_of_a_call
    LOAD_RACES=4000 proves test_async_races test_all_threads_meddle_with_async_calls
}

@test "row 25: ten thousand calls at once, of a blocking server and of an async one" {
    proves fault_load test_ten_thousand_calls_of_a_blocking_server \
        test_ten_thousand_calls_of_an_async_server
}

@test "row 26: a thousand connections" {
    proves fault_load test_a_thousand_connections
}

@test "row 29: stop, and what becomes of calls" {
    proves test_lifecycle test_stop_lets_running_calls_finish test_stop_cancels_after_the_grace \
        test_second_stop_cuts_the_grace_short test_stop_with_calls_waiting_for_a_worker
    proves test_async_server test_stop_waits_for_calls_that_are_held \
        test_stop_cancels_streams_after_the_grace
    proves test_streams test_stop_ends_open_streams
}

@test "row 29: stop, where the system has no thread for it" {
    proves fault_lives test_stop_in_a_handler_without_a_thread \
        test_stop_without_a_thread_while_another_waits test_stop_on_a_queue_without_a_thread
}

@test "row 30: finish twice, write after finish" {
    proves test_streams test_misuse_is_an_error
    proves test_async_client_streams test_after_the_end_reads_bring_null_and_writes_false
    proves test_async_server test_misuse_of_async_streams test_misuse_of_blocking_streams
}

@test "row 31: a handler returns what is no status" {
    proves test_calls test_status_out_of_range_is_unknown
    proves test_async_server test_failure_in_the_handler
}

@test "row 32: a handler that blocks for ever" {
    proves fault_calls test_handler_that_blocks_for_ever
}

# Each function of the headers must be among those that say "misused: NAME": see misuse.h.
@test "row 33: wrong arguments to every public function" {
    local program public misused
    for program in fault_arguments fault_call_arguments fault_credential_arguments; do
        run "$BIN/$program"
        echo "$output"
        [ "$status" -eq 0 ]
        misused+=$output$'\n'
    done
    public=$(cat "$SOURCE"/../../runtime/include/grpc-c/*.h | tr '\n' ' ' |
        grep -oE 'GRPC_C_API [^;(]*\(' | grep -oE 'grpc_c_[a-z0-9_]+ *\($' | tr -d ' (' | sort -u)
    [ "$(wc -l <<<"$public")" -gt 80 ]
    misused=$(sed -nE 's/^misused: //p' <<<"$misused" | sort -u)
    diff <(echo "$public") <(echo "$misused")
}

@test "row 38: forks before and after the first channel, and with exec" {
    proves fault_forks test_fork_before_the_first_channel test_fork_after_the_first_channel \
        test_fork_with_a_stream_and_a_queue test_fork_and_exec
}

@test "row 39: SIGPIPE ends nobody" {
    proves fault_signals test_server_whose_clients_are_killed \
        test_client_whose_server_slams_the_door
}

@test "row 39: a storm of EINTR" {
    proves fault_signals test_a_storm_of_signals
}

@test "row 40: addresses that are taken, wrong, or too long" {
    proves test_lifecycle test_port_that_is_taken test_bad_addresses_say_why
    proves test_targets test_targets_that_are_none test_schemes_with_a_bad_address
}

@test "row 41: a name that cannot be resolved, a connection that is refused" {
    proves test_calls test_nothing_listens
    proves fault_names test_a_name_that_no_server_knows
}

@test "row 42: a call waits for its server" {
    proves test_context test_call_waits_for_its_server
    proves test_async_client test_wait_for_ready
}

@test "row 46: a server that is frozen" {
    proves fault_peers test_server_frozen_in_mid_call
}

@test "row 50: retries, as many as configured" {
    proves fault_calls test_retries_are_counted
    proves test_channels test_retries_by_service_config
}

@test "row 51: a thousand lives" {
    proves fault_lives test_thousand_lives_leave_nothing_behind
    # With a thousand under the sanitizers, too: integration/lifecycle.
    proves test_lifecycle test_hundred_lives_with_a_call
}

# tests/reject has a case for each thing that the plugin refuses; here is one of each kind.
@test "row 52: the plugin refuses a wrong option, a clash and a keyword with file and line" {
    cd "$BATS_TEST_TMPDIR"
    echo 'syntax = "proto3"; message M {} service S { rpc Do(M) returns (M); }' >good.proto
    refuses 'unknown option "frobnicate"' good.proto frobnicate
    printf 'syntax = "proto3";\nmessage M {}\nservice S {\n rpc GetURL(M) returns (M);\n%s\n}\n' \
        ' rpc GetUrl(M) returns (M);' >clash.proto
    refuses 'clash.proto:5:' clash.proto
    printf 'syntax = "proto3";\nmessage M {}\nservice S {\n rpc Delete(M) returns (M);\n%s\n}\n' \
        ' rpc delete_(M) returns (M);' >keyword.proto
    refuses 'keyword.proto:5:' keyword.proto
    printf 'syntax = "proto3";\nmessage M {}\nservice S {\n rpc\n' >broken.proto
    refuses 'broken.proto:5:' broken.proto
}

@test "row 52: an empty file is no error, what is no request is one" {
    cd "$BATS_TEST_TMPDIR"
    refuses 'nothing.proto: ' nothing.proto
    : >empty.proto
    "$PROTOC" --plugin=protoc-gen-grpc-c="$PLUGIN" -I. --grpc-c_out=out empty.proto
    [ "$(ls out)" = "$(printf 'empty.grpc-c.c\nempty.grpc-c.h')" ]
    run "$PLUGIN" <<<"this is no CodeGeneratorRequest"
    [ "$status" -ne 0 ]
}
