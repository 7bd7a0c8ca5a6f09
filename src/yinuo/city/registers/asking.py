"""Which fields the form of an act has: what its step asks for, and what the clauses of the text want or read at that act."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from yinuo.city.cases.deciding.ways import is_english
from yinuo.city.registers.books import Book
from yinuo.engine.clauses.conditions import Event, Test
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import Step
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.clauses.register import CHANGED, ENTERED, TOUCHES
from yinuo.engine.clauses.table import Table
from yinuo.engine.rules import Ruling
from yinuo.engine.strata import kinds_of

UNKNOWN = Test(known=False)
FILES = "files"
"""The field every kind of case has for attachments."""


@dataclass(frozen=True)
class Wish:
    """A field of a form: compulsory, or only when a clause says so (then its sentence, Chinese and English)."""

    name: str
    is_needed: bool
    said: tuple[str, str] | None = None

    @property
    def hint(self) -> str:
        """The sentence of the clause that may want it, in the reader's language."""
        return "" if self.said is None else self.said[is_english()]


@dataclass(frozen=True)
class _Said:
    """What the clauses of a kind say of the fields at each activity."""

    needed: Mapping[str, tuple[str, ...]]
    wanted: Mapping[str, Mapping[str, tuple[str, str]]]
    read: Mapping[str, frozenset[str]]


def wishes(book: Book, step: Step, activity: str) -> tuple[Wish, ...]:
    """The fields of an act's form in their order: those it must have first, where it is no entry of a register.

    A field that another step asks for is not asked again. The entry of a register has every field that is not said when
    it is written off; so has its change. Files may be added to any act.
    """
    said = _said(book)
    needed = dict.fromkeys([*step.ask, *_key(step), *said.needed.get(activity, ())])
    wanted = said.wanted.get(activity, {})
    if book.register is not None and activity in TOUCHES:
        names: Iterable[str] = [one.name for one in book.fields if one.name not in book.written_off_by]
        names = [name for name in names if name in book.register.fields]
        if activity == CHANGED:
            needed = {}
    else:
        if book.register is not None:
            wanted = {name: one for name, one in wanted.items() if name not in said.wanted.get(ENTERED, {})}
        names = [*needed, *wanted, *(() if book.register is not None else _offered(book, said, activity))]
    found = [Wish(name, name in needed, None if name in needed else wanted.get(name)) for name in dict.fromkeys(names)]
    return tuple(found) if any(one.name == FILES for one in found) else (*found, Wish(FILES, False))


def _key(step: Step) -> list[str]:
    return [step.as_ or step.each] if step.each else []


def _offered(book: Book, said: _Said, activity: str) -> Iterator[str]:
    """Fields that may be filled in at an act: a clause reads them there; at the opening also what nothing speaks of."""
    asked = {name for one in book.way.flow.steps for name in (*one.ask, *_key(one))}
    here = said.read.get(activity, frozenset())
    spoken = {name for many in said.read.values() for name in many}
    spoken |= {name for many in said.needed.values() for name in many} | {n for m in said.wanted.values() for n in m}
    for one in book.fields:
        if one.name in asked or one.access == "sealed":
            continue
        if one.name in here or (activity == book.way.flow.opens and one.name not in spoken):
            yield one.name


@lru_cache(maxsize=256)
def _said(book: Book) -> _Said:
    needed: dict[str, list[str]] = {}
    wanted: dict[str, dict[str, tuple[str, str]]] = {}
    read: dict[str, set[str]] = {}
    known = book.by_name
    for ruling in book.rules.rulings:
        clause = _clause(ruling, book)
        if clause is None:
            continue
        if isinstance(clause, Constraint) and clause.rule == "absence" and clause.block:
            said = clause.zh, clause.en or clause.zh
            for activity, name, is_always in _forbidden_empty(clause):
                if is_always:
                    needed.setdefault(activity, []).append(name)
                elif name in known:
                    wanted.setdefault(activity, {}).setdefault(name, said)
        for activity, names in _reads(clause):
            read.setdefault(activity, set()).update(name for name in names if name in known)
    return _Said(
        {activity: tuple(dict.fromkeys(names)) for activity, names in needed.items()},
        wanted,
        {activity: frozenset(names) for activity, names in read.items()},
    )


def _clause(ruling: Ruling, book: Book) -> Constraint | Promise | Table | None:
    """The clause as it is in force on the day of this book, when it speaks of its kind."""
    if ruling.kind not in ("constraint", "promise", "table"):
        return None
    kinds = kinds_of(ruling)
    if kinds is not None and book.kind not in kinds:
        return None
    edition = ruling.on(book.day)
    clause = None if edition is None else edition.clause
    return clause if isinstance(clause, (Constraint, Promise, Table)) else None


def _forbidden_empty(clause: Constraint) -> Iterator[tuple[str, str, bool]]:
    """Activity, field, and whether the clause forbids its emptiness whatever else is said."""
    for event in clause.event:
        tests = [] if event.where is None else list(event.where.tests())
        for name, test in tests:
            if test == UNKNOWN:
                for activity in event.activities:
                    yield activity, name, len(tests) == 1


def _reads(clause: Constraint | Promise | Table) -> Iterator[tuple[str, Iterable[str]]]:
    """Activity and the fields that the clause reads of it."""
    if isinstance(clause, Constraint):
        events: tuple[Event, ...] = (*clause.event, *clause.first, *clause.then, *clause.one, *clause.other)
    elif isinstance(clause, Promise):
        events = (*clause.on, *clause.until)
        opener = {name for row in clause.within if row.when is not None for name in row.when.fields()}
        opener |= {name for name in (clause.due_on, clause.dated) if name}
        yield from ((name, opener) for event in clause.on for name in event.activities)
        if clause.extend is not None:
            later = [*clause.extend.needs, *([clause.extend.to] if clause.extend.to else [])]
            yield from ((name, later) for event in clause.extend.on for name in event.activities)
    else:
        events = (*clause.on, *clause.gives)
        inputs = {name for row in clause.rows for name in row.when.fields()}
        outputs = {name for row in clause.rows for name in row.then}
        yield from ((name, inputs) for event in clause.on for name in event.activities)
        yield from ((name, outputs) for event in clause.gives for name in event.activities)
    for event in events:
        for name in event.activities:
            yield name, () if event.where is None else event.where.fields()
