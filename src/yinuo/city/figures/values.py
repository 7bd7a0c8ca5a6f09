"""The figures of the text in force as pages show them: n and interval beside every value, the guard beside every figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson
from django.utils.http import urlencode

from yinuo.city.pages.figurereading import Share, item_type
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.engine.clauses.indicator import Indicator

ADDED = ("count", "sum")
"""Measures whose values over several units are their sums."""
WITHOUT = "/without-exempt"
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
    has_n: bool = True
    """Whether n counts something; of a score it is the weight of what is there."""
    without: Value | None = None
    """The last whole period without exemptions, of a figure that has some (D06)."""

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
    """A figure's value for one unit or item in the period looked at, and the same without exemptions."""

    unit: str | None
    item: str | None
    by: str | None
    name: str
    value: Value
    without: Value | None

    @property
    def asked(self) -> str:
        """The query that names it."""
        named = {"unit": self.unit, "item": self.item, "by": self.by}
        return urlencode({key: value for key, value in named.items() if value})


@dataclass(frozen=True)
class PartOfScore:
    """What a figure brings to a score; `value` None = it is missing."""

    institution: str
    clause: str
    title: str
    weight: float
    value: Value | None
    worth: float | None
    """From 0 to 1."""
    line: tuple[float, float] | None
    missing: str


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
    without: Value | None
    parts: tuple[PartOfScore, ...]
    made_of: tuple[tuple[str, str, str], ...]
    """The figures it is reckoned from: institution, clause, title."""

    @property
    def has_rows(self) -> bool:
        """Whether rows stand behind it, rather than other figures."""
        return not self.parts and not self.made_of


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
            line = _line(words, ruling.institution, ruling.id, periods, today=today)
            others = found.get((ruling.institution, ruling.id + WITHOUT), ())
            lines.append(replace(line, without=_at(line, others)))
    return lines


def _at(line: Line, others: Iterable[Mapping[str, Any]]) -> Value | None:
    """Of the figure without exemptions the value of the line's last whole period."""
    begin = line.closed.begin if line.closed else None
    return next((_share(row) for row in others if row["period_start"] == begin), None)


def _share(row: Mapping[str, Any]) -> Value:
    k, n = row["numerator"] or 0.0, row["denominator"] or 0.0
    return Value(row["period_start"], row["period_end"], k, n, k / n if n else None, None, None, 0, True)


def _line(words: Words, institution: str, clause: str, periods: Sequence[Mapping[str, Any]], *, today: date) -> Line:
    indicator = indicator_of(words, institution, clause)
    trend = tuple(
        _value(indicator_of(words, institution, clause, row["period_start"]), row) for row in periods[-SHOWN:]
    )
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
        indicator.measure != "score",
    )  # fmt: skip


def indicator_of(words: Words, institution: str, clause: str, day: date | None = None) -> Indicator:
    """The indicator as it was on a day, today without one. Raises LookupError."""
    for ruling in words.rules.of_kind("indicator"):
        if (ruling.institution, ruling.id) == (institution, clause):
            chosen = ruling.about(day or words.today).clause
            assert isinstance(chosen, Indicator)
            return chosen
    raise LookupError(f"{institution}/{clause}")


def _value(indicator: Indicator, row: Mapping[str, Any]) -> Value:
    k, n = row["numerator"] or 0.0, row["denominator"] or 0.0
    is_share = indicator.measure == "share"
    said = Share.of(k, n) if is_share else Share()
    value = row["value"]
    if row.get("subjects", 1) > 1:
        whole = k / n if n else None
        several = {
            "share": whole, "mean": row["mean"], "ratio": whole and whole * indicator.times, "cut": None if whole is None else 1 - whole,
            **dict.fromkeys(ADDED, k),
        }  # fmt: skip
        value = several.get(indicator.measure)
    return Value(
        row["period_start"], row["period_end"], k, n, value, said.low, said.high, int(row["excluded"] or 0), is_share
    )


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
    others: dict[date | None, list[dict[str, Any]]] = {}
    for row in found:
        (by_period if row["clause"] == clause else others).setdefault(row["period_start"], []).append(row)
    line = _line(words, institution, clause, [_summed(same) for same in by_period.values()], today=today)
    last = line.closed or line.running
    shown = period if period in by_period else last.begin if last else None
    then = indicator_of(words, institution, clause, shown)
    without = others.get(shown, [])
    return Page(
        line, then, shown, tuple(reversed([day for day in by_period if day is not None])),
        _value(then, _summed(by_period[shown])) if shown in by_period else None,
        tuple(_subjects(words, then, institution, found=by_period.get(shown, ()), without=without)), tuple(Reader(words).sentences(then)), _chart(line),
        _share(_summed(without)) if without else None, tuple(_parts(words, then, institution, shown=shown, actor=actor)),
        tuple((home, id_, words.clause(home, id_)) for home, id_ in (_in_full(name, institution) for name in (then.of, then.per) if name)),
    )  # fmt: skip


def _subjects(
    words: Words,
    then: Indicator,
    institution: str,
    *,
    found: Iterable[Mapping[str, Any]],
    without: Iterable[Mapping[str, Any]],
) -> list[Subject]:
    """Who has a value in the period, the worst first."""
    others = {(row["unit"], row["item"], row["by"]): _share(row) for row in without}
    subjects = [
        Subject(row["unit"], row["item"], row["by"], _name(words, row, institution), _value(then, row), others.get((row["unit"], row["item"], row["by"])))
        for row in found
        if row["denominator"]
    ]  # fmt: skip
    return sorted(subjects, key=lambda one: _rank(one.value, better=then.better))


def _name(words: Words, row: Mapping[str, Any], institution: str) -> str:
    """Whom a value is about, with what it is broken down by."""
    about = words.unit(row["unit"]) or words.item(row["item"])
    told = orjson.loads(row["by"]) if row["by"] else {}
    parts = [
        item_type(str(value)) if name == "type" else words.broken_down(institution, name, value)
        for name, value in told.items()
    ]
    return " · ".join([about, *parts] if about else parts) or words.city


def _parts(
    words: Words, then: Indicator, institution: str, *, shown: date | None, actor: Actor | None
) -> Iterable[PartOfScore]:
    """What the figures of a score bring to it in a period: one query, none for other measures."""
    if not then.parts:
        return
    names = [_in_full(part.of, institution) for part in then.parts]
    condition, given = row_filter(actor, "figures.read")
    asked = {**given, "digest": words.pack.digest, "names": ["/".join(name) for name in names], "period": shown}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows(__file__, "parts", asked, figure_rows=condition):
        found.setdefault((row["institution"], row["clause"]), []).append(row)
    for part, (home, id_) in zip(then.parts, names, strict=True):
        value = (
            _value(indicator_of(words, home, id_, shown), _summed(found[home, id_])) if (home, id_) in found else None
        )
        worth = None if value is None or value.value is None else part.worth(value.value)
        yield PartOfScore(home, id_, words.clause(home, id_), part.weight, value, worth, part.line, part.missing)


def _in_full(name: str, institution: str) -> tuple[str, str]:
    home, _slash, id_ = name.rpartition("/")
    return home or institution, id_


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
        "subjects": len(found), "value": found[0]["value"], "mean": _mean(found),
    }  # fmt: skip


def _mean(found: Iterable[Mapping[str, Any]]) -> float | None:
    """The mean of all rows, from the means of each."""
    sizes = [
        (row["numerator"], row["denominator"]) for row in found if row["numerator"] is not None and row["denominator"]
    ]
    whole = sum(size for _mean_of, size in sizes)
    return sum(mean * size for mean, size in sizes) / whole if whole else None


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
