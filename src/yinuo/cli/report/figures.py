"""The pack's own figures: value, n, interval, the definition they follow, and the rows behind them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from markupsafe import Markup

from yinuo.cli.report.definitions import definition, simple_tests
from yinuo.cli.report.numbers import Number, Table, both, both_of, link, quantity
from yinuo.cli.report.words import Names, amount, percent
from yinuo.engine.clauses.conditions import Condition
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.rules import Rules

OF_THE_CASE = "case:"
"""Before the name of a field of the case by which a figure is broken down and its rows can be filtered."""

MOST_ROWS = 24
"""Rows of one figure on the page; the others are in the indicators' file."""

_TABLE: dict[str, Table] = {"clocks": "clocks", "findings": "findings"}
_LINKABLE: dict[Table, set[str]] = {
    "clocks": {"clause", "state", "level", "unit"},
    "findings": {"clause", "level", "unit"},
    "cases": {"kind", "item", "unit"},
}
Filters = dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class FigureRow:
    """One value of a figure: whose, when, from how many, between which bounds."""

    subject: Markup | str
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
    """Every indicator that has a value, in the order of the pack; of each the latest period and the largest n first."""
    names_of_clauses = tuple(ruling.name for ruling in rules.rulings)
    named = indicators.with_columns(pl.concat_str("institution", pl.lit("/"), "clause").alias("name"))
    parts = {str(key[0]): part for key, part in named.partition_by("name", as_dict=True).items()}
    shown = []
    for ruling in rules.of_kind("indicator"):
        editions = {one.version: one.clause for one in ruling.editions if isinstance(one.clause, Indicator)}
        for shown_name in (ruling.name, f"{ruling.name}/without-exempt"):
            part = parts.get(shown_name)
            if part is not None:
                shown.append(_figure(shown_name, editions, part, names, clauses=names_of_clauses))
    return tuple(shown)


def breakdowns(rules: Rules, cases: pl.DataFrame) -> tuple[str, ...]:
    """The fields of cases by which some figure is broken down."""
    clauses = [edition.clause for ruling in rules.of_kind("indicator") for edition in ruling.editions]
    fields = {field for clause in clauses if isinstance(clause, Indicator) for field in clause.by}
    return tuple(sorted(fields & set(cases.columns)))


def _figure(
    name: str, editions: Mapping[str, Indicator], rows: pl.DataFrame, names: Names, *, clauses: tuple[str, ...]
) -> Figure:
    """A figure by the editions it was measured by: each row counts as its own says; the definition is that of the first row."""
    known = pl.col("denominator").fill_null(0) > 0
    ordered = rows.sort(known, "period_start", "denominator", descending=True, nulls_last=True)
    rows_shown = ordered.head(MOST_ROWS).to_dicts()
    readings = {version: _reading(editions[version], clauses) for version in {row["version"] for row in rows_shown}}
    base = name.removesuffix("/without-exempt")
    return Figure(
        title=both_of(names.clause(base))
        + (Markup(" · ") + both("剔除豁免后", "without the exempt") if base != name else ""),
        institution=both_of(names.institution(name.partition("/")[0])),
        definition=both_of(definition(editions[rows_shown[0]["version"]], names)),
        rows=tuple(_row(row, name, readings[row["version"]], names) for row in rows_shown),
        left=max(0, rows.height - MOST_ROWS),
        exact=all(one.exact for one in readings.values()),
    )


@dataclass(frozen=True)
class _Reading:
    table: Table
    where: Filters
    counted: Filters
    is_share: bool
    by_unit: bool
    exact: bool


def _reading(clause: Indicator, clauses: tuple[str, ...]) -> _Reading:
    """Which rows of the page's tables an edition counts, and whether these say all of it."""
    over, _, part = clause.over.partition(":")
    table = _TABLE.get(over, "cases")
    where, where_exact = _filters(clause.where, table, clauses)
    counted, count_exact = _filters(clause.count, table, clauses)
    if part and table != "cases":
        where.setdefault("clause", tuple(one for one in clauses if one == part or one.endswith(f"/{part}")))
    by_unit = clause.subject.partition(":")[0] == "unit"
    plain = clause.exempt is None and clause.at is None and clause.for_ is None and not clause.stock
    exact = where_exact and count_exact and plain and over in _TABLE and (by_unit or clause.subject == "city")
    return _Reading(table, where, {**where, **counted}, clause.measure == "share", by_unit, exact)


def _filters(condition: Condition | None, table: Table, clauses: tuple[str, ...]) -> tuple[Filters, bool]:
    """The filters of the page's table that say the same as a condition, and whether they say all of it."""
    tests, exact = simple_tests(condition)
    usable = {field: values for field, values in tests.items() if field in _LINKABLE[table]}
    named: Filters = {field: tests[field] for field in ("institution", "clause") if field in tests}
    if named and table != "cases":
        usable["clause"] = tuple(clause for clause in clauses if _is_named(clause, named))
    return usable, exact and usable.keys() | named.keys() == tests.keys()


def _is_named(clause: str, named: Filters) -> bool:
    institution, _, own = clause.partition("/")
    return institution in named.get("institution", (institution,)) and own in named.get("clause", (own,))


def _row(row: Mapping[str, Any], name: str, reading: _Reading, names: Names) -> FigureRow:
    start, end = row["period_start"], row["period_end"]
    whose = {key: row[key] for key in ("unit", "item") if row[key] is not None}
    when = {"since": start.isoformat(), "before": (end + timedelta(days=1)).isoformat()} if start and end else {}
    by = json.loads(row["by"]) if row["by"] else {}
    own = ({"unit": row["unit"]} if reading.by_unit and row["unit"] is not None else {}) | when
    own |= {OF_THE_CASE + key: value for key, value in by.items()}
    subject = " · ".join([*whose.values(), *(str(value) for value in by.values())])
    titles = [both_of((names.unit if key == "unit" else names.item)(value)) for key, value in whose.items()]
    fact = f"figure/{name}/{subject}/{start}"
    below = link(reading.table, **{**reading.where, **own})
    above = link(reading.table, **{**reading.counted, **own})
    value = percent(row["value"]) if reading.is_share else amount(row["value"])
    bounds = "" if row["low"] is None else f"{percent(row['low'])} – {percent(row['high'])}"
    return FigureRow(
        subject=Markup(" · ").join([*titles, *(str(value) for value in by.values())]),
        period=_period(start, end),
        value=Number(f"{fact}/value", value, above),
        numerator=quantity(f"{fact}/numerator", row["numerator"], href=above if row["numerator"] else None),
        n=quantity(f"{fact}/n", row["denominator"], href=below if row["denominator"] else None),
        interval=bounds,
        excluded=quantity(f"{fact}/excluded", row["excluded"] or 0),
    )


def _period(start: date | None, end: date | None) -> str:
    """A year, a month, a day, or both ends."""
    if start is None or end is None:
        return ""
    if start == end:
        return f"{start}"
    if start.day == 1 and (end - start).days in range(27, 31):
        return f"{start:%Y-%m}"
    return f"{start:%Y}" if (end - start).days > 360 else f"{start} – {end}"
