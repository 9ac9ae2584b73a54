#!/bin/bash
# Rewrites the expected outputs in tests/golden/ with what the plugin writes now; git diff then shows
# what that changes. Removes expected files that are no longer written.
#
# usage: scripts/update-goldens.sh [PLUGIN]   (default: build/release/bin/protoc-gen-grpc-c)
set -euo pipefail

SOURCE_DIR=$(cd "$(dirname "$0")/.." && pwd)
PLUGIN=$(realpath "${1:-$SOURCE_DIR/build/release/bin/protoc-gen-grpc-c}")
PROTOC=${PROTOC:-protoc}
export PLUGIN PROTOC
# shellcheck source=tests/golden/plugin.bash
. "$SOURCE_DIR/tests/golden/plugin.bash"

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for folder in "$SOURCE_DIR"/tests/golden/*/; do
    cd "$folder"
    name=$(basename "$folder")
    run_plugin "$out/$name"
    written . | xargs -r rm
    written "$out/$name" | while read -r file; do
        normalise "$out/$name/$file" >"$file"
    done
done
git -C "$SOURCE_DIR" status --short tests/golden 2>/dev/null || true
