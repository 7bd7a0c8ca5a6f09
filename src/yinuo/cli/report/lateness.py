"""Late shares by clause and by unit, with Wilson's 95 % intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from yinuo.cli.report.numbers import Number, both_of, count, link, share
from yinuo.cli.report.words import Name, Names, percent
from yinuo.engine.statistics import wilson

SMALL = 30
"""Below this many ended clocks a share is marked as resting on few."""

MOST_UNITS = 40
BINDS_CITIZEN = Name("约束办事人，不计入单位", "binds the citizen, not counted against units")
_ALL = Name("全部承诺合计", "all promises together")
_STATES = ("kept", "late", "overdue", "running", "paused", "deemed", "void")


@dataclass(frozen=True)
class LateRow:
    """One line of a late-share table. `low`, `high`, `value` are null when nothing ended."""

    title: Markup | str
    detail: Markup | str
    ended: Number
    late: Number
    share: Number
    interval: str
    overdue: Number
    open: Number
    value: float | None
    low: float | None
    high: float | None
    small: bool


@dataclass(frozen=True)
class LateTable:
    """A table of late shares on one scale; `left` more units are only in the clocks' file."""

    key: str
    title: Markup | str
    rows: tuple[LateRow, ...]
    top: float
    overall: float | None
    left: int = 0


def by_clause(clocks: pl.DataFrame, names: Names) -> LateTable:
    """Every promise, in the order of its name."""
    counted = _counted(clocks, "clause").sort("clause")
    citizens = set(clocks.filter("party")["clause"].unique())
    rows = []
    for row in counted.iter_rows(named=True):
        clause = row["clause"]
        detail = both_of(names.institution(clause.partition("/")[0]))
        if clause in citizens:
            detail += Markup(" · ") + both_of(BINDS_CITIZEN)
        title = both_of(names.clause(clause))
        rows.append(_row(row, title=title, detail=detail, fact=f"clause/{clause}", only={"clause": clause}))
    return _table("clauses", "", rows)


def by_unit(clocks: pl.DataFrame, names: Names) -> tuple[LateTable, ...]:
    """All promises together, when there are several, then each promise: its units, worst lower bound first."""
    own = clocks.filter(~pl.col("party"))
    clauses = own["clause"].unique().sort().to_list()
    tables = []
    if len(clauses) > 1:
        tables.append(_units(own, names, key="all", title=both_of(_ALL), only={"party": 0}))
    for clause in clauses:
        part = own.filter(pl.col("clause") == clause)
        tables.append(_units(part, names, key=clause, title=both_of(names.clause(clause)), only={"clause": clause}))
    return tuple(tables)


def _units(
    clocks: pl.DataFrame, names: Names, *, key: str, title: Markup | str, only: dict[str, str | int]
) -> LateTable:
    counted = _counted(clocks, "unit").sort("low", "late", "unit", descending=[True, True, False], nulls_last=True)
    rows = []
    for row in counted.head(MOST_UNITS).iter_rows(named=True):
        unit = row["unit"]
        label = both_of(names.unit(unit))
        rows.append(_row(row, title=label, detail="", fact=f"unit/{key}/{unit}", only={**only, "unit": unit}))
    total = _with_interval(_totals(clocks).with_columns(pl.lit("").alias("unit")))
    overall = next(iter(total["value"].to_list()), None)
    return _table(key, title, rows, overall=overall, left=max(0, counted.height - MOST_UNITS))


def _totals(clocks: pl.DataFrame) -> pl.DataFrame:
    return clocks.select([(pl.col("state") == state).sum().alias(state) for state in _STATES])


def _counted(clocks: pl.DataFrame, by: str) -> pl.DataFrame:
    states = [(pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in _STATES]
    return _with_interval(clocks.group_by(by).agg(states))


def _with_interval(counted: pl.DataFrame) -> pl.DataFrame:
    ended = (counted["kept"] + counted["late"]).alias("ended")
    low, high = wilson(counted["late"].to_numpy(), ended.to_numpy())
    value = pl.when(pl.col("ended") > 0).then(pl.col("late") / pl.col("ended")).alias("value")
    bounds = [pl.Series("low", low).fill_nan(None), pl.Series("high", high).fill_nan(None)]
    return counted.with_columns(ended, *bounds).with_columns(value)


def _row(
    row: dict[str, Any], *, title: Markup | str, detail: Markup | str, fact: str, only: dict[str, str | int]
) -> LateRow:
    ended, late = row["ended"], row["late"]
    running = row["running"] + row["paused"]
    low, high = row["low"], row["high"]
    return LateRow(
        title=title,
        detail=detail,
        ended=count(f"{fact}/ended", ended, href=link("clocks", **only, state=("kept", "late"))),
        late=count(f"{fact}/late", late, href=link("clocks", **only, state="late")),
        share=share(f"{fact}/share", row["value"], href=link("clocks", **only, state="late"), rows=late),
        interval="" if low is None else f"{percent(low)} – {percent(high)}",
        overdue=count(f"{fact}/overdue", row["overdue"], href=link("clocks", **only, state="overdue")),
        open=count(f"{fact}/open", running, href=link("clocks", **only, state=("running", "paused"))),
        value=row["value"],
        low=low,
        high=high,
        small=0 < ended < SMALL,
    )


def _table(
    key: str, title: Markup | str, rows: list[LateRow], *, overall: float | None = None, left: int = 0
) -> LateTable:
    highs = [row.high for row in rows if row.high is not None and not row.small] or [
        row.high for row in rows if row.high is not None
    ]
    top = _round_up(max(highs, default=0.1))
    return LateTable(key, title, tuple(rows), top, overall, left)


def _round_up(value: float) -> float:
    return next((step for step in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8) if value <= step), 1.0)


def whiskers(row: LateRow, table: LateTable) -> Markup:
    """The share as a dot and its interval as a line on the table's scale; the overall share as a faint upright line."""
    if row.value is None or row.low is None or row.high is None:
        return Markup()
    width = 200.0

    def x(value: float) -> float:
        return round(4 + min(value, table.top) / table.top * (width - 8), 1)

    def parts() -> Iterator[Markup]:
        if table.overall is not None:
            yield Markup('<line class="mean" x1="{0}" x2="{0}" y1="0" y2="20"/>').format(x(table.overall))
        yield Markup('<line class="range" x1="{}" x2="{}" y1="10" y2="10"/>').format(x(row.low or 0), x(row.high or 0))
        if (row.high or 0) > table.top:
            yield Markup('<path class="more" d="M{0} 6l4 4l-4 4"/>').format(width - 5)
        yield Markup('<circle class="dot" cx="{}" cy="10" r="4"/>').format(x(row.value or 0))

    drawing = Markup("").join(parts())
    return Markup('<svg class="whisker" viewBox="0 0 200 20" aria-hidden="true">{}</svg>').format(drawing)
