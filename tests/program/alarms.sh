#!/usr/bin/env bash
# a list of names turned red raises alarms, delivered signed to a webhook that fails at first; the audit finds them again
cd "$(dirname "$0")" && exec python3 alarms.py
