"""The demonstration: hold a published log of environmental permits to its promises, say what came out and where to look."""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOG = Path("examples/wabo/receipt.xes.gz")
PACK = "nl-wabo"
OUT = Path("demo-out")
DONE = (0, 1)
"""Exit codes of a replay that went through; 1: some rows were rejected and listed."""


def main() -> int:
    """Replay, tell, and serve the report unless --once is given."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--once", action="store_true", help="end by itself instead of serving the report")
    arguments.add_argument("--port", type=int, default=8000, help="where to serve (127.0.0.1 only)")
    chosen = arguments.parse_args()
    command = [str(Path(sys.executable).parent / "yinuo"), "replay", str(LOG), "--pack", PACK, "--out", str(OUT)]
    print(f"· yinuo {' '.join(command[1:])}", flush=True)
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code not in DONE:
        print(f"The replay was refused (exit {code}); what is wrong stands above.", file=sys.stderr)
        return code
    tell(json.loads((ROOT / OUT / "summary.json").read_text(encoding="utf-8")))
    if not chosen.once:
        serve(chosen.port)
    return 0


def tell(summary: dict[str, Any]) -> None:
    """The figures of summary.json in a few lines of both languages."""
    log, states = summary["log"], summary["clocks"]
    print(f"\n办件 cases      {log['cases']:>8,}    事件 events   {log['events']:>8,}    未采用 rejected {log['rejected']:>6,}")
    print(f"按时 kept       {states.get('kept', 0):>8,}    超期 late     {states.get('late', 0):>8,}", end="")
    print(f"    逾期 overdue  {states.get('overdue', 0):>6,}")
    for clause, late in summary["late"].items():
        if late["n"]:
            share = f"{late['share']:.1%} ({late['low']:.1%} – {late['high']:.1%})"
            print(f"  {clause}: 超期 late {late['late']:,} / {late['n']:,} = {share}")
    print(f"\n报告 report     {OUT / 'report.html'}   (open it in a browser; 用浏览器打开)")
    print(f"表   tables     {OUT}/clocks.parquet, findings.parquet, holdings.parquet, indicators.parquet\n", flush=True)


def serve(port: int) -> None:
    """Serve the report on this machine until Ctrl-C."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(ROOT / OUT))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as problem:
        print(f"Port {port} cannot be used ({problem.strerror}); open the file above, or: make demo ARGS=--port=8001")
        return
    with server:
        print(f"http://127.0.0.1:{port}/report.html   (Ctrl-C ends; Ctrl-C 结束)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    sys.exit(main())
