#!/usr/bin/env bash
# Re-colouring against DuckDB. Usage: run.sh [ROWS [POLICY [RUNS]]]; MINGMA_BUILD is the build folder (default build/release).
# Exit status 77: skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${MINGMA_BUILD:-$root/build/release}
rows=${1:-1000000}
policy=${2:-$root/policies/henan-demo.json}
runs=${3:-5}

skip() { echo "$1"; exit 77; }
command -v node >/dev/null || skip "no node"
command -v npm >/dev/null || skip "no npm"
bench=$build/src/rules/mingma_rules_compiled_bench
[ -x "$bench" ] || skip "not built: $bench"
if [ ! -d "$here/node_modules/@duckdb/node-api" ]; then
  npm ci --prefix "$here" --no-audit --no-fund >/dev/null 2>&1 || skip "npm could not install @duckdb/node-api; is there a network?"
fi
node "$here/peer.mjs" "$bench" "$policy" "$rows" "$runs"
