"""What every benchmark shares: where things lie, how a median is taken, a result and its printing."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[1]
OUT = ROOT / "bench-out"
RESULTS = ROOT / "benchmarks" / "results"
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))  # the reference evaluator lives in tests/

Answer = TypeVar("Answer")


@dataclass
class Result:
    """One benchmark: what was measured (`figures`), the bars and whether they were met, and whether answers agree."""

    name: str
    smoke: bool
    figures: dict[str, Any] = field(default_factory=dict)
    bars: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)

    def tell(self, name: str, value: Any) -> None:
        """Keep a figure and print it."""
        self.figures[name] = value
        print(f"  {name:<58} {value:,.3f}" if isinstance(value, float) else f"  {name:<58} {value}", flush=True)

    def bar(self, name: str, value: float, limit: float, *, at_least: bool = False) -> None:
        """Hold a figure to its bar; a smoke run measures too little to judge."""
        met = None if self.smoke else (value >= limit if at_least else value <= limit)
        self.bars.append({"name": name, "value": value, "limit": limit, "at_least": at_least, "met": met})
        word = {None: "not judged in a smoke run", True: "met", False: "MISSED"}[met]
        print(f"  {name:<58} {value:,.3f}  (bar {'≥' if at_least else '≤'} {limit:g}: {word})", flush=True)

    def check(self, name: str, differences: int, out_of: int) -> None:
        """Keep how many answers differ; any difference fails the run."""
        self.checks.append({"name": name, "differences": differences, "of": out_of})
        print(f"  {name:<58} {differences} differences of {out_of:,}", flush=True)

    def right(self) -> bool:
        """Did every comparison agree?"""
        return not any(check["differences"] for check in self.checks)

    def write(self) -> Path:
        """Write benchmarks/results/NAME.json; a smoke run leaves its file in bench-out, which is not kept."""
        folder = OUT if self.smoke else RESULTS
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.system()}
        path.write_text(json.dumps({**asdict(self), "machine": machine}, indent=1, ensure_ascii=False) + "\n", "utf-8")
        return path


def timed(work: Callable[[], Answer], *, times: int = 3) -> tuple[float, Answer]:
    """The median of several runs in seconds, and the last answer."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds), answer
