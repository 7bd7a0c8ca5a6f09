"""Dated tables and decision tables of the text in force: their rows, since when, what changed, and what was granted of how much."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.pages.fieldwords import field_word
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.showing import shown
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.engine.clauses.conditions import Event
from yinuo.engine.clauses.flow import FieldType, Flow
from yinuo.engine.clauses.table import Cap, Table
from yinuo.engine.periods import period_begin, period_end
from yinuo.engine.rules import Edition, Ruling
from yinuo.engine.strata import kinds_named
from yinuo.kernel.instants import as_date, day_number, microseconds

PAGE = 100
DATED = ("id", "from", "until")


@dataclass(frozen=True)
class Changed:
    """On a day: a row that came, went, or of which these columns were changed (column, before, after)."""

    day: date
    id: str
    what: str
    columns: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Dated:
    """A dated table: the rows in force on a day and everything that ever changed in it."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[Mapping[str, Any], ...]
    number: int
    changes: tuple[Changed, ...]


def table_word(name: str) -> str:
    """What a dated table is called; its name when nobody gave it one."""
    return {"items": _("事项清单"), "materials": _("材料清单"), "units": _("单位名录")}.get(name, name)


def dated(words: Words, name: str, *, on: date, search: str = "") -> Dated | None:
    """A dated table of the text in force on a day, only the rows that hold what is searched; null when there is none."""
    frame = words.pack.tables.get(name)
    if frame is None:
        return None
    types = {one: FieldType.model_validate({"is": word}) for one, word in _types(words, name).items()}
    names = [one for one in frame.columns if one not in DATED]
    found = []
    for row in frame.iter_rows(named=True):
        cells = {one: shown(_plain(row[one]), types.get(one), words) for one in names}
        if _holds(row, on) and search in " ".join([str(row["id"]), *cells.values()]):
            found.append({"id": row["id"], "from": row["from"], "until": row["until"], "cells": cells})
    columns = tuple((one, field_word(one)) for one in names)
    return Dated(name, columns, tuple(found), frame.height, tuple(_changes(frame.to_dicts(), types, words)))


def _types(words: Words, name: str) -> Mapping[str, str]:
    return dict(words.rules.tables.get(name, {}))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _holds(row: Mapping[str, Any], on: date) -> bool:
    return (row["from"] is None or row["from"] <= on) and (row["until"] is None or on < row["until"])


def _changes(every: Sequence[Mapping[str, Any]], types: Mapping[str, FieldType], words: Words) -> Iterator[Changed]:
    """The newest first. Rows without a first day were always there."""
    found: list[Changed] = []
    by_id: dict[str, list[Mapping[str, Any]]] = {}
    for row in every:
        by_id.setdefault(str(row["id"]), []).append(row)
    for id_, many in by_id.items():
        own = sorted(many, key=lambda row: row["from"] or date.min)
        for before, after in zip([None, *own], own, strict=False):
            if after["from"] is not None and (before is not None or after["from"] > date(2000, 1, 1)):
                moved = _moved(before, after, types, words) if before else ()
                found.append(Changed(after["from"], id_, "changed" if before else "came", moved))
        if own[-1]["until"] is not None:
            found.append(Changed(own[-1]["until"], id_, "went"))
    yield from sorted(found, key=lambda one: (one.day, one.id), reverse=True)


def _moved(
    before: Mapping[str, Any], after: Mapping[str, Any], types: Mapping[str, FieldType], words: Words
) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (field_word(name), *(shown(_plain(row[name]), types.get(name), words) or "—" for row in (before, after)))  # type: ignore[misc]
        for name in after
        if name not in DATED and before[name] != after[name]
    )


@dataclass(frozen=True)
class Row:
    """One row of a decision table, in words."""

    when: str
    then: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Version:
    """A decision table as one version states it, and what is not in the version before."""

    since: date
    until: date | None
    source: str
    rows: tuple[Row, ...]
    came: tuple[Row, ...]
    went: tuple[Row, ...]
    otherwise: tuple[tuple[str, str], ...]


def decision_tables(words: Words) -> list[Ruling]:
    """The decision tables of the text in force."""
    return list(words.rules.of_kind("table")) if words.is_there else []


def versions(ruling: Ruling, words: Words) -> list[Version]:
    """Every version of a decision table, the newest first."""
    reader, found, before = Reader(words), list[Version](), tuple[Row, ...]()
    for edition in ruling.editions:
        clause = table_of(edition)
        reader.begin(clause)
        own = tuple(
            Row(
                (one.en if words.language == "en" and one.en else one.zh) or reader.condition(one.when),
                _results(one.then, reader),
            )
            for one in clause.rows
        )
        came = tuple(one for one in own if one not in before) if found else ()
        went = tuple(one for one in before if one not in own)
        source = clause.source or edition.source
        found.append(Version(edition.start, edition.until, source, own, came, went, _results(clause.otherwise, reader)))
        before = own
    return found[::-1]


def table_of(edition: Edition) -> Table:
    """The clause of an edition of a decision table."""
    assert isinstance(edition.clause, Table)
    return edition.clause


