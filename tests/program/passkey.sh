#!/usr/bin/env bash
# an officer's passkey made by headless Chromium signs, and every false use of it is refused
cd "$(dirname "$0")" && exec python3 passkey.py
