#!/usr/bin/env bats
# Protos of a size that nobody writes by hand. The time is printed, and not judged: a machine may be
# busy.

load plugin

setup() {
    cd "$BATS_TEST_TMPDIR" || return 1
}

# large SERVICES METHODS PADDING: a proto of so many, with PADDING in each name. Of ten methods, one is
# of each kind that streams.
large() {
    awk -v services="$1" -v methods="$2" -v padding="$3" 'BEGIN {
        print "syntax = \"proto3\"; package large; message M" padding " {}"
        split(",,,,,,,stream ,,stream ", up, ",")
        split(",,,,,,,,stream ,stream ", down, ",")
        for (i = 0; i < services; i++) {
            print "// Service number " i ".\nservice Service" padding i " {"
            for (j = 0; j < methods; j++)
                printf "  // Method number %d.\n  rpc DoSomething%s%d(%sM%s) returns (%sM%s);\n",
                    j, padding, j, up[j % 10 + 1], padding, down[j % 10 + 1], padding
            print "}"
        }
    }' >large.proto
}

@test "ten runs over 500 services of 20 methods write the same" {
    large 500 20 ""
    mkdir dump
    printf '#!/bin/sh\ncat >request\n' >dump_request
    chmod +x dump_request
    "$PROTOC" -I. --plugin=protoc-gen-dump=dump_request --dump_out=dump large.proto
    local run start fastest=
    for run in 1 2 3 4 5 6 7 8 9 10; do
        start=${EPOCHREALTIME/./}
        "$PLUGIN" <request >response
        local took=$((${EPOCHREALTIME/./} - start))
        [[ -n $fastest && $fastest -le $took ]] || fastest=$took
        sha256sum <response >>sums
    done
    echo "# 500 services x 20 methods: $((fastest / 1000)) ms, the fastest of ten" >&3
    [ "$(wc -l <sums)" -eq 10 ]
    [ "$(sort -u sums | wc -l)" -eq 1 ]
    [ "$(grep -ac '_METHOD "/large.Service\|^    "/large.Service' response)" -eq 10000 ]
}

@test "a service of 500 methods with very long names compiles" {
    large 1 500 "$(printf 'VeryLong%.0s' {1..30})"
    more_options=messages
    run_plugin out
    [ "$(grep -c '^    "/large.Service' out/large.grpc-c.h)" -eq 500 ]
    # shellcheck disable=SC2046 # flags are words
    "$CC" -std=c99 $(strict_flags) -Iout -fsyntax-only out/large.grpc-c.c
}
