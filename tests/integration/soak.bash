#!/usr/bin/env bash
# The soak: for SECONDS, clients make calls of all kinds, cancelled, late and left ones among them, to
# three servers. Two servers last, a blocking and an async one; the third is now of one kind, now of the
# other, and stopped or killed every few seconds. Two clients last; others are killed in the midst of
# their calls. Ends with one line of figures, and fails unless
#   - each call that the lasting clients started has ended once, with a status that can be explained;
#   - each handler that a server began has ended, killed servers apart;
#   - the memory of the lasting processes is within a bound of what it was when they had warmed up;
#   - the lasting servers have as many descriptors as then, when all clients are gone, and the lasting
#     clients about as many.
#
# usage: soak.bash SECONDS   (environment: BIN; SOAK_MEMORY_MIB, the bound for servers: 16)
set -euo pipefail

seconds=$1
bound_kib=$((${SOAK_MEMORY_MIB:-16} * 1024))
warm=$((seconds / 5 > 3 ? seconds / 5 : 3))
scratch=$(mktemp -d)
declare -A running=()
failures=()
stopped=0
killed=0
clients_killed=0

cleanup() {
    [[ ${#running[@]} -eq 0 ]] || kill -KILL "${!running[@]}" 2>/dev/null || true
    rm -rf "$scratch"
}
trap cleanup EXIT

fail() {
    failures+=("$1")
}

# reap PID: its exit status.
reap() {
    local code=0
    wait "$1" 2>/dev/null || code=$?
    unset "running[$1]"
    return "$code"
}

# murder PID
murder() {
    kill -KILL "$1"
    reap "$1" || true
}

# start_server KIND ADDRESS: sets $pid, $port, and the descriptor $out that its last line comes from.
start_server() {
    exec {out}< <(exec "$BIN/soak_server" "$1" "$2" 2>>"$scratch/errors")
    pid=$!
    running[$pid]=1
    read -r -t 60 port <&"$out" || {
        cat "$scratch/errors" >&2
        echo "soak: a server does not start" >&2
        exit 1
    }
}

# end_server PID OUT: as a user would; sets $begun.
end_server() {
    local ended code=0 fd=$2
    kill -TERM "$1"
    read -r -t 120 begun ended <&"$2" || fail "server $1 did not stop"
    reap "$1" || code=$?
    [[ $code -eq 0 ]] || fail "server $1 exited with $code"
    [[ $begun == "$ended" ]] || fail "server $1 began $begun handlers and ended $ended"
    exec {fd}<&-
}

descriptors() {
    find "/proc/$1/fd" -mindepth 1 2>/dev/null | wc -l
}

resident_kib() {
    awk '/^VmRSS/ { print $2 }' "/proc/$1/status"
}

# start_client SECONDS: sets $pid; its figures go to $scratch/PID.
seed=0
start_client() {
    seed=$((seed + 1))
    "$BIN/soak_client" "$1" "$seed" "${targets[@]}" >"$scratch/client.$seed" 2>>"$scratch/errors" &
    pid=$!
    running[$pid]=1
}

# ---- the servers, and calls until they are warm

start_server blocking 127.0.0.1:0
lasting=("$pid")
outs=("$out")
targets=("127.0.0.1:$port")
start_server async 127.0.0.1:0
lasting+=("$pid")
outs+=("$out")
targets+=("127.0.0.1:$port")
start_server blocking 127.0.0.1:0
third=$pid
third_out=$out
third_address=127.0.0.1:$port
targets+=("$third_address")

# As many descriptors as with a client, when there is none: those that core keeps.
start_client "$warm"
first=$pid
start_client "$warm"
reap "$first" || fail "a client failed before the soak"
reap "$pid" || fail "a client failed before the soak"

# settle SERVER MOST: waits until it has no more descriptors than that; prints how many it has.
settle() {
    local tries=200
    while [[ $(descriptors "$1") -gt $2 && $tries -gt 0 ]]; do
        sleep 0.1
        tries=$((tries - 1))
    done
    descriptors "$1"
}

# The listener's connections are gone when the number does not change any more.
fds_before=()
kib_before=()
for server in "${lasting[@]}"; do
    previous=-1
    while now=$(descriptors "$server") && [[ $now -ne $previous ]]; do
        previous=$now
        sleep 0.5
    done
    fds_before+=("$now")
    kib_before+=("$(resident_kib "$server")")
done

# ---- the soak

main=$((seconds - warm > 5 ? seconds - warm : 5))
until=$((SECONDS + main))
start_client "$main"
clients=("$pid")
client_files=("$scratch/client.$seed")
start_client "$main"
clients+=("$pid")
client_files+=("$scratch/client.$seed")
start_client 100000
doomed=$pid
kinds=(async blocking)
round=0
while [[ $SECONDS -lt $until ]]; do
    sleep "$((RANDOM % 2 + 1)).$((RANDOM % 10))"
    murder "$doomed"
    clients_killed=$((clients_killed + 1))
    start_client 100000
    doomed=$pid
    round=$((round + 1))
    [[ $((round % 2)) -eq 0 ]] || continue
    if [[ $((round % 4)) -eq 0 ]]; then
        murder "$third"
        exec {third_out}<&-
        killed=$((killed + 1))
    else
        end_server "$third" "$third_out"
        stopped=$((stopped + 1))
    fi
    start_server "${kinds[round / 2 % 2]}" "$third_address"
    third=$pid
    third_out=$out
done
for client in "${clients[@]}"; do
    reap "$client" || fail "client $client failed"
done
murder "$doomed"
clients_killed=$((clients_killed + 1))

# ---- the end

figures=(0 0 0 0 0 0 0)
client_memory=""
client_fds=""
for file in "${client_files[@]}"; do
    read -r -a of_client <"$file" || fail "a client printed nothing"
    for i in 0 1 2 3 4 5 6; do
        figures[i]=$((figures[i] + ${of_client[i]:-0}))
    done
    client_memory+=" ${of_client[7]:-0}>${of_client[8]:-0}"
    client_fds+=" ${of_client[9]:-0}>${of_client[10]:-0}"
done
[[ ${figures[0]} -eq ${figures[1]} && ${figures[0]} -gt 0 ]] ||
    fail "${figures[0]} calls started, ${figures[1]} ended"

handlers=0
server_memory=""
server_fds=""
for i in 0 1; do
    server=${lasting[i]}
    fds=$(settle "$server" "${fds_before[i]}")
    kib=$(resident_kib "$server")
    server_memory+=" ${kib_before[i]}>$kib"
    server_fds+=" ${fds_before[i]}>$fds"
    [[ $fds -le ${fds_before[i]} ]] || fail "server $i has $fds descriptors, and had ${fds_before[i]}"
    [[ $kib -le $((kib_before[i] + bound_kib)) ]] ||
        fail "server $i has $kib KiB, and had ${kib_before[i]}"
    end_server "$server" "${outs[i]}"
    handlers=$((handlers + begun))
done
end_server "$third" "$third_out"

printf 'soak: %d s; calls started %d = ended %d (OK %d, CANCELLED %d, DEADLINE_EXCEEDED %d, UNAVAILABLE %d, left %d); ' \
    "$seconds" "${figures[@]}"
printf 'handlers begun %d = ended; killed %d clients, %d servers, stopped %d; ' \
    "$handlers" "$clients_killed" "$killed" "$stopped"
printf 'KiB of servers%s (bound +%d), of clients%s; descriptors of servers%s, of clients%s\n' \
    "$server_memory" "$bound_kib" "$client_memory" "$server_fds" "$client_fds"

if [[ ${#failures[@]} -gt 0 ]]; then
    sort "$scratch/errors" | uniq -c | sort -rn | head -20 >&2
    printf 'soak: %s\n' "${failures[@]}" >&2
    exit 1
fi
