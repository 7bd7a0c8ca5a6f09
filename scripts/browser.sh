#!/usr/bin/env bash
# browser.sh: makes sure that a Chromium and a Chinese font are there for the tests that read pages.
set -euo pipefail

found=${YINUO_CHROMIUM:-}
for name in chromium chromium-browser google-chrome-stable google-chrome; do
    [ -n "$found" ] || found=$(command -v "$name" || true)
done
if [ -n "$found" ]; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    scripts/tick.sh "the system's list of packages" apt-get update -qq
    DEBIAN_FRONTEND=noninteractive scripts/tick.sh "Chromium and a Chinese font, for the tests that read pages" \
        apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk
    exit 0
fi
echo "The tests read the report in a real browser and found none. Install one" >&2
echo "(sudo apt-get install chromium fonts-noto-cjk) or name it: make test YINUO_CHROMIUM=/path/to/chromium" >&2
exit 1
