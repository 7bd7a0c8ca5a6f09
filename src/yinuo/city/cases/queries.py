"""Reading cases: the log the engine evaluates, lists and searches within what an actor may see, threads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import polars as pl
from django.db import connection

from yinuo.city.cases.deciding.states import State
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.kept import kept_tables
from yinuo.city.cases.logs import PREFIX, log_of_rows
from yinuo.city.cases.projection import pairs, ways_in_force
from yinuo.city.ledger import read
from yinuo.city.ledger.events import NewEvent, StoredEvent
from yinuo.city.ledger.statements import ask, sql
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require, row_filter
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.deriving import with_derived
from yinuo.engine.entries import children_of, entries
from yinuo.engine.log import Log
from yinuo.engine.rules import Ruling

MOST_IN_THREAD = 2_000
"""Cases of one thread a command looks at; the newest. Supervision looks at all."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case in a list."""

    case_id: str
    kind: str
    receipt: str
    title: str
    item: str | None
    unit: str | None
    status: str
    stage: str
    opened_at: datetime
    ended_at: datetime | None
    holder_unit: str | None
    holder_actor: str | None
    parent: str | None
    version: int


def log(case_ids: Sequence[str]) -> Log:
    """The history of these cases as the engine reads it, with the dated tables of the text in force. Raises NoText.

    A case that does not exist is left out. The registers the text looks up are among the tables.
    """
    ways = ways_in_force()
    log = _history(case_ids, ways)
    found = {**kept_tables(ways.pack), **books(ways)}
    return Log(log.events, log.cases, {**log.tables, **found}) if found else log


def _history(case_ids: Iterable[str], ways: Ways) -> Log:
    streams = orjson.dumps([PREFIX + case_id for case_id in dict.fromkeys(case_ids)]).decode()
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "history"), {"streams": streams})
        return log_of_rows(cursor.fetchall(), ways)


def books(ways: Ways, rulings: Sequence[Ruling] | None = None) -> Mapping[str, pl.DataFrame]:
    """The registers these clauses look up (null: any of the text) as dated tables."""
    return {name: frame for ruling in ways.guards.books(rulings) for name, frame in _book(ways, ruling).items()}


def book(ways: Ways, ruling: Ruling) -> pl.DataFrame:
    """One register as a dated table (`engine.entries`); read again where an entry changed."""
    return _book(ways, ruling)[ruling.id]


def _book(ways: Ways, ruling: Ruling) -> Mapping[str, pl.DataFrame]:
    """One register, and where entries of another wait for its own to be closed those not verified yet as well."""
    (changed,) = ask(__file__, "entries_changed", {"kind": ruling.name})
    mark = (ways.pack.digest, *changed)
    if ruling.name not in _BOOKS or _BOOKS[ruling.name][0] != mark:
        names = (row[0] for row in ask(__file__, "entries", {"kind": ruling.name}))
        rules = ways.pack.rules
        log = with_derived(_history(names, ways), rules)
        made = {ruling.id: entries(log, ruling, zone=rules.zone)}
        if ruling.id in children_of(rules):
            made[f"{ruling.id}:open"] = entries(log, ruling, zone=rules.zone, is_open=True)
        _BOOKS[ruling.name] = mark, made
    return _BOOKS[ruling.name][1]


_BOOKS: dict[str, tuple[tuple[Any, ...], Mapping[str, pl.DataFrame]]] = {}


def threaded(state: State, event: NewEvent, rulings: Sequence[Ruling]) -> Mapping[str, Sequence[StoredEvent]]:
    """The histories of the other cases that these clauses read together with a proposed event of this one.

    Two commands of one thread at a moment are decided one after the other: each waits for the thread.
    """
    wanted = _threads_of(rulings)
    if not wanted:
        return {}
    opening = event.payload if state.version == 0 else {}
    own = {"item": state.item, "unit": state.unit, "region": state.region, "kind": state.kind or opening.get("kind")}
    values = {**own, **{name: opening.get(name) or value for name, value in own.items()}, **state.fields}
    values |= event.payload.get("fields") or {}
    names, keys = [], []
    for thread in sorted(wanted):
        found = [values.get(name) for name in thread]
        if None not in found:
            names.append(",".join(thread))
            keys.append(orjson.dumps([str(value) for value in found]).decode())
    if not names:
        return {}
    asked: dict[str, Any] = {"names": names, "values": keys, "case_id": state.case_id, "most": MOST_IN_THREAD}
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "lock_threads"), asked)
        cursor.execute(sql(__file__, "beside"), asked)
        others = [row[0] for row in cursor.fetchall()]
    return read.streams([PREFIX + other for other in others]) if others else {}


