"""The seeded log of benchmark W10: cases of ten events with string ids, sorted or shuffled, as Parquet.

python benchmarks/generate.py --cases 1000000 --out bench-out
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl

SEED = 20260211
EVENTS_PER_CASE = 10
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
PLAIN = ("received", "accepted", "asked", "opined", "asked", "opined", "reviewed", "decided", "noted", "delivered")
PAUSED = (
    "received",
    "accepted",
    "asked",
    "opined",
    "suspended",
    "resumed",
    "reviewed",
    "decided",
    "noted",
    "delivered",
)
LONGER = (
    "received",
    "accepted",
    "asked",
    "opined",
    "suspended",
    "resumed",
    "extended",
    "reviewed",
    "decided",
    "delivered",
)
ODD = (
    "received",
    "asked",
    "accepted",
    "asked",
    "extended",
    "extended",
    "reviewed",
    "decided",
    "suspended",
    "delivered",
)
SHAPES = (PLAIN, PAUSED, LONGER, ODD)
SHARES = (0.60, 0.28, 0.11, 0.01)
MEAN_DAYS = np.array([0, 1.6, 0.6, 1.2, 1.4, 1.8, 1.8, 1.4, 0.8, 1.6])
ACTIVITIES = tuple(sorted({activity for shape in SHAPES for activity in shape}))


def w10(cases: int, *, seed: int = SEED) -> pl.DataFrame:
    """A log of `cases` × 10 events over the year 2025, in order of case and time; the same seed makes the same log."""
    draw = np.random.default_rng(seed)
    code = np.array([[ACTIVITIES.index(activity) for activity in shape] for shape in SHAPES], np.uint32)
    shape = draw.choice(len(SHAPES), size=cases, p=SHARES)
    first = np.datetime64("2025-01-02T00:00", "us").astype(np.int64) + draw.integers(0, 330 * DAY, cases)
    pace = draw.lognormal(0.0, 0.42, (cases, 1))
    steps = (draw.gamma(2.0, 1.0, (cases, EVENTS_PER_CASE)) * pace * (MEAN_DAYS / 2) * DAY).astype(np.int64)
    at = first[:, None] + np.cumsum(steps // MINUTE * MINUTE, axis=1)
    unit = np.repeat(draw.integers(0, 60, cases, dtype=np.uint32), EVENTS_PER_CASE).reshape(cases, -1)
    stray = draw.random((cases, EVENTS_PER_CASE)) < 0.003
    unit = np.where(stray, (unit + 1) % 60, unit)
    actor = draw.integers(0, 4000, (cases, EVENTS_PER_CASE), dtype=np.uint32)
    units = pl.Series([f"unit-{n:02}" for n in range(60)])
    actors = pl.Series([f"P{n:05}" for n in range(4000)])
    number = pl.Series(np.arange(cases)).cast(pl.String).str.zfill(8)
    case_id = pl.select(pl.concat_str([pl.lit("441900-2025-"), number])).to_series()
    return pl.DataFrame(
        {
            "case_id": case_id.gather(np.repeat(np.arange(cases), EVENTS_PER_CASE)),
            "activity": pl.Series(ACTIVITIES).gather(code[shape].ravel()),
            "at": pl.Series(at.ravel()).cast(pl.Datetime("us")).dt.replace_time_zone("UTC"),
            "unit": units.gather(unit.ravel()),
            "actor": actors.gather(actor.ravel()),
        }
    )


def write(cases: int, folder: Path) -> tuple[Path, Path]:
    """Write the log sorted and shuffled, unless both files stand already; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered, shuffled = folder / f"w10-{cases}-sorted.parquet", folder / f"w10-{cases}-shuffled.parquet"
    if not (ordered.exists() and shuffled.exists()):
        log = w10(cases)
        log.write_parquet(ordered)
        order = np.random.default_rng(SEED + 1).permutation(log.height)
        log[order].write_parquet(shuffled)
    return ordered, shuffled


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, default=Path("bench-out"))
    given = parser.parse_args()
    for path in write(given.cases, given.out):
        print(f"{path}  {path.stat().st_size / 1e6:.0f} MB")
