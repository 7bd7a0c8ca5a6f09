"""The demonstration: a city to look at, and the report of a published log beside it. Says what it does and where to look."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOG = Path("examples/wabo/receipt.xes.gz")
PACK = "nl-wabo"
OUT = Path("demo-out")
HOME = OUT / "city"
DONE = (0, 1)
"""Exit codes of a replay that went through; 1: some rows were rejected and listed."""


def main() -> int:
    """Replay a log, make Demo City, and serve it unless --once is given."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--once", action="store_true", help="end by itself instead of serving the city")
    arguments.add_argument("--port", type=int, default=8000, help="where to serve (127.0.0.1 only)")
    arguments.add_argument("--cases", type=int, default=2000, help="how many cases come in a year")
    arguments.add_argument("--days", type=int, default=365, help="how many days of history")
    arguments.add_argument(
        "--late", type=float, default=0.01, help="share of cases that miss their promise: more than is real"
    )
    chosen = arguments.parse_args()
    code = yinuo("replay", str(LOG), "--pack", PACK, "--out", str(OUT))
    if code not in DONE:
        print(f"The replay was refused (exit {code}); what is wrong stands above.", file=sys.stderr)
        return code
    told = ("--cases", str(chosen.cases), "--late", str(chosen.late))
    code = yinuo("demo", *told, "--days", str(chosen.days))
    if code:
        return code
    tell(chosen.port)
    return 0 if chosen.once else yinuo("start", "--port", str(chosen.port), "--live")


def yinuo(*arguments: str) -> int:
    """Run a command of ours and say so."""
    print(f"· yinuo {' '.join(arguments)}", flush=True)
    command = [str(Path(sys.executable).parent / "yinuo"), *arguments]
    given = {"YINUO_HOME": str(ROOT / HOME), "YINUO_DEMO": "1"}
    try:
        return subprocess.run(command, cwd=ROOT, check=False, env=given | os.environ).returncode
    except KeyboardInterrupt:
        return 0


def tell(port: int) -> None:
    """Where everything lies, in both languages."""
    print(f"\n报告 report  {OUT}/report.html  (a published log held to its law; open it in a browser)")
    print(f"城市 city    http://127.0.0.1:{port}   示例市，全部虚构 (Demo City, invented from end to end)")
    print("登录 log in  supervisor · leader · head · section · handler · window · operator · auditor · admin")
    print("口令 password yinuo-demo\n", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
