#!/usr/bin/env bats
# The examples, a server and its client each; a test's name begins with the folder's, and ctest has a
# test for each folder. From CMake: BIN, the programs.
load ../integration/servers

# client NAME ARGUMENT…: runs the client of an example.
client() {
    run "$BIN/$1_client" "${@:2}"
    echo "exit code $status: $output"
}

# refuses NAME: its server says that it cannot listen, and its client that nobody serves.
refuses() {
    run "$BIN/$1_server" "nonsense"
    [ "$status" -eq 1 ]
    [[ $output == "$1_server: cannot listen on nonsense: not an address with a port" ]]
    client "$1" "unix:$BATS_TEST_TMPDIR/nobody"
    [ "$status" -eq 1 ]
    [[ $output == *UNAVAILABLE* ]]
}

@test "helloworld: greets by name" {
    start "$BIN/greeter_server" 127.0.0.1:0
    client greeter "127.0.0.1:$port" Ada
    [ "$status" -eq 0 ]
    [ "$output" = "Greeter client received: Hello, Ada!" ]
    stop
}

@test "helloworld: says what fails" {
    refuses greeter
}

@test "route_guide: each kind of call" {
    start "$BIN/route_guide_server" 127.0.0.1:0
    client route_guide "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    diff - <(echo "$output") <<'END'
GetFeature: Konstanz
GetFeature: NOT_FOUND: nothing at 476700000, 92000000
ListFeatures: Konstanz
ListFeatures: Meersburg
ListFeatures: Bregenz
RecordRoute: 3 points, 2 features
RouteChat: fine view
RouteChat: steep
END
    stop
}

@test "route_guide: says what fails" {
    refuses route_guide
}

@test "metadata: goes both ways" {
    start "$BIN/metadata_server" 127.0.0.1:0
    client metadata "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    diff - <(echo "$output") <<'END'
initial metadata: served-by: /helloworld.Greeter/SayHello
reply: Hello, you!
trailing metadata: tag-count: 2
trailing metadata: trace-bin: 4 bytes
END
    hear "received tag: red"
    hear "received tag: blue"
    hear "received trace-bin: 4 bytes: 00 7f 80 ff"
    stop
}

@test "metadata: a call without it fails, with trailing metadata" {
    start "$BIN/metadata_server" 127.0.0.1:0
    client greeter "127.0.0.1:$port"
    [ "$status" -eq 1 ]
    [ "$output" = "SayHello: INVALID_ARGUMENT: no trace-bin" ]
    stop
}

@test "metadata: says what fails" {
    refuses metadata
}

@test "deadline: is handed on, and so is that there is none" {
    start "$BIN/deadline_server" 127.0.0.1:0 0
    start "$BIN/deadline_server" 127.0.0.1:0 20 "127.0.0.1:$port"
    client deadline "127.0.0.1:$port" 60000
    [ "$status" -eq 0 ]
    [[ $output =~ ^"Hello, you! "([0-9]+)" ms left / Hello, you! "([0-9]+)" ms left"$ ]]
    # The first has worked for 20 ms.
    [ "${BASH_REMATCH[1]}" -le 59980 ]
    [ "${BASH_REMATCH[2]}" -le 60000 ]
    client deadline "127.0.0.1:$port" -1
    [ "$status" -eq 0 ]
    [ "$output" = "Hello, you! No deadline / Hello, you! No deadline" ]
    stop
}

@test "deadline: ends the call everywhere" {
    start "$BIN/deadline_server" 127.0.0.1:0 600000
    local backend_said=$said
    start "$BIN/deadline_server" 127.0.0.1:0 0 "127.0.0.1:$port"
    client deadline "127.0.0.1:$port" 2000
    [ "$status" -eq 1 ]
    [[ $output == "SayHello: too late (DEADLINE_EXCEEDED: "* ]]
    said=$backend_said hear "SayHello: the time is up, stopped"
    stop
}

@test "deadline: says what fails" {
    refuses deadline
}

@test "cancellation: stops both handlers" {
    start "$BIN/cancellation_server" 127.0.0.1:0
    client cancellation "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    diff - <(echo "$output") <<'END'
ListFeatures: feature 1
ListFeatures: feature 2
ListFeatures: feature 3
ListFeatures: CANCELLED: CANCELLED
RouteChat: the server is waiting
RouteChat: CANCELLED: CANCELLED
END
    # In either order: the first handler need not notice first.
    local first second
    read -r -t 60 first <&"$said"
    read -r -t 60 second <&"$said"
    diff - <(printf '%s\n' "$first" "$second" | sort) <<'END'
ListFeatures: cancelled, stopped
RouteChat: cancelled, woken
END
    stop
}

@test "cancellation: says what fails" {
    refuses cancellation
}

# compressed ALGORITHM FILE: how many messages core says that it has compressed in this way.
compressed() {
    grep -c "Compressed\[$1\] 1000. bytes vs\. ..\? bytes" "$2" || true
}

