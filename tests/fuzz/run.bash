#!/bin/bash
# A libFuzzer program for $FUZZ_SECONDS (60), on the seeds and on what earlier runs found, which stays
# in CORPUS. What it breaks on stays in the current folder.
#
# usage: run.bash FUZZER SEEDS CORPUS
set -euo pipefail
mkdir -p "$3"
exec "$1" "-max_total_time=${FUZZ_SECONDS:-60}" -max_len=65536 -timeout=20 -rss_limit_mb=2048 \
    -print_final_stats=1 "$3" "$2"
