#!/usr/bin/env bash
# every story of scenarios/, told by the real program and failing if it ends wrongly
cd "$(dirname "$0")" && exec python3 scenarios.py "$@"
