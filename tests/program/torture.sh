#!/usr/bin/env bash
# hostile requests, a huge bad file, slow clients and 10,000 connections
cd "$(dirname "$0")" && exec python3 torture.py
