#!/usr/bin/env bash
# Evaluations per second of the published country rules: ours against the npm package certlogic-js, as a ratio.
# Usage: run.sh [ROUNDS]; MINGMA_BUILD is the build folder (default build/release). Exit status 77: skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${MINGMA_BUILD:-$root/build/release}
export MINGMA_SOURCE_DIR=$root MINGMA_DATA=${MINGMA_DATA:-$root/../shared/data}
rounds=${1:-5}

skip() { echo "$1"; exit 77; }
command -v node >/dev/null || skip "no node"
[ -d "$MINGMA_DATA/eu-rules" ] || skip "no conformance data"
ours=$build/src/rules/mingma_rules_certlogic_bench
[ -x "$ours" ] || skip "not built: $ours"
peer=$root/tests/certlogic-js
if [ ! -d "$peer/node_modules/certlogic-js" ]; then
  npm ci --prefix "$peer" --no-audit --no-fund --ignore-scripts >/dev/null 2>&1 || skip "npm could not install certlogic-js"
fi

# The two take turns, so that a slow moment of the machine hits both.
for _ in $(seq "$rounds"); do
  "$ours" --benchmark_format=json --benchmark_min_time=1 2>/dev/null
  node "$here/peer.mjs" "$MINGMA_DATA/eu-rules" 1
done | node -e '
const text = require("node:fs").readFileSync(0, "utf8")
const ours = [...text.matchAll(/"items_per_second": ([0-9.e+]+)/g)].map((m) => Number(m[1]))
const digests = [...text.matchAll(/"true": ([0-9.e+]+)/g)].map((m) => Number(m[1]))
const theirs = [...text.matchAll(/"perSecond":(\d+),"tests":\d+,"true":(\d+)/g)].map((m) => { digests.push(Number(m[2])); return Number(m[1]) })
const sorted = (v) => [...v].sort((a, b) => a - b)
const median = (v) => sorted(v)[v.length >> 1]
const line = (name, v) => console.log(`${name.padEnd(14)} ${Math.round(median(v)).toLocaleString("en")} evaluations/s (${Math.round(sorted(v)[0]).toLocaleString("en")} to ${Math.round(sorted(v).at(-1)).toLocaleString("en")}, ${v.length} rounds)`)
line("mingma", ours)
line("certlogic-js", theirs)
console.log(`ratio          ${(median(ours) / median(theirs)).toFixed(1)}`)
if (new Set(digests).size !== 1) { console.error(`the two do not agree: ${[...new Set(digests)]}`); process.exit(1) }
console.log(`both found ${digests[0]} of the tests true`)'
