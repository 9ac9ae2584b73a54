#!/usr/bin/env bats
# Every golden's files, each compiled by itself in C99 and so each header alone, and then all of them
# in one program with their messages.

load plugin

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# compile_all CASE…: an object beside each source.
compile_all() {
    local name flags=
    for name in "$@"; do
        flags+=" -I$ALL/$name -I$SOURCE_DIR/tests/golden/$name -isystem $ALL.messages/$name"
    done
    flags+=" -isystem $ALL.messages/well_known $(strict_flags)"
    # protobuf-c's own sources are its business: they are compiled as C11, and their warnings hidden.
    # shellcheck disable=SC2086 # flags are words
    sources "$@" | grep -v '\.pb-c\.c$' | xargs -P 2 -I{} "$CC" -std=c99 $flags -c {} -o {}.o
    # shellcheck disable=SC2086 # flags are words
    sources "$@" | grep '\.pb-c\.c$' | xargs -P 2 -I{} "$CC" -std=c11 $flags -w -c {} -o {}.o
}

sources() {
    # Not through the links that prefixes of includes are.
    find "${@/#/$ALL/}" "${@/#/$ALL.messages/}" "$ALL.messages/well_known" -name '*.c'
}

# link_all CASE…: a program of all the objects, which does nothing well. A skeleton has a main of its
# own.
link_all() {
    echo 'int main(void) { return 0; }' >main.c
    # shellcheck disable=SC2046,SC2086 # names without spaces, flags are words
    "$CC" -o program main.c $(sources "$@" | grep -v '_server\.c$' | sed 's/$/.o/') "$LIBRARY" $PROTOBUF_C_LIBS \
        "-Wl,-rpath,$(dirname "$LIBRARY")"
    ./program
}

# cases APART: those that are (true) or are not (false) apart.
cases() {
    local folder name is_apart
    for folder in "$ALL"/*/; do
        name=$(basename "$folder")
        apart "$name" && is_apart=true || is_apart=false
        [ "$is_apart" != "$1" ] || echo "$name"
    done
}

@test "every golden compiles alone, and all link into one program" {
    local names
    mapfile -t names < <(cases false)
    compile_all "${names[@]}"
    [ "$(sources "${names[@]}" | grep -c '\.grpc-c\.c$')" -gt 40 ]
    link_all "${names[@]}"
}

@test "those whose names are another's link by themselves" {
    local name
    for name in $(cases true); do
        compile_all "$name"
        link_all "$name"
    done
}
