#!/usr/bin/env bats
# Call credentials and the auth check with gRPC's Python, both ways, over TLS with an authority of the
# test's own. From CMake: BIN, our programs; STUBS; SOURCE, this folder; PYTHON.
load servers

setup_file() {
    "$SOURCE/../../examples/tls/certificates.sh" "$BATS_FILE_TMPDIR"
}

@test "Python's call credentials pass our auth check, and others do not" {
    start "$BIN/token_auth_server" 127.0.0.1:0 "$BATS_FILE_TMPDIR"
    "$PYTHON" "$SOURCE/credentials_client.py" "$STUBS" "localhost:$port" "$BATS_FILE_TMPDIR/ca.pem" 3>&-
    stop
}

@test "our call credentials reach Python's server" {
    start "$PYTHON" "$SOURCE/credentials_server.py" "$STUBS" \
        "$BATS_FILE_TMPDIR/server.key" "$BATS_FILE_TMPDIR/server.pem" open.sesame
    run "$BIN/credentials_client" "localhost:$port" "$BATS_FILE_TMPDIR/ca.pem" open.sesame 3>&-
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "Hello, you!
asked for https://localhost:$port/helloworld.Greeter, SayHello
Hello, you!" ]
    hear "[('authorization', 'Bearer open.sesame')]"
    hear "[('authorization', 'Bearer open.sesame'), ('x-trace-bin', b'\\x00\\x01\\x02')]"
    run "$BIN/credentials_client" "localhost:$port" "$BATS_FILE_TMPDIR/ca.pem" closed 3>&-
    [ "${lines[0]}" = "UNAUTHENTICATED: who are you?" ]
    stop
}
