#!/usr/bin/env bash
# the policy author's commands on the shipped policies: check, prove, show whom it changes, make a test table
cd "$(dirname "$0")" && exec python3 policies.py
