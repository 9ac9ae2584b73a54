#!/usr/bin/env bats
# Our Greeter and Echo with gRPC's Python, both ways. From CMake: BIN, our programs; STUBS, what
# gRPC's own plugin made of the same protos; SOURCE, this folder; PYTHON.

load servers

client() {
    "$PYTHON" "$SOURCE/python_client.py" "$STUBS" "127.0.0.1:$port" "$1" 3>&-
}

@test "Python's client gets the greeting from our server" {
    start "$BIN/greeter_server" 127.0.0.1:0
    run client hello
    [ "$status" -eq 0 ]
    [ "$output" = "Greeter client received: Hello, you!" ]
    stop
}

@test "our client gets the greeting from Python's server" {
    start "$PYTHON" "$SOURCE/python_server.py" "$STUBS"
    run "$BIN/greeter_client" "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    [ "$output" = "Greeter client received: Hello, you!" ]
    run "$BIN/greeter_client" "127.0.0.1:$port" "Jürgen"
    [ "$output" = "Greeter client received: Hello, Jürgen!" ]
}

@test "our client shows the status of Python's server" {
    start "$PYTHON" "$SOURCE/python_server.py" "$STUBS"
    run "$BIN/greeter_client" "127.0.0.1:$port" nobody
    [ "$status" -eq 1 ]
    [ "$output" = "SayHello: NOT_FOUND: nobody is here: 100% säure" ]
}

@test "our client gets the greeting from our server" {
    start "$BIN/greeter_server" 127.0.0.1:0
    run "$BIN/greeter_client" "localhost:$port"
    [ "$status" -eq 0 ]
    [ "$output" = "Greeter client received: Hello, you!" ]
    stop
}

@test "our client says so when nothing listens" {
    start "$BIN/greeter_server" 127.0.0.1:0
    stop
    run "$BIN/greeter_client" "127.0.0.1:$port"
    [ "$status" -eq 1 ]
    [[ $output == "SayHello: UNAVAILABLE: "*"Connection refused"* ]]
}

@test "our second server says that the port is taken" {
    start "$BIN/greeter_server" 127.0.0.1:0
    run "$BIN/greeter_server" "127.0.0.1:$port"
    [ "$status" -eq 1 ]
    [ "$output" = "greeter_server: cannot listen on 127.0.0.1:$port: Address already in use" ]
    stop
}

@test "SIGINT stops our server" {
    start "$BIN/greeter_server" '[::]:0'
    stop INT
}

# What the client of the example prints, whoever serves.
readonly ROUTES="GetFeature: Konstanz
GetFeature: NOT_FOUND: nothing at 476700000, 92000000
ListFeatures: Konstanz
ListFeatures: Meersburg
ListFeatures: Bregenz
RecordRoute: 3 points, 2 features
RouteChat: fine view
RouteChat: steep"

@test "our route guide: our client, our server" {
    start "$BIN/route_guide_server" 127.0.0.1:0
    run "$BIN/route_guide_client" "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    [ "$output" = "$ROUTES" ]
    stop
}

@test "our route guide: our client, Python's server" {
    start "$PYTHON" "$SOURCE/python_server.py" "$STUBS"
    run "$BIN/route_guide_client" "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    [ "$output" = "$ROUTES" ]
}

@test "our route guide: Python's client, our server" {
    start "$BIN/route_guide_server" 127.0.0.1:0
    client route_guide
    stop
}

@test "our async route guide: our client, Python's server" {
    start "$PYTHON" "$SOURCE/python_server.py" "$STUBS"
    run "$BIN/async_route_guide_client" "127.0.0.1:$port"
    [ "$status" -eq 0 ]
    # In order for each method only.
    [ "$(sort --stable --field-separator=: --key=1,1 <<<"$output")" = "$ROUTES" ]
}

@test "our async route guide: Python's client, our server" {
    start "$BIN/async_route_guide_server" 127.0.0.1:0
    client route_guide
    client malformed_stream
    client route_guide
    stop
}

@test "a stream with a malformed message ends with INTERNAL" {
    start "$BIN/route_guide_server" 127.0.0.1:0
    client malformed_stream
    client route_guide
    stop
}

@test "every status and message reaches Python's client" {
    start "$BIN/echo_server"
    client statuses
    stop
}

@test "what is not there is UNIMPLEMENTED to Python's client" {
    start "$BIN/echo_server"
    client unimplemented
    stop
}

@test "malformed and too deep requests are INTERNAL to Python's client" {
    start "$BIN/echo_server"
    client malformed
    client concurrent
    stop
}

@test "a unary call without a message is refused" {
    start "$BIN/echo_server"
    client cardinality
    stop
}

@test "a compressed request is read, and seen to be compressed" {
    start "$BIN/echo_server"
    client compressed
    stop
}

@test "a compressed bomb of Python's client takes no memory" {
    start "$BIN/echo_server"
    client compressed
    # The limit is 4 MiB; sanitizers take several times of what the program does.
    grows_less_than 65536 client bomb
    client concurrent
    stop
}

@test "our client reads compressed replies of Python's server, and defuses its bomb" {
    name=$(printf 'x%.0s' {1..5000})
    for compression in Gzip Deflate; do
        start "$PYTHON" "$SOURCE/python_server.py" "$STUBS" "$compression"
        run "$BIN/greeter_client" "127.0.0.1:$port" "$name"
        [ "$status" -eq 0 ]
        [ "$output" = "Greeter client received: Hello, $name!" ]
        run "$BIN/greeter_client" "127.0.0.1:$port" bomb
        [ "$status" -eq 1 ]
        [[ $output == "SayHello: RESOURCE_EXHAUSTED: "*"once decompressed" ]]
        run "$BIN/route_guide_client" "127.0.0.1:$port"
        [ "$output" = "$ROUTES" ]
    done
}

@test "hand-made frames: what is compressed well, badly, or as nobody knows, to our server" {
    start "$BIN/echo_server"
    "$PYTHON" "$SOURCE/frames.py" call "$port" 3>&-
    client concurrent
    stop
}

@test "hand-made frames: the same to our client" {
    start "$PYTHON" "$SOURCE/frames.py" serve
    "$PYTHON" "$SOURCE/frames.py" names | while IFS=: read -r name expected; do
        run "$BIN/greeter_client" "127.0.0.1:$port" "$name"
        echo "$name: $output"
        [[ $output == "$expected"* ]]
    done
}

@test "messages up to the limit pass, and no larger ones" {
    start "$BIN/echo_server"
    client large
    stop
}

@test "a thousand calls from twenty threads" {
    start "$BIN/echo_server"
    client concurrent
    stop
}

@test "calls that Python's client leaves are cleaned up" {
    start "$BIN/echo_server"
    client cancelled
    client concurrent
    stop
}

@test "a client killed in mid-call leaves nothing behind" {
    start "$BIN/echo_server"
    for _ in 1 2 3; do
        mkfifo "$BATS_TEST_TMPDIR/client"
        "$PYTHON" "$SOURCE/python_client.py" "$STUBS" "127.0.0.1:$port" hold \
            >"$BATS_TEST_TMPDIR/client" 2>/dev/null 3>&- &
        client=$!
        read -r line <"$BATS_TEST_TMPDIR/client"
        [ "$line" = begun ]
        kill -KILL "$client"
        wait "$client" || true
        rm "$BATS_TEST_TMPDIR/client"
    done
    client concurrent
    stop
}