def reads_threads(rulings: Sequence[Ruling]) -> bool:
    """Whether some clause among these reads other cases than the one it speaks of."""
    return bool(_threads_of(rulings))


def _threads_of(rulings: Sequence[Ruling]) -> set[tuple[str, ...]]:
    clauses = [edition.clause for ruling in rulings for edition in ruling.editions]
    return {one.thread for one in clauses if isinstance(one, Constraint) and "case" not in one.thread}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is asked for. `unit` = any unit involved or one above it; `holder` = a person.

    `text` is a receipt number or words of the title.
    """

    kinds: Collection[str] = ()
    status: str | None = None
    unit: str | None = None
    holder: str | None = None
    item: str | None = None
    text: str = ""


def find(
    actor: Actor | None, wanted: Wanted, *, before: tuple[datetime, str] | None = None, limit: int = 50
) -> list[Row]:
    """Cases the actor may see, the newest first. `before` = (opened_at, case_id) of the last row seen, to go on from there."""
    where, asked = _where(actor, wanted)
    if before is not None:
        where += " AND (opened_at, case_id) < (%(before_at)s, %(before_id)s)"
        asked |= {"before_at": before[0], "before_id": before[1]}
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "find").replace("/* where */", where), {**asked, "limit": limit})
        return [Row(*row) for row in cursor.fetchall()]


def _where(actor: Actor | None, wanted: Wanted) -> tuple[str, dict[str, Any]]:
    """The condition of a list: the one row filter, and what was asked for."""
    visible, asked = row_filter(actor, "case.read")
    parts = [visible]
    if wanted.kinds:
        parts.append("kind = ANY(%(kinds)s)")
        asked["kinds"] = list(wanted.kinds)
    for name, value in (("status", wanted.status), ("holder_actor", wanted.holder), ("item", wanted.item)):
        if value is not None:
            parts.append(f"{name} = %({name})s")
            asked[name] = value
    if wanted.unit is not None:
        parts.append("scope && ARRAY[%(unit)s]")
        asked["unit"] = wanted.unit
    words = pairs(wanted.text)
    if words:
        parts.append("words @> %(words)s::text[]")
        asked["words"] = words
    return " AND ".join(parts), asked


def one(case_id: str, *, actor: Actor | None) -> Row | None:
    """One case; null when there is none. Raises NotAllowed when it lies outside what the actor may see."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "one"), {"case_id": case_id})
        row = cursor.fetchone()
    if row is None:
        return None
    require(actor, "case.read", scope=row[-1])
    return Row(*row[:-1])


def state_of(case_id: str) -> State | None:
    """Where a case stands, for pages that offer what can be done next."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "state"), {"case_id": case_id})
        row = cursor.fetchone()
    return None if row is None else State(**orjson.loads(row[0]))


def files_of(case_id: str) -> frozenset[str]:
    """The digests of the attachments of a case."""
    state = state_of(case_id)
    return frozenset() if state is None else frozenset(state.files)


def receipt_of(case_id: str) -> str:
    """The receipt number of a case, "" when there is no such case."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "receipt"), {"case_id": case_id})
        row = cursor.fetchone()
    return row[0] if row else ""


def case_of_receipt(receipt: str) -> str | None:
    """The case of a receipt number (as printed, check digits included), null when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "case_of_receipt"), {"receipt": receipt.strip()})
        row = cursor.fetchone()
    return row[0] if row else None
