"""The rungs of a ladder: when each level is reached, raised, superseded and cleared (grammar 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from yinuo.engine.clauses.common import Rung
from yinuo.engine.columns import Bool, Column
from yinuo.engine.context import Context
from yinuo.engine.history import History
from yinuo.engine.promises.running import Phase, Running
from yinuo.kernel.instants import DAY, NEVER, Int64
from yinuo.kernel.limits import DATE_UNITS, MICROSECONDS, Limit, Unit
from yinuo.kernel.scales import scale_of
from yinuo.kernel.terms import Pauses, later


@dataclass(frozen=True, eq=False)
class Raised:
    """Levels raised: the clock's row, the rung, when it became true and when it stopped (NEVER: still open)."""

    clock: Int64
    rung: Int64
    at: Int64
    cleared: Int64
    phase: Int64
    """Under which of the clock's limits: an extension begins the next."""


@dataclass(frozen=True, eq=False)
class Climb:
    """What a ladder says of some clocks."""

    raised: Raised
    shown: Int64
    """The rung open when the clock ended, or now; -1 for none."""
    next_at: Int64


@dataclass(frozen=True, eq=False)
class _WithLimit:
    """The opener's fields, and `limit`: the number of the clock's limit."""

    history: History
    opener: Int64
    number: Int64

    def column(self, name: str, rows: Int64) -> Column:
        if name == "limit":
            return Column("number", self.number[rows].astype(np.float64), np.ones(rows.size, np.bool_))
        return self.history.column(name, self.opener[rows])

    def days(self, rows: Int64) -> Int64:
        return self.history.days(self.opener[rows])


def climb(context: Context, clocks: Running, *, rungs: tuple[Rung, ...], ended: Int64) -> Climb:
    """Follow the ladder of each clock through its phases until it ends (NEVER: running) or now."""
    size = ended.size
    as_of = context.history.as_of
    ranks = np.array([_rank(context, rung) for rung in rungs], np.int64)
    open_to = [_applies(context, clocks, rung=rung) for rung in rungs]
    earliest = context.history.earliest(clocks.opened.opener)
    opened_at = context.history.at[clocks.opened.opener]
    shown, next_at = np.full(size, -1, np.int64), np.full(size, NEVER, np.int64)
    parts: list[Raised] = []
    for index, phase in enumerate(clocks.phases):
        over = _over(clocks.phases[index + 1 :], size)
        stop = np.minimum(ended, over)
        began = phase.begin != NEVER
        moments = np.stack([
            np.where(applies & began, np.maximum(moment(clocks, phase, rung=rung), np.maximum(phase.begin, opened_at)), NEVER)
            for rung, applies in zip(rungs, open_to, strict=True)
        ])  # fmt: skip
        told = np.maximum(moments, earliest)
        in_time = (moments <= stop) & (moments <= as_of) & ((told == moments) | (told <= over))
        reached = np.where(in_time, told, NEVER)
        part, top = _supersede(reached, ranks, stop=np.maximum(stop, earliest), phase=index)
        parts.append(part)
        current = began & (over == NEVER)
        shown = np.where(current, top, shown)
        waiting = np.where((moments > as_of) & current, moments, NEVER).min(axis=0)
        next_at = np.where((ended == NEVER) & current, waiting, next_at)
    raised = Raised(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("clock", "rung", "at", "cleared", "phase")
        )
    )
    return Climb(raised, shown, next_at)


def _over(rest: list[Phase], size: int) -> Int64:
    """When the next phase begins."""
    return np.min([phase.begin for phase in rest], axis=0) if rest else np.full(size, NEVER, np.int64)


def _rank(context: Context, rung: Rung) -> int:
    level = context.rules.levels.get(rung.level)
    return level.rank if level is not None else 0


def _applies(context: Context, clocks: Running, *, rung: Rung) -> Bool:
    rows = np.arange(clocks.number.size, dtype=np.int64)
    records = _WithLimit(context.history, clocks.opened.opener, clocks.number)
    return context.matcher.holds(rung.when, records, rows=rows)


