#!/usr/bin/env bash
# Many open streams of one process, ours (async) beside gRPC C++ (callback API):
#   many_streams.sh [STREAMS [VALUES]]
# by default ten thousand, and twenty values sent to each. Prints a table: threads with one stream
# and with all; memory a stream; CPU time for each message of the server's and the client's. Both
# servers are called by our client, both clients call our server. From BIN, by default
# build/release/bin, which is built if need be.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
streams=${1-10000}
values=${2-20}
if [[ -z ${BIN-} ]]; then
    BIN=build/release/bin
    { cmake --preset release -DGRPC_C_BUILD_BENCHMARKS=ON &&
        cmake --build --preset release --target {cxx_,}many_streams_{server,client}; } >/dev/null
fi

folder=$(mktemp -d)
running=()
finish() {
    for pid in "${running[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$folder"
}
trap finish EXIT

# field PID NAME: a number of /proc/PID/status. cpu_us PID: CPU time, to a hundredth of a second.
field() {
    awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"
}
cpu_us() {
    awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000000 / hz }' "/proc/$1/stat"
}

# launch COMMAND…: starts it and waits for its first line, $line. $pid is its process, $input and
# $output are its ends.
launch() {
    local ends="$folder/${#running[@]}"
    mkfifo "$ends.in" "$ends.out"
    "$@" <"$ends.in" >"$ends.out" &
    pid=$!
    running+=("$pid")
    exec {input}>"$ends.in" {output}<"$ends.out"
    read -r line <&"$output"
}

# sample PID…: threads, KiB and CPU time of each.
sample() {
    local pid
    for pid in "$@"; do
        echo "$(field "$pid" Threads) $(field "$pid" VmRSS) $(cpu_us "$pid")"
    done
}

# serve COUNT SERVER_PID TARGET CLIENT: sends the values to so many streams, and sets ${opened[@]} and
# ${sent[@]} to what was sampled of server and client before and after.
serve() {
    launch "$BIN/$4" "$3" "$1"
    mapfile -t opened < <(sample "$2" "$pid")
    for ((i = 0; i < values; i++)); do
        echo "value $i" >&"$input"
        read -r line <&"$output"
    done
    mapfile -t sent < <(sample "$2" "$pid")
    exec {input}>&-
    read -r line <&"$output"
    [[ $line == "$(($1 * (values + 1))) values have come" ]]
    wait "$pid"
}

# measure SERVER CLIENT: sets ${rows[@]} to what was sampled of the server and the client: with one
# stream, which shows what a process and a connection take, and with all, before and after.
measure() {
    launch "$BIN/$1" 127.0.0.1:0
    local server=$pid target=127.0.0.1:${line##* } one
    serve 1 "$server" "$target" "$2"
    one=("${sent[@]}")
    serve "$streams" "$server" "$target" "$2"
    rows=("${one[0]} ${opened[0]} ${sent[0]}" "${one[1]} ${opened[1]} ${sent[1]}")
    kill -TERM "$server"
    wait "$server"
}

# row NAME SAMPLES: a line of the table.
row() {
    awk -v streams="$streams" -v values="$values" -v name="$1" -v samples="$2" 'BEGIN {
        split(samples, m, " ")
        printf "%-22s %9d %7d %12.1f %12.2f\n", name, m[1], m[7],
            (m[8] - m[2]) / (streams - 1), (m[9] - m[6]) / (streams * values)
    }'
}

printf '%-22s %17s %12s %12s\n' "$streams streams" "threads, 1 / all" "KiB/stream" "us/message"
measure many_streams_server many_streams_client
row "server: grpc-c async" "${rows[0]}"
client=${rows[1]}
measure cxx_many_streams_server many_streams_client
row "server: C++ callback" "${rows[0]}"
row "client: grpc-c async" "$client"
measure many_streams_server cxx_many_streams_client
row "client: C++ callback" "${rows[1]}"
