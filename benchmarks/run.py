"""Runs the benchmarks, prints ratios and writes benchmarks/results/*.json. Exit 1 when any answer differs.

python benchmarks/run.py [--smoke] [NAME …]
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measured import ROOT, Result

NAMES = ("wabo", "working_time", "w10", "simulated_year")


def main() -> int:
    """Run what was asked for; answers are asserted, times only printed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--smoke", action="store_true", help="1 %% of the size: equal results, no time judged")
    given = parser.parse_args()
    if unknown := set(given.names) - set(NAMES):
        parser.error(f"{', '.join(sorted(unknown))}: there are {', '.join(NAMES)}")
    results: list[Result] = []
    for name in given.names or NAMES:
        print(f"{name}:", flush=True)
        result: Result = importlib.import_module(name).run(smoke=given.smoke)
        print(f"  → {result.write().relative_to(ROOT)}", flush=True)
        results.append(result)
    for result in results:
        for bar in result.bars:
            if bar["met"] is False:
                print(f"bar missed: {result.name}: {bar['name']} {bar['value']:,.3f}, limit {bar['limit']:g}")
    wrong = [result.name for result in results if not result.right()]
    if wrong:
        print(f"answers differ in: {', '.join(wrong)}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