def _supersede(reached: NDArray[np.int64], ranks: Int64, *, stop: Int64, phase: int) -> tuple[Raised, Int64]:
    """Of rungs reached (rung × clock, NEVER: not) only the highest open one shows at any moment."""
    clocks, numbers, at, cleared = [], [], [], []
    shown = np.full(stop.size, -1, np.int64)
    best = np.full(stop.size, -1, np.int64)
    for rung in range(ranks.size):
        higher = reached[ranks > ranks[rung]]
        above = higher.min(axis=0) if higher.size else np.full(stop.size, NEVER, np.int64)
        raised = (reached[rung] != NEVER) & (above > reached[rung])
        rows = np.flatnonzero(raised)
        clocks.append(rows)
        numbers.append(np.full(rows.size, rung, np.int64))
        at.append(reached[rung][rows])
        cleared.append(np.minimum(above, stop)[rows])
        top = raised & (ranks[rung] > best)
        shown = np.where(top, rung, shown)
        best = np.where(top, ranks[rung], best)
    clock = np.concatenate(clocks)
    phases = np.full(clock.size, phase, np.int64)
    return Raised(clock, np.concatenate(numbers), np.concatenate(at), np.concatenate(cleared), phases), shown


def moment(clocks: Running, phase: Phase, *, rung: Rung) -> Int64:
    """The instant at which a phase reaches a rung; NEVER when it does not, or an open pause hides it."""
    if rung.late is not None:
        return _late(clocks, phase, late=rung.late)
    return (
        _share(clocks, phase, part=Fraction(str(rung.share)))
        if rung.share is not None
        else _left(clocks, phase, rung=rung)
    )


def _late(clocks: Running, phase: Phase, *, late: Limit | int) -> Int64:
    known = phase.due != NEVER
    if isinstance(late, int):
        return np.where(known, phase.due + 1, NEVER)
    due = np.where(known, phase.due, 0)
    calendar, terms = clocks.terms.scale.calendar, clocks.terms
    if late.unit in DATE_UNITS:
        day = calendar.clock.local(due) // DAY
        target = later(calendar, position_day=day, number=np.full(day.size, late.count), unit=late.unit)
        whole_days = terms.convention.unit in DATE_UNITS
        end = terms.instant(target) if whole_days else scale_of(Unit.DAYS, calendar).end(target)
    else:
        scale = scale_of(late.unit, calendar)
        amount = late.count * MICROSECONDS.get(late.unit, 1)
        end = scale.end(scale.first_with(scale.count(scale.position(due)) + amount))
    return np.where(known, end + 1, NEVER)


def _begin(clocks: Running, position: Int64) -> Int64:
    known = position != NEVER
    return np.where(known, clocks.terms.scale.begin(np.where(known, position, 0)), NEVER)


def _share(clocks: Running, phase: Phase, *, part: Fraction) -> Int64:
    need = clocks.terms.share(phase.need, part)
    position, _ = clocks.terms.reach(need, clocks.pauses)
    if clocks.fixed.any():
        unpaused, _ = clocks.terms.reach(need, Pauses.none())
        position = np.where(clocks.fixed, unpaused, position)
    return _begin(clocks, position)


def _left(clocks: Running, phase: Phase, *, rung: Rung) -> Int64:
    """Used ≥ limit − k in the clock's own unit; in another unit, or before a fixed date, k before the due moment."""
    assert rung.left is not None
    terms, left = clocks.terms, rung.left
    before = _before_due(clocks, phase, left=left)
    if type(scale_of(left.unit, terms.scale.calendar)) is not type(terms.scale) or left.unit in (
        Unit.MONTHS,
        Unit.YEARS,
    ):
        return before
    need = (
        phase.need - terms.counted(np.full(phase.need.size, left.count))
        if left.unit is terms.convention.unit
        else (phase.need - left.count * (7 if left.unit is Unit.WEEKS else MICROSECONDS.get(left.unit, 1)))
    )
    position, _ = terms.reach(np.maximum(need, 0), clocks.pauses)
    return np.where(clocks.fixed, before, _begin(clocks, position))


def _before_due(clocks: Running, phase: Phase, *, left: Limit) -> Int64:
    known = phase.due != NEVER
    due = np.where(known, phase.due, 0)
    calendar = clocks.terms.scale.calendar
    if left.unit not in DATE_UNITS:
        scale = scale_of(left.unit, calendar)
        amount = left.count * MICROSECONDS.get(left.unit, 1)
        moment = scale.begin(scale.first_with(scale.count(scale.position(due)) - amount))
    else:
        day = calendar.clock.local(due) // DAY
        back = later(calendar, position_day=day, number=np.full(day.size, -left.count), unit=left.unit)
        moment = scale_of(Unit.DAYS, calendar).begin(back)
    return np.where(known, moment, NEVER)
