#!/usr/bin/env bash
# a wrong colour planted with the database's own tool is found
cd "$(dirname "$0")" && exec python3 planted.py
