"""Dated tables and decision tables of the text in force: their rows, since when, what changed, and what was granted of how much."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.granting.shares import Share, kinds_doing, shares
from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.fieldwords import field_word
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.showing import shown
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.engine.clauses.conditions import Event
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.clauses.table import Table
from yinuo.engine.rules import Edition, Ruling
from yinuo.engine.strata import kinds_named

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


def column_word(name: str) -> str:
    """What a column of a dated table is called; else what fields of that name are called."""
    own = {
        "zh": _("名称"), "en": _("英文名称"), "unit": _("单位"), "nature": _("性质"), "immediate": _("当场办结"), "statutory": _("法定时限"),
        "promised": _("承诺时限"), "review": _("审查时限"), "decide": _("决定时限"), "service": _("业务"), "minutes": _("办理约需几分钟"),
        "later": _("可以后补"), "items": _("事项"), "field": _("填写栏目"), "kind": _("类别"), "options": _("可选内容"), "needed": _("是否必填"),
        "check": _("核对方式"), "hint": _("填写提示"), "hint_en": _("英文提示"), "asked_if": _("看哪一栏的回答"), "holds": _("答什么时才问"),
        "personal": _("是否个人信息"), "hall": _("大厅"), "letter": _("号码字母"), "units": _("可办单位"), "type": _("类型"), "parent": _("上级单位"),
    }  # fmt: skip
    return own.get(name) or field_word(name)


def nature_word(nature: str) -> str:
    """Whether an item is a power of the administration or a service; any other word as it stands."""
    return {"power": _("行政权力"), "service": _("公共服务")}.get(nature, nature)


def dated(words: Words, name: str, *, on: date, search: str = "") -> Dated | None:
    """A dated table of the text in force on a day, only the rows that hold what is searched; null when there is none."""
    frame = words.pack.tables.get(name)
    if frame is None:
        return None
    types = {one: FieldType.model_validate({"is": word}) for one, word in _types(words, name).items()}
    names = [one for one in frame.columns if one not in DATED]
    found = []
    for row in frame.iter_rows(named=True):
        cells = {one: _cell(one, row, types, words) for one in names}
        if _holds(row, on) and search in " ".join([str(row["id"]), *cells.values()]):
            found.append({"id": row["id"], "from": row["from"], "until": row["until"], "cells": cells})
    columns = tuple((one, column_word(one)) for one in names)
    return Dated(name, columns, tuple(found), frame.height, tuple(_changes(frame.to_dicts(), types, words)))


def _types(words: Words, name: str) -> Mapping[str, str]:
    return dict(words.rules.tables.get(name, {}))


def _cell(name: str, row: Mapping[str, Any], types: Mapping[str, FieldType], words: Words) -> str:
    told = shown(_plain(row[name]), types.get(name), words)
    return nature_word(told) if name == "nature" else told


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
        (column_word(name), *(_cell(name, row, types, words) or "—" for row in (before, after)))  # type: ignore[misc]
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
    return tuple((reader.field(name), reader.value(name, value)) for name, value in then.items())


@dataclass(frozen=True)
class Given:
    """One grant: of which case, its number, its results, since and until when, and how it stands."""

    row: Mapping[str, Any]
    number: str
    results: tuple[tuple[str, str], ...]
    since: datetime


def grants(ruling: Ruling, words: Words, *, actor: Actor, today: date) -> list[Given]:
    """The newest grants of a table within what this person may see; none for a table that grants nothing."""
    clause = table_of(ruling.about(today))
    if clause.grant is None:
        return []
    reader = Reader(words)
    reader.begin(clause)
    condition, given = row_filter(actor, "case.read", "c.scope")
    kinds, activities = kinds_named(clause.for_), _activities(clause.gives)
    asked = {
        **given, "kinds": sorted(kinds or kinds_doing(activities, ways_of(words.pack.digest))), "activities": activities,
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


def granted(ruling: Ruling, words: Words, *, actor: Actor, now: datetime) -> list[Share]:
    """How many were granted in the period of the cap that runs now, by unit, of how many; none for a table without a cap.

    Only what this person may see is counted, and of units only those that granted something.
    """
    clause = table_of(ruling.about(timezone.localdate(now)))
    cap = clause.grant.cap if clause.grant is not None else None
    if cap is None:
        return []
    condition, given = row_filter(actor, "case.read", "c.scope")
    found = shares(clause, cap, ways=ways_of(words.pack.digest), at=now, rows=condition, given=given)
    return sorted((one for one in found if one.granted or one.unit is None), key=lambda one: words.unit(one.unit))
