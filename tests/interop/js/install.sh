#!/usr/bin/env bash
# Installs the packages of package-lock.json: install.sh FOLDER has them in FOLDER/node_modules. Does
# nothing where that was done before.
set -euo pipefail
folder=$1
cd "$(dirname "${BASH_SOURCE[0]}")"

installed=$folder/node_modules/.of-package-lock.json
! cmp --silent package-lock.json "$installed" || exit 0
mkdir -p "$folder"
cp package.json package-lock.json .npmrc "$folder"
# No package's own scripts: none is needed.
(cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
cp package-lock.json "$installed"
