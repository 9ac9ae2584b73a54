#!/usr/bin/env bats
# Limits: what a peer that goes beyond them sees, and what it costs the server. The peers are in
# limits.py, over frames made by hand (raw_peer.py). Under a sanitizer floods are a tenth as long, and
# bounds on memory wider.

load ../integration/servers

# against TEST OPTION…: a limits_server with these options, and the peer TEST. The server answers the
# next call, and ends well when asked.
against() {
    start "$BIN/limits_server" "${@:2}"
    peer "$1"
    peer next
    end
}

peer() {
    "$PYTHON" "$SOURCE/limits.py" "$1" "$port" "$server" 3>&-
}

# end: lets handlers go that are still held, and stops the server.
end() {
    kill -USR1 "$server"
    stop
}

@test "row 14: metadata over the limit costs its call, and far more its connection" {
    against metadata
}

# starve OPTION…: a limits_server with 64 descriptors.
starve() {
    # shellcheck disable=SC2016 # for the other shell
    start bash -c 'ulimit -n 64 && exec "$@"' bash "$BIN/limits_server" "$@"
}

@test "row 27: a server that ran out of descriptors serves again when they are back" {
    starve
    peer descriptors
    peer next
    grep -x "accept has failed, and gRPC core gives such sockets up: listening again" "$errors"
    end
}

@test "row 27: a server without descriptors can be stopped" {
    starve
    peer keep_descriptors
    wait "$server"
}

@test "row 28: calls beyond the limit are refused at once while the workers are busy" {
    against saturate max_workers=2 max_concurrent_calls=10
}

@test "row 36: connections that do not finish their handshake are closed" {
    against handshake handshake_timeout_ms=300
}

@test "row 43: many calls that are reset at once" {
    against resets max_workers=1
}

@test "row 43: handlers of calls that were reset count until they return" {
    against reset_handlers max_workers=4 max_concurrent_calls=4
}

@test "row 44: floods of SETTINGS, CONTINUATION, DATA, WINDOW_UPDATE and PING" {
    against floods
}

@test "row 45: too frequent pings end the connection" {
    against pings
}

@test "row 45: as many strikes as the server forgives" {
    against more_strikes max_ping_strikes=10
}

@test "row 45: pings are welcome where the server says so" {
    against welcome_pings max_ping_strikes=-1
    against welcome_pings min_ping_interval_ms=-1 permit_pings_without_calls=1
}

@test "limit: an idle connection is closed" {
    against idle max_connection_idle_ms=200
}

@test "limit: an old connection is closed, with its call when the grace is over" {
    against age max_connection_age_ms=200 max_connection_age_grace_ms=200
}

@test "limit: streams beyond the limit close the connection" {
    against streams max_concurrent_streams=3
}

@test "limit: the nesting that is allowed is an option" {
    against nesting max_nesting_depth=5
}

@test "limit: 100,000 levels and 4 MiB of empty submessages, and what they cost" {
    against bombs
}
