#!/usr/bin/env bash
# Usage: get-client.sh DIR
# Puts Microsoft's client for tests of debug adapters below DIR, with the versions pinned beside this script.
set -euo pipefail

fail() {
  printf 'get-client: %s\n' "$1" >&2
  exit 1
}

[ $# -eq 1 ] || fail 'which folder? usage: get-client.sh DIR'
command -v node >/dev/null || fail 'node is missing: install Node.js 20 or later and run this again.'
command -v npm >/dev/null || fail 'npm is missing: it comes with Node.js 20 or later.'
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
if cmp -s "$here/package-lock.json" "$1/package-lock.json" && [ -d "$1/node_modules" ]; then
  exit 0
fi
cp "$here/package.json" "$here/package-lock.json" "$1/"
log=$(cd "$1" && npm ci --ignore-scripts --no-audit --no-fund 2>&1) || fail "npm could not fetch it: $log"
