"""`Rules`: the clauses of a pack with their dates, its calendar, conventions, levels and ladders, ready to be evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from yinuo.engine.clauses.common import Clause, DueTime, FirstDay, RestDayStart, Roll, Rung, Text
from yinuo.engine.clauses.flow import Flow
from yinuo.kernel.calendars import Calendar


class Conventions(Text):
    """How this place counts, unless a promise says otherwise (grammar 1.7)."""

    due_time: DueTime = "end_of_day"
    rest_day_start: RestDayStart = "next_is_day_1"
    first_day: FirstDay = "excluded"
    roll: Roll = "next"


class Level(Text):
    """A level of the pack; of several open rungs of a clock the one of highest rank is shown."""

    zh: str
    en: str | None = None
    rank: int
    colour: str = "grey"


@dataclass(frozen=True)
class Edition:
    """The text of one clause in force from `start` (inclusive) until `until` (exclusive, null = still)."""

    start: date
    until: date | None
    clause: Clause
    source: str = ""
    status: str = ""

    @property
    def version(self) -> str:
        """The name under which tables show this edition: its first day."""
        return self.start.isoformat()

    def is_on(self, day: date) -> bool:
        """Whether it is in force on a local day."""
        return self.start <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Ruling:
    """One clause through time: its institution, kind ("promise", …), id, and its editions in order of date."""

    institution: str
    kind: str
    id: str
    editions: tuple[Edition, ...]

    @property
    def name(self) -> str:
        """`institution/clause`, the way other clauses and reports name it."""
        return f"{self.institution}/{self.id}"

    @property
    def newest(self) -> Edition:
        """The last edition written: for what a clause is called, and nothing that is decided on a day."""
        return self.editions[-1]

    def on(self, day: date) -> Edition | None:
        """The edition in force on a local day; null when none is yet, or none any more."""
        return next((one for one in reversed(self.editions) if one.is_on(day)), None)

    def about(self, day: date) -> Edition:
        """What to show of the clause on a day: its edition in force, else the last one before, else the first to come."""
        begun = [one for one in self.editions if one.start <= day]
        return self.on(day) or (begun[-1] if begun else self.editions[0])


@dataclass(frozen=True)
class Rules:
    """Everything `evaluate` needs beside the log."""

    calendar: Calendar
    conventions: Conventions
    levels: Mapping[str, Level]
    ladders: Mapping[str, tuple[Rung, ...]]
    rulings: tuple[Ruling, ...]
    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Columns and their types of the pack's dated tables."""
    activities: Mapping[str, str] = field(default_factory=dict)
    """What activities are called in Chinese: of what happened, and of what there is to do."""
    acts: Mapping[str, str] = field(default_factory=dict)
    """What a person is asked to do in English: `granted` is done by “Grant”."""

    @property
    def zone(self) -> str:
        """The IANA zone in which dates are local."""
        return self.calendar.zone

    def of_kind(self, kind: str) -> tuple[Ruling, ...]:
        """The rulings of one kind of clause, in the order of the pack."""
        return tuple(ruling for ruling in self.rulings if ruling.kind == kind)

    def flows(self) -> dict[str, tuple[Flow, ...]]:
        """For each kind of case the editions of its flow."""
        return {kind: tuple(flow for _start, flow in editions) for kind, editions in self.ways().items()}

    def ways(self) -> dict[str, tuple[tuple[date, Flow], ...]]:
        """For each kind of case the editions of its flow, each with its first day, in order."""
        return {
            ruling.id: tuple((one.start, one.clause) for one in ruling.editions if isinstance(one.clause, Flow))
            for ruling in self.of_kind("flow")
        }
