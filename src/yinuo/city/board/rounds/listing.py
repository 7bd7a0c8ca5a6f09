"""What the pages of rounds and of the yearly cycle show: one query each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from yinuo.city.board.rounds import indistinct
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter

KIND = "conduct-year"


@dataclass(frozen=True)
class Round:
    """One round: what the table says, and whether its result tells the units apart (D07)."""

    row: Mapping[str, Any]

    @property
    def share(self) -> float:
        """Units covered of units due."""
        return self.row["covered"] / self.row["due"] if self.row["due"] else 0.0

    @property
    def is_indistinct(self) -> bool:
        """Whether all but all units passed."""
        return indistinct(passed=self.row["passed"], graded=self.row["graded"])


@dataclass(frozen=True)
class Step:
    """One step of a year: its word, `done`, `now` or `later`, when it was done or is due."""

    word: str
    state: str
    at: datetime | None


@dataclass(frozen=True)
class Year:
    """Where a unit stands in its year."""

    unit: str
    case_id: str | None
    opened_at: datetime | None
    is_late: bool
    steps: tuple[Step, ...]


def rounds(actor: Actor | None) -> list[Round]:
    """The newest 200 rounds this person may see."""
    condition, given = row_filter(actor, "board.read", "c.scope")
    return [Round(row) for row in rows(__file__, "rounds", given, case_rows=condition)]


def step_words(words: Words) -> tuple[tuple[str, str], ...]:
    """The steps of the year as the text in force has them, without the one that opens it; none when it has no such year."""
    flow = words.flow(KIND)
    if flow is None:
        return ()
    return tuple((step.id, words.act(step.does[0])) for step in flow.steps if flow.opens not in step.does)


def years(words: Words, *, actor: Actor | None) -> list[Year]:
    """Every unit with a standing mechanism that this person may see, those that are late first."""
    condition, given = row_filter(actor, "board.read", "m.scope")
    known = step_words(words)
    found = [_year(row, known) for row in rows(__file__, "years", given, case_rows=condition)]
    return sorted(found, key=lambda one: (not one.is_late, sum(step.state == "done" for step in one.steps)))


@dataclass(frozen=True)
class Sheets:
    """The responsibility sheets of the newest year within somebody's reach (E006): by unit, those late first."""

    rows: tuple[Mapping[str, Any], ...]

    @property
    def year(self) -> int | None:
        """Of which year they are; null where there are none."""
        return self.rows[0]["year"] if self.rows else None

    @property
    def n(self) -> int:
        """How many there are."""
        return sum(row["sheets"] for row in self.rows)

    @property
    def signed(self) -> int:
        """How many of them are signed."""
        return sum(row["signed"] for row in self.rows)


def sheets(actor: Actor | None) -> Sheets:
    """Signed and unsigned sheets of the units this person may see."""
    condition, given = row_filter(actor, "board.read", "c.scope")
    return Sheets(tuple(rows(__file__, "sheets", given, case_rows=condition)))


def _year(row: Mapping[str, Any], known: tuple[tuple[str, str], ...]) -> Year:
    told = orjson.loads(row["steps"] or b"{}")
    steps = []
    for id_, word in known:
        one = told.get(id_, {})
        state = {"done": "done", "due": "now"}.get(one.get("state", ""), "later")
        at = datetime.fromisoformat(one["done_at"]) if state == "done" and one.get("done_at") else None
        steps.append(Step(word, state, row["due_at"] if state == "now" else at))
    return Year(row["unit"], row["case_id"], row["opened_at"], bool(row["is_late"]), tuple(steps))
