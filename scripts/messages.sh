#!/usr/bin/env bash
# messages.sh: compiles the English catalogue of every area of the city; what it makes is never committed.
set -euo pipefail
shopt -s nullglob

bin=${BIN:-.venv/bin}
for catalogue in src/yinuo/city/*/locale/*/LC_MESSAGES/django.po; do
    "$bin/pybabel" -q compile -i "$catalogue" -o "${catalogue%.po}.mo" -l en
done
