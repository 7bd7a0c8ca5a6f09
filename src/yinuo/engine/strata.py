"""Which clause starts from what another says: the order in which clauses are evaluated (grammar 2.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pydantic import BaseModel

from yinuo.engine.clauses.common import Clause
from yinuo.engine.clauses.conditions import Condition, Event
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.rules import Ruling

MAKERS = {"lapsed": ("promise",), "raised": ("promise",), "found": ("constraint",)}
"""The reserved activities and the kinds of clause that make them."""


class Cycle(ValueError):
    """Clauses that start from each other; `names` in the order in which they do."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        super().__init__(f"clauses start from each other: {' → '.join(names)}")


def kinds_named(condition: Condition | None) -> frozenset[str] | None:
    """The kinds of case a `for` names; null when it does not limit them."""
    if condition is None:
        return None
    kinds: set[str] = set()
    for row in condition.any_of:
        test = dict(row).get("kind")
        if test is None or test.equal is None:
            return None
        kinds |= {str(kind) for kind in test.equal}
    return frozenset(kinds)


def events_in(clause: BaseModel) -> Iterator[Event]:
    """Every event reference of a clause."""
    for name in type(clause).model_fields:
        yield from _events(getattr(clause, name))


def _events(value: object) -> Iterator[Event]:
    if isinstance(value, Event):
        yield value
    elif isinstance(value, BaseModel):
        yield from events_in(value)
    elif isinstance(value, tuple):
        for one in value:
            yield from _events(one)


def needs(rulings: Sequence[Ruling]) -> dict[str, tuple[str, ...]]:
    """For each promise and constraint the clauses whose lapses, levels, findings or silence it names.

    A promise that names its own silence (as an ending) does not need itself.
    """
    cases = [ruling for ruling in rulings if ruling.kind in ("promise", "constraint")]
    return {one.name: tuple(other.name for other in cases if _needs(one, other)) for one in cases}


def in_order(rulings: Sequence[Ruling]) -> tuple[Ruling, ...]:
    """Promises and constraints so that each comes after those it needs; raises Cycle."""
    wanted = needs(rulings)
    by_name = {ruling.name: ruling for ruling in rulings if ruling.name in wanted and ruling.kind != "flow"}
    done: dict[str, None] = {}
    for name in by_name:
        _visit(name, wanted, done, ())
    return tuple(by_name[name] for name in done)


def _visit(name: str, wanted: Mapping[str, Sequence[str]], done: dict[str, None], trail: tuple[str, ...]) -> None:
    if name in done:
        return
    if name in trail:
        raise Cycle((*trail[trail.index(name) :], name))
    for other in wanted[name]:
        _visit(other, wanted, done, (*trail, name))
    done[name] = None


def _needs(one: Ruling, other: Ruling) -> bool:
    return any(
        _clause_needs(mine.clause, theirs.clause, other, itself=one is other)
        for mine in one.editions
        for theirs in other.editions
    )


def _clause_needs(clause: Clause, maker: Clause, ruling: Ruling, *, itself: bool) -> bool:
    mine, theirs = kinds_named(clause.for_), kinds_named(maker.for_)
    if mine is not None and theirs is not None and not mine & theirs:
        return False
    means = maker.silence.means if isinstance(maker, Promise) and maker.silence is not None else None
    return any(
        (not itself and means in event.activities and not _only_real(event))
        or any(_names(event, activity, ruling) for activity in event.activities)
        for event in events_in(clause)
    )


def _only_real(event: Event) -> bool:
    """Whether an event reference says `deemed = false`: made by people, not by silence."""
    rows = event.where.any_of if event.where is not None else ()
    return bool(rows) and all(getattr(dict(row).get("deemed"), "equal", None) == (False,) for row in rows)


def _names(event: Event, activity: str, ruling: Ruling) -> bool:
    """Whether an event reference can mean what this ruling makes by a reserved activity."""
    if ruling.kind not in MAKERS.get(activity, ()):
        return False
    if event.where is None:
        return True
    return any(_row_allows(dict(row), ruling) for row in event.where.any_of)


def _row_allows(row: Mapping[str, object], ruling: Ruling) -> bool:
    for key, value in (("clause", ruling.id), ("institution", ruling.institution)):
        equal = getattr(row.get(key), "equal", None)
        if equal is not None and value not in equal:
            return False
    return True
