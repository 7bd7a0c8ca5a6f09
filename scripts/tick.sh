#!/usr/bin/env bash
# tick.sh LABEL COMMAND…: runs the command quietly, says every five seconds that it still runs,
# and shows what it printed if it fails.
set -euo pipefail

label=$1
shift
log=$(mktemp)
trap 'rm -f "$log"' EXIT
start=$SECONDS
printf '· %s …\n' "$label"
"$@" >"$log" 2>&1 &
job=$!
while kill -0 "$job" 2>/dev/null; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 "$job" 2>/dev/null || break
        sleep 0.5
    done
    if kill -0 "$job" 2>/dev/null; then
        printf '  … %s, %d s\n' "$label" "$((SECONDS - start))"
    fi
done
if wait "$job"; then
    printf '✓ %s (%d s)\n' "$label" "$((SECONDS - start))"
else
    code=$?
    tail -n 60 "$log" >&2
    printf '✗ %s failed (exit %d); its last lines stand above\n' "$label" "$code" >&2
    exit "$code"
fi
