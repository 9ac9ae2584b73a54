#!/usr/bin/env bash
# Compiles a header alone, included twice, in each standard by each compiler (CC, CXX, CLANG and
# CLANGXX), without a warning: alone.sh HEADER INCLUDE_DIR…
set -euo pipefail

header=$1
shift
read -ra flags <<<"$(pkg-config --cflags libprotobuf-c)"
flags+=("${@/#/-I}" -fsyntax-only -Wall -Wextra -Wpedantic -Wconversion -Werror)
# The last line is for headers that declare nothing: a translation unit may not be empty.
printf -v source '#include <%s>\n' "$header" "$header"
source+='typedef int alone;'

failed=0
# try COMPILER LANGUAGE STANDARD FLAG…
try() {
    echo "$1 -std=$3"
    "$1" -x "$2" -std="$3" "${@:4}" "${flags[@]}" - <<<"$source" || failed=1
}
for standard in c99 c11 gnu17; do
    try "$CC" c "$standard" -Wstrict-prototypes
    try "$CLANG" c "$standard" -Wstrict-prototypes
done
for standard in c++11 c++17 c++20; do
    try "$CXX" c++ "$standard"
    try "$CLANGXX" c++ "$standard"
done
exit "$failed"
