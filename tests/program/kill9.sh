#!/usr/bin/env bash
# kill -9 at 50 random moments during ingest; then the audit
cd "$(dirname "$0")" && exec python3 kill9.py
