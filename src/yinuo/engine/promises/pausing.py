"""The stretches during which a clock stands still (grammar 2.3)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from yinuo.engine.clauses.promise import Pause, Promise
from yinuo.engine.columns import NO_UNIT, UNITS, Bool, Limits
from yinuo.engine.context import Context
from yinuo.engine.promises.limits import limit_at
from yinuo.engine.promises.openings import Openings
from yinuo.kernel.instants import NEVER, Int64
from yinuo.kernel.scales import Scale
from yinuo.kernel.segments import equal_range, running_max, search, spread
from yinuo.kernel.terms import Convention, Pauses, Terms, later


@dataclass(frozen=True, eq=False)
class Stops:
    """Suspensions of the threads: the event that began each, the one that ended it (-1 none), its cap."""

    begin: Int64
    end: Int64
    cap: Limits
    thread: Int64

    def __len__(self) -> int:
        return self.begin.size


def stops(context: Context, specs: tuple[Pause, ...], *, thread: tuple[str, ...]) -> Stops | None:
    """Every valid suspension these specs see, in order of thread and time; null when there are none."""
    parts = [part for part in (_stops(context, spec, thread=thread) for spec in specs) if len(part)]
    if not parts:
        return None
    begin = np.concatenate([part.begin for part in parts])
    group = np.concatenate([part.thread for part in parts])
    order = np.lexsort((context.places(thread, begin), group))
    cap = Limits(
        np.concatenate([part.cap.number for part in parts])[order],
        np.concatenate([part.cap.unit for part in parts])[order],
    )
    return Stops(begin[order], np.concatenate([part.end for part in parts])[order], cap, group[order])


def _stops(context: Context, spec: Pause, *, thread: tuple[str, ...]) -> Stops:
    history, matcher = context.history, context.matcher
    begins = context.found(spec.from_)
    begins = begins[matcher.holds(spec.when, history, rows=begins)]
    for need in spec.needs:
        begins = begins[context.own(need, begins).known]
    end = context.first_after(begins, context.found(spec.to or ()), thread=thread, match=spec.match)
    cap = limit_at(context, spec.cap, events=begins, own=True) if spec.cap is not None else Limits.none(begins.size)
    return Stops(begins, end, cap, context.threads(thread, begins)[0])


@dataclass(frozen=True, eq=False)
class Suspended:
    """The suspensions that touch each of some clocks, as positions on their scale.

    `begin_place, end_place` are the places in time of their events (end -1: none), `cap` the position at which it ends by
    itself (NEVER: none).
    """

    owner: Int64
    begin_place: Int64
    end_place: Int64
    begin: Int64
    end_event: Int64
    cap: Int64
    over: Int64
    """Where the clock itself ends (NEVER: it runs): what lies beyond does not matter to it."""

    @property
    def end(self) -> Int64:
        """Where each ends: the earliest of its event, its cap and the end of the clock."""
        return np.minimum(np.minimum(self.end_event, self.cap), self.over)

    def united(self) -> Pauses:
        """Without overlaps, as the terms want them."""
        return Pauses.united(self.owner, self.begin, end=self.end)

    def known_before(self, place: Int64) -> Pauses:
        """As they were known before a place in time of each owner: begun before it, an end only if it came before it."""
        known = self.begin_place < place[self.owner]
        end = np.where((self.end_place >= 0) & (self.end_place < place[self.owner]), self.end_event, NEVER)
        return Pauses.united(self.owner[known], self.begin[known], end=np.minimum(end, self.cap)[known])

    def where(self, keep: Bool) -> Suspended:
        """Some of these suspensions."""
        return Suspended(
            self.owner[keep],
            self.begin_place[keep],
            self.end_place[keep],
            self.begin[keep],
            self.end_event[keep],
            self.cap[keep],
            self.over[keep],
        )

    def select(self, owners: Int64, size: int) -> Suspended:
        """Those of some owners, numbered anew in the order given."""
        place = np.full(size, -1, np.int64)
        place[owners] = np.arange(owners.size)
        mine = self.where(place[self.owner] >= 0)
        return replace(mine, owner=place[mine.owner])


def suspended(context: Context, found: Stops, *, terms: Terms, opened: Openings) -> Suspended:
    """The suspensions of each clock's thread that overlap it; `terms` are those of the clocks opened."""
    history, ender = context.history, opened.ender
    thread = opened.edition.clause.thread if isinstance(opened.edition.clause, Promise) else ("case",)
    begin_place, end_place = context.places(thread, found.begin), context.places(thread, found.end)
    low, high = equal_range(found.thread, opened.thread)
    until = np.where(ender >= 0, context.places(thread, ender), NEVER)
    high = search(begin_place, low, high=high, wanted=until)
    low = np.minimum(search(_reach(context, found), low, high=high, wanted=opened.started, after=True), high)
    owner, index = spread(low, high)
    scale = terms.scale
    begin = np.maximum(scale.position(history.at[found.begin[index]]), terms.floor[owner])
    ended = found.end[index]
    end = np.where(ended >= 0, scale.position(history.at[np.maximum(ended, 0)]), NEVER)
    cap = _cap(scale, terms.convention, begin=begin, cap=found.cap.where(index))
    over = np.where(ender >= 0, scale.position(history.at[np.maximum(ender, 0)]), NEVER)[owner]
    return Suspended(owner, begin_place[index], end_place[index], begin, end, cap, over)


def _reach(context: Context, found: Stops) -> Int64:
    """For each suspension the latest instant at which one of its thread so far ends: sorted inside a thread."""
    _, group = np.unique(found.thread, return_inverse=True)
    end = np.where(found.end >= 0, context.history.at[np.maximum(found.end, 0)], NEVER)
    return running_max(group.astype(np.int64), end)


def _cap(scale: Scale, convention: Convention, *, begin: Int64, cap: Limits) -> Int64:
    """Where a suspension ends by itself, counted from its begin in the cap's unit."""
    result = np.full(begin.size, NEVER, np.int64)
    for code in np.unique(cap.unit):
        if code == NO_UNIT:
            continue
        rows = np.flatnonzero(cap.unit == code)
        unit, number, here = UNITS[code], cap.number[rows], begin[rows]
        own = Terms(scale, Convention(unit), here, here, here)
        if unit == convention.unit or not scale.counts_dates:
            result[rows] = scale.first_with(scale.count(here) + own.counted(number))
        else:
            result[rows] = later(scale.calendar, position_day=here, number=number, unit=unit)
    return result
