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
    """One clause: its bars, and the median and ninth tenth of the time used by what has ended, in its own unit.

    A clause that counted in several units (a version changed it, or strata differ) has limits in each and no median.
    """

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
    judged = clocks.lazy().filter(pl.col("state").is_in(JUDGED))
    bars = judged.group_by("clause", "bin", "state").len().collect()
    used = pl.col("used").filter(pl.col("state") != "overdue").drop_nulls()
    by_measure = judged.group_by("clause", "measure").agg(
        pl.col("allowed").min().alias("least"), pl.col("allowed").max().alias("most"), pl.len().alias("clocks")
    )
    limits = by_measure.filter(pl.col("least").is_not_null()).sort("clocks", "measure", descending=[True, False])
    facts = judged.group_by("clause").agg(
        pl.col("measure").filter(pl.col("measure") != "").unique().sort().implode().alias("measures"),
        used.len().alias("ended"),
        used.quantile(0.5, interpolation="nearest").alias("median"),
        used.quantile(0.9, interpolation="nearest").alias("ninth"),
    )
    allowed: dict[str, list[Name]] = {}
    for clause, measure, least, most, _ in limits.collect().iter_rows():
        allowed.setdefault(clause, []).append(_limits(least, most, measure))
    counts: dict[str, dict[tuple[int | None, str], int]] = {}
    for clause, at, state, number in bars.iter_rows():
        counts.setdefault(clause, {})[at, state] = number
    return tuple(
        _spread(row, counts[row["clause"]], limits=allowed.get(row["clause"], []), names=names)
        for row in facts.sort("clause").collect().iter_rows(named=True)
    )


def _spread(
    facts: dict[str, Any], counts: dict[tuple[int | None, str], int], *, limits: list[Name], names: Names
) -> Spread:
    clause, measures = facts["clause"], facts["measures"]
    if len(measures) > 1:
        facts = {**facts, "ended": 0, "median": None, "ninth": None}
    judged = sum(counts.values())
    drawn = sum(number for (at, _), number in counts.items() if at is not None)
    return Spread(
        clause=clause,
        title=both_of(names.clause(clause)),
        limits=Name("；".join(one.zh for one in limits), "; ".join(one.en for one in limits)) if limits else _A_DATE,
        median=_quantile(facts, "median", "q50"),
        ninth=_quantile(facts, "ninth", "q90"),
        measure=measure_name(measures[0] if measures else None),
        elapsed=not limits,
        bars=tuple((_span(index), _bar(counts, index, clause)) for index in range(BINS)),
        counted=count(f"spread/{clause}/n", drawn, href=link("clocks", clause=clause, state=JUDGED, drawn=1)),
        left_out=count(
            f"spread/{clause}/left-out", judged - drawn, href=link("clocks", clause=clause, state=JUDGED, drawn=0)
        ),
    )


def _quantile(facts: dict[str, Any], column: str, short: str) -> Number:
    clause = facts["clause"]
    href = link("clocks", clause=clause, state=("kept", "late"))
    return quantity(f"spread/{clause}/{short}", facts[column], href=href, rows=facts["ended"])


def _bar(counts: dict[tuple[int | None, str], int], index: int, clause: str) -> tuple[Number, ...]:
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


_A_DATE = Name("为指定日期", "a due date")


def _limits(least: float, most: float, measure: str) -> Name:
    low, high = length(least, measure), length(most, measure)
    return low if least == most else Name(f"{low.zh} – {high.zh}", f"{low.en} – {high.en}")
