#!/usr/bin/env bash
# The soak, for so many minutes: builds what it needs of the preset release, or of PRESET, and runs
# tests/integration/soak.bash, which says what is done and what must hold. Prints one line of figures.
#
# usage: [PRESET=asan] scripts/soak.sh [MINUTES]   (default: 10)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

minutes=${1:-10}
preset=${PRESET:-release}
[[ $minutes =~ ^[0-9]+$ && $minutes -gt 0 ]] || {
    echo "usage: $0 [MINUTES]" >&2
    exit 2
}
scripts/install-deps.sh --test
cmake --preset "$preset" >/dev/null
cmake --build "build/$preset" --target soak_server soak_client >/dev/null
BIN=build/$preset/bin exec bash tests/integration/soak.bash $((minutes * 60))
