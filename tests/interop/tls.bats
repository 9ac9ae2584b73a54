#!/usr/bin/env bats
# TLS by the interop programs' flags, between our client and our server, and between us and gRPC's
# Python. ours.bats and python.bats have all the cases; here are some.
load peers

setup_file() {
    "$SOURCE/../certificates.bash" "$BATS_FILE_TMPDIR"
}

# server_flags NAME, client_flags AUTHORITY HOST: with these certificates.
server_flags() {
    printf '%s\n' --use_tls=true "--tls_cert_file=$BATS_FILE_TMPDIR/$1.pem" \
        "--tls_key_file=$BATS_FILE_TMPDIR/$1.key"
}
client_flags() {
    printf '%s\n' --use_tls=true "--ca_file=$BATS_FILE_TMPDIR/$1.pem" "--server_host_override=$2"
}

# start_tls NAME COMMAND…, with_tls CLIENT…: start and run_some with TLS.
start_tls() {
    local flags
    mapfile -t flags < <(server_flags "$1")
    start "${@:2}" "${flags[@]}"
}
with_tls() {
    local flags
    mapfile -t flags < <(client_flags ca server.test)
    run_some "$@" "${flags[@]}"
}

@test "our client, our server" {
    start_tls server "${OUR_SERVER[@]}"
    with_tls "${OUR_CLIENT[@]}"
    stop "$server"
}

@test "our client, Python's server" {
    start_tls server "${PYTHON_SERVER[@]}"
    with_tls "${OUR_CLIENT[@]}"
}

@test "Python's client, our server" {
    start_tls server "${OUR_SERVER[@]}"
    with_tls "${PYTHON_CLIENT[@]}"
    stop "$server"
}

@test "files that do not do are named" {
    run "${OUR_SERVER[@]}" --use_tls=true --tls_cert_file=none.pem --tls_key_file=none.key
    [ "$status" -eq 1 ]
    [ "$output" = "interop_server: none.key: No such file or directory" ]
    run "${OUR_SERVER[@]}" --use_tls=true
    [ "$status" -eq 1 ]
    [ "$output" = "interop_server: key_pair: missing" ]
    run "${OUR_CLIENT[@]}" --server_port=1 --test_case=empty_unary --use_tls=true --ca_file=none.pem
    [ "$status" -eq 1 ]
    [[ $output == "interop_client: none.pem: No such file or directory"* ]]
}
