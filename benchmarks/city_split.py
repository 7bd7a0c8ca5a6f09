"""A case of six steps, three of them at once, kept in PostgreSQL: Yinuo beside django-viewflow, with one and eight clients."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import a_city
import processors
from measured import OUT, Result

SIDE = Path(__file__).parent / "split" / "side.py"
STEPS, PAIRS = 6, 5


@dataclass(frozen=True, slots=True)
class Round:
    """Processor milliseconds a case of the clients and of PostgreSQL, and cases a second."""

    client: float
    postgres: float
    rate: float

    @property
    def cpu(self) -> float:
        """Both together."""
        return self.client + self.postgres


def run(*, smoke: bool) -> Result:
    """Each pair runs both one after the other; what counts is the median of the pairs' ratios."""
    result = Result("city_split", smoke)
    home = OUT / "cities" / "split"
    shutil.rmtree(home, ignore_errors=True)
    os.environ |= {"YINUO_HOME": str(home), "YINUO_PACK": "split"}
    from yinuo.city.site import embedded
    from yinuo.cli.city import setup

    setup()
    a_city.must_be_durable(result)
    os.environ["DATABASE_URL"] = embedded.url(home)
    with _side("ours", result) as ours, _side("theirs", result) as theirs:
        for clients, cases in ((1, 4 if smoke else 60), (8, 8 if smoke else 160)):
            pairs = []
            for _ in range(1 if smoke else PAIRS):
                pair = [_round(side, result, home=home, clients=clients, cases=cases) for side in (ours, theirs)]
                pairs.append((pair[0], pair[1]))
                print(f"    {pair[0].rate:,.1f} cases/s beside {pair[1].rate:,.1f}", flush=True)
            _tell(result, pairs, clients)
    return result


@contextmanager
def _side(name: str, result: Result) -> Iterator[subprocess.Popen[str]]:
    """One side, ready to run; it says itself whether it refuses a stranger."""
    command = [sys.executable, str(SIDE), name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        result.check(f"{name}: a stranger is refused", int(not _heard(process)["refuses"]), 1)
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _heard(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("a side ended; what it said is above")
    return dict(json.loads(line))


def _round(process: subprocess.Popen[str], result: Result, *, home: Path, clients: int, cases: int) -> Round:
    _say(process, f"{clients} {cases}")
    _heard(process)
    postgres = processors.of_postgres(home)
    _say(process, "go")
    told = _heard(process)
    spent = processors.of_postgres(home) - postgres
    wrong = abs(told["cases"] - cases) + abs(told["steps"] - STEPS * cases) + told["failed"]
    if wrong:
        result.check(f"cases ended and steps done: {told}", wrong, cases * (STEPS + 1))
    return Round(told["cpu"] / cases * 1000, spent / cases * 1000, cases / told["seconds"])


def _tell(result: Result, pairs: list[tuple[Round, Round]], clients: int) -> None:
    words = f"{clients} client{'s' if clients > 1 else ''}"
    for name, rounds in (("Yinuo", [one for one, _ in pairs]), ("viewflow", [one for _, one in pairs])):
        result.tell(f"{name}, {words}: client CPU ms a case", statistics.median(one.client for one in rounds))
        result.tell(f"{name}, {words}: PostgreSQL CPU ms a case", statistics.median(one.postgres for one in rounds))
        result.tell(f"{name}, {words}: cases/s", statistics.median(one.rate for one in rounds))
    less = statistics.median(theirs.cpu / ours.cpu for ours, theirs in pairs)
    result.bar(f"{words}: times less CPU-seconds than viewflow", less, 10, at_least=True)
    faster = statistics.median(ours.rate / theirs.rate for ours, theirs in pairs)
    if clients > 1:
        result.bar(f"{words}: times viewflow's rate", faster, 5, at_least=True)
    else:
        result.tell(f"{words}: times viewflow's rate", faster)
