#!/usr/bin/env bash
# The running server against docs/openapi.yaml, by schemathesis (installed into build/venv). Exit status 77: skipped.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
export MINGMA_SOURCE_DIR=$root MINGMA_PROGRAM=${MINGMA_PROGRAM:-$root/build/release/src/app/mingma}

skip() { echo "skipped: $1"; exit 77; }
command -v python3 >/dev/null || skip "no python3"
[ -x "$MINGMA_PROGRAM" ] || skip "not built: $MINGMA_PROGRAM"
venv=${MINGMA_VENV:-$root/build/venv}
if [ ! -x "$venv/bin/schemathesis" ]; then
  python3 -m venv "$venv" 2>/dev/null || skip "python3 cannot make a virtual environment"
  "$venv/bin/pip" install --quiet 'schemathesis==4.32.5' >/dev/null 2>&1 || skip "pip could not install schemathesis"
fi
exec python3 "$here/openapi.py" "$venv/bin/schemathesis"
