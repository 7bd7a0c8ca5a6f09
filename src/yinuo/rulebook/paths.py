"""Whether the limits fit into each other: longest path through the steps ≤ promised ≤ statutory (design 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yinuo.engine.clauses.common import FieldLimit
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.strata import kinds_named
from yinuo.kernel.limits import Limit, Unit
from yinuo.rulebook.editions import Statement
from yinuo.rulebook.endings import flows_of, in_force_together
from yinuo.rulebook.refusals import TextError

if TYPE_CHECKING:
    from yinuo.rulebook.loader import Institution, Pack

_SCALE = {
    Unit.MINUTES: ("minutes", 1), Unit.HOURS: ("minutes", 60),
    Unit.OFFICE_MINUTES: ("office minutes", 1), Unit.OFFICE_HOURS: ("office minutes", 60),
    Unit.HALF_WORKDAYS: ("half-workdays", 1), Unit.WORKDAYS: ("half-workdays", 2),
    Unit.DAYS: ("days", 1), Unit.WEEKS: ("days", 7), Unit.MONTHS: ("months", 1), Unit.YEARS: ("months", 12),
}  # fmt: skip
"""Units that measure the same thing; others are not compared (no number of days is a number of working days)."""


@dataclass(frozen=True)
class _Said:
    institution: Institution
    statement: Statement
    promise: Promise


def check_limits(pack: Pack) -> Iterator[TextError]:
    """Promised limits longer than statutory ones, and steps that together take longer than the promise."""
    flows = flows_of(pack)
    promises = [
        _Said(institution, one, one.edition.clause)
        for institution in pack.institutions.values()
        for one in institution.statements
        if isinstance(one.edition.clause, Promise)
    ]
    items = pack.tables.get("items")
    rows: list[Mapping[str, Any]] = list(items.iter_rows(named=True)) if items is not None else []
    for said in promises:
        if said.promise.basis == "promised":
            together = [one for one in promises if _same_cases(said, one)]
            yield from _check_statutory(said, together, rows)
            yield from _check_steps(said, together, rows, flows)


def _same_cases(one: _Said, other: _Said) -> bool:
    mine, theirs = kinds_named(one.promise.for_), kinds_named(other.promise.for_)
    return (
        mine is not None
        and theirs is not None
        and bool(mine & theirs)
        and in_force_together(one.statement, other.statement)
        and one.promise.thread == other.promise.thread
    )


def _check_statutory(said: _Said, together: Iterable[_Said], rows: list[Mapping[str, Any]]) -> Iterator[TextError]:
    for other in together:
        if other.promise.basis != "statutory" or not _same_span(said.promise, other.promise):
            continue
        for item, row in _items(rows):
            promised, statutory = _limit(said.promise, row), _limit(other.promise, row)
            if promised and statutory and _longer(promised, statutory):
                law = f"{other.institution.id}/{other.statement.id}"
                message = f"{said.statement.id}: promises {promised}{item}, the law ({law}) allows {statutory}"
                remedy = "promise at most what the law allows"
                yield said.institution.document.error(said.statement.path, message, remedy)
                break


def _same_span(one: Promise, other: Promise) -> bool:
    """Whether two promises count from the same event to the same events."""
    begin_together = (_activities(one.on), one.dated) == (_activities(other.on), other.dated)
    return begin_together and bool(_activities(one.until) & _activities(other.until))


def _activities(events: Iterable[Any]) -> frozenset[str]:
    return frozenset(activity for event in events for activity in event.activities)


def _check_steps(
    said: _Said, together: Iterable[_Said], rows: list[Mapping[str, Any]], flows: Mapping[str, list[Statement]]
) -> Iterator[TextError]:
    steps = [one.promise for one in together if one.promise.basis == "step"]
    kinds = kinds_named(said.promise.for_) or frozenset()
    found = (one for kind in kinds for one in flows.get(kind, ()))
    flow = [one.edition.clause for one in found if in_force_together(one, said.statement)]
    if not steps:
        return
    for item, row in _items(rows):
        promised = _limit(said.promise, row)
        if promised is None:
            continue
        measure, size = _SCALE[promised.unit]
        edges = _edges(steps, flow, row, measure)
        total, path = _longest(_activities(said.promise.on), _activities(said.promise.until), edges)
        if total > promised.count * size:
            way = " → ".join(path)
            length = total / size
            taken = f"{length:g} {promised.unit}{item}"
            message = f"{said.statement.id}: the steps {way} take {taken}, promised are {promised}"
            yield said.institution.document.error(said.statement.path, message, "shorten a step or promise more")
            return


def _edges(
    steps: Iterable[Promise], flows: Iterable[object], row: Mapping[str, Any] | None, measure: str
) -> dict[str, dict[str, int]]:
    """Activity → activity that follows it → how long that may take: limits of steps, and nothing between steps."""
    edges: dict[str, dict[str, int]] = {}
    for flow in flows:
        assert isinstance(flow, Flow)
        does = {step.id: step.does for step in flow.steps}
        for step in flow.steps:
            for before in step.after:
                for activity in does.get(before, ()):
                    edges.setdefault(activity, {}).update(dict.fromkeys(step.does, 0))
    for promise in steps:
        limit = _limit(promise, row)
        if limit is None or _SCALE[limit.unit][0] != measure:
            continue
        length = limit.count * _SCALE[limit.unit][1]
        for begin in _activities(promise.on):
            for end in _activities(promise.until):
                known = edges.setdefault(begin, {})
                known[end] = max(known.get(end, 0), length)
    return edges


def _longest(
    begins: frozenset[str], ends: frozenset[str], edges: Mapping[str, Mapping[str, int]]
) -> tuple[int, tuple[str, ...]]:
    """The longest way from a beginning to an end that passes no activity twice."""
    best: tuple[int, tuple[str, ...]] = (0, ())

    def walk(activity: str, length: int, trail: tuple[str, ...]) -> None:
        nonlocal best
        if activity in ends and trail:
            best = max(best, (length, (*trail, activity)), key=lambda one: one[0])
            return
        for following, more in edges.get(activity, {}).items():
            if following not in trail and following != activity and len(trail) < 12:
                walk(following, length + more, (*trail, activity))

    for begin in begins:
        walk(begin, 0, ())
    return best


def _items(rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
    """No item, then every item of the table, with how to name it."""
    yield "", None
    for row in rows:
        yield f" for {row['id']}", row


def _limit(promise: Promise, row: Mapping[str, Any] | None) -> Limit | None:
    """The one limit of a promise for an item; null when it depends on more than the item."""
    if len(promise.within) != 1 or promise.within[0].when is not None:
        return None
    limit = promise.within[0].limit
    if isinstance(limit, Limit):
        return limit
    return _from_row(limit, row)


def _from_row(limit: FieldLimit, row: Mapping[str, Any] | None) -> Limit | None:
    reference, _, column = limit.field.partition(".")
    value = row.get(column) if row is not None and reference == "item" else None
    return limit.or_ if value is None else Limit.parse(str(value))


def _longer(one: Limit, other: Limit) -> bool:
    (mine, size), (theirs, scale) = _SCALE[one.unit], _SCALE[other.unit]
    return mine == theirs and one.count * size > other.count * scale
