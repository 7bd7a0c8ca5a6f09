"""Clocks of one edition and one unit, running: their terms, pauses, extensions and what is due (grammar 2.3)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from yinuo.engine.clauses.promise import Promise
from yinuo.engine.columns import UNITS, Bool, Column
from yinuo.engine.context import Context
from yinuo.engine.promises.limits import limit_at
from yinuo.engine.promises.moving import moved_limits
from yinuo.engine.promises.openings import Openings
from yinuo.engine.promises.pausing import Suspended, stops, suspended
from yinuo.kernel.instants import DAY, NEVER, Int64
from yinuo.kernel.limits import DATE_UNITS, MICROSECONDS, Limit, Unit
from yinuo.kernel.scales import scale_of
from yinuo.kernel.segments import equal_range, is_first, search, spread
from yinuo.kernel.terms import Convention, Pauses, Terms, later

_FAMILIES = ({Unit.DAYS, Unit.WEEKS}, {Unit.MINUTES, Unit.HOURS}, {Unit.OFFICE_MINUTES, Unit.OFFICE_HOURS})
GRAINS = {**MICROSECONDS, Unit.DAYS: 1, Unit.WEEKS: 7}
"""How much one of a unit counts on its scale, where that is always the same."""


@dataclass(frozen=True, eq=False)
class Phase:
    """A clock's limit from one moment until it is extended: `need` on the scale, or a fixed due instant."""

    begin: Int64
    """From which instant; -NEVER for the first phase."""
    need: Int64
    due: Int64
    """Instant; NEVER when an open pause hides it."""


@dataclass(frozen=True, eq=False)
class Void:
    """Extensions that did not count: the clock (row), the event, and why."""

    clock: Int64
    row: Int64
    why: str


@dataclass(frozen=True, eq=False)
class Length:
    """How long extensions are: in the clock's own unit, or already counted on its scale."""

    number: Int64
    counts: Int64

    def where(self, rows: Bool) -> Length:
        """Some of them."""
        return Length(self.number[rows], self.counts[rows])


@dataclass(frozen=True, eq=False)
class Running:
    """Clocks of one unit. `phases` have one row per clock each; a clock's last phase is the last that begins."""

    clause: Promise
    opened: Openings
    terms: Terms
    number: Int64
    """The limit as written (in the unit), extensions not included; days for a due date."""
    pauses: Pauses
    suspended: Suspended | None
    fixed: Bool
    """Whether the due moment is a date of the text's own (`due_on`) that pauses do not move."""
    phases: list[Phase]
    voids: list[Void] = field(default_factory=list)

    @property
    def due(self) -> Int64:
        """The due instant of each clock; NEVER when null."""
        return self.phases[-1].due

    @property
    def need(self) -> Int64:
        """What may be used, on the scale."""
        return self.phases[-1].need

    @property
    def measure(self) -> str:
        """The unit of the numbers shown."""
        unit = self.terms.convention.unit
        return "days" if unit in (Unit.WEEKS, Unit.MONTHS, Unit.YEARS) else unit.value

    @property
    def grain(self) -> int:
        """How much on the scale is one of `measure`."""
        return MICROSECONDS.get(self.terms.convention.unit, 1)


def running(context: Context, opened: Openings) -> list[Running]:
    """Start the clocks of one edition, unit by unit. A clock without a limit is not opened."""
    clause = opened.edition.clause
    assert isinstance(clause, Promise)
    if clause.due_on is not None:
        return _dated(context, clause, opened=opened)
    found = moved_limits(context, clause, opened)
    result = []
    if found.unit.size and found.unit[0] >= 0 and (found.unit == found.unit[0]).all():
        return [_started(context, clause, opened=opened, unit=UNITS[found.unit[0]], number=found.number)]
    for code in np.unique(found.unit):
        if code >= 0:
            rows = np.flatnonzero(found.unit == code)
            result.append(
                _started(context, clause, opened=opened.where(rows), unit=UNITS[code], number=found.number[rows])
            )
    return result


