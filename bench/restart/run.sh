#!/usr/bin/env bash
# Restarts of a loaded province: after a kill -9 in the middle of enrolment (RocksDB's log is replayed) and after a
# clean stop, with the memory the process holds then. No peer: nobody else keeps these rows.
# Usage: run.sh [RESIDENTS] [FOLDER]; default 1,000,000. Ten million need 20 GB of disk and some minutes.
# MINGMA_PROGRAM is the binary (default build/release). Exit status 77: skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export MINGMA_SOURCE_DIR=$root MINGMA_PROGRAM=${MINGMA_PROGRAM:-$root/build/release/src/app/mingma}
skip() { echo "skipped: $1"; exit 77; }
command -v python3 >/dev/null || skip "no python3"
[ -x "$MINGMA_PROGRAM" ] || skip "not built: $MINGMA_PROGRAM"
exec python3 "$here/restart.py" "${1:-1000000}" "${2:-}"
