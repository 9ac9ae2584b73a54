# Instructions a call (of chat: a message there and back) in libgrpc-c.so, client and server together,
# without those of core, protobuf-c and libc. More than 3 % off the figure in instructions.txt fails,
# less too: then the figure is renewed, in the commit that made the difference:
#   COST_RENEW=1 ctest --preset release -R cost/instructions && git diff tests/cost
# That is done with the compiler which the file's first line names; with others there is nothing to
# compare, and the tests are skipped.

figures=$BATS_TEST_DIRNAME/instructions.txt

setup() {
    if [[ -z ${COST_RENEW-} && $(head -n 1 "$figures") != "$COMPILER" ]]; then
        skip "the figures are those of $(head -n 1 "$figures"), and this is $COMPILER"
    fi
}

# count KIND NUMBER: the instructions of so many calls that our library executes itself. In callgrind's
# file, ob= begins a function of another object, and the line after calls= has what the callee cost.
count() {
    local out=$BATS_TEST_TMPDIR/callgrind
    "$VALGRIND" --tool=callgrind --callgrind-out-file="$out" --fair-sched=yes "$BIN/cost_calls" "$1" "$2" \
        >/dev/null 2>"$out.log" || {
        cat "$out.log"
        return 1
    }
    awk '
        /^ob=/ {
            id = substr($1, 4)
            if (NF > 1)
                ours[id] = $2 ~ /libgrpc-c\.so/
            counted = ours[id]
        }
        # A name is written once, and may be a callee'"'"'s first.
        /^cob=/ && NF > 1 { ours[substr($1, 5)] = $2 ~ /libgrpc-c\.so/ }
        /^calls=/ { getline; next }
        /^[-+*0-9]/ { if (counted) sum += $2 }
        END { print sum + 0 }
    ' "$out"
}

# measure KIND: the difference of many calls and few leaves start and end out.
measure() {
    local few many
    few=$(count "$1" 100)
    many=$(count "$1" 600)
    echo "$(((many - few) / 500))"
}

# check KIND
check() {
    local measured recorded
    recorded=$(awk -v kind="$1" '$1 == kind { print $2 }' "$figures")
    # Threads that meet otherwise than they mostly do cost more: on a busy machine that is up to 4 %.
    for _ in 1 2 3; do
        measured=$(measure "$1")
        echo "$1: $measured instructions a call"
        [[ -z ${COST_RENEW-} && $((measured * 100)) -gt $((recorded * 103)) ]] || break
    done
    if [[ -n ${COST_RENEW-} ]]; then
        [[ -f $figures ]] || touch "$figures"
        { echo "$COMPILER" && { sed 1d "$figures" | grep -v "^$1 " || true; } && echo "$1 $measured"; } \
            >"$BATS_TEST_TMPDIR/figures"
        cp "$BATS_TEST_TMPDIR/figures" "$figures"
        return
    fi
    echo "recorded: $recorded"
    [[ $measured -gt 0 && $((measured * 100)) -le $((recorded * 103)) ]]
    [[ $((measured * 100)) -ge $((recorded * 97)) ]]
}

@test "unary, async" {
    check unary
}

@test "chat, async" {
    check chat
}

@test "unary, blocking" {
    check blocking
}
