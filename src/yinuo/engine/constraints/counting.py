"""Templates that count: absence, existence, exactly, init, end, and the choices."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yinuo.engine.clauses.constraint import FieldNumber
from yinuo.engine.columns import as_number, codes_of
from yinuo.engine.constraints.scene import Scene, Violations
from yinuo.kernel.instants import Int64
from yinuo.kernel.limits import Limit
from yinuo.kernel.segments import first_index, is_first, merged, search


def _bound(scene: Scene, bound: int | FieldNumber | None, *, default: int, rows: Int64) -> Int64:
    """The number allowed or owed at each event; a null field allows (and owes) nothing beyond the default."""
    if isinstance(bound, FieldNumber):
        column = scene.context.matcher.value(bound.field, scene.context.history, rows=rows)
        if column.kind != "number":
            return np.full(rows.size, default, np.int64)
        return np.where(column.known, column.values, default).astype(np.int64)
    return np.full(rows.size, default if bound is None else bound, np.int64)


def absence(scene: Scene) -> Violations:
    """Each event beyond the max-th (of the max-th distinct value; or when a rolling window first holds more)."""
    clause = scene.clause
    events, group, number = scene.counted(scene.accusable(clause.event))
    if clause.rolling is not None:
        return Violations.of(_rolling(scene, events, group=group, window=clause.rolling))
    if clause.distinct is not None:
        events, number = _value_numbers(scene, events, group=group)
    return Violations.of(events[number > _bound(scene, clause.max, default=0, rows=events)])


def _value_numbers(scene: Scene, events: Int64, *, group: Int64) -> tuple[Int64, Int64]:
    """Events whose value is known, and for each as the how-manieth value of its thread that value first came."""
    assert scene.clause.distinct is not None
    column = scene.context.matcher.value(scene.clause.distinct, scene.context.history, rows=events)
    known = np.flatnonzero(column.known)
    code, _ = codes_of([as_number(group[known]), column.take(known)])
    _, first, value = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(first.size, np.int64)
    number[order] = np.arange(first.size) - first_index(group[known][first[order]]) + 1
    return events[known], number[value]


def _rolling(scene: Scene, events: Int64, *, group: Int64, window: Limit) -> Int64:
    at = scene.context.history.at[events]
    low = first_index(group)
    index = np.arange(events.size, dtype=np.int64)
    begin = search(at, low, high=index + 1, wanted=scene.window_begin(events, window), after=True)
    count, before = index - begin + 1, index - begin
    if scene.clause.distinct is not None:
        count, before = _distinct_in(scene, events, begin=begin)
    allowed = _bound(scene, scene.clause.max, default=0, rows=events)
    return events[(count > allowed) & (before <= allowed)]


def _distinct_in(scene: Scene, events: Int64, *, begin: Int64) -> tuple[Int64, Int64]:
    """The number of distinct values among the events of each window, with its last event and without."""
    assert scene.clause.distinct is not None
    column = scene.context.matcher.value(scene.clause.distinct, scene.context.history, rows=events)
    counts: dict[object, int] = {}
    result, without, left = np.zeros(events.size, np.int64), np.zeros(events.size, np.int64), 0
    values = [value if known else None for value, known in zip(column.values.tolist(), column.known, strict=True)]
    for index, start in enumerate(begin.tolist()):
        if start > left and (start > index - 1):
            counts, left = {}, start
        while left < start:
            counts[values[left]] -= 1
            left += 1
        without[index] = _present(counts)
        counts[values[index]] = counts.get(values[index], 0) + 1
        result[index] = _present(counts)
    return result, without


def _present(counts: dict[object, int]) -> int:
    return sum(1 for value, count in counts.items() if count > 0 and value is not None)


def existence(scene: Scene) -> Violations:
    """At the end of a case: fewer than `min` of the events happened in it."""
    return _too_few(scene, default=1)


def _too_few(scene: Scene, *, default: int) -> Violations:
    return _owing(scene, scene.scoped(scene.clause.event), default=default)


def _owing(scene: Scene, events: Int64, *, default: int) -> Violations:
    """Endings of cases with fewer of the events than owed, in the scope; one that never began owes nothing."""
    endings = scene.context.history.endings
    endings = endings[scene.context.applies(scene.clause, endings)]
    owed = _bound(scene, scene.clause.min, default=default, rows=endings)
    if scene.clause.while_ is not None:
        return Violations.of(
            endings[_has_poor_stretch(scene, _first_values(scene, events), endings=endings, owed=owed)]
        )
    if scene.clause.after:
        begun = scene.latest_before(endings, scene.found(scene.clause.after), whole=True) >= 0
        endings, owed = endings[begun], owed[begun]
    return Violations.of(endings[_count_until(scene, _first_values(scene, events), endings=endings) < owed])


def _first_values(scene: Scene, events: Int64) -> Int64:
    """With `distinct`, of the events of one value in a thread only the first; else all."""
    if scene.clause.distinct is None:
        return events
    (group,), _ = scene.groups(events)
    column = scene.context.matcher.value(scene.clause.distinct, scene.context.history, rows=events)
    known = np.flatnonzero(column.known)
    code, _ = codes_of([as_number(group[known]), column.take(known)])
    _, first = np.unique(code, return_index=True)
    return events[np.sort(known[first])]


def _has_poor_stretch(scene: Scene, events: Int64, *, endings: Int64, owed: Int64) -> NDArray[np.bool_]:
    """Whether some stretch that began before an ending holds fewer of the events than owed."""
    found, case = scene.stretches(), scene.context.history.case
    first = is_first(found.number)
    begin, number = found.begin[first], found.number[first]
    place = np.searchsorted(case[endings], case[begin])
    ending = np.append(endings, -1)[np.minimum(place, endings.size)]
    ended = (ending >= 0) & (case[np.maximum(ending, 0)] == case[begin]) & (begin < ending)
    last = np.append(endings, -1)[np.minimum(np.searchsorted(case[endings], case[events]), endings.size)]
    in_time = (last < 0) | (case[np.maximum(last, 0)] != case[events]) | (events <= last)
    count = np.bincount(scene.stretch(events[in_time]), minlength=int(number.max(initial=-1)) + 1)
    poor = ended & (count[number] < np.append(owed, 0)[np.minimum(place, endings.size)])
    return np.isin(endings, ending[poor])


def exactly(scene: Scene) -> Violations:
    """Too many at each event beyond, too few at the end. `max` (or `min`) is the number."""
    clause = scene.clause
    number = clause.max if clause.max is not None else clause.min
    same = Scene(scene.context, clause.model_copy(update={"min": number, "max": number}))
    return absence(same).also(_too_few(same, default=1))


def init(scene: Scene) -> Violations:
    """The first event of a case is not the one named."""
    history = scene.context.history
    first = history.low[history.high > history.low]
    first = first[scene.context.applies(scene.clause, first)]
    return Violations.of(first[~scene.context.matcher.matches(scene.clause.event, history, rows=first)])


def end(scene: Scene) -> Violations:
    """The event that ends a case is not the one named."""
    endings = _endings(scene)
    return Violations.of(
        endings[~scene.context.matcher.matches(scene.clause.event, scene.context.history, rows=endings)]
    )


def choice(scene: Scene) -> Violations:
    """At the end of a case neither of the two has happened."""
    return _owing(scene, merged(scene.scoped(scene.clause.one), scene.scoped(scene.clause.other)), default=1)


def _endings(scene: Scene) -> Int64:
    rows = scene.context.history.endings
    return rows[scene.context.applies(scene.clause, rows)]


def _count_until(scene: Scene, events: Int64, *, endings: Int64) -> Int64:
    """How many events lie in each ending's case up to and including it."""
    begin = scene.context.history.low[scene.context.history.case[endings]]
    return np.searchsorted(events, endings, side="right") - np.searchsorted(events, begin)
