# For bats files that run programs as servers: they print a line when they serve, whose last word is
# the port, and end well when asked by SIGTERM. What still runs at a test's end is killed.

setup() {
    servers=()
}

teardown() {
    for pid in "${servers[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

# start COMMAND…: starts a server and waits for its first line, $line, whose last word becomes $port.
# What it prints next comes from the descriptor $said; its errors are in the file $errors.
start() {
    local fifo="$BATS_TEST_TMPDIR/fifo.${#servers[@]}"
    errors="$BATS_TEST_TMPDIR/stderr.${#servers[@]}"
    mkfifo "$fifo"
    "$@" >"$fifo" 2>"$errors" 3>&- &
    server=$!
    servers+=("$server")
    exec {said}<"$fifo"
    read -r line <&"$said"
    port=${line##* }
}

# hear TEXT: waits until the last server prints this line.
hear() {
    while read -r -t 60 line <&"$said"; do
        echo "heard: $line"
        [ "$line" != "$1" ] || return 0
    done
    echo "not heard: $1"
    return 1
}

# stop [SIGNAL]: asks the last server to end, by SIGTERM, and fails unless it ends well. One that has
# not ended after a while is shown and killed.
stop() {
    local signal=${1:-TERM} code=0 leash
    kill -s "$signal" "$server"
    exec {leash}> >("${BASH_SOURCE[0]%/*}/watchdog.bash" "$server" "$signal" 3>&-)
    wait "$server" || code=$?
    exec {leash}>&-
    return "$code"
}

# peak: the most memory that the last server has had, in KiB.
peak() {
    awk '/^VmHWM:/ { print $2 }' "/proc/$server/status"
}

# grows_less_than KIB COMMAND…: the last server's peak grows by less while the command runs.
grows_less_than() {
    local before
    before=$(peak)
    "${@:2}"
    echo "peak: $before KiB before, $(peak) KiB after"
    (($(peak) - before < $1))
}
