#!/usr/bin/env bash
# Measures grpc-c beside gRPC C++ and bare core: bench.sh [--quick] [--only REGEX] [--rounds N]
# [--seconds S]. Installs what is missing, builds into build/bench, runs, prints tables of ratios
# and leaves there results.json and chart.svg. Under 15 minutes on two cores; --quick: about two, with
# the build done. --only: of the loads, those whose part/side/name matches, such as
# 'calls/server/unary' (benchmarks/plan.py has them all). docs/performance.md says what it means.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

scripts/install-deps.sh --bench

build=build/bench
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
    -DCMAKE_C_FLAGS_RELWITHDEBINFO="-O2 -g" -DCMAKE_CXX_FLAGS_RELWITHDEBINFO="-O2 -g" \
    -DGRPC_C_BUILD_BENCHMARKS=ON -DGRPC_C_BUILD_EXAMPLES=OFF -DGRPC_C_BUILD_TESTS=OFF &&
    cmake --build "$build"; } >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi

python3 benchmarks/run.py --bin="$build/bin" --out="$build/results.json" "$@"
python3 benchmarks/report.py "$build/results.json" --chart "$build/chart.svg"
echo
echo "$build/results.json has all of it, $build/chart.svg is the chart."
