#!/usr/bin/env bash
# Displays over keep-alive HTTP, unchanged codes and newly signed ones: Mingma beside nginx serving a file of the same
# size, in the same run. For newly signed ones the server keeps no codes, so that it signs one for every request.
# Usage: run.sh [SECONDS]; MINGMA_PROGRAM is the binary (default build/release). Exit status 77: skipped.
#
# Load generator and server share the machine. Mingma looks up session and code and sends the signed answer; nginx
# sends a file from its cache. Nothing is written to disk on either side while measuring.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export MINGMA_SOURCE_DIR=$root MINGMA_PROGRAM=${MINGMA_PROGRAM:-$root/build/release/src/app/mingma}
skip() { echo "skipped: $1"; exit 77; }
for tool in wrk nginx python3; do command -v $tool >/dev/null || skip "no $tool"; done
[ -x "$MINGMA_PROGRAM" ] || skip "not built: $MINGMA_PROGRAM"
exec python3 "$here/display.py" "${1:-10}"
