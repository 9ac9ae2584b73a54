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

# routes EXAMPLE: its client calls its server, and prints what is on standard input. Its calls may be
# under way at the same time, so that what is printed is in order for each method only.
routes() {
    start "$BIN/$1_server" 127.0.0.1:0
    client "$1" "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    diff - <(sort --stable --field-separator=: --key=1,1 <<<"$output")
    stop
}

# start_with_input COMMAND…: start, with what is written to the descriptor $typed as its input, which
# ends when that is closed.
start_with_input() {
    local input="$BATS_TEST_TMPDIR/input.${#servers[@]}"
    mkfifo "$input"
    exec {typed}<>"$input"
    # What runs in the background has the input of its own redirection only, and must not hold the
    # writing ends of others.
    # shellcheck disable=SC2016
    INPUT=$input start bash -c 'exec <"$INPUT"
        for fd in /proc/$$/fd/??*; do eval "exec ${fd##*/}>&-"; done
        exec "$@"' - "$@"
}

# end_input: ends the last program's input.
end_input() {
    exec {typed}>&-
}

# cpu PID: the time that a process has used, in clock ticks, of which a second has a hundred.
cpu() {
    awk '{ print $14 + $15 }' "/proc/$1/stat"
}

# threads PID, own_threads PID: the threads of a process, all and those that are the library's, which
# have names; the least of some counts, since one of core's has the name of its maker for a moment.
# rss PID: its memory in KiB.
threads() {
    awk '/^Threads:/ { print $2 }' "/proc/$1/status"
}
own_threads() {
    for _ in {1..10}; do
        cat /proc/"$1"/task/*/comm | awk '/^grpc-c / { count++ } END { print +count }'
    done | sort -n | head -1
}
rss() {
    awk '/^VmRSS:/ { print $2 }' "/proc/$1/status"
}

# From CMake: STREAMS; and KIB_A_STREAM, a bound that a leak or a queue would break, several times of
# what a stream takes.
# begins TEXT: the last server's first line.
begins() {
    echo "began: $line"
    [ "$line" = "$1" ]
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
    # The kernel gives a signal to a thread that runs, rather than to the main one while that is still
    # stopped; under ThreadSanitizer it may be lost on a thread of core's.
    while grep -q '^State:.T' /proc/"$frozen"/task/*/status; do :; done
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

@test "tls: with the certificates of its script" {
    "$EXAMPLES/tls/certificates.sh" "$BATS_TEST_TMPDIR"
    start "$BIN/tls_server" 127.0.0.1:0 "$BATS_TEST_TMPDIR"
    client tls "localhost:$port" "$BATS_TEST_TMPDIR"
    [ "$status" -eq 0 ]
    [ "$output" = "SayHello: Hello, you!" ]
    # The certificate is for localhost.
    client tls "127.0.0.1:$port" "$BATS_TEST_TMPDIR"
    [ "$status" -eq 1 ]
    [[ $output == "SayHello: UNAVAILABLE: "*"Hostname Verification Check failed." ]]
    stop
}

@test "tls: says what fails" {
    run "$BIN/tls_server" 127.0.0.1:0 nowhere
    [ "$status" -eq 1 ]
    [ "$output" = "tls_server: nowhere/server.key: No such file or directory" ]
    client tls localhost:1 nowhere
    [ "$status" -eq 1 ]
    [ "$output" = "tls_client: nowhere/ca.pem: No such file or directory" ]
}

@test "mutual_tls: with the certificates of its script" {
    "$EXAMPLES/mutual_tls/certificates.sh" "$BATS_TEST_TMPDIR"
    start "$BIN/mutual_tls_server" 127.0.0.1:0 "$BATS_TEST_TMPDIR"
    client mutual_tls "localhost:$port" "$BATS_TEST_TMPDIR"
    [ "$status" -eq 0 ]
    [ "$output" = "SayHello: Hello, you! I know you as ann." ]
    hear "SayHello from CN=ann,O=Example"
    hear "also known as ann@example.org"
    client tls "localhost:$port" "$BATS_TEST_TMPDIR"
    [ "$status" -eq 1 ]
    [[ $output == "SayHello: UNAVAILABLE: "* ]]
    stop
}

@test "token_auth: the file's token, as it is at each call" {
    "$EXAMPLES/tls/certificates.sh" "$BATS_TEST_TMPDIR"
    start "$BIN/token_auth_server" 127.0.0.1:0 "$BATS_TEST_TMPDIR"
    for user in ann bob; do
        echo "secret-of-$user" >"$BATS_TEST_TMPDIR/token"
        client token_auth "localhost:$port" "$BATS_TEST_TMPDIR"
        [ "$status" -eq 0 ]
        [ "$output" = "SayHello: Hello, you! I know you as $user." ]
    done
    echo "secret-of-eve" >"$BATS_TEST_TMPDIR/token"
    client token_auth "localhost:$port" "$BATS_TEST_TMPDIR"
    [ "$status" -eq 1 ]
    [ "$output" = "SayHello: UNAUTHENTICATED: unknown token" ]
    # Another example's client has none.
    client tls "localhost:$port" "$BATS_TEST_TMPDIR"
    [ "$status" -eq 1 ]
    [ "$output" = "SayHello: UNAUTHENTICATED: no token" ]
    rm "$BATS_TEST_TMPDIR/token"
    client token_auth "localhost:$port" "$BATS_TEST_TMPDIR"
    [ "$status" -eq 1 ]
    [ "$output" = "SayHello: UNAUTHENTICATED: no token in $BATS_TEST_TMPDIR/token" ]
    stop
}

@test "token_auth: says what fails" {
    run "$BIN/token_auth_server" 127.0.0.1:0 nowhere
    [ "$status" -eq 1 ]
    [ "$output" = "token_auth_server: nowhere/server.key: No such file or directory" ]
    client token_auth localhost:1 nowhere
    [ "$status" -eq 1 ]
    [ "$output" = "token_auth_client: nowhere/ca.pem: No such file or directory" ]
}

@test "mutual_tls: says what fails" {
    run "$BIN/mutual_tls_server" 127.0.0.1:0 nowhere
    [ "$status" -eq 1 ]
    [ "$output" = "mutual_tls_server: nowhere/ca.pem: No such file or directory" ]
    client mutual_tls localhost:1 nowhere
    [ "$status" -eq 1 ]
    [ "$output" = "mutual_tls_client: nowhere/ca.pem: No such file or directory" ]
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

@test "route_guide_async: a unary call and a bidirectional stream at once" {
    routes route_guide_async <<'END'
GetFeature: Konstanz
RouteChat: fine view
RouteChat: steep
END
}

@test "route_guide_async: says what fails" {
    refuses route_guide_async
}

@test "route_guide_async: what it leaves out is UNIMPLEMENTED to the blocking client" {
    start "$BIN/route_guide_async_server" 127.0.0.1:0
    client route_guide "127.0.0.1:$port"
    [ "$status" -eq 1 ]
    [[ $output == *"ListFeatures: UNIMPLEMENTED"*"GetFeature: Konstanz"*"RouteChat: steep"* ]]
    stop
}

@test "streams_async: a stream of replies and one of requests at once" {
    routes streams_async <<'END'
ListFeatures: Konstanz
ListFeatures: Meersburg
ListFeatures: Bregenz
RecordRoute: 3 points
END
}

@test "streams_async: with the blocking server" {
    start "$BIN/route_guide_server" 127.0.0.1:0
    client streams_async "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    [[ $output == *"ListFeatures: Bregenz"* && $output == *"RecordRoute: 3 points"* ]]
    stop
}

@test "streams_async: says what fails" {
    refuses streams_async
}

@test "event_loop: timer and keyboard are served while calls run, and nothing is done while idle" {
    start_with_input "$BIN/event_loop_server" 127.0.0.1:0 600000
    local server_pid=$server server_said=$said server_typed=$typed
    start_with_input "$BIN/event_loop_client" "127.0.0.1:$port" 20
    local client_pid=$server client_said=$said
    echo Ada >&"$typed"
    hear "tick, with 1 calls under way"
    said=$server_said hear "Ada is waiting"
    echo Grace >&"$typed"
    hear "tick, with 2 calls under way"
    said=$server_said hear "Grace is waiting"
    echo Servus >&"$server_typed"
    # In either order.
    local greetings=() greeting
    while [ "${#greetings[@]}" -lt 2 ]; do
        read -r -t 60 greeting <&"$client_said"
        [[ $greeting == tick* ]] || greetings+=("$greeting")
    done
    diff - <(printf '%s\n' "${greetings[@]}" | sort) <<'END'
Servus, Ada!
Servus, Grace!
END
    # The call that runs when the server ends is answered; the client's input ends before.
    echo Joan >&"$typed"
    said=$server_said hear "Joan is waiting"
    end_input
    typed=$server_typed end_input
    hear "Goodbye, Joan!"
    wait "$client_pid"
    wait "$server_pid"
}

@test "event_loop: the timer answers where nobody does" {
    start_with_input "$BIN/event_loop_server" 127.0.0.1:0 20
    client event_loop "127.0.0.1:$port" 600000 <<<"Ada"
    [ "$status" -eq 0 ]
    [ "${lines[1]}" = "Hello, Ada!" ]
    end_input
    wait "$server"
}

@test "event_loop: idle, with a call under way, it takes no CPU" {
    start_with_input "$BIN/event_loop_server" 127.0.0.1:0 600000
    local server_pid=$server server_typed=$typed server_said=$said before after
    start_with_input "$BIN/event_loop_client" "127.0.0.1:$port" 1000000
    echo Ada >&"$typed"
    said=$server_said hear "Ada is waiting"
    before=("$(cpu "$server")" "$(cpu "$server_pid")")
    sleep 2 # what is measured
    after=("$(cpu "$server")" "$(cpu "$server_pid")")
    echo "# clock ticks in 2 s: client $((after[0] - before[0])), server $((after[1] - before[1]))" >&3
    ((after[0] - before[0] <= 1))
    ((after[1] - before[1] <= 1))
    end_input
    typed=$server_typed end_input
    hear "Goodbye, Ada!"
    wait "$server"
    wait "$server_pid"
}

@test "event_loop: says what fails" {
    run "$BIN/event_loop_server" nonsense
    [ "$status" -eq 1 ]
    [[ $output == "event_loop_server: cannot listen on nonsense: not an address with a port" ]]
    client event_loop "unix:$BATS_TEST_TMPDIR/nobody" <<<"Ada"
    [ "$status" -eq 1 ]
    [[ ${lines[1]} == "SayHello: UNAVAILABLE: "* ]]
}

@test "many_streams: no thread for any of ten thousand, and little memory" {
    start "$BIN/many_streams_server" 127.0.0.1:0
    local target="127.0.0.1:$port" server_pid=$server own all rss
    start_with_input "$BIN/many_streams_client" "$target" 1
    begins "1 streams of 0 at version 1"
    own="$(own_threads "$server_pid") $(own_threads "$server")"
    all=("$(threads "$server_pid")" "$(threads "$server")")
    rss=("$(rss "$server_pid")" "$(rss "$server")")
    end_input
    wait "$server"

    start_with_input "$BIN/many_streams_client" "$target" "$STREAMS"
    begins "$STREAMS streams of 0 at version 1"
    for version in 2 3 4; do
        echo "value $version" >&"$typed"
        hear "$STREAMS streams of $STREAMS at version $version"
    done
    rss=($((($(rss "$server_pid") - rss[0]) * 1024 / STREAMS))
        $((($(rss "$server") - rss[1]) * 1024 / STREAMS)))
    all+=("$(threads "$server_pid")" "$(threads "$server")")
    echo "# 1 and $STREAMS streams: threads of the server ${all[0]} and ${all[2]}," \
        "of the client ${all[1]} and ${all[3]}, of which ours $own;" \
        "bytes a stream: server ${rss[0]}, client ${rss[1]}" >&3
    [ "$(own_threads "$server_pid") $(own_threads "$server")" = "$own" ]
    # Core's pools have as many threads as work has come up at the same time, up to a limit.
    ((all[2] - all[0] <= 4 && all[3] - all[1] <= 4))
    ((rss[0] < KIB_A_STREAM * 1024 && rss[1] < KIB_A_STREAM * 1024))
    end_input
    hear "$((4 * STREAMS)) values have come"
    wait "$server"
    kill -TERM "$server_pid"
    wait "$server_pid"
}

@test "many_streams: who does not read misses values, and costs no memory" {
    start "$BIN/many_streams_server" 127.0.0.1:0
    local target="127.0.0.1:$port" server_pid=$server rss_before filler
    filler=$(printf '%1000s' "")
    start_with_input "$BIN/many_streams_client" "$target" 50
    local slow=$server slow_said=$said slow_typed=$typed
    start_with_input "$BIN/many_streams_client" "$target" 1
    rss_before=$(rss "$server_pid")
    for _ in {1..2000}; do
        echo "$filler" >&"$typed"
    done
    hear "1 streams of 51 at version 2001" >/dev/null
    # Queued, the values would be 100 MB; 50 windows of 64 KiB are far less than 20.
    echo "grown by $(($(rss "$server_pid") - rss_before)) KiB"
    (($(rss "$server_pid") - rss_before < KIB_A_STREAM * 200))
    echo last >&"$slow_typed"
    said=$slow_said hear "50 streams of 51 at version 2002"
    end_input
    wait "$server"
    typed=$slow_typed end_input
    local came
    read -r -t 60 came <&"$slow_said"
    echo "$came"
    [[ $came =~ ^([0-9]+)" values have come"$ ]]
    ((BASH_REMATCH[1] >= 50 * 2 && BASH_REMATCH[1] < 50 * 1000))
    wait "$slow"
    kill -TERM "$server_pid"
    wait "$server_pid"
}

@test "many_streams: a client that dies is forgotten" {
    start "$BIN/many_streams_server" 127.0.0.1:0
    local target="127.0.0.1:$port" server_pid=$server victim
    start_with_input "$BIN/many_streams_client" "$target" 100
    victim=$server
    start_with_input "$BIN/many_streams_client" "$target" 1
    echo >&"$typed"
    hear "1 streams of 101 at version 2"
    kill -KILL "$victim"
    wait "$victim" || true
    # The server hears of it when its system does.
    local told
    for _ in {1..10000}; do
        echo >&"$typed"
        read -r -t 60 told <&"$said"
        [[ $told != "1 streams of 1 at version "* ]] || break
    done
    [[ $told == "1 streams of 1 at version "* ]]
    end_input
    wait "$server"
    kill -TERM "$server_pid"
    wait "$server_pid"
}

@test "many_streams: says what fails" {
    refuses many_streams
}
