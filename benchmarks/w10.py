"""W10: 10 M events through twelve promises and eight constraints; on loaded arrays, and from Parquet to Parquet."""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl

sys.path.insert(0, str(Path(__file__).parent))
from generate import write
from measured import OUT, ROOT, Result

PACK = Path(__file__).parent / "w10"
AS_OF = datetime(2026, 3, 31, 16, tzinfo=UTC)
SAMPLE = 2_000


def run(*, smoke: bool) -> Result:
    """Measure at 1 M and 10 M events (smoke: 10 thousand and 100 thousand), every run in a process of its own."""
    result = Result("w10", smoke)
    small, large = (1_000, 10_000) if smoke else (100_000, 1_000_000)
    seconds = {}
    for cases in (small, large):
        ordered, shuffled = write(cases, OUT)
        for order, path in (("sorted", ordered), ("shuffled", shuffled)):
            runs = [_child(path) for _ in range(1 if smoke else 3)]
            told = sorted(runs, key=lambda one: one["whole"])[len(runs) // 2]
            seconds[cases, order] = told
            for name in ("pack", "read", "evaluate", "write", "whole", "cpu", "peak_gib"):
                result.tell(f"{cases * 10:,} events {order}: {name}", told[name])
        result.tell(f"{cases * 10:,} events: clocks", told["clocks"])
        result.tell(f"{cases * 10:,} events: findings", told["findings"])
        same = seconds[cases, "sorted"]["answer"] == seconds[cases, "shuffled"]["answer"]
        result.check(f"{cases * 10:,} events: shuffled answers as sorted", int(not same), 1)
    big = seconds[large, "sorted"]
    result.bar("evaluate on loaded arrays, s", big["evaluate"], 10)
    result.bar("Parquet to Parquet, sorted, s", big["whole"], 15)
    result.bar("Parquet to Parquet, shuffled, s", seconds[large, "shuffled"]["whole"], 20)
    result.bar("peak memory, GiB", max(seconds[large, order]["peak_gib"] for order in ("sorted", "shuffled")), 4)
    result.bar("time(10 M) / time(1 M)", big["whole"] / seconds[small, "sorted"]["whole"], 12)
    _against_the_reference(result, write(small, OUT)[0])
    return result


def _child(path: Path) -> dict[str, Any]:
    command = [sys.executable, str(Path(__file__)), str(path), str(OUT / "w10-said")]
    begin = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    told: dict[str, Any] = json.loads(done.stdout)
    return {**told, "process": time.perf_counter() - begin}


def _replay(path: Path, out: Path) -> dict[str, Any]:
    """One replay, Parquet to Parquet, with the time of its stages; the imports are not counted."""
    from yinuo.engine.evaluate import evaluate
    from yinuo.logs import read_log
    from yinuo.logs.columnar import write_parquet
    from yinuo.rulebook.loader import load_pack

    moments, begun = [time.perf_counter()], time.process_time()
    pack = load_pack(PACK)
    moments.append(time.perf_counter())
    log = read_log(path, pack).log
    moments.append(time.perf_counter())
    said = evaluate(log, pack.rules, as_of=AS_OF)
    moments.append(time.perf_counter())
    out.mkdir(parents=True, exist_ok=True)
    write_parquet(said.clocks, out / "clocks.parquet")
    write_parquet(said.findings, out / "findings.parquet")
    moments.append(time.perf_counter())
    steps = [end - begin for begin, end in pairwise(moments)]
    return {
        **dict(zip(("pack", "read", "evaluate", "write"), steps, strict=True)),
        "whole": moments[-1] - moments[0],
        "cpu": time.process_time() - begun,
        "peak_gib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "clocks": said.clocks.height,
        "findings": said.findings.height,
        "answer": _digest(said.clocks, said.findings),
    }


def _digest(clocks: pl.DataFrame, findings: pl.DataFrame) -> list[Any]:
    """Figures that change when any row changes, whatever the order of rows."""
    columns = pl.struct("case_id", "clause", "state", "due_at", "ended_at", "used", "paused")
    raised = pl.struct("case_id", "clause", "level", "raised_at", "cleared_at")
    return [
        str(clocks.select(columns.hash(7).cast(pl.Decimal(38, 0)).sum()).item()),
        str(findings.select(raised.hash(7).cast(pl.Decimal(38, 0)).sum()).item()),
        dict(clocks.group_by("state").len().sort("state").iter_rows()),
    ]


def _against_the_reference(result: Result, path: Path) -> None:
    from tests.reference.comparison import Custom, History, Text, compared
    from yinuo.rulebook.loader import load_pack

    events = pl.read_parquet(path)
    names = events["case_id"].unique().sort().to_list()
    chosen = random.Random(7).sample(names, min(SAMPLE, len(names)))
    rows = events.filter(pl.col("case_id").is_in(chosen)).with_row_index("n").to_dicts()
    known = {"sequence": 0, "promised": None}
    steps = {activity: n for n, activity in enumerate(_order(path))}
    told = [
        {**row, **known, "recorded_at": row["at"], "event_id": f"{row['n']:09}", "sequence": steps[row["activity"]]}
        for row in rows
    ]
    pack = load_pack(PACK)
    texts = [
        Text(ruling.id, ruling.kind, tuple((one.start, one.until, one.clause) for one in ruling.editions))
        for ruling in pack.rules.rulings
        if ruling.institution == "permit"
    ]
    history = History(told, [{"case_id": name, "kind": "permit"} for name in chosen], AS_OF)
    _, wrong = compared(history, texts, Custom(levels=pack.rules.levels, ladders=pack.rules.ladders))
    result.check(
        "engine as the reference evaluator, cases", len(wrong.engine_only) + len(wrong.reference_only), len(chosen)
    )
    if wrong:
        print(wrong)


def _order(path: Path) -> list[str]:
    return pl.read_parquet(path, columns=["activity"])["activity"].unique().sort().to_list()


if __name__ == "__main__":
    print(json.dumps(_replay(Path(sys.argv[1]), Path(sys.argv[2]))))
