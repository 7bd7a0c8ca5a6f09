"""One act on several entries: which acts that can be, and what came of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act as do
from yinuo.city.cases.deciding.who import STANDINGS
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor, NotAllowed
from yinuo.city.people.may import may, row_filter
from yinuo.city.registers.books import Book
from yinuo.city.registers.forms import filled, spoken
from yinuo.city.registers.possible import done_elsewhere
from yinuo.city.registers.spelling import Speller
from yinuo.engine.clauses.flow import Step
from yinuo.engine.clauses.register import CHANGED

MOST = 200
"""Entries chosen at once."""


@dataclass(frozen=True)
class ForMany:
    """An act that may be done to several entries."""

    activity: str
    step: Step
    word: str


@dataclass(frozen=True)
class Outcome:
    """What came of the act on one entry."""

    row: Mapping[str, Any]
    sentence: str = ""
    """Why it was refused; empty when it was done."""


def acts_for_many(book: Book, words: Words, *, actor: Actor) -> list[ForMany]:
    """The acts this person may do to some entry of the book; the command decides on each. No opening, no list of parties."""
    if not may(actor, "case.act"):
        return []
    found: dict[str, ForMany] = {}
    elsewhere = done_elsewhere(words)
    for step in book.way.flow.steps:
        if step.auto or step.each or not _may_ever(actor, step):
            continue
        for activity in step.does:
            if activity not in (book.way.flow.opens, CHANGED, *elsewhere):
                found.setdefault(activity, ForMany(activity, step, words.act(activity)))
    return list(found.values())


def _may_ever(actor: Actor, step: Step) -> bool:
    """Whether the step could be this person's at all: by role where its word names roles, else perhaps."""
    standing = STANDINGS.get(step.by or "")
    return standing is None or any(grant.role in standing.roles for grant in actor.grants)


def chosen(case_ids: Sequence[str], book: Book, *, actor: Actor) -> list[dict[str, Any]]:
    """The entries of these keys that are of the book and may be seen, in the order they were chosen, at most MOST."""
    condition, given = row_filter(actor, "case.read", "c.scope")
    asked = {**given, "case_ids": list(dict.fromkeys(case_ids))[:MOST], "kind": book.kind}
    found = {row["case_id"]: row for row in rows(__file__, "chosen", asked, case_rows=condition)}
    return [found[one] for one in asked["case_ids"] if one in found]


def act_on_many(
    picked: Sequence[Mapping[str, Any]], one: ForMany, given: Mapping[str, str], *, book: Book, speller: Speller, now: datetime
) -> list[Outcome]:  # fmt: skip
    """Do the act to each entry by itself, each its own transaction: what was refused says why, the others are done.

    What changed since it was shown (`seen.<case>` in the form: the version that stood there) is refused. Raises Refused when
    the form itself is wrong.
    """
    values = filled(given, book, one.activity, speller=speller, held={})
    outcomes = []
    for row in picked:
        seen = given.get(f"seen.{row['case_id']}", "")
        expected = int(seen) if seen.isdecimal() else row["version"]
        act = Act(row["case_id"], one.activity, now, values, step=one.step.id, expected=expected)
        try:
            do(act, actor=speller.actor, now=now)
        except Refused as refusal:
            outcomes.append(Outcome(row, spoken(refusal, book, speller.words).sentence))
        except NotAllowed as refusal:
            outcomes.append(Outcome(row, str(refusal)))
        else:
            outcomes.append(Outcome(row))
    return outcomes


def nothing_chosen() -> str:
    """What is said when no entry was chosen."""
    return _("先在列表里选中要办的几条。")
