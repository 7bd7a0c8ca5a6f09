"""The figures of the text in force as pages show them: n and interval beside every value, the guard beside every figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from yinuo.city.pages.reading import Reader
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.statistics import wilson

ADDED = ("count", "sum", "share")
"""Measures whose values over several units are their sums; of the others only the single values are shown."""
SHOWN = 13


@dataclass(frozen=True)
class Value:
    """One value: k of n, the share or number, its interval, how many were left out."""

    begin: date | None
    end: date | None
    k: float
    n: float
    value: float | None
    low: float | None
    high: float | None
    excluded: int
    is_share: bool

    @property
    def place(self) -> tuple[str, str, str]:
        """Where the interval begins, its width and the value itself, in per cent of a line from 0 to 1."""
        low, high, value = self.low or 0.0, self.high or 0.0, self.value or 0.0
        return f"{low * 100:.2f}%", f"{max(high - low, 0.004) * 100:.2f}%", f"{value * 100:.2f}%"


@dataclass(frozen=True)
class Line:
    """A figure in the list: what it is, its last whole period, the one under way, and its way there."""

    institution: str
    clause: str
    title: str
    definition: str
    better: str
    target: float | None
    closed: Value | None
    running: Value | None
    trend: tuple[Value, ...]
    guards: tuple[tuple[str, str, str], ...]
    measured_at: datetime

    @property
    def points(self) -> str:
        """The trend as the points of a small line, 100 wide and 24 high."""
        known = [value for value in self.trend if value.value is not None]
        if len(known) < 2:
            return ""
        most = 1.0 if known[0].is_share else max((value.value or 0.0) for value in known) or 1.0
        step = 100 / (len(known) - 1)
        return " ".join(
            f"{index * step:.1f},{22 - 20 * (value.value or 0.0) / most:.1f}" for index, value in enumerate(known)
        )


@dataclass(frozen=True)
class Subject:
    """A figure's value for one unit or item in the period looked at."""

    unit: str | None
    item: str | None
    name: str
    value: Value


@dataclass(frozen=True)
class Page:
    """One figure: its definition, every period, and the subjects of one."""

    line: Line
    indicator: Indicator
    period: date | None
    periods: tuple[date, ...]
    whole: Value | None
    subjects: tuple[Subject, ...]
    sentences: tuple[str, ...]
    chart: Mapping[str, Any]


