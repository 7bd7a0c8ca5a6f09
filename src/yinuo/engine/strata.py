"""In which order clauses are evaluated: what one says or deems, a later one may start from (grammar 2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yinuo.engine.clauses.conditions import Condition, Event
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.rules import Ruling

RESERVED = frozenset({"lapsed", "raised", "found"})


class Circle(ValueError):
    """Clauses that wait for each other; `names` are theirs."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"these clauses start from each other, in a circle: {', '.join(names)}")
        self.names = names


@dataclass(frozen=True)
class Needs:
    """What a clause reads: activities, and for reserved events the clauses named (none = any)."""

    activities: frozenset[str]
    clauses: frozenset[str]
    reserved: frozenset[str]


def events_of(clause: object) -> Iterable[Event]:
    """Every event reference a promise or constraint holds."""
    if isinstance(clause, Promise):
        yield from (*clause.on, *clause.until, *clause.void, *clause.moved)
        if not isinstance(clause.pause, str):
            for pause in clause.pause:
                yield from (*pause.from_, *(pause.to or ()))
        if clause.extend is not None:
            yield from clause.extend.on
    elif isinstance(clause, Constraint):
        for part in (
            clause.event,
            clause.first,
            clause.then,
            clause.one,
            clause.other,
            clause.after,
            clause.before,
            clause.unless,
        ):
            yield from part
        if clause.while_ is not None:
            yield from (*clause.while_.from_, *clause.while_.to)


def needs(ruling: Ruling) -> Needs:
    """What the editions of a ruling read."""
    events = [event for edition in ruling.editions for event in events_of(edition.clause)]
    activities = frozenset(name for event in events if not _only_real(event) for name in event.activities)
    named: set[str] = set()
    for event in events:
        if RESERVED & set(event.activities) and event.where is not None:
            for field, test in event.where.tests():
                if field == "clause" and test.equal:
                    named.update(str(value) for value in test.equal)
    return Needs(activities, frozenset(named), activities & RESERVED)


def _only_real(event: Event) -> bool:
    """Whether an event reference says `deemed = false`: done by people, not by silence."""
    rows = event.where.any_of if event.where is not None else ()
    return (
        bool(rows)
        and all(test.equal == (False,) for row in rows for field, test in row if field == "deemed")
        and all(any(field == "deemed" for field, _ in row) for row in rows)
    )


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


def kinds_of(ruling: Ruling) -> frozenset[str] | None:
    """The kinds of case a ruling speaks of in any edition; null when it does not limit them."""
    kinds: set[str] = set()
    for edition in ruling.editions:
        named = kinds_named(edition.clause.for_)
        if named is None:
            return None
        kinds |= named
    return frozenset(kinds)


def _share_cases(mine: frozenset[str] | None, theirs: frozenset[str] | None) -> bool:
    return mine is None or theirs is None or bool(mine & theirs)


def yields(ruling: Ruling) -> frozenset[str]:
    """The activities a ruling's silence deems to have happened."""
    return frozenset(
        edition.clause.silence.means
        for edition in ruling.editions
        if isinstance(edition.clause, Promise) and edition.clause.silence is not None
    )


def dependencies(rulings: Iterable[Ruling]) -> Mapping[str, frozenset[str]]:
    """For each ruling (by name) the rulings that must be evaluated before it."""
    rulings = tuple(rulings)
    made = {other.name: (other, yields(other), kinds_of(other)) for other in rulings}
    found: dict[str, frozenset[str]] = {}
    for ruling in rulings:
        read, kinds = needs(ruling), kinds_of(ruling)
        found[ruling.name] = frozenset(
            name
            for name, (other, deemed, theirs) in made.items()
            if other is not ruling
            and _share_cases(kinds, theirs)
            and (
                deemed & read.activities
                or (read.reserved and (not read.clauses or read.clauses & {other.id, other.name}))
            )
        )
    return found


def strata(rulings: Iterable[Ruling]) -> list[list[Ruling]]:
    """Rulings in layers: each needs only earlier layers. Raises Circle."""
    rulings = tuple(ruling for ruling in rulings if ruling.kind in ("promise", "constraint"))
    waiting = dict(dependencies(rulings))
    by_name = {ruling.name: ruling for ruling in rulings}
    layers: list[list[Ruling]] = []
    done: set[str] = set()
    while waiting:
        ready = [name for name, before in waiting.items() if before <= done]
        if not ready:
            raise Circle(sorted(waiting))
        layers.append([by_name[name] for name in ready])
        done.update(ready)
        for name in ready:
            del waiting[name]
    return layers
