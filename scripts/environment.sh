#!/usr/bin/env bash
# environment.sh FOLDER LOCKFILE: makes a virtual environment with exactly the locked packages, and Yinuo itself.
set -euo pipefail

folder=$1
lock=$2
python=${PYTHON:-python3}

if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Yinuo needs Python 3.11 or newer and \"$python\" is not. Say which one: make PYTHON=/path/to/python3.12 …" >&2
    exit 1
fi
if [ ! -x "$folder/bin/pip" ] && ! "$python" -m venv "$folder" 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        scripts/tick.sh "Python's venv module from the system's packages" \
            sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv'
        "$python" -m venv "$folder"
    else
        echo "\"$python -m venv\" does not work here. On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
        exit 1
    fi
fi
scripts/tick.sh "Python packages for $folder" "$folder/bin/pip" install -q --require-hashes -r "$lock"
scripts/tick.sh "Yinuo itself" "$folder/bin/pip" install -q --no-deps --no-build-isolation -e .
touch "$folder/.ready"
