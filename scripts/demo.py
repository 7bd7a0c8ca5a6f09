"""The demonstration: hold a published log of environmental permits to its promises, say what came out and where to look."""

from __future__ import annotations

import argparse
import functools
import http.server
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOG = Path("examples/wabo/receipt.xes.gz")
PACK = "nl-wabo"
OUT = Path("demo-out")
DONE = (0, 1)
"""Exit codes of a replay that went through; 1: some rows were rejected and listed."""


def main() -> int:
    """Replay, say where to look, and serve the report unless --once is given."""
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
    tell()
    if not chosen.once:
        serve(chosen.port)
    return 0


def tell() -> None:
    """Where everything lies, in both languages."""
    print(f"\n报告 report  {OUT}/report.html  (open it in a browser; 用浏览器打开)")
    print(f"表   tables  {OUT}/clocks.parquet, findings.parquet, holdings.parquet, indicators.parquet")
    print(f"概要 summary {OUT}/summary.json\n", flush=True)


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
