"""The pack's own figures: value, n, interval, the definition they follow, and the rows behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from yinuo.cli.report.definitions import definition, simple_tests
from yinuo.cli.report.numbers import Number, Table, both_of, link, percent, quantity
from yinuo.cli.report.words import Name, Names, amount
from yinuo.engine.clauses.conditions import Condition
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.rules import Rules

MOST_ROWS = 24
"""Rows of one figure on the page; the others are in the indicators' file."""

_TABLE: dict[str, Table] = {"clocks": "clocks", "findings": "findings"}
_DATED: dict[Table, str] = {"clocks": "due", "findings": "raised", "cases": "first"}
_LINKABLE: dict[Table, set[str]] = {
    "clocks": {"clause", "state", "level", "unit"},
    "findings": {"clause", "level", "unit"},
    "cases": {"kind", "item", "unit"},
}


@dataclass(frozen=True)
class FigureRow:
    """One value of a figure: whose, when, from how many, between which bounds."""

    subject: str
    period: str
    value: Number
    numerator: Number
    n: Number
    interval: str
    excluded: Number


@dataclass(frozen=True)
class Figure:
    """One indicator of the pack. `exact`: the links open exactly what was counted, not the unit's whole period."""

    title: Markup | str
    institution: Markup | str
    definition: Markup | str
    rows: tuple[FigureRow, ...]
    left: int
    exact: bool


def figures(indicators: pl.DataFrame, rules: Rules, names: Names) -> tuple[Figure, ...]:
    """Every indicator that has a value, in the order of the pack; of each the largest n first."""
    clauses = {ruling.name: ruling.editions[-1].clause for ruling in rules.of_kind("indicator") if ruling.editions}
    named = indicators.with_columns(pl.concat_str("institution", pl.lit("/"), "clause").alias("name"))
    parts = {str(key[0]): part for key, part in named.partition_by("name", as_dict=True).items()}
    shown = []
    for name, clause in clauses.items():
        part = parts.get(name)
        if part is not None and isinstance(clause, Indicator):
            shown.append(_figure(name, clause, part, names))
    return tuple(shown)


def _figure(name: str, clause: Indicator, rows: pl.DataFrame, names: Names) -> Figure:
    table = _TABLE.get(clause.over, "cases")
    where, where_exact = _filters(clause.where, table)
    counted, count_exact = _filters(clause.count, table)
    ordered = rows.sort("period_start", "denominator", descending=True, nulls_last=True)
    shown = tuple(
        _row(row, name, _Reading(table, where, {**where, **counted}, clause.measure == "share"))
        for row in ordered.head(MOST_ROWS).iter_rows(named=True)
    )
    return Figure(
        title=both_of(names.clause(name)),
        institution=both_of(names.institution(name.partition("/")[0])),
        definition=both_of(definition(clause)),
        rows=shown,
        left=max(0, rows.height - MOST_ROWS),
        exact=where_exact and count_exact and clause.exempt is None and clause.at is None and clause.over in _TABLE,
    )


@dataclass(frozen=True)
class _Reading:
    table: Table
    where: Mapping[str, tuple[str, ...]]
    counted: Mapping[str, tuple[str, ...]]
    is_share: bool


def _filters(condition: Condition | None, table: Table) -> tuple[dict[str, tuple[str, ...]], bool]:
    tests, exact = simple_tests(condition)
    usable = {field: values for field, values in tests.items() if field in _LINKABLE[table]}
    return usable, exact and len(usable) == len(tests)


def _row(row: Mapping[str, Any], name: str, reading: _Reading) -> FigureRow:
    start, end = row["period_start"], row["period_end"]
    whose = {key: row[key] for key in ("unit", "item") if row[key] is not None}
    when = {"since": start.isoformat(), "before": end.isoformat()} if start and end else {}
    own = {key: value for key, value in whose.items() if key in _LINKABLE[reading.table]} | when
    subject = " · ".join([*whose.values(), *_breakdown(row["by"])])
    fact = f"figure/{name}/{subject}/{start}"
    below = link(reading.table, **{**reading.where, **own})
    above = link(reading.table, **{**reading.counted, **own})
    value = percent(row["value"]) if reading.is_share else amount(row["value"])
    bounds = "" if row["low"] is None else f"{percent(row['low'])} – {percent(row['high'])}"
    return FigureRow(
        subject=subject,
        period=_period(start, end),
        value=Number(f"{fact}/value", value, above),
        numerator=quantity(f"{fact}/numerator", row["numerator"], href=above if row["numerator"] else None),
        n=quantity(f"{fact}/n", row["denominator"], href=below if row["denominator"] else None),
        interval=bounds,
        excluded=quantity(f"{fact}/excluded", row["excluded"] or 0),
    )


def _breakdown(by: str | None) -> list[str]:
    return [f"{key} {value}" for key, value in json.loads(by).items()] if by else []


def _period(start: Any, end: Any) -> str:
    if start is None or end is None:
        return ""
    days = (end - start).days
    if days > 300:
        return f"{start:%Y}"
    return f"{start:%Y-%m}" if days in range(28, 32) and start.day == 1 else f"{start} –"


EMPTY = Name("这个规则包没有写指标。", "This pack defines no figures.")