def _results(then: Mapping[str, Any], reader: Reader) -> tuple[tuple[str, str], ...]:
    return tuple((reader.field(name), str(value)) for name, value in then.items())


@dataclass(frozen=True)
class Share:
    """What one unit (null: the whole city) granted in a period, of how many, and what is allowed."""

    unit: str | None
    granted: int
    of: int | None
    cap: Cap

    @property
    def share(self) -> float | None:
        """Granted of all; null where there is nothing to be a share of."""
        return self.granted / self.of if self.of else None

    @property
    def is_over(self) -> bool:
        """Whether more were granted than the text allows."""
        if self.cap.share is not None:
            return self.granted > float(self.cap.share) * (self.of or 0) + 1e-9
        return self.cap.most is not None and self.granted > self.cap.most


def period(now: datetime, per: str) -> tuple[datetime, datetime]:
    """The begin and end of the period a moment lies in, in the city's zone."""
    begin = period_begin(np.array([day_number(timezone.localdate(now))], np.int64), per)
    return _begin(as_date(int(begin[0]))), _begin(as_date(int(period_end(begin, per)[0])))


def _begin(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True)
class Given:
    """One grant: of which case, its number, its results, since and until when, and how it stands."""

    row: Mapping[str, Any]
    number: str
    results: tuple[tuple[str, str], ...]
    since: datetime


def grants(ruling: Ruling, words: Words, *, actor: Actor) -> list[Given]:
    """The newest grants of a table within what this person may see; none for a table that grants nothing."""
    clause = table_of(ruling.editions[-1])
    if clause.grant is None:
        return []
    reader = Reader(words)
    reader.begin(clause)
    condition, given = row_filter(actor, "case.read", "c.scope")
    asked = {
        **given, "kinds": _kinds(clause.gives, kinds_named(clause.for_), words), "activities": _activities(clause.gives),
        "institution": ruling.institution, "clause": f"{ruling.id}.valid", "most": PAGE,
    }  # fmt: skip
    results = {name for row in clause.rows for name in row.then}
    field = clause.grant.number.field if clause.grant.number is not None else None
    found = []
    for row in rows(__file__, "grants", asked, case_rows=condition):
        said = json.loads(row["said"])
        told = _results({name: said[name] for name in sorted(results) if said.get(name) is not None}, reader)
        found.append(Given(row, str(said.get(field or "") or ""), told, _moment(row["at"])))
    return found


def _moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, UTC)


def _activities(events: Sequence[Event]) -> list[str]:
    return sorted({name for event in events for name in event.activities})


def _kinds(events: Sequence[Event], kinds: frozenset[str] | None, words: Words) -> list[str]:
    """The kinds of case in which one of these activities may happen."""
    if kinds is not None:
        return sorted(kinds)
    wanted = set(_activities(events))
    flows = [(one.id, one.editions[-1].clause) for one in words.rules.of_kind("flow")]
    return [
        kind for kind, flow in flows if isinstance(flow, Flow) and any(wanted & set(step.does) for step in flow.steps)
    ]


def granted(ruling: Ruling, words: Words, *, actor: Actor, now: datetime) -> list[Share]:
    """How many were granted in the period of the cap that runs now, by unit, of how many; none for a table without a cap.

    Only what this person may see is counted.
    """
    clause = table_of(ruling.editions[-1])
    cap = clause.grant.cap if clause.grant is not None else None
    if cap is None:
        return []
    begin, end = period(now, cap.per)
    given = _counted(clause.gives, kinds_named(clause.for_), words, span=(begin, end), actor=actor)
    is_counted = bool(cap.of) and (cap.for_ is None or cap.for_.fields() <= {"kind"})
    of = _counted(cap.of, kinds_named(cap.for_), words, span=(begin, end), actor=actor) if is_counted else {}
    if cap.by == "city":
        return [Share(None, sum(given.values()), sum(of.values()) if is_counted else None, cap)]
    return [
        Share(unit, given[unit], of.get(unit, 0) if is_counted else None, cap) for unit in sorted(given, key=words.unit)
    ]


def _counted(
    events: Sequence[Event], kinds: frozenset[str] | None, words: Words, *, span: tuple[datetime, datetime], actor: Actor
) -> dict[str, int]:  # fmt: skip
    """Cases by unit in which one of these activities happened in the span: from their openings where it opens them."""
    activities, named = _activities(events), _kinds(events, kinds, words)
    every = {ruling.id: ruling.editions[-1].clause for ruling in words.rules.of_kind("flow")}
    opens = {flow.opens for kind in named if isinstance(flow := every.get(kind), Flow)}
    condition, given = row_filter(actor, "case.read", "c.scope")
    asked = {
        **given, "kinds": named, "activities": activities, "since": span[0], "until": span[1],
        "since_at": microseconds(span[0]), "until_at": microseconds(span[1]),
    }  # fmt: skip
    name = "opened_in" if set(activities) <= opens else "done_in"
    return {row["unit"]: row["number"] for row in rows(__file__, name, asked, case_rows=condition) if row["unit"]}
