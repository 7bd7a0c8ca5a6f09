"""The 1,434 environmental permits of WABO: `yinuo replay` from the start of the process, beside pm4py."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measured import ROOT, Result

LOG = ROOT / "examples/wabo/receipt.xes.gz"
PEER = """
import sys, warnings
warnings.simplefilter("ignore")
import pm4py
log = pm4py.read_xes(sys.argv[1])
case = log.groupby("case:concept:name").first()
ended = case[case["case:enddate"].notna() & case["case:deadline"].notna()]
print(len(case), len(ended), int((ended["case:enddate"] > ended["case:deadline"]).sum()))
"""


def run(*, smoke: bool) -> Result:
    """Start of the process to its end: read the log, every clock, every finding, the summary."""
    result = Result("wabo", smoke)
    yinuo = [sys.executable, "-m", "yinuo.cli.main", "replay", str(LOG), "--pack", "nl-wabo", "--json"]
    ours, printed = _processes(yinuo, 1 if smoke else 5)
    theirs, counted = _processes([sys.executable, "-c", PEER, str(LOG)], 1 if smoke else 3)
    summary = json.loads(printed)
    cases, ended, late = map(int, counted.split()[-3:])
    stored = next(figure for clause, figure in summary["late"].items() if clause.startswith("stored-deadline/"))
    result.bar("yinuo replay, whole process, s", ours, 2)
    result.tell("pm4py: read the log and compare two dates, s", theirs)
    result.tell("times as fast as pm4py", theirs / ours)
    result.check("as many cases as pm4py", abs(summary["log"]["cases"] - cases), cases)
    result.check("as many ended cases with a deadline as pm4py", abs(stored["n"] - ended), ended)
    result.check("as many late cases as pm4py", abs(stored["late"] - late), late)
    return result


def _processes(command: list[str], times: int) -> tuple[float, str]:
    seconds, printed = [], ""
    for _ in range(times):
        begin = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        seconds.append(time.perf_counter() - begin)
        if done.returncode > 1 or (done.returncode == 1 and "yinuo" not in " ".join(command)):
            raise RuntimeError(f"{' '.join(command[:4])} … failed:\n{done.stderr[-2000:]}")
        printed = done.stdout
    return statistics.median(seconds), printed