def listed(words: Words, *, actor: Actor | None, today: date) -> list[Line]:
    """Every figure this person may see something of: one query."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    condition, parameters = row_filter(actor, "figures.read")
    for row in rows(__file__, "figures", {**parameters, "digest": words.pack.digest}, figure_rows=condition):
        found.setdefault((row["institution"], row["clause"]), []).append(row)
    lines = []
    for ruling in words.rules.of_kind("indicator"):
        periods = found.get((ruling.institution, ruling.id))
        if periods:
            lines.append(_line(words, ruling.institution, ruling.id, periods, today=today))
    return lines


def _line(words: Words, institution: str, clause: str, periods: Sequence[Mapping[str, Any]], *, today: date) -> Line:
    indicator = indicator_of(words, institution, clause)
    trend = tuple(_value(indicator, row) for row in periods)[-SHOWN:]
    closed = [value for value in trend if value.end is not None and value.end < today]
    running = [value for value in trend if value.end is None or value.end >= today]
    guards = []
    for name in indicator.guard:
        home, _slash, other = name.rpartition("/")
        guards.append((home or institution, other, words.clause(home or institution, other)))
    return Line(
        institution, clause, words.clause(institution, clause), (" " if words.language == "en" else "").join(Reader(words).sentences(indicator)), indicator.better,
        None if indicator.target is None else float(indicator.target), closed[-1] if closed else None,
        running[-1] if running else None, trend, tuple(guards), max(row["measured_at"] for row in periods),
    )  # fmt: skip


def indicator_of(words: Words, institution: str, clause: str, day: date | None = None) -> Indicator:
    """The indicator as it was on a day, the last one without a day. Raises LookupError."""
    for ruling in words.rules.of_kind("indicator"):
        if (ruling.institution, ruling.id) == (institution, clause):
            editions = [one for one in ruling.editions if day is None or one.start <= day] or list(ruling.editions[:1])
            chosen = editions[-1].clause
            assert isinstance(chosen, Indicator)
            return chosen
    raise LookupError(f"{institution}/{clause}")


def _value(indicator: Indicator, row: Mapping[str, Any]) -> Value:
    k, n = row["numerator"] or 0.0, row["denominator"] or 0.0
    is_share = indicator.measure == "share"
    low = high = None
    value = row.get("value")
    if is_share and n > 0:
        lows, highs = wilson(np.array([k]), np.array([n]))
        low, high = float(lows[0]), float(highs[0])
        value = k / n
    elif "value" not in row:
        value = k if indicator.measure in ADDED else None
    return Value(row["period_start"], row["period_end"], k, n, value, low, high, int(row["excluded"] or 0), is_share)


def one(
    words: Words, institution: str, clause: str, *, actor: Actor | None, today: date, period: date | None = None
) -> Page | None:
    """One figure, None when this person may see nothing of it. Raises LookupError for one the text does not have."""
    indicator_of(words, institution, clause)
    condition, parameters = row_filter(actor, "figures.read")
    asked = {**parameters, "digest": words.pack.digest, "institution": institution, "clause": clause}
    found = rows(__file__, "figure", asked, figure_rows=condition)
    if not found:
        return None
    by_period: dict[date | None, list[dict[str, Any]]] = {}
    for row in found:
        by_period.setdefault(row["period_start"], []).append(row)
    line = _line(words, institution, clause, [_summed(same) for same in by_period.values()], today=today)
    last = line.closed or line.running
    shown = period if period in by_period else last.begin if last else None
    then = indicator_of(words, institution, clause, shown)
    subjects = [
        Subject(
            row["unit"],
            row["item"],
            words.unit(row["unit"]) or words.item(row["item"]) or words.city,
            _value(then, row),
        )
        for row in by_period.get(shown, ())
        if row["denominator"]
    ]
    subjects.sort(key=lambda one: _rank(one.value, better=then.better))
    return Page(
        line, then, shown, tuple(reversed([day for day in by_period if day is not None])),
        _value(then, _summed(by_period[shown])) if shown in by_period else None,
        tuple(subjects), tuple(Reader(words).sentences(then)), _chart(line),
    )  # fmt: skip


def _rank(value: Value, *, better: str) -> tuple[bool, float]:
    """The worst first: where it matters to look; too few to say come last."""
    if value.value is None:
        return (True, 0.0)
    return (False, value.value if better == "high" else -value.value)


def _summed(same: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    found = list(same)
    return {
        "period_start": found[0]["period_start"], "period_end": found[0]["period_end"],
        "numerator": sum(row["numerator"] or 0.0 for row in found), "denominator": sum(row["denominator"] or 0.0 for row in found),
        "excluded": sum(row["excluded"] or 0 for row in found), "measured_at": max(row["measured_at"] for row in found),
    }  # fmt: skip


def _chart(line: Line) -> dict[str, Any]:
    """What figure.js draws: value with its interval, and n as bars."""
    known = [value for value in line.trend if value.begin is not None]
    factor = 100.0 if known and known[0].is_share else 1.0

    def scaled(value: float | None) -> float | None:
        return None if value is None else round(value * factor, 2)

    return {
        "title": line.title,
        "share": bool(known and known[0].is_share),
        "periods": [value.begin.isoformat()[:7] for value in known if value.begin],
        "value": [scaled(value.value) for value in known],
        "low": [scaled(value.low) for value in known],
        "high": [scaled(value.high) for value in known],
        "n": [value.n for value in known],
        "target": scaled(line.target),
    }
