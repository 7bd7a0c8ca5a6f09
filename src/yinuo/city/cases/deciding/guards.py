"""Which clauses of a text can refuse an act (`block`), or do a step by silence, and the smallest text to ask them with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from functools import cached_property

from pydantic import BaseModel

from yinuo.engine.clauses.conditions import Event, Listed
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.clauses.register import Register, RegisterField
from yinuo.engine.context import references
from yinuo.engine.entries import child_of
from yinuo.engine.rules import Rules, Ruling
from yinuo.engine.strata import dependencies, events_of, kinds_of
from yinuo.kernel.limits import Limit, Unit

_AT_THE_LATER = {
    "precedence",
    "not_succession",
    "chain_precedence",
    "alternate_precedence",
    "not_chain_succession",
    "in_order",
    "countersigned",
}
_AT_EITHER = {"not_coexistence", "exclusive_choice"}
_AT_THE_EVENT = {"absence", "exactly", "init", "entitled"}
_SHORTEST = {Unit.MINUTES: 1 / 1440, Unit.HOURS: 1 / 24, Unit.OFFICE_MINUTES: 1 / 1440, Unit.OFFICE_HOURS: 1 / 24}
_LEAST = {Unit.HALF_WORKDAYS: 0.5, Unit.WORKDAYS: 1, Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 28, Unit.YEARS: 365}


@dataclass(frozen=True)
class Silence:
    """A promise whose silence does something: what opens it, what keeps it, and the soonest it can lapse."""

    ruling: Ruling
    means: frozenset[str]
    openers: frozenset[str]
    enders: frozenset[str]
    soonest: timedelta


@dataclass(frozen=True, eq=False)
class Guards:
    """The guards of one text. Building it orders the clauses once; asking it is a look-up."""

    rules: Rules
    blocking: tuple[tuple[Ruling, frozenset[str], bool], ...]
    """Ruling, activities it can accuse ("any" = all), whether it can accuse whatever ends a case."""
    silences: tuple[Silence, ...]
    before: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, rules: Rules) -> Guards:
        """Find the guards of a text."""
        judged = tuple(ruling for ruling in rules.rulings if ruling.kind in ("promise", "constraint"))
        blocking = []
        for ruling in judged:
            clauses = [one.clause for one in ruling.editions if isinstance(one.clause, Constraint) and one.clause.block]
            if clauses:
                accused = frozenset(name for clause in clauses for name in _accused(clause))
                blocking.append((ruling, accused, any(_waits(clause) for clause in clauses)))
        silences = tuple(silence for ruling in judged for silence in _silences(ruling))
        return cls(rules, tuple(blocking), silences, dependencies(judged))

    def of_act(self, kind: str, activity: str, *, ends: bool) -> tuple[Ruling, ...]:
        """The blocking clauses that could accuse such an act on a case of this kind."""
        key = (kind, activity, ends)
        if key not in self._asked:
            self._asked[key] = tuple(
                ruling
                for ruling, accused, at_end in self.blocking
                if _speaks_of(ruling, kind) and (activity in accused or "any" in accused or (ends and at_end))
            )
        return self._asked[key]

    def of_silence(self, kind: str) -> tuple[Silence, ...]:
        """The silences that can do something in cases of this kind."""
        if kind not in self._silent:
            self._silent[kind] = tuple(one for one in self.silences if _speaks_of(one.ruling, kind))
        return self._silent[kind]

    def smallest(self, rulings: Iterable[Ruling], kind: str) -> Rules:
        """Rules with only these clauses, those they start from, and the flow of this kind: quick to evaluate."""
        names = frozenset(ruling.name for ruling in rulings)
        key = (kind, names)
        if key not in self._small:
            wanted, waiting = set(names), list(names)
            while waiting:
                more = self.before.get(waiting.pop(), frozenset()) - wanted
                wanted |= more
                waiting += more
            derived = self._derived(kind)
            looked_up = {child_of(one.lookup.removeprefix("table:"))[0] for one in derived if one.lookup is not None}
            kept = (
                one
                for one in self.rules.rulings
                if (one.kind == "flow" and one.id == kind)
                or (one.kind in ("promise", "constraint") and one.name in wanted)
                or (one.kind == "table" and one.id in looked_up)
                or (one.kind == "register" and one.name == kind and derived)
            )
            self._small[key] = replace(self.rules, rulings=tuple(kept))
        return self._small[key]

    def books(self, rulings: Iterable[Ruling] | None = None) -> tuple[Ruling, ...]:
        """The registers these clauses look up (null: any clause of the text)."""
        named = frozenset(ruling.name for ruling in rulings) if rulings is not None else None
        if named not in self._books:
            asking = [one for one in self.rules.rulings if named is None or one.name in named]
            wanted = {table for one in asking for edition in one.editions for table in _looked_up(edition.clause)}
            wanted |= set(references(self.rules).values())
            wanted |= {book for one in asking for book in self._rolled(one)}
            self._books[named] = tuple(
                one for one in self.rules.of_kind("register") if one.id in wanted or f"{one.id}:open" in wanted
            )
        return self._books[named]

    def looks_up(self, table: str, rulings: Iterable[Ruling]) -> bool:
        """Whether one of these clauses may read a dated table through a field that refers to it (`item.promised`)."""
        rulings = tuple(rulings)
        key = (table, frozenset(one.name for one in rulings))
        if key not in self._dated:
            names = {table, *(name for name, one in references(self.rules).items() if one == table)}
            self._dated[key] = any(
                isinstance(part, str) and part.partition(".")[0] in names
                for one in rulings
                for edition in one.editions
                for part in _everything(edition.clause)
            )
        return self._dated[key]

    def _rolled(self, asking: Ruling) -> Iterator[str]:
        """The registers from which derived fields are worked out, of the kinds a clause speaks of."""
        kinds = kinds_of(asking)
        for book in self.rules.of_kind("register"):
            if kinds is None or book.name in kinds:
                yield from (child_of(one.roll.of)[0] for one in self._derived(book.name) if one.roll is not None)

    def _derived(self, kind: str) -> list[RegisterField]:
        """The derived fields of the entries of a kind."""
        books = (book for book in self.rules.of_kind("register") if book.name == kind)
        clauses = [edition.clause for book in books for edition in book.editions]
        return [one for clause in clauses if isinstance(clause, Register) for one in clause.derived.values()]

    @cached_property
    def _dated(self) -> dict[tuple[str, frozenset[str]], bool]:
        return {}

    @cached_property
    def _books(self) -> dict[frozenset[str] | None, tuple[Ruling, ...]]:
        return {}

    @cached_property
    def _asked(self) -> dict[tuple[str, str, bool], tuple[Ruling, ...]]:
        return {}

    @cached_property
    def _silent(self) -> dict[str, tuple[Silence, ...]]:
        return {}

    @cached_property
    def _small(self) -> dict[tuple[str, frozenset[str]], Rules]:
        return {}


def _speaks_of(ruling: Ruling, kind: str) -> bool:
    kinds = kinds_of(ruling)
    return kinds is None or kind in kinds


def _names(events: Iterable[Event]) -> frozenset[str]:
    return frozenset(name for event in events for name in event.activities)


def _looked_up(clause: object) -> Iterator[str]:
    """The tables that conditions anywhere in a clause look through, and the register a figure counts."""
    for part in _everything(clause):
        if isinstance(part, Listed):
            yield part.table
        if isinstance(part, Indicator) and part.over.startswith("register:"):
            yield part.over.partition(":")[2]


def _everything(part: object) -> Iterator[object]:
    """A clause and all that stands anywhere in it."""
    yield part
    below: Iterable[object] = ()
    if isinstance(part, BaseModel):
        below = part.__dict__.values()
    elif isinstance(part, Mapping):
        below = (*part, *part.values())
    elif is_dataclass(part):
        below = (getattr(part, one.name) for one in fields(part))
    elif isinstance(part, tuple | list | frozenset | set):
        below = part
    for one in below:
        yield from _everything(one)


def _accused(clause: Constraint) -> frozenset[str]:
    """The activities at which a clause can be broken."""
    if clause.rule in _AT_THE_EVENT:
        return _names(clause.event)
    if clause.rule in _AT_THE_LATER:
        return _names(clause.then)
    if clause.rule in _AT_EITHER:
        return _names((*clause.one, *clause.other))
    if clause.rule == "follows_flow":
        return frozenset({"any"})
    return _names(events_of(clause))


def _waits(clause: Constraint) -> bool:
    """Whether the clause is judged when the case ends."""
    return clause.rule not in _AT_THE_EVENT | _AT_THE_LATER | _AT_EITHER


def _silences(ruling: Ruling) -> list[Silence]:
    clauses = [
        one.clause for one in ruling.editions if isinstance(one.clause, Promise) and one.clause.silence is not None
    ]
    if not clauses:
        return []
    means = frozenset(clause.silence.means for clause in clauses if clause.silence is not None)
    openers = frozenset(name for clause in clauses for name in _names(clause.on))
    enders = frozenset(name for clause in clauses for name in _names((*clause.until, *clause.void)))
    return [Silence(ruling, means, openers, enders, min(_soonest(clause) for clause in clauses))]


def _soonest(clause: Promise) -> timedelta:
    """A length of time within which the promise surely has not lapsed."""
    limits = [row.limit for row in clause.within]
    if not limits or clause.dated is not None:
        return timedelta(0)
    return min((_shortest(limit) if isinstance(limit, Limit) else timedelta(0)) for limit in limits)


def _shortest(limit: Limit) -> timedelta:
    if limit.unit in _SHORTEST:
        return timedelta(days=limit.count * _SHORTEST[limit.unit])
    return timedelta(days=max(0.0, limit.count * _LEAST[limit.unit] - 1))
