"""How the time used is spread against the limit: counts by tenth of the limit, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from yinuo.cli.report.clocks import BINS, JUDGED
from yinuo.cli.report.numbers import Number, both_of, count, link, quantity
from yinuo.cli.report.words import Name, Names, length, measure_name


@dataclass(frozen=True)
class Spread:
    """One clause: its bars, and the median and ninth tenth of the time used by what has ended, in its own unit."""

    clause: str
    title: Markup | str
    limits: Name
    median: Number
    ninth: Number
    measure: Name
    elapsed: bool
    bars: tuple[tuple[str, tuple[Number, ...]], ...]
    counted: Number
    left_out: Number

    def chart(self) -> dict[str, Any]:
        """What the page draws: for each bin the counts of each state."""
        return {
            "clause": self.clause,
            "limit": {"zh": self.limits.zh, "en": self.limits.en},
            "bars": [[number.rows or 0 for number in row] for _, row in self.bars],
        }


def spreads(clocks: pl.DataFrame, names: Names) -> tuple[Spread, ...]:
    """One spread for each clause that has a clock to judge."""
    judged = clocks.filter(pl.col("state").is_in(JUDGED))
    parts = judged.partition_by("clause", as_dict=True, maintain_order=False)
    return tuple(_spread(str(key[0]), part, names) for key, part in sorted(parts.items()))


def _spread(clause: str, clocks: pl.DataFrame, names: Names) -> Spread:
    binned = clocks.filter(pl.col("bin").is_not_null())
    counts = {
        (row["bin"], row["state"]): row["len"] for row in binned.group_by("bin", "state").len().iter_rows(named=True)
    }
    ended = clocks.filter(pl.col("state") != "overdue", pl.col("used").is_not_null())["used"]
    measure = clocks["measure"].mode().sort()[0]
    return Spread(
        clause=clause,
        title=both_of(names.clause(clause)),
        limits=_limits(clocks, measure),
        median=_quantile(ended, 0.5, clause),
        ninth=_quantile(ended, 0.9, clause),
        measure=measure_name(measure),
        elapsed=bool(clocks["allowed"].null_count() == clocks.height),
        bars=tuple((_span(index), _bar(counts, index, clause)) for index in range(BINS)),
        counted=count(f"spread/{clause}/n", binned.height, href=link("clocks", clause=clause, state=JUDGED)),
        left_out=count(f"spread/{clause}/left-out", clocks.height - binned.height),
    )


def _quantile(used: pl.Series, at: float, clause: str) -> Number:
    value = used.quantile(at, interpolation="nearest") if used.len() else None
    name = f"spread/{clause}/q{round(at * 100)}"
    return quantity(name, value, href=link("clocks", clause=clause, state=("kept", "late")), rows=used.len())


def _bar(counts: dict[tuple[int, str], int], index: int, clause: str) -> tuple[Number, ...]:
    return tuple(
        count(
            f"spread/{clause}/{index}/{state}",
            counts.get((index, state), 0),
            href=link("clocks", clause=clause, state=state, bin=index),
        )
        for state in JUDGED
    )


def _span(index: int) -> str:
    return f"≥ {(BINS - 1) * 10}%" if index == BINS - 1 else f"{index * 10} – {index * 10 + 10}%"


def _limits(clocks: pl.DataFrame, measure: str) -> Name:
    allowed = clocks["allowed"].drop_nulls()
    if not allowed.len():
        return Name("为指定日期", "a due date")
    low, high = float(allowed.min()), float(allowed.max())  # type: ignore[arg-type]
    least, most = length(low, measure), length(high, measure)
    return least if low == high else Name(f"{least.zh} – {most.zh}", f"{least.en} – {most.en}")
