# What the interop tests share: servers, cases, and which of them a peer does not support. From CMake:
# BIN, our programs; SOURCE, this folder; PYTHON, STUBS; NODE, NODE_PATH, PROTOS.

readonly HOST=127.0.0.1
readonly CASES=(empty_unary large_unary client_compressed_unary server_compressed_unary
    client_streaming client_compressed_streaming server_streaming server_compressed_streaming
    ping_pong empty_stream half_duplex custom_metadata status_code_and_message
    special_status_message unimplemented_method unimplemented_service cancel_after_begin
    cancel_after_first_response timeout_on_sleeping_server pick_first_unary slow_consumer rpc_soak
    channel_soak long_lived_channel cacheable_unary)

# Cases that cannot pass, and why. They are run all the same, and must fail: one that passes has no
# business here.
readonly -A UNSUPPORTED=(
    ["python server/client_compressed_unary"]="handlers cannot see whether a request was compressed"
    ["python server/client_compressed_streaming"]="handlers cannot see whether a request was compressed"
    ["python client/client_compressed_streaming"]="a stream is compressed as a whole or not at all"
    ["grpc-js server/server_compressed_unary"]="its servers never compress"
    ["grpc-js server/server_compressed_streaming"]="its servers never compress"
)

# A case that has not ended by then hangs. Sanitizers, and machines with much to do, are slow.
readonly CASE_SECONDS=120
# Beyond what the cases take by themselves, for the same reason.
readonly SOAK=(--soak_iterations=10 --soak_overall_timeout_seconds=100
    --soak_per_iteration_max_acceptable_latency_ms=30000)

readonly OUR_CLIENT=("$BIN/interop_client")
readonly OUR_SERVER=("$BIN/interop_server" --host="$HOST" --port=0)
readonly PYTHON_CLIENT=("$PYTHON" "$SOURCE/python/client.py")
readonly PYTHON_SERVER=("$PYTHON" "$SOURCE/python/server.py" --port=0)
readonly JS_CLIENT=("$NODE" "$SOURCE/js/client.js")
readonly JS_SERVER=("$NODE" "$SOURCE/js/server.js" --port=0)

setup() {
    servers=()
}

teardown() {
    for pid in "${servers[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
}

# start COMMAND…: starts a server and waits for the line that says its port, which becomes $port.
start() {
    local fifo="$BATS_TEST_TMPDIR/fifo.${#servers[@]}"
    mkfifo "$fifo"
    "$@" >"$fifo" 2>"$BATS_TEST_TMPDIR/stderr.${#servers[@]}" 3>&- &
    server=$!
    servers+=("$server")
    exec {said}<"$fifo"
    read -r line <&"$said"
    port=${line##* }
}

# stop PID: asks one of our servers to end, and fails unless it ends well.
stop() {
    kill -TERM "$1"
    wait "$1"
}

# run_case CASE PORT CLIENT…: leaves $status and $output.
run_case() {
    local case=$1 to=$2
    shift 2
    local flags=("${SOAK[@]}")
    [[ $case != long_lived_channel ]] || flags=(--soak_iterations=2 --iteration_interval=1)
    run timeout "$CASE_SECONDS" "$@" --server_host="$HOST" --server_port="$to" \
        --test_case="$case" "${flags[@]}" 3>&-
}

# fails_of_itself: the last case did not pass, and not by a hang, a crash or a sanitizer's complaint.
fails_of_itself() {
    [[ $status -ge 1 && $status -le 2 && $output != *Sanitizer* ]]
}

# run_some CLIENT…: some cases of different kinds, with this client, against the server on $port.
run_some() {
    local case
    for case in empty_unary large_unary ping_pong custom_metadata cancel_after_begin; do
        run_case "$case" "$port" "$@"
        echo "$case ended with $status: $output"
        [ "$status" -eq 0 ] || return 1
    done
}

# run_all PEER CLIENT…: all cases, with this client, against the server on $port. PEER is the side
# whose rows of UNSUPPORTED count. cacheable_unary, the last, goes through the caching proxy.
run_all() {
    local peer=$1 to=$port passed=0 failed=0 case reason
    shift
    start "$PYTHON" "$SOURCE/python/caching_proxy.py" "$to"
    for case in "${CASES[@]}"; do
        [[ $case != cacheable_unary ]] || to=$port
        run_case "$case" "$to" "$@"
        reason=${UNSUPPORTED["$peer/$case"]-}
        if [[ -n $reason ]] && fails_of_itself; then
            echo "# not supported: $case ($peer: $reason)" >&3
        elif [[ -z $reason && $status -eq 0 && $output != *"no server_id"* ]]; then
            passed=$((passed + 1))
        else
            echo "$case ended with $status${reason:+, though $reason}: $output"
            failed=$((failed + 1))
        fi
    done
    echo "# $passed of ${#CASES[@]} cases passed" >&3
    return "$failed"
}
