#!/usr/bin/env bats
# TLS: rows 34 and 35. The servers and our clients are those of the examples, with the certificates of
# tests/certificates.bash; openssl's client and gRPC's Python are the others'. Each refusal is followed
# by a call that is served.
load ../integration/servers

setup_file() {
    "$SOURCE/../certificates.bash" "$BATS_FILE_TMPDIR"
    # For each server's certificate a folder, as the examples want it; likewise for the roots of a
    # client that trusts the wrong authority.
    cd "$BATS_FILE_TMPDIR"
    for name in server expired; do
        mkdir "of_$name"
        cp ca.pem "of_$name"
        cp "$name.pem" "of_$name/server.pem"
        cp "$name.key" "of_$name/server.key"
    done
    mkdir trusts_other
    cp other.pem trusts_other/ca.pem
    cp client.key client.pem stranger.key stranger.pem of_server
}

# serve NAME EXAMPLE: the example's server with this certificate.
serve() {
    folder=$BATS_FILE_TMPDIR/of_$1
    start "$BIN/$2_server" 127.0.0.1:0 "$folder"
}

# fails REASON COMMAND…: the command ends with 1, and says so.
fails() {
    run "${@:2}" 3>&-
    echo "exit code $status: $output"
    [ "$status" -eq 1 ]
    [[ $output == *"$1"* ]]
}

# s_client FLAG…: openssl's client, which insists on the certificate and on HTTP/2, sends nothing, and
# waits for what the server sends first, so that it sees a refusal, too.
s_client() {
    timeout 100 openssl s_client -connect "127.0.0.1:$port" -alpn h2 -verify_return_error -ign_eof "$@" \
        </dev/null
}

# answers NAME: a good call on the server that was started last.
answers() {
    run "$BIN/$1_client" "localhost:$port" "$BATS_FILE_TMPDIR/of_server"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == "SayHello: Hello, you!"* ]]
}

python_client() {
    "$PYTHON" "$SOURCE/tls_client.py" "$@"
}

@test "row 34: our client and a wrong authority, an expired certificate, a wrong host name" {
    serve server tls
    answers tls
    fails "SayHello: UNAVAILABLE: " "$BIN/tls_client" "localhost:$port" "$BATS_FILE_TMPDIR/trusts_other"
    [[ $output == *"certificate verify failed"* ]]
    fails "SayHello: UNAVAILABLE: " "$BIN/tls_client" "127.0.0.1:$port" "$folder"
    [[ $output == *"Hostname Verification Check failed"* ]]
    answers tls
    stop
    serve expired tls
    fails "SayHello: UNAVAILABLE: " "$BIN/tls_client" "localhost:$port" "$folder"
    [[ $output == *"certificate verify failed"* ]]
    stop
}

@test "row 34: openssl's client and a wrong authority, an expired certificate, a wrong host name" {
    serve server tls
    fails "verify error:" s_client -CAfile "$BATS_FILE_TMPDIR/other.pem"
    fails "ostname mismatch" s_client -CAfile "$folder/ca.pem" -verify_hostname wrong.test
    answers tls
    stop
    serve expired tls
    fails "certificate has expired" s_client -CAfile "$folder/ca.pem"
    stop
}

@test "row 34: Python's client and a wrong authority, an expired certificate, a wrong host name" {
    serve server tls
    [ "$(python_client "localhost:$port" "$folder/ca.pem")" = "Hello, you!" ]
    fails "UNAVAILABLE: " python_client "localhost:$port" "$BATS_FILE_TMPDIR/other.pem"
    fails "UNAVAILABLE: " python_client "127.0.0.1:$port" "$folder/ca.pem"
    answers tls
    stop
    serve expired tls
    fails "UNAVAILABLE: " python_client "localhost:$port" "$folder/ca.pem"
    stop
}

@test "row 34: plaintext to TLS, and TLS to plaintext" {
    serve server tls
    fails "UNAVAILABLE: " "$BIN/greeter_client" "localhost:$port"
    answers tls
    stop
    start "$BIN/greeter_server" 127.0.0.1:0
    fails "UNAVAILABLE: " "$BIN/tls_client" "localhost:$port" "$BATS_FILE_TMPDIR/of_server"
    [[ $output == *"wrong version number"* ]]
    [ "$("$BIN/greeter_client" "localhost:$port")" = "Greeter client received: Hello, you!" ]
    stop
}

@test "row 34: versions below TLS 1.2" {
    serve server tls
    fails "unexpected eof" s_client -tls1_1 -cipher ALL:@SECLEVEL=0
    answers tls
    stop
}

@test "row 35: our client without a certificate, and with a stranger's" {
    serve server mutual_tls
    answers mutual_tls
    fails "SayHello: UNAVAILABLE: " "$BIN/tls_client" "localhost:$port" "$folder"
    mkdir "$BATS_TEST_TMPDIR/stranger"
    cp "$folder/ca.pem" "$BATS_TEST_TMPDIR/stranger"
    cp "$folder/stranger.key" "$BATS_TEST_TMPDIR/stranger/client.key"
    cp "$folder/stranger.pem" "$BATS_TEST_TMPDIR/stranger/client.pem"
    fails "SayHello: UNAVAILABLE: " "$BIN/mutual_tls_client" "localhost:$port" "$BATS_TEST_TMPDIR/stranger"
    answers mutual_tls
    stop
    # The refused never reached the handler.
    [ "$(grep -c "^SayHello from" <&"$said")" -eq 2 ]
}

@test "row 35: openssl's and Python's clients without a certificate" {
    serve server mutual_tls
    fails "unexpected eof" s_client -CAfile "$folder/ca.pem" -cert "$folder/stranger.pem" -key "$folder/stranger.key"
    fails "unexpected eof" s_client -CAfile "$folder/ca.pem"
    fails "UNAVAILABLE: " python_client "localhost:$port" "$folder/ca.pem"
    answers mutual_tls
    stop
    [ "$(grep -c "^SayHello from" <&"$said")" -eq 1 ]
}
