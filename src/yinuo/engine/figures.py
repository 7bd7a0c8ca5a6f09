"""Figures over figures: ratio, cut, change and streak of indicators already measured (grammar part 2, 2.1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from math import isfinite

import numpy as np
import polars as pl

from yinuo.engine.clauses.conditions import Condition, FieldValue, Test
from yinuo.engine.clauses.indicator import Indicator, Part
from yinuo.engine.log import INDICATOR_COLUMNS
from yinuo.engine.periods import period_begin, period_end
from yinuo.engine.rules import Edition, Ruling
from yinuo.kernel.instants import as_date, day_number

KEYS = ("unit", "item", "by", "period_start", "period_end")


def compared(
    figures: pl.DataFrame, ruling: Ruling, edition: Edition, *, today: int, shares: Collection[tuple[str, str]]
) -> pl.DataFrame:
    """The figure of one edition of a ruling from those it names in `of`, `per` and `parts` (same subject and period).

    `shares` names the indicators that are shares, `institution/clause` and version.
    """
    indicator = edition.clause
    assert isinstance(indicator, Indicator)
    base = _named(figures, ruling, name=indicator.of)
    if indicator.measure in ("ratio", "cut"):
        rows = _divided(base, _named(figures, ruling, name=indicator.per), indicator)
    elif indicator.measure == "score":
        rows = _scored(figures, ruling, indicator, shares=shares)
    elif indicator.measure == "change":
        rows = _changed(base, years=indicator.versus != "1p")
    else:
        rows = _streak(base, indicator, today=today)
    begin = pl.col("period_start")
    rows = rows.filter(begin.is_null() | (begin >= edition.start))
    if edition.until is not None:
        rows = rows.filter(begin.is_null() | (begin < edition.until))
    return rows.with_columns(
        pl.lit(ruling.institution).alias("institution"),
        pl.lit(ruling.id).alias("clause"),
        pl.lit(edition.version).alias("version"),
        pl.lit(None, dtype=pl.Float64).alias("low"),
        pl.lit(None, dtype=pl.Float64).alias("high"),
        pl.lit(0, dtype=pl.Int64).alias("excluded"),
    ).select(pl.col(name).cast(kind) for name, kind in INDICATOR_COLUMNS.items())


def _named(figures: pl.DataFrame, ruling: Ruling, *, name: str | None) -> pl.DataFrame:
    institution, _, clause = _in_full(name or "", ruling).rpartition("/")
    return figures.filter((pl.col("institution") == institution) & (pl.col("clause") == clause))


def _in_full(name: str, ruling: Ruling) -> str:
    """`institution/clause` of a name that may leave its own institution out."""
    return name if "/" in name else f"{ruling.institution}/{name}"


def _divided(over: pl.DataFrame, under: pl.DataFrame, indicator: Indicator) -> pl.DataFrame:
    """Ratio of sums, period by period; no value when the divisor is missing or 0."""
    joined = over.select(*KEYS, pl.col("value").alias("numerator")).join(
        under.select(*KEYS, pl.col("value").alias("denominator")), on=KEYS, how="left", nulls_equal=True
    )
    ratio = pl.col("numerator") / pl.col("denominator")
    told = 1 - ratio if indicator.measure == "cut" else ratio * indicator.times
    return joined.with_columns(pl.when(pl.col("denominator") != 0).then(told).alias("value"))


def _scored(
    figures: pl.DataFrame, ruling: Ruling, indicator: Indicator, *, shares: Collection[tuple[str, str]]
) -> pl.DataFrame:
    """Weighted worth of the parts, city-wide; the denominator is the weight of the parts that have a value.

    A missing part leaves the score without a value (`unrated`), shares its weight out among the others (`reweigh`), or
    counts as nothing (`zero`).
    """
    parts = [(part, _wholes(figures, ruling, part, shares=shares)) for part in indicator.parts]
    periods = sorted({period for _part, known in parts for period in known})
    rows = []
    for begin, end in periods:
        told = [(part, known.get((begin, end))) for part, known in parts]
        is_rated = all(value is not None or part.missing != "unrated" for part, value in told)
        points = sum(part.weight * part.worth(value) for part, value in told if value is not None)
        weight = sum(part.weight for part, value in told if value is not None or part.missing == "zero")
        rows.append({
            "unit": None, "item": None, "by": None, "period_start": begin, "period_end": end, "numerator": points,
            "denominator": weight, "value": points / weight if is_rated and weight else None,
        })  # fmt: skip
    schema = {name: INDICATOR_COLUMNS[name] for name in (*KEYS, "numerator", "denominator", "value")}
    return pl.DataFrame(rows, schema=schema)


def _wholes(
    figures: pl.DataFrame, ruling: Ruling, part: Part, *, shares: Collection[tuple[str, str]]
) -> dict[tuple[date, date], float]:
    """The value of a part over all its subjects by period: a share of sums; of other measures only that of a lone subject."""
    named = _named(figures, ruling, name=part.of).filter(pl.col("period_start").is_not_null() & pl.col("by").is_null())
    share = pl.col("numerator").sum() / pl.col("denominator").sum()
    lone = pl.when(pl.len() == 1).then(pl.col("value").first())
    of_shares = [version for name, version in shares if name == _in_full(part.of, ruling)]
    worth = pl.when(pl.col("version").first().is_in(of_shares)).then(share).otherwise(lone)
    found = named.group_by("period_start", "period_end").agg(worth.alias("value"))
    return {
        (row["period_start"], row["period_end"]): row["value"]
        for row in found.iter_rows(named=True)
        if row["value"] is not None and isfinite(row["value"])
    }


def _changed(base: pl.DataFrame, *, years: bool) -> pl.DataFrame:
    """(now − then) / then against the same period a year before, or the period before."""
    next_start = pl.col("period_start").dt.offset_by("1y") if years else pl.col("period_end").dt.offset_by("1d")
    then = base.select("unit", "item", "by", next_start.alias("period_start"), pl.col("value").alias("denominator"))
    joined = base.select(*KEYS, pl.col("value").alias("now")).join(
        then, on=["unit", "item", "by", "period_start"], how="left", nulls_equal=True
    )
    change = (pl.col("now") - pl.col("denominator")) / pl.col("denominator")
    return joined.with_columns(
        (pl.col("now") - pl.col("denominator")).alias("numerator"),
        pl.when(pl.col("denominator") != 0).then(change).alias("value"),
    )


def _streak(base: pl.DataFrame, indicator: Indicator, *, today: int) -> pl.DataFrame:
    """How many of the most recent closed periods, without a gap, satisfy `holds`; a period without value breaks it."""
    closed = base.filter(pl.col("period_end") < as_date(today)).sort("period_start", descending=True)
    begin = as_date(int(period_begin(np.array([today]), indicator.period)[0]))
    last = _period_before(begin, indicator.period)
    rows = []
    for keys, group in closed.group_by("unit", "item", "by", maintain_order=True):
        length, expected = 0, last
        for row in group.iter_rows(named=True):
            if row["period_start"] != expected or row["value"] is None or not _satisfies(row["value"], indicator.holds):
                break
            length += 1
            expected = _period_before(row["period_start"], indicator.period)
        rows.append(
            {
                "unit": keys[0],
                "item": keys[1],
                "by": keys[2],
                "period_start": last,
                "period_end": begin - timedelta(days=1),
                "numerator": float(length),
                "denominator": float(len(group)),
                "value": float(length),
            }
        )
    schema = {name: INDICATOR_COLUMNS[name] for name in (*KEYS, "numerator", "denominator", "value")}
    return pl.DataFrame(rows, schema=schema)


def _period_before(start: date, period: str) -> date:
    day = day_number(start - timedelta(days=1))
    begin = period_begin(np.array([day]), period)
    assert int(period_end(begin, period)[0]) == day + 1
    return as_date(int(begin[0]))


def _satisfies(value: float, holds: Condition | None) -> bool:
    """Whether a value fits `holds = { value = … }`."""
    if holds is None:
        return value > 0
    return any(all(_fits(value, test) for _, test in row) for row in holds.any_of)


def _fits(value: float, test: Test) -> bool:
    fits = all(
        compare(value, float(bound))
        for bound, compare in test.bounds()
        if not isinstance(bound, (FieldValue, str)) and hasattr(bound, "__float__")
    )
    return fits and (test.equal is None or any(float(str(wanted)) == value for wanted in test.equal))
