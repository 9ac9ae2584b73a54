#!/usr/bin/env bash
# The whole suite: installs what is missing, checks style and rules, then builds and tests the
# presets fuzz, release, asan and tsan (or those named as arguments), and ends in ctest's summary. All
# of it runs, whatever fails; the exit code tells.
#
# Of the preset fuzz only the fuzzers are built; each runs for FUZZ_SECONDS, a minute by default, two
# at a time (tests/fuzz/README.md).
#
# Labels of tests: `release-only` ones test the generator, the package or the headers, and gain
# nothing from a sanitizer; the presets asan and tsan leave them out (CMakePresets.json).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

presets=("$@")
[[ $# -gt 0 ]] || presets=(fuzz release asan tsan)
failed=()

heading() {
    printf '\n==== %s (%d s)\n' "$*" "$SECONDS"
}

scripts/install-deps.sh --test

heading check
scripts/check.sh || failed+=(check)

for preset in "${presets[@]}"; do
    # ThreadSanitizer's own memory map collides with some kernels' random addresses.
    run=()
    if [[ $preset == tsan ]] && setarch --addr-no-randomize true 2>/dev/null; then
        run=(setarch --addr-no-randomize)
    fi
    heading "$preset: build"
    if ! "${run[@]}" cmake --preset "$preset" >/dev/null ||
        ! "${run[@]}" cmake --build --preset "$preset"; then
        failed+=("$preset: build")
        continue
    fi
    heading "$preset: test"
    "${run[@]}" ctest --preset "$preset" --output-on-failure -j2 || failed+=("$preset: test")
done </dev/null

if [[ ${#failed[@]} -gt 0 ]]; then
    printf '\nFailed:\n' >&2
    printf '  %s\n' "${failed[@]}" >&2
    exit 1
fi
