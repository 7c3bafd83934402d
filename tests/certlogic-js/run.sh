#!/usr/bin/env bash
# Compares our CertLogic with the npm package certlogic-js: testdata/error_paths.json, random expressions, policies/.
# Usage: run.sh [SEED [COUNT]]; MINGMA_BUILD is the build folder (default build/release). Exit status 77: skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${MINGMA_BUILD:-$root/build/release}
seed=${1:-$(date +%s)}
count=${2:-50000}

skip() { echo "$1"; exit 77; }
command -v node >/dev/null || skip "no node"
command -v npm >/dev/null || skip "no npm"
generator=$build/src/rules/mingma_certlogic_random
[ -x "$generator" ] || skip "not built: $generator"
if [ ! -d "$here/node_modules/certlogic-js" ]; then
  npm ci --prefix "$here" --no-audit --no-fund --ignore-scripts >/dev/null 2>&1 || skip "npm could not install certlogic-js; is there a network?"
fi
echo "seed $seed, $count random expressions, and the conditions of every policy on 100 random residents"
"$generator" "$seed" "$count" "$root"/policies/*.json | node "$here/check.mjs" "$root/src/rules/certlogic/testdata/error_paths.json"
