#!/usr/bin/env bash
# row.bash GROUP N: runs the tests of GROUP.bats that belong to row N of the fault matrix, and fails
# where there are none.
set -euo pipefail
tests=$SOURCE/$1.bats
grep -qE "^@test \"row $2: " "$tests" || {
    echo "no test of row $2 in $tests"
    exit 1
}
exec "$BATS" --print-output-on-failure --filter "^row $2: " "$tests"
