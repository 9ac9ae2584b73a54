#!/usr/bin/env bats
# Every golden in one translation unit, by COMPILER in the language STANDARD: what the code says in
# each language. That each file stands alone is link.bats's.

load plugin

@test "every golden compiles without a warning in $STANDARD" {
    local language=c
    case $STANDARD in *++*) language=c++ ;; esac
    # shellcheck disable=SC2046,SC2086 # flags are words
    "$COMPILER" -x "$language" "-std=$STANDARD" $(strict_flags) $(cat "$ALL/flags") \
        -fsyntax-only "$ALL/all.c"
}
