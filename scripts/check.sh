#!/usr/bin/env bash
# Style and the rules of the house: format, who may include whom, sizes of files, lint. Names
# file:line and the rule for each breach, goes through all of them, and fails if there was one.
# Builds the preset release first, since lint needs generated headers and compile_commands.json.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

failed=0

# report RULE: takes each line of its input for a breach of the rule.
report() {
    local line
    while IFS= read -r line; do
        echo "$line: $1"
        failed=1
    done
}

# ours PATTERN…: the files that git has or would add, and that still exist.
ours() {
    local file
    git ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
        if [[ -f $file ]]; then
            echo "$file"
        fi
    done
}

# search REGEX: where the files named on standard input match, as file:line.
search() {
    xargs -r -d '\n' grep -nHIP -e "$1" | cut -d: -f1,2 || true
}

# longer LINES: which of the files named on standard input have more lines.
longer() {
    xargs -r -d '\n' awk -v limit="$1" 'FNR == limit + 1 { print FILENAME ":" FNR }'
}

# ---- text

# What the plugin is fed with in its tests may be as odd as it likes.
texts() {
    ours ':!LICENSE' ':!tests/golden/*.proto' ':!tests/reject/*'
}
report "no tabs" < <(texts | search '\t')
report "no white space at the end of a line" < <(texts | search '[ \t]+$')
report "a source has 400 lines at most" < <(ours 'plugin/*' 'runtime/*.c' | longer 400)
report "an example has fewer than 100 lines" < <(ours 'examples/*.c' | longer 99)
report "an example is a folder with server.c and client.c; mock_test has test.c, TLS certificates.sh" \
    < <(ours examples |
        grep -vE '^examples/(CMakeLists\.txt|mock_test/test\.c|(mutual_)?tls/certificates\.sh|[a-z_]+/(server|client)\.c)$')
report "a header has 300 lines at most" < <(ours 'plugin/*.h' 'runtime/*.h' | longer 300)

# ---- format

mapfile -t sources < <(ours '*.c' '*.h' '*.cc')
format=clang-format-14
if ! command -v "$format" >/dev/null; then
    format=clang-format
fi
if [[ $("$format" --version 2>&1) != *"version 14."* ]]; then
    echo "scripts/check.sh: clang-format 14 is needed (scripts/install-deps.sh --test)"
    failed=1
else
    "$format" --dry-run -Werror "${sources[@]}" || failed=1
fi

# ---- who may include whom

include='^\s*#\s*include\s*+'
report "plugin/ knows protobuf only: nothing of the runtime, nothing of core" \
    < <(ours plugin | search "${include}[<\"](grpc|grpc-c|runtime|\.\.)/")
report "a public header includes C's headers, protobuf-c.h and its own, in <>" \
    < <(ours runtime/include | search "$include(<(?!std\w+\.h>|protobuf-c/protobuf-c\.h>|grpc-c/)|\")")
report "<grpc/impl/...> moves from release to release of core" \
    < <(ours '*.c' '*.h' '*.cc' | search "${include}<grpc/impl/")
report "generated code includes <grpc-c/generated.h>, .pb-c.h and .grpc-c.h files" \
    < <(ours 'tests/golden/*.grpc-c.[ch]' ':!tests/golden/include*' ':!tests/golden/export_macro' ':!tests/golden/long_names' |
        search "$include(?!<grpc-c/generated\.h>|\"[^\"]+\.(pb-c|grpc-c)\.h\")")
report "zlib stays in runtime/src/decompress.c" \
    < <(ours runtime ':!runtime/src/decompress.[ch]' | search "${include}<zlib\.h>")
report "OpenSSL stays in runtime/src/pem.c" \
    < <(ours runtime ':!runtime/src/pem.c' | search "${include}<openssl/")
report "examples and services include <grpc-c/grpc-c.h>, generated headers, and C's and POSIX's" \
    < <(ours 'examples/*.[ch]' 'runtime/services/*.[ch]' |
        search "$include(<(?!grpc-c/grpc-c\.h>)(grpc|grpc-c|protobuf-c)/|\"(?![^\"]+\.(pb-c|grpc-c(-mock)?)\.h\"))")

# only_in NAME WORDS: WORDS of core's appear in runtime/src/NAME.c and NAME.h, nowhere else.
only_in() {
    report "core's $1 calls stay in runtime/src/$1.c" \
        < <(ours runtime ":!runtime/src/$1.[ch]" | search "\b($2)\b")
}
only_in queue 'grpc_completion_queue\w*|grpc_event'
only_in batch 'grpc_call_start_batch|grpc_op|GRPC_OP_(SEND|RECV)_\w+'
only_in buffer 'grpc_(raw_)?byte_buffer\w*'

# ---- lint

mapfile -t scripts < <(ours '*.sh' .ci/run)
mapfile -t bats < <(ours '*.bats' '*.bash')
shellcheck --external-sources "${scripts[@]}" || failed=1
# Bats stops at a failing cd by itself, and variables come by ctest and load, out of its sight.
shellcheck --external-sources --exclude=SC2034,SC2154,SC2164 --shell=bats "${bats[@]}" || failed=1

log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake --preset release && cmake --build --preset release; } >"$log" 2>&1; then
    cat "$log"
    exit 1
fi
# Of our sources, those that are compiled. gcc's flags that clang does not know do not matter.
compiled() {
    grep -oP '"file": "\K[^"]+' build/release/compile_commands.json | sort -u
}
comm -12 <(compiled) <(printf "$PWD/%s\n" "${sources[@]}" | sort -u) |
    xargs -r -d '\n' -n 1 -P "$(nproc)" clang-tidy --quiet -p build/release \
        --extra-arg=-Wno-unknown-warning-option 2>/dev/null || failed=1

exit "$failed"
