"""A simulated year of suspensions, extensions, late-recorded and out-of-order events: engine against reference."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measured import Result

BATCH = 5_000


def run(*, smoke: bool) -> Result:
    """Every case through the reference too, in two processes; the engine gets the same batches."""
    result = Result("simulated_year", smoke)
    cases = 10_000 if smoke else 1_000_000
    begin = time.perf_counter()
    rows = wrong = 0
    # A forked child of a process that has run Polars can hang: its threads do not survive the fork.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for seen, differ, shown in pool.map(_batch, range(max(1, cases // BATCH))):
            rows, wrong = rows + seen, wrong + differ
            if shown:
                print(shown)
            if rows % 2_000_000 < seen:
                print(
                    f"  … {rows:,} clocks compared, {wrong} differences, {time.perf_counter() - begin:.0f} s",
                    flush=True,
                )
    result.tell("clocks and findings compared", rows)
    result.tell("seconds, two processes, mostly the reference", time.perf_counter() - begin)
    result.check("engine as the reference evaluator, clocks and findings", wrong, rows)
    return result


def _batch(number: int) -> tuple[int, int, str]:
    from tests.reference.comparison import compared
    from tests.reference.simulation import TEXTS, year

    seen, wrong = compared(year(BATCH, seed=number), TEXTS)
    return seen, len(wrong.engine_only) + len(wrong.reference_only), str(wrong) if wrong else ""
