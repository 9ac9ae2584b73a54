#!/usr/bin/env bash
# From a fresh checkout to a call: installs what is missing, builds, runs the greeter's server and
# client, and ends with what the client received.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install-deps.sh

echo "Building in build/demo"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake --preset release -B build/demo -DGRPC_C_BUILD_TESTS=OFF &&
    cmake --build build/demo; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi

# The server takes a free port, and its first line ends in it.
coproc server { exec build/demo/bin/greeter_server 127.0.0.1:0; }
# shellcheck disable=SC2154 # coproc sets server_PID.
pid=$server_PID
trap 'rm -f "$log"; kill "$pid" 2>/dev/null || true' EXIT
if ! IFS= read -r -t 30 line <&"${server[0]}"; then
    echo "$0: greeter_server did not say where it listens" >&2
    exit 1
fi
echo "$line"
answer=$(build/demo/bin/greeter_client "127.0.0.1:${line##*[!0-9]}")

# The server ends in good order, or the demo failed.
kill -TERM "$pid"
wait "$pid"
echo "$answer"
