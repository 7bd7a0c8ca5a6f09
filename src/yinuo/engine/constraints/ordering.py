"""Templates of two events in order: precedence, succession, response, coexistence, chains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from yinuo.engine.columns import Bool
from yinuo.engine.constraints.scene import Scene, Violations
from yinuo.kernel.instants import Int64
from yinuo.kernel.segments import equal_range, merged, search, spread


def precedence(scene: Scene) -> Violations:
    """Each `then` without a fitting `first` before it: fields equal or different, and the gap kept to the latest."""
    events = scene.accusable(scene.clause.then)
    before = _latest_fitting(scene, events, others=scene.scoped(scene.clause.first))
    wrong = before < 0
    gap = scene.clause.gap
    if gap is not None and gap.min is not None:
        wrong |= ~scene.at_least(before, events, limit=gap.min)
    if gap is not None and gap.max is not None:
        wrong |= ~scene.at_most(before, events, limit=gap.max)
    return Violations(events[wrong], before[wrong])


def not_succession(scene: Scene) -> Violations:
    """Each `then` after a fitting `first` (not longer ago than gap.max, at least gap.min ago)."""
    events = scene.accusable(scene.clause.then)
    before = _latest_fitting(scene, events, others=scene.scoped(scene.clause.first))
    return _within_gap(scene, events, before=before)


def _within_gap(scene: Scene, events: Int64, *, before: Int64) -> Violations:
    wrong = before >= 0
    gap = scene.clause.gap
    if gap is not None and gap.max is not None:
        wrong &= scene.at_most(before, events, limit=gap.max)
    if gap is not None and gap.min is not None:
        wrong &= scene.at_least(before, events, limit=gap.min)
    return Violations(events[wrong], before[wrong])


def not_coexistence(scene: Scene) -> Violations:
    """Of `one` and `other` in a thread with fitting fields, the later."""
    one, other = scene.scoped(scene.clause.one), scene.scoped(scene.clause.other)
    found = Violations.none()
    for accused, others in ((other, one), (one, other)):
        events = accused[scene.context.applies(scene.clause, accused)]
        found = found.also(_within_gap(scene, events, before=_latest_fitting(scene, events, others=others)))
    return found


def exclusive_choice(scene: Scene) -> Violations:
    """Both of the two happened."""
    return not_coexistence(scene)


def _latest_fitting(scene: Scene, events: Int64, *, others: Int64) -> Int64:
    """The latest other before each event with equal `same` and different `differ` fields; -1 for none."""
    if not scene.clause.differ:
        return scene.latest_before(events, others, fields=scene.clause.same)
    (mine, theirs), (known, usable) = scene.groups(events, others, fields=scene.clause.same)
    others, theirs = others[usable], theirs[usable]
    order = np.lexsort((scene.place(others), theirs))
    low, high = equal_range(theirs[order], mine)
    owner, index = spread(low, np.where(known, high, low))
    other = others[order][index]
    fits = (scene.place(other) < scene.place(events[owner])) & scene.fits(events[owner], other)
    result = np.full(events.size, -1, np.int64)
    result[owner[fits]] = other[fits]
    return result


def response(scene: Scene) -> Violations:
    """At the end of a case, each `first` that no fitting `then` followed."""
    return _unanswered(scene, scene.accusable(scene.clause.first), thens=scene.scoped(scene.clause.then))


def _unanswered(scene: Scene, firsts: Int64, *, thens: Int64, anywhere: bool = False) -> Violations:
    """Firsts of ended cases without a fitting then after them (`anywhere`: or before); judged at the ending event.

    Accused is the ending event, once; witness is the first. What comes after the end answers nothing.
    """
    ended = _ending_of(scene, firsts)
    firsts, ended = firsts[ended >= firsts], ended[ended >= firsts]
    last = _ending_of(scene, thens)
    thens = thens[(last < 0) | (thens <= last)]
    wrong = ~_answered(scene, firsts, thens=thens, anywhere=anywhere)
    return Violations.none().also(Violations(ended[wrong], firsts[wrong]))


def _ending_of(scene: Scene, events: Int64) -> Int64:
    """The event that ends the case of each event, -1 while it runs."""
    case, endings = scene.context.history.case, scene.context.history.endings
    found = np.append(endings, -1)[np.minimum(np.searchsorted(case[endings], case[events]), endings.size)]
    return np.where((found >= 0) & (case[np.maximum(found, 0)] == case[events]), found, -1)


def _answered(scene: Scene, firsts: Int64, *, thens: Int64, anywhere: bool) -> Bool:
    """Whether a then with fitting fields stands after each first in its thread, or anywhere in it."""
    (mine, theirs), (known, usable) = scene.groups(firsts, thens, fields=scene.clause.same)
    thens, theirs = thens[usable], theirs[usable]
    order = np.lexsort((scene.place(thens), theirs))
    thens = thens[order]
    low, high = equal_range(theirs[order], mine)
    if not anywhere:
        low = search(scene.place(thens), low, high=high, wanted=scene.place(firsts), after=True)
    if not scene.clause.differ:
        return known & (low < high)
    owner, index = spread(low, np.where(known, high, low))
    answered = np.zeros(firsts.size, np.bool_)
    answered[owner[scene.fits(firsts[owner], thens[index])]] = True
    return answered


def succession(scene: Scene) -> Violations:
    """Precedence and response."""
    return precedence(scene).also(response(scene))


def responded_existence(scene: Scene) -> Violations:
    """At the end of a case, `one` happened and `other` never did."""
    return _without(scene, scene.scoped(scene.clause.one), others=scene.scoped(scene.clause.other))


def coexistence(scene: Scene) -> Violations:
    """At the end of a case, one of the two happened without the other."""
    one, other = scene.scoped(scene.clause.one), scene.scoped(scene.clause.other)
    return _without(scene, one, others=other).also(_without(scene, other, others=one))


def _without(scene: Scene, events: Int64, *, others: Int64) -> Violations:
    events = events[scene.context.applies(scene.clause, events)]
    return _unanswered(scene, events, thens=others, anywhere=True)


def _neighbours(scene: Scene, *, until_end: bool) -> tuple[Int64, Bool, Bool]:
    """Events of both names in order of thread and time, and which are `first` and which `then`.

    `until_end`: what comes after the end of a case is nobody's neighbour.
    """
    first, then = scene.scoped(scene.clause.first), scene.scoped(scene.clause.then)
    both = merged(first, then)
    ended = _ending_of(scene, both)
    events, _, _ = scene.counted(both[(ended < 0) | (both <= ended)] if until_end else both)
    return events, np.isin(events, first), np.isin(events, then)


def _beside(scene: Scene, events: Int64, *, step: int) -> Int64:
    """The neighbour of each event in its thread (the next for 1, the last for -1), -1 when there is none."""
    (group,), _ = scene.groups(events)
    other, code = np.roll(events, -step), np.roll(group, -step)
    edge = np.arange(events.size) == (events.size - 1 if step == 1 else 0)
    return np.where((code == group) & ~edge, other, -1)


def _chain(scene: Scene, step: int, *, wrong: Callable[[Bool, Bool, Bool, Int64], Bool]) -> Violations:
    events, is_first, is_then = _neighbours(scene, until_end=step == 1)
    beside = _beside(scene, events, step=step)
    wanted = events[is_then if step == 1 else is_first]
    found = wrong(is_first, is_then, np.isin(beside, wanted) & scene.fits(events, beside), beside)
    found &= scene.context.applies(scene.clause, events)
    return Violations(events[found], beside[found])


def chain_precedence(scene: Scene) -> Violations:
    """Each `then` whose neighbour before it is not `first`."""
    return _chain(scene, -1, wrong=lambda _first, then, beside, _row: then & ~beside)


def chain_response(scene: Scene) -> Violations:
    """Each neighbour after a `first` that is not `then`; a `first` that nothing follows is judged at the end."""
    found = _chain(scene, 1, wrong=lambda first, _then, beside, row: first & ~beside & (row >= 0))
    now = Violations(found.witness, found.accused)
    events, is_first, _ = _neighbours(scene, until_end=True)
    last = is_first & (_beside(scene, events, step=1) < 0)
    return now.also(_unanswered(scene, events[last], thens=np.empty(0, np.int64)))


def chain_succession(scene: Scene) -> Violations:
    """Both chains."""
    return chain_precedence(scene).also(chain_response(scene))


def not_chain_succession(scene: Scene) -> Violations:
    """Each `then` whose neighbour before it is `first`."""
    return _chain(scene, -1, wrong=lambda _first, then, beside, _row: then & beside)


def alternate_precedence(scene: Scene) -> Violations:
    """Each `then` without a `first` since the `then` before it."""
    events = scene.accusable(scene.clause.then)
    before = _latest_fitting(scene, events, others=scene.scoped(scene.clause.first))
    earlier = scene.latest_before(events, scene.scoped(scene.clause.then), fields=scene.clause.same)
    place = scene.place(np.arange(len(scene.context.history)))
    wrong = (before < 0) | ((earlier >= 0) & (place[np.maximum(earlier, 0)] > place[np.maximum(before, 0)]))
    return Violations(events[wrong], earlier[wrong])


def alternate_response(scene: Scene) -> Violations:
    """Each `first` before which the last `first` has had no `then`; at the end, one without any."""
    firsts, thens = scene.accusable(scene.clause.first), scene.scoped(scene.clause.then)
    earlier = scene.latest_before(firsts, firsts, fields=scene.clause.same)
    answer = _latest_fitting(scene, firsts, others=thens)
    place = scene.place(np.arange(len(scene.context.history)))
    wrong = (earlier >= 0) & ((answer < 0) | (place[np.maximum(answer, 0)] < place[np.maximum(earlier, 0)]))
    return Violations(firsts[wrong], earlier[wrong]).also(response(scene))


def alternate_succession(scene: Scene) -> Violations:
    """Both alternations."""
    return alternate_precedence(scene).also(alternate_response(scene))
