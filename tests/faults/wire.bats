#!/usr/bin/env bats
# Messages and frames that no gRPC of good will would send, to our server (hostile_client.py) and to our
# client (hostile_server.py). From CMake: BIN, our programs; SOURCE, this folder; PYTHON.

load ../integration/servers

# attack CASE [ARGUMENT…]: starts our server with the arguments and has the client misbehave; behind
# that, the server answers a call, and ends well when asked. $handlers: how many ran.
attack() {
    start "$BIN/wire_server" "${@:2}"
    timeout 120 "$PYTHON" "$SOURCE/hostile_client.py" "$port" "$1" "$server" 3>&-
    echo "# the server's peak in $1: $(peak) KiB" >&3
    stop
    read -r line <&"$said"
    handlers=${line#handlers: }
}

# suffer [OPTION…] TEXT…: our client calls the server that misbehaves. What it printed is in $output.
suffer() {
    local options=()
    while [[ $1 == --* ]]; do
        options+=("$1")
        if [[ $1 == --timeout ]]; then
            shift
            options+=("$1")
        fi
        shift
    done
    [[ -n ${misbehaving-} ]] || start "$PYTHON" "$SOURCE/hostile_server.py"
    misbehaving=yes
    run timeout 120 "$BIN/wire_client" "${options[@]}" "127.0.0.1:$port" "$@"
    echo "${output:0:2000}"
    [ "$status" -eq 0 ]
}

# ended CALL TEXT: among what our client printed is how CALL ended, which begins with TEXT.
ended() {
    grep -qF -- "$1: $2" <<<"$output" || {
        echo "not so: $1: $2"
        return 1
    }
}

@test "row 1: malformed requests: INTERNAL, and no unary handler called" {
    for mode in "" --async; do
        attack malformed $mode
        # Those of the calls that stream, which found it out, and of the call at the end.
        [ "$handlers" -eq 9 ]
    done
}

@test "row 2: malformed replies: INTERNAL at the client" {
    for mode in --timeout=60000 --async; do
        for kind in "" count: collect:; do
            local names=("no length" "a length and too few bytes" "a tag without end" "a number without end"
                "a string that is a number" "a group" "an unassigned wire type" "malformed inside")
            suffer ${mode/=/ } "${names[@]/#/$kind}" "${kind}ok"
            for name in "${names[@]}"; do
                ended "$kind$name" INTERNAL
            done
            ended "${kind}ok" 'OK: 1 of "fine"'
        done
    done
}

@test "row 3: nesting of 101 and of 100,000 levels in a request" {
    attack deep
    [ "$handlers" -eq 2 ]
}

@test "row 3: nesting of 101 and of 100,000 levels in a reply" {
    suffer "100 levels" "101 levels" "100000 levels" "count:100000 levels" ok
    ended "100 levels" OK
    ended "101 levels" INTERNAL
    ended "100000 levels" INTERNAL
    ended "count:100000 levels" INTERNAL
    ended ok 'OK: 1 of "fine"'
}

@test "row 4: 4 MiB of empty submessages in a request" {
    attack bomb_of_empties
    [ "$handlers" -eq 1 ]
}

@test "row 4: 4 MiB of empty submessages in a reply" {
    suffer empties count:empties ok
    echo "# the client's ${output##*$'\n'}" >&3
    ended empties RESOURCE_EXHAUSTED
    ended count:empties RESOURCE_EXHAUSTED
    ended ok 'OK: 1 of "fine"'
}

@test "row 5: a million repeats of one singular submessage" {
    attack repeats
}

@test "row 6: strings that are not UTF-8 or hold a NUL in a request: INTERNAL, no unary handler called" {
    for mode in "" --async; do
        attack strings $mode
        # Seven with an unknown field, 14 that read a stream, four good ones, and the call at the end.
        [ "$handlers" -eq 26 ]
    done
}

@test "row 6: strings that are not UTF-8 or hold a NUL in a reply: INTERNAL" {
    for mode in --timeout=60000 --async; do
        suffer ${mode/=/ } "latin 1" "NUL" "count:latin 1" "count:NUL" ok
        for call in "latin 1" "NUL" "count:latin 1" "count:NUL"; do
            ended "$call" INTERNAL
        done
        ended ok 'OK: 1 of "fine"'
    done
}

@test "row 7: a request of the limit, and one byte more" {
    attack limit
    [ "$handlers" -eq 2 ]
}

@test "row 7: a reply of the limit, and one byte more" {
    for mode in --timeout=60000 --async; do
        suffer ${mode/=/ } limit "limit + 1" count:limit "count:limit + 1" ok
        ended limit "OK: 1 of"
        ended "limit + 1" RESOURCE_EXHAUSTED
        ended count:limit "OK: 1 of"
        ended "count:limit + 1" RESOURCE_EXHAUSTED
        ended ok 'OK: 1 of "fine"'
    done
}

@test "row 8: a 1000:1 gzip bomb to our server" {
    start "$BIN/wire_server"
    # The limit is 4 MiB; sanitizers take several times of what the program does.
    grows_less_than 65536 timeout 120 "$PYTHON" "$SOURCE/hostile_client.py" "$port" gzip_bomb
    stop
    read -r line <&"$said"
    [ "$line" = "handlers: 1" ]
}

@test "row 8: a 1000:1 gzip bomb to our client" {
    suffer ok
    local before=${output##*peak: }
    suffer "gzip bomb" ok
    ended "gzip bomb" RESOURCE_EXHAUSTED
    ended ok 'OK: 1 of "fine"'
    local after=${output##*peak: }
    echo "peak without and with: $before, $after"
    ((${after% KiB} - ${before% KiB} < 65536))
}

@test "row 9: corrupt gzip and unknown encodings to our server" {
    attack encodings
}

@test "row 9: corrupt gzip and unknown encodings to our client" {
    suffer "corrupt gzip" "count:corrupt gzip" "unknown encoding" "no encoding" ok
    ended "corrupt gzip" INTERNAL
    ended "count:corrupt gzip" INTERNAL
    # Should be INTERNAL. Core takes the bytes for a message that is not compressed.
    ended "unknown encoding" 'OK: 1 of "fine"'
    ended "no encoding" 'OK: 1 of "fine"'
    ended ok 'OK: 1 of "fine"'
}

@test "row 9: a flag that is neither 0 nor 1" {
    attack unknown_flag
    suffer "flag 2" ok
    ended "flag 2" UNIMPLEMENTED || ended "flag 2" 'OK: 1 of ""'
    ended ok 'OK: 1 of "fine"'
}

@test "row 10: wrong content-types" {
    attack content_types
    suffer "other content type" "not found" "no grpc status" ok
    ended "other content type" 'OK: 1 of "fine"'
    ended "not found" UNIMPLEMENTED
    ended "no grpc status" UNKNOWN
    ended ok 'OK: 1 of "fine"'
}

@test "row 11: missing :path or te, GET, and the like" {
    attack headers
    [ "$handlers" -eq 1 ]
}

@test "row 12: unknown methods and services, paths without a slash: UNIMPLEMENTED at once" {
    attack paths
    [ "$handlers" -eq 1 ]
}

@test "row 13: no request" {
    for mode in "" --async; do
        attack no_request $mode
        [ "$handlers" -eq 1 ]
    done
}

@test "row 13: two requests: the first is answered, the second dropped" {
    for mode in "" --async; do
        attack two_requests_are_answered $mode
        # One a call, and the last call.
        [ "$handlers" -eq 5 ]
    done
}

@test "row 13: two requests, with the option refuse_extra_requests" {
    for mode in "" --async; do
        attack two_requests_are_refused --strict $mode
        [ "$handlers" -eq 1 ]
        attack no_request --strict $mode
        [ "$handlers" -eq 1 ]
    done
}

@test "row 13: two replies" {
    local more="the server sent more than one reply"
    # A unary call fails some seconds after the reply; one that streams at once.
    suffer "two replies" "collect:two replies" "collect:two replies and not found" "late status" \
        "collect:late status" ok
    ended "two replies" "UNIMPLEMENTED: $more"
    ended "collect:two replies" "UNIMPLEMENTED: $more"
    ended "collect:two replies and not found" "UNIMPLEMENTED: $more"
    ended "late status" 'OK: 1 of "fine"'
    ended "collect:late status" 'OK: 1 of "fine"'
    ended ok 'OK: 1 of "fine"'
}

@test "row 13: two replies to async calls" {
    # Of a unary one, core does not tell in time: the deadline ends it.
    suffer --async --timeout 2500 "two replies" "collect:two replies" "late status" "collect:late status" ok
    ended "two replies" DEADLINE_EXCEEDED
    ended "collect:two replies" "UNIMPLEMENTED: the server sent more than one reply"
    ended "late status" 'OK: 1 of "fine"'
    ended "collect:late status" 'OK: 1 of "fine"'
    ended ok 'OK: 1 of "fine"'
}

@test "row 13: no reply" {
    for mode in --timeout=60000 --async; do
        suffer ${mode/=/ } "no reply" "collect:no reply" "trailers only" "half a reply" ok
        ended "no reply" UNIMPLEMENTED
        ended "collect:no reply" UNIMPLEMENTED
        ended "trailers only" UNIMPLEMENTED
        ended "half a reply" UNIMPLEMENTED
        ended ok 'OK: 1 of "fine"'
    done
}

@test "row 15: the frames of CVE-2023-1428: the connection is closed, and nothing aborts" {
    attack cve_2023_1428
    [ "$handlers" -eq 1 ]
}

# All bytes, in hexadecimal.
all_bytes() {
    printf '%02x' {0..255}
}

@test "row 17: a -bin value of all 256 bytes, between the two of us and with others" {
    attack binary_metadata
    start "$BIN/wire_server"
    run "$BIN/wire_client" --metadata echo-all-bin "$(all_bytes)" "127.0.0.1:$port" hello
    [[ $output == *"trailing echo-all-bin $(all_bytes)"* ]]
    stop
    suffer "binary metadata"
    [[ $output == *"initial padded-bin $(all_bytes)"*"trailing bare-bin $(all_bytes)"* ]]
}

@test "row 17: invalid base64: only the peer suffers" {
    attack bad_base64
    suffer "bad base64" ok
    ended "bad base64" UNKNOWN
    ended ok 'OK: 1 of "fine"'
}

@test "row 18: status messages with %, newline, UTF-8, long ones" {
    attack messages
    start "$BIN/wire_server"
    local long message
    long=$(printf 'x%.0s' {1..7000})
    for message in '100% säure
line' '%41 %zz' "$long"; do
        run "$BIN/wire_client" "127.0.0.1:$port" "!$message"
        [[ $output == *"ABORTED: $message"$'\n'peak:* ]]
    done
    stop
}

@test "row 18: status messages as other servers write them" {
    suffer escapes "bad escapes" "bad UTF-8" "7000 bytes" ok
    ended escapes 'NOT_FOUND: 100% säure
line'
    ended "bad escapes" "NOT_FOUND: 100% %zz %4"
    ended "bad UTF-8" "NOT_FOUND: "
    ended "7000 bytes" "NOT_FOUND: xxxx"
    ended ok 'OK: 1 of "fine"'
}

@test "row 18: a status message longer than metadata may be" {
    # Core closes the connection; the next call has another.
    suffer "9000 bytes" ok
    ended "9000 bytes" RESOURCE_EXHAUSTED
    ended ok 'OK: 1 of "fine"'
}

@test "row 47: GOAWAY in mid-call, to our server" {
    attack goaway
}

@test "row 47: GOAWAY in mid-call, to our client" {
    suffer "which connection" "goaway in mid call" "which connection"
    [ "${output%$'\n'*}" = 'which connection: OK: 1 of "connection 1"
goaway in mid call: OK: 1 of "connection 1"
which connection: OK: 1 of "connection 2"' ]
}

@test "row 47: GOAWAY that leaves the call out: it is made again" {
    suffer "goaway before the call"
    ended "goaway before the call" 'OK: 1 of "connection 2"'
}

@test "row 48: half-close, then the server streams" {
    for mode in "" --async; do
        attack half_close $mode
        [ "$handlers" -eq 3 ]
    done
    for mode in --timeout=60000 --async; do
        suffer ${mode/=/ } "count:ten thousand"
        ended "count:ten thousand" 'OK: 10000 of "fine"'
    done
}

@test "row 49: headers only to our server: the deadline ends it" {
    for mode in "" --async; do
        attack headers_only $mode
        # Those that read a stream, and the call at the end.
        [ "$handlers" -eq 3 ]
    done
}

@test "row 49: headers only, or nothing, to our client: the deadline ends it" {
    for mode in "" --async; do
        suffer $mode --timeout 300 "headers only" "count:headers only" "collect:headers only" nothing
        for call in "headers only" "count:headers only" "collect:headers only" nothing; do
            ended "$call" DEADLINE_EXCEEDED
        done
        suffer $mode ok
        ended ok 'OK: 1 of "fine"'
    done
}
