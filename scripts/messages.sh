#!/usr/bin/env bash
# messages.sh: compiles the English catalogue of every area of the city; what it makes is never committed.
set -euo pipefail

bin=${BIN:-.venv/bin}
for catalogue in src/yinuo/city/*/locale; do
    "$bin/pybabel" -q compile -D django -d "$catalogue"
done
