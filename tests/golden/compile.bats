#!/usr/bin/env bats
# Every golden in one translation unit, but for those apart, by COMPILER in the language STANDARD: what the code says in
# each language. That each file stands alone is link.bats's.

load plugin

@test "every golden compiles without a warning in $STANDARD" {
    local language=c all
    case $STANDARD in *++*) language=c++ ;; esac
    for all in "$ALL"/all*.c; do
        # shellcheck disable=SC2046,SC2086 # flags are words
        "$COMPILER" -x "$language" "-std=$STANDARD" $(strict_flags) $(cat "${all%.c}.flags") \
            -fsyntax-only "$all"
    done
}