@test "compression: of the channel, the call and the message" {
    export GRPC_VERBOSITY=INFO GRPC_TRACE=compression
    start "$BIN/compression_server" 127.0.0.1:0
    client compression "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    [ "$(grep -c "^10000 characters there and back, " <<<"$output")" -eq 4 ]
    # Of the client's four messages, two go as they are; the server's are all compressed.
    [ "$(compressed gzip - <<<"$output")" -eq 1 ]
    [ "$(compressed deflate - <<<"$output")" -eq 1 ]
    stop
    [ "$(compressed gzip "$errors")" -eq 4 ]
    [ "$(compressed deflate "$errors")" -eq 0 ]
}

@test "compression: says what fails" {
    refuses compression
}

@test "keepalive: notices a server that is frozen" {
    start "$BIN/keepalive_server" 127.0.0.1:0
    local frozen=$server
    start "$BIN/keepalive_client" "127.0.0.1:$port" 1000
    [ "$line" = "RouteChat: is anybody there?" ]
    kill -STOP "$frozen"
    local code=0
    wait "$server" || code=$?
    [ "$code" -eq 1 ]
    grep -x "RouteChat: UNAVAILABLE: keepalive watchdog timeout" "$errors"
    kill -CONT "$frozen"
    kill -TERM "$frozen"
    wait "$frozen"
}

@test "keepalive: says what fails" {
    refuses keepalive
}

@test "wait_for_ready: the client starts before the server" {
    local address="unix:$BATS_TEST_TMPDIR/socket"
    start "$BIN/wait_for_ready_client" "$address"
    [[ $line == "SayHello: UNAVAILABLE: "* ]]
    local client=$server client_said=$said
    start "$BIN/wait_for_ready_server" "$address"
    said=$client_said hear "SayHello: Hello, you!"
    wait "$client"
    stop
}

@test "wait_for_ready: no longer than the timeout" {
    client wait_for_ready "unix:$BATS_TEST_TMPDIR/nobody" 100
    [ "$status" -eq 1 ]
    [[ ${lines[0]} == "SayHello: UNAVAILABLE: "* ]]
    [[ ${lines[1]} == "SayHello: DEADLINE_EXCEEDED: "* ]]
}

@test "retry: the third attempt succeeds" {
    start "$BIN/retry_server" 127.0.0.1:0
    client retry "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    [ "$output" = "Hello, you! Attempt 3" ]
    hear "attempt 1, none before it"
    hear "attempt 2, 1 before it"
    hear "attempt 3, 2 before it"
    stop
}

@test "retry: four attempts and no more" {
    start "$BIN/retry_server" 127.0.0.1:0 8
    client retry "127.0.0.1:$port"
    [ "$status" -eq 1 ]
    [ "$output" = "SayHello: UNAVAILABLE: not in the mood, attempt 4" ]
    client retry "127.0.0.1:$port"
    [ "$output" = "SayHello: UNAVAILABLE: not in the mood, attempt 8" ]
    client retry "127.0.0.1:$port"
    [ "$output" = "Hello, you! Attempt 9" ]
    stop
}

@test "retry: says what fails" {
    refuses retry
}

@test "unix_socket: by file and by abstract name" {
    local path=$BATS_TEST_TMPDIR/socket name=grpc-c-example-$$
    start "$BIN/unix_socket_server" "$path" "$name"
    [ "$line" = "Unix socket server listening on unix:$path" ]
    hear "Unix socket server serving"
    [ -S "$path" ]
    client unix_socket "$path" "$name"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "unix:$path says: Hello, you!" ]
    [ "${lines[1]}" = "unix-abstract:$name says: Hello, you!" ]
    hear "SayHello from unix:"
    stop
    [ ! -e "$path" ]
    client unix_socket "$path" "$name"
    [ "$status" -eq 1 ]
    [[ ${lines[0]} == "unix:$path: UNAVAILABLE: "* ]]
    [[ ${lines[1]} == "unix-abstract:$name: UNAVAILABLE: "* ]]
}

@test "unix_socket: says that it cannot listen" {
    run "$BIN/unix_socket_server" "$BATS_TEST_TMPDIR/no/folder/socket"
    [ "$status" -eq 1 ]
    [[ $output == "unix_socket_server: cannot listen on unix:"*": No such file or directory" ]]
}

@test "load_balancing: every server answers" {
    local targets=()
    start "$BIN/load_balancing_server" 127.0.0.1:0 127.0.0.1:0 127.0.0.1:0
    targets+=("127.0.0.1:$port")
    for _ in 2 3; do
        read -r -t 60 line <&"$said"
        targets+=("127.0.0.1:${line##* }")
    done
    client load_balancing "${targets[@]}"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 3 ]
    for target in "${targets[@]}"; do
        [[ $output =~ "This is port ${target#*:}: "([0-9]+)" calls" ]]
        [ "${BASH_REMATCH[1]}" -ge 3 ]
    done
    stop
    client load_balancing "${targets[@]}"
    [ "$status" -eq 1 ]
    [[ $output == "SayHello: UNAVAILABLE: "* ]]
}

@test "load_balancing: says that it cannot listen" {
    run "$BIN/load_balancing_server" 127.0.0.1:0 nonsense
    [ "$status" -eq 1 ]
    [[ ${lines[1]} == "load_balancing_server: cannot listen on nonsense: "* ]]
}
