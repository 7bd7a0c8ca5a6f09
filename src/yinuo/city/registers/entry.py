"""What one case holds now, field by field, with its files and the entries of other registers that point to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.city.pages.showing import Called, shown
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may, row_filter
from yinuo.city.registers.books import Book, books
from yinuo.city.registers.lists import Reading
from yinuo.city.registers.opening import first_step
from yinuo.city.registers.possible import book_of

MOST = 50
"""Entries shown below the one they point to; the list of their register has all."""


@dataclass(frozen=True)
class Below:
    """The entries of one register that point to this case by a field."""

    book: Book
    field: str
    rows: tuple[Mapping[str, Any], ...]
    may_open: bool


@dataclass(frozen=True)
class Sheet:
    """The fields with their words and values, what the reader may not see, the files, what points here."""

    book: Book
    fields: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...]
    concealed: frozenset[str]
    """Names of fields the reader may not see, wherever they are told."""
    files: tuple[Mapping[str, Any], ...]
    below: tuple[Below, ...]


def sheet(case: Mapping[str, Any], words: Words, *, actor: Actor, today: date, names: Called) -> Sheet | None:
    """What a case holds, as far as this person may see it; null when the text in force knows no such kind.

    `names` are those of what its events point to, as this person may see them. Two queries more where it holds files, and where registers point to its kind.
    """
    book = book_of(words, case)
    if book is None:
        return None
    state = json.loads(case["state"])
    reading = Reading(book, words, actor=actor)
    seen = [one for one in book.fields if reading.may_see(one, case["scope"])]
    told = [(one, state["fields"].get(one.name)) for one in seen if one.type.is_ != "party"]
    fields = [
        (one.word, shown(value, one.type, words, names=names)) for one, value in told if value not in (None, "", [])
    ]
    hidden = [
        one.word for one in book.fields if one not in seen and (one.access == "sealed" or one.name in state["fields"])
    ]
    files: tuple[Mapping[str, Any], ...] = ()
    if state["files"] and may(actor, "attachment.read", scope=case["scope"]):
        files = tuple(rows(__file__, "files", {"digests": state["files"]}))
    below = _below(case["case_id"], book, words, actor=actor, today=today)
    concealed = frozenset(one.name for one in book.fields if one not in seen)
    return Sheet(book, tuple(fields), tuple(hidden), concealed, files, below)


def _below(case_id: str, book: Book, words: Words, *, actor: Actor, today: date) -> tuple[Below, ...]:
    """The registers with a field that names entries of this one, and their entries that name this case."""
    pointing = [
        (other, one.name)
        for other in books(words.pack.digest, today).values()
        for one in other.fields
        if one.book is not None and f"{other.institution}/{one.book}" == book.kind
    ]
    if not pointing:
        return ()
    condition, given = row_filter(actor, "case.read", "c.scope")
    keys = [json.dumps({name: case_id}) for _other, name in pointing]
    asked = {**given, "kinds": [other.kind for other, _name in pointing], "keys": keys, "most": MOST}
    found = rows(__file__, "below", asked, case_rows=condition)
    return tuple(
        Below(
            other, name, tuple(row for row in found if row["place"] == place),
            first_step(other.way, words, actor) is not None,
        )
        for place, (other, name) in enumerate(pointing, 1)
    )  # fmt: skip
