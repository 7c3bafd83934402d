#!/usr/bin/env bash
# Verifies a ledger written by Mingma with Go's sumdb/tlog and sumdb/note, transparency-dev/formats and Tessera's fsck.
# Usage: run.sh [LEAVES]; MINGMA_BUILD is the build folder (default build/release). Exit status 77: skipped.
#        run.sh --url URL VKEY verifies a running log instead.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${MINGMA_BUILD:-$here/../../build/release}

skip() { echo "skipped: $1"; exit 77; }
command -v go >/dev/null || skip "no go"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$here" && go build -o "$work/verify" . 2>"$work/build.log") || {
  grep -qiE 'dial tcp|proxyconnect|no such host|timeout|connection refused|toolchain not available|requires go' "$work/build.log" &&
    skip "the Go modules could not be fetched; is there a network?"
  cat "$work/build.log"
  exit 1
}
if [ "${1:-}" = --url ]; then
  exec "$work/verify" -log "$2" -key "$3"
fi
export_log=$build/src/ledger/mingma_ledger_export
[ -x "$export_log" ] || skip "not built: $export_log"

passed=0
verify() { "$work/verify" -log "$1" -key "$(cat "$1/log.vkey")" -witness "$(cat "$1/witness.vkey")" 2>/dev/null; }
for leaves in 1 255 256 257 "${1:-70000}"; do
  echo "a log of $leaves leaves"
  "$export_log" "$work/log" "$leaves"
  verify "$work/log" | tee "$work/out"
  passed=$((passed + $(sed -n 's/^\([0-9]*\) passed, 0 failed$/\1/p' "$work/out")))
  [ "$leaves" -eq 257 ] && mv "$work/log" "$work/small"
  rm -rf "$work/log"
done

# The verifier must be able to fail: one changed byte in any file of the small log.
for file in checkpoint tile/0/000 tile/0/001.p/1 tile/1/000.p/1 tile/entries/000 tile/entries/001.p/1 checkpoint.257 proof.1.tlog-proof; do
  cp -r "$work/small" "$work/changed"
  python3 - "$work/changed/$file" <<'PY'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
data[len(data) * 2 // 3] ^= 1
open(sys.argv[1], "wb").write(data)
PY
  if verify "$work/changed" >"$work/out"; then
    echo "FAILED a changed byte in $file was not noticed"
    exit 1
  fi
  echo "ok     a changed byte in $file is noticed: $(grep -m1 FAILED "$work/out" | cut -c8-90)"
  passed=$((passed + 1))
  rm -rf "$work/changed"
done
echo "$passed passed, 0 failed"
