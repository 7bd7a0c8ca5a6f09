"""What stands still without a day of its own (暂停): since when, why, by whom, and who looks at it next."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import polars as pl

from yinuo.city.cases import queries
from yinuo.city.pages.fieldwords import field_word
from yinuo.city.pages.statements import select
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.registers.possible import Possible, possible
from yinuo.city.texts import in_force
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.log import EVENT_COLUMNS
from yinuo.engine.stretches import stretches


@dataclass(frozen=True)
class Pause:
    """Why a case stands still: the event that stopped its clocks, and the forms by which this person may look at it."""

    since: datetime | None
    word: str
    actor: str
    said: tuple[tuple[str, str], ...]
    forms: tuple[Possible, ...]


@lru_cache(maxsize=4)
def looks(digest: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The promises that ask for a look again and again (what keeps them opens them anew), and the acts that are such a look."""
    names, acts = [], set()
    for ruling in in_force.by_digest(digest).rules.of_kind("promise"):
        for edition in ruling.editions:
            clause = edition.clause
            if isinstance(clause, Promise):
                again = {one for event in clause.on for one in event.activities}
                again &= {one for event in clause.until for one in event.activities}
                names += [f"{ruling.institution}/{ruling.id}"] if again else []
                acts |= again
    return tuple(dict.fromkeys(names)), frozenset(acts)


def explained(rows: Sequence[dict[str, Any]], words: Words, *, actor: Actor | None, now: datetime) -> None:
    """Put into each row of the list `pause`: its Pause, from the histories of these cases read once."""
    begun = _begun([row["case_id"] for row in rows], words, now=now) if rows else {}
    persons = sorted({str(event["actor"]) for _, event in begun.values() if event.get("actor")})
    found = select("SELECT person, name FROM people_person WHERE person = ANY(%(persons)s)", {"persons": persons})
    names = {row["person"]: row["name"] for row in found}
    _names, acts = looks(words.pack.digest) if rows else ((), frozenset())
    for row in rows:
        row["clauses"] = [tuple(one) for one in json.loads(row["clauses"])]
        since, event = begun.get(row["case_id"], (None, {}))
        forms = possible(row, words, actor=actor, now=now)
        row["pause"] = Pause(
            since, words.activity(event.get("activity") or ""), words.actor(event.get("actor"), names),
            tuple(_said(event)), tuple(form for form in forms if form.activity in acts),
        )  # fmt: skip


def _begun(case_ids: Sequence[str], words: Words, *, now: datetime) -> dict[str, tuple[datetime, Mapping[str, Any]]]:
    """By case when the oldest pause that still lasts began, and by which event."""
    log = queries.log(case_ids)
    open_ = stretches(log, words.rules, as_of=now).filter(pl.col("to").is_null())
    since = dict(open_.group_by("case_id").agg(pl.col("from").min()).iter_rows())
    events = log.events.filter(pl.col("case_id").is_in(list(since)))
    found: dict[str, tuple[datetime, Mapping[str, Any]]] = {}
    for row in events.iter_rows(named=True):
        if row["at"] == since[row["case_id"]]:
            found[row["case_id"]] = (row["at"], row)
    return found


def _said(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in event.items():
        if value not in (None, "") and name not in EVENT_COLUMNS:
            yield field_word(name), str(value)
