#!/usr/bin/env bash
# Asks every question of docs/proofs.md over the real rule sets, writes docs/proofs-tables.md when told to, and has
# certlogic-js confirm every counterexample over plain CertLogic.
# Usage: run.sh [--write]; MINGMA_DATA is the shared data, MINGMA_BUILD the build folder. Exit status 77: skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${MINGMA_BUILD:-$root/build/release}
data=${MINGMA_DATA:-$root/../shared/data}

skip() { echo "$1"; exit 77; }
[ -d "$data/eu-rules" ] || skip "skipped: no conformance data"
[ -x "$build/src/rules/mingma_proof_table" ] || skip "not built: mingma_proof_table"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/src/rules/mingma_proof_table" "$data/eu-rules" "$work/counterexamples.ndjson" "$root"/policies/*.json >"$work/tables.md" || skip "built without Z3"
sed -n '/^### Times/,$p' "$work/tables.md"
grep -E '^[0-9]+ pairs: ' "$work/tables.md"
if [ "${1:-}" = "--write" ]; then
  {
    echo "# Proofs over the real rule sets"
    echo
    echo "Written by \`tests/proofs/run.sh --write\`; [proofs.md](proofs.md) explains it."
    echo
    cat "$work/tables.md"
  } >"$root/docs/proofs-tables.md"
fi

command -v node >/dev/null || skip "no node: counterexamples not confirmed"
package=$root/tests/certlogic-js
if [ ! -d "$package/node_modules/certlogic-js" ]; then
  npm ci --prefix "$package" --no-audit --no-fund --ignore-scripts >/dev/null 2>&1 || skip "npm could not install certlogic-js; is there a network?"
fi
node "$here/confirm.mjs" "$package" <"$work/counterexamples.ndjson"