def _effective(clocks: Running) -> Running:
    """Without the suspensions that begin after the due moment: a clock that has lapsed cannot be paused away."""
    touched = clocks.suspended
    if touched is None or touched.owner.size == 0:
        return clocks
    known = clocks.due != NEVER
    due = np.where(known, clocks.terms.scale.position(np.where(known, clocks.due, 0)), NEVER)
    live = touched.begin <= due[touched.owner]
    return clocks if live.all() else replace(clocks, suspended=touched.where(live), pauses=touched.where(live).united())


def convention(context: Context, clause: Promise, *, unit: Unit) -> Convention:
    """The conventions of a promise, those of the pack where it says nothing."""
    place = context.rules.conventions
    return Convention(
        unit,
        clause.due_time or place.due_time,
        clause.rest_day_start or place.rest_day_start,
        clause.first_day or place.first_day,
        clause.roll or place.roll,
    )


def _started(context: Context, clause: Promise, *, opened: Openings, unit: Unit, number: Int64) -> Running:
    terms = Terms.started(opened.started, convention(context, clause, unit=unit), calendar=context.rules.calendar)
    touched = None
    assert not isinstance(clause.pause, str)
    found = stops(context, clause.pause, thread=clause.thread) if clause.pause else None
    if found is not None:
        touched = suspended(context, found, terms=terms, opened=opened)
    pauses = touched.united() if touched is not None else Pauses.none()
    need = terms.counted(number)
    first = Phase(np.full(need.size, -NEVER), need, terms.instant(terms.due(need, pauses)))
    clocks = Running(clause, opened, terms, number, pauses, touched, np.zeros(need.size, np.bool_), [first])
    return _effective(_extended(context, clocks) if clause.extend is not None else clocks)


def _dated(context: Context, clause: Promise, *, opened: Openings) -> list[Running]:
    assert clause.due_on is not None
    column = context.matcher.value(clause.due_on, context.history, rows=opened.opener)
    opened, column = opened.where(column.known), column.take(column.known)
    if column.kind not in ("date", "instant") or column.known.size == 0:
        return []
    unit = Unit.DAYS if column.kind == "date" else Unit.MINUTES
    terms = Terms.started(opened.started, convention(context, clause, unit=unit), calendar=context.rules.calendar)
    need, due = _until(context, clause, terms=terms, column=column)
    first = Phase(np.full(need.size, -NEVER), need, due)
    clocks = Running(
        clause,
        opened,
        terms,
        need // MICROSECONDS.get(unit, 1),
        Pauses.none(),
        None,
        np.ones(need.size, np.bool_),
        [first],
    )
    return [_extended(context, clocks) if clause.extend is not None else clocks]


def _until(context: Context, clause: Promise, *, terms: Terms, column: Column) -> tuple[Int64, Int64]:
    """The need and the due instant of a date or moment (minus `ahead`, rolled only if the promise says so)."""
    values = column.values.astype(np.int64)
    ahead = clause.ahead
    if column.kind == "instant":
        if ahead is not None:
            values = _before(context, values, ahead=ahead)
        return values - terms.start, values
    if ahead is not None and ahead.unit not in DATE_UNITS:
        due = _rolled(context, clause, at=_before(context, terms.instant(values), ahead=ahead))
        return terms.scale.position(due) - terms.start, due
    if ahead is not None:
        values = later(
            context.rules.calendar, position_day=values, number=np.full(values.size, -ahead.count), unit=ahead.unit
        )
    if clause.roll in ("next", "previous"):
        values = context.rules.calendar.roll(values, backwards=clause.roll == "previous")
    return values - terms.start, terms.instant(values)


