"""Runs the benchmarks, prints ratios and writes benchmarks/results/*.json. Exit 1 when any answer differs.

python benchmarks/run.py [--smoke] [NAME …]
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measured import ROOT, Result

NAMES = (
    "wabo",
    "working_time",
    "w10",
    "simulated_year",
    "city_ingest",
    "city_clocks",
    "city_pages",
    "city_accept",
    "city_split",
    "city_search",
    "city_intake",
)


def main() -> int:
    """Run what was asked for; answers are asserted, times only printed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--smoke", action="store_true", help="1 %% of the size: equal results, no time judged")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"{', '.join(sorted(unknown))}: there are {', '.join(NAMES)}")
    names = given.names or NAMES
    if len(names) > 1:
        return max(_apart(name, smoke=given.smoke) for name in names)
    result: Result = importlib.import_module(names[0]).run(smoke=given.smoke)
    print(f"  → {result.write().relative_to(ROOT)}", flush=True)
    for bar in result.bars:
        if bar["met"] is False:
            print(f"bar missed: {result.name}: {bar['name']} {bar['value']:,.3f}, limit {bar['limit']:g}")
    if not result.right():
        print(f"answers differ in: {result.name}", file=sys.stderr)
        return 1
    return 0


def _apart(name: str, *, smoke: bool) -> int:
    """Run one in a process of its own: each has its own city, and none pays for what another left in memory."""
    print(f"{name}:", flush=True)
    command = [sys.executable, __file__, name, *(["--smoke"] if smoke else [])]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
