#!/usr/bin/env bash
# Installs buf: install.sh FOLDER has it in FOLDER/node_modules. Does nothing where that was done
# before. Not by `npm ci`, which wants the lock file to have the packages of all systems, and npm
# writes only those that its registry has; the versions are exact, and hashes of the lock file hold.
set -euo pipefail
folder=$1
cd "$(dirname "${BASH_SOURCE[0]}")"

installed=$folder/node_modules/.of-package-lock.json
! cmp --silent package-lock.json "$installed" || exit 0
mkdir -p "$folder"
cp package.json package-lock.json .npmrc "$folder"
# No package's own scripts: none is needed.
(cd "$folder" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error)
cp package-lock.json "$installed"