def _rolled(context: Context, clause: Promise, *, at: Int64) -> Int64:
    """Instants moved off rest days at the same time of day, if the promise says so."""
    if clause.roll not in ("next", "previous"):
        return at
    calendar = context.rules.calendar
    local = calendar.clock.local(at)
    day = calendar.roll(local // DAY, backwards=clause.roll == "previous")
    return calendar.clock.utc(day * DAY + local % DAY)


def _before(context: Context, at: Int64, *, ahead: Limit) -> Int64:
    """The instants a length before these: date lengths keep the time of day."""
    calendar = context.rules.calendar
    if ahead.unit in MICROSECONDS:
        scale = scale_of(ahead.unit, calendar)
        return scale.end(scale.first_with(scale.count(scale.position(at)) - ahead.count * MICROSECONDS[ahead.unit]))
    local = calendar.clock.local(at)
    day = later(calendar, position_day=local // DAY, number=np.full(at.size, -ahead.count), unit=ahead.unit)
    return calendar.clock.utc(day * DAY + local % DAY)


def _extended(context: Context, clocks: Running) -> Running:
    """Add a phase for each extension granted in time; collect those that were not."""
    spec = clocks.clause.extend
    assert spec is not None
    owner, row = _grants(context, clocks)
    voids: list[Void] = []
    length = Length(np.zeros(row.size, np.int64), np.zeros(row.size, np.int64))
    good = np.ones(row.size, np.bool_)
    for need in (*spec.needs, *((spec.to,) if spec.to else ())):
        known = context.own(need, row).known
        _refuse(voids, owner, row=row, which=good & ~known, why=f"missing:{need}")
        good &= known
    if spec.by is not None:
        length, fits, short = _lengths(context, clocks, row=row)
        _refuse(voids, owner, row=row, which=good & ~fits, why="unit")
        good &= fits
        _refuse(voids, owner, row=row, which=good & ~short, why="too_long")
        good &= short
    return _granted(context, clocks, owner=owner[good], row=row[good], length=length.where(good), voids=voids)


def _refuse(voids: list[Void], owner: Int64, *, row: Int64, which: Bool, why: str) -> None:
    if which.any():
        voids.append(Void(owner[which], row[which], why))


def _grants(context: Context, clocks: Running) -> tuple[Int64, Int64]:
    """Every extension event of each clock's thread and key between its opener and its ender: (clock, event)."""
    clause, opened, history = clocks.clause, clocks.opened, context.history
    assert clause.extend is not None
    events = context.found(clause.extend.on)
    thread, _ = context.threads(clause.thread, np.concatenate([opened.opener, events]))
    mine, theirs = thread[: opened.opener.size], thread[opened.opener.size :]
    order = np.lexsort((context.places(clause.thread, events), theirs))
    events, theirs = events[order], theirs[order]
    place = context.places(clause.thread, events)
    until = np.where(opened.ender >= 0, context.places(clause.thread, opened.ender), NEVER)
    low, high = equal_range(theirs, mine)
    low = search(place, low, high=high, wanted=context.places(clause.thread, opened.opener), after=True)
    high = search(place, low, high=high, wanted=until)
    owner, index = spread(low, high)
    row = events[index]
    inside = np.ones(row.size, np.bool_)
    for own, other in clause.match.items():
        left = context.matcher.value(own, history, rows=opened.opener[owner]).series().cast(str)
        right = context.matcher.value(other, history, rows=row).series().cast(str)
        inside &= (right.is_null() | (left == right)).fill_null(False).to_numpy()
    return owner[inside], row[inside]


def _lengths(context: Context, clocks: Running, *, row: Int64) -> tuple[Length, Bool, Bool]:
    """How long each extension is, whether it can be added to the limit, and whether it is within `max`."""
    spec, scale = clocks.clause.extend, clocks.terms.scale
    assert spec is not None
    assert spec.by is not None
    found = limit_at(context, spec.by, events=row, own=True)
    length = Length(np.zeros(row.size, np.int64), np.zeros(row.size, np.int64))
    fits, short = np.zeros(row.size, np.bool_), np.zeros(row.size, np.bool_)
    for code in np.unique(found.unit[found.unit >= 0]):
        unit, rows = UNITS[code], found.unit == code
        if unit is clocks.terms.convention.unit:
            length.number[rows] = found.number[rows]
            fits |= rows
        elif unit in GRAINS and type(scale_of(unit, scale.calendar)) is type(scale):
            length.counts[rows] = found.number[rows] * GRAINS[unit]
            fits |= rows
        short |= rows & _within(found.number, unit, longest=spec.max)
    return length, fits & _comparable(found.unit, spec.max), short


def _within(number: Int64, unit: Unit, *, longest: Limit | None) -> Bool:
    if longest is None:
        return np.ones(number.size, np.bool_)
    if unit is longest.unit:
        return number <= longest.count
    return number * GRAINS.get(unit, 0) <= longest.count * GRAINS.get(longest.unit, 0)


def _comparable(unit: Int64, longest: Limit | None) -> Bool:
    """Whether a length in this unit can be held against `max`: the same unit, or both days and weeks, minutes and hours."""
    if longest is None:
        return np.ones(unit.size, np.bool_)
    family = next((family for family in _FAMILIES if longest.unit in family), {longest.unit})
    return np.isin(unit, [UNITS.index(one) for one in family])


def _granted(
    context: Context, clocks: Running, *, owner: Int64, row: Int64, length: Length, voids: list[Void]
) -> Running:
    """Take the extensions one after the other: in time and not too many, or void."""
    spec = clocks.clause.extend
    assert spec is not None
    history = context.history
    size = clocks.number.size
    phases, total = list(clocks.phases), Length(np.zeros(size, np.int64), np.zeros(size, np.int64))
    while owner.size and len(phases) <= spec.times:
        first = is_first(owner)
        who, event, more = owner[first], row[first], length.where(first)
        last = phases[-1]
        due = _due_before(clocks, who, place=context.places(clocks.clause.thread, event), last=last)
        good = history.at[event] <= due
        late = np.zeros(size, np.bool_)
        late[who[~good]] = True
        _refuse(voids, owner, row=row, which=late[owner], why="late")
        phase = Phase(np.full(size, NEVER), last.need.copy(), last.due.copy())
        phase.begin[who[good]] = history.at[event[good]]
        total.number[who[good]] += more.number[good]
        total.counts[who[good]] += more.counts[good]
        _lengthen(context, clocks, phase=phase, who=who[good], event=event[good], more=more.where(good), total=total)
        phases.append(phase)
        keep = ~first & ~late[owner]
        owner, row, length = owner[keep], row[keep], length.where(keep)
    _refuse(voids, owner, row=row, which=np.ones(owner.size, np.bool_), why="times")
    extended = replace(clocks, phases=phases, voids=voids)
    return extended if clocks.clause.silence is None else replace(extended, voids=_before_silence(extended, history.at))


def _before_silence(clocks: Running, at: Int64) -> list[Void]:
    """Nobody is to blame for an extension of a clock that silence had already ended."""
    live = [at[void.row] <= clocks.due[void.clock] for void in clocks.voids]
    return [
        Void(void.clock[keep], void.row[keep], void.why)
        for void, keep in zip(clocks.voids, live, strict=True)
        if keep.any()
    ]


def _due_before(clocks: Running, who: Int64, *, place: Int64, last: Phase) -> Int64:
    """The due instant of some clocks from everything before a place in time; NEVER while an open pause hides it."""
    if clocks.fixed[who].any() or clocks.suspended is None:
        return last.due[who]
    terms = clocks.terms.select(who)
    known = clocks.suspended.select(who, clocks.number.size).known_before(place)
    return terms.instant(terms.due(last.need[who], known))


def _lengthen(
    context: Context, clocks: Running, *, phase: Phase, who: Int64, event: Int64, more: Length, total: Length
) -> None:
    """Set need and due of the clocks `who` after the extensions granted by the events."""
    spec, terms = clocks.clause.extend, clocks.terms.select(who)
    assert spec is not None
    if spec.to is not None:
        column = context.own(spec.to, event)
        values = column.values.astype(np.int64)
        if column.kind == "instant":
            phase.due[who] = values
        elif terms.scale.counts_dates:
            phase.due[who] = terms.instant(values)
        else:
            phase.due[who] = scale_of(Unit.DAYS, terms.scale.calendar).end(values)
        clocks.fixed[who] = True
    elif clocks.fixed[who].any():
        unit = terms.convention.unit
        if terms.scale.counts_dates:
            day = terms.scale.day(terms.scale.position(phase.due[who])) + more.counts
            phase.due[who] = terms.instant(later(terms.scale.calendar, position_day=day, number=more.number, unit=unit))
        else:
            phase.due[who] += more.number * MICROSECONDS[unit] + more.counts
    else:
        phase.need[who] = (clocks.terms.counted(clocks.number + total.number) + total.counts)[who]
        pauses = clocks.suspended.select(who, clocks.number.size).united() if clocks.suspended else Pauses.none()
        phase.due[who] = terms.instant(terms.due(phase.need[who], pauses))
        return
    scale = terms.scale
    phase.need[who] = scale.count(scale.position(phase.due[who])) - scale.count(terms.start)
