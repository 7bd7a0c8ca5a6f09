"""What the grammar says of one promise, worked out case by case and day by day. Nothing here is shared with the engine.

Out come plain dicts: `clocks` and `findings` with the columns that matter, and the `deemed` events that silence makes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from tests.reference.openings import Clock, Edition, clocks_of, length
from tests.reference.place import MICRO, Place, Record, holds, matches, threads
from tests.reference.rulers import Days, Moments, earlier, ruler
from yinuo.kernel.limits import DATE_UNITS, MICROSECONDS, Limit


@dataclass
class Course:
    """How a clock runs: where it started, its lengths over time (since, lengths, new due date), void extensions."""

    ruler: Days | Moments
    start: Any
    clock_time: time
    stages: list[tuple[datetime, list[Limit], Any]]
    voids: list[datetime] = field(default_factory=list)


def promise(
    editions: Sequence[Edition], records: Sequence[Record], place: Place, *, as_of: datetime, ends: Sequence[str] = ()
) -> tuple[list[Record], list[Record], list[Record]]:
    """Clocks, findings and deemed events of one promise over the records of a log."""
    clocks: list[Record] = []
    findings: list[Record] = []
    deemed: list[Record] = []
    for thread in threads(records, editions[0][2].thread):
        for clock in clocks_of(editions, thread, place, ends if editions[0][2].thread == ("case",) else ()):
            row, raised, silent = _Account(clock, thread, place, as_of).tell()
            clocks.append(row)
            findings += raised
            deemed += silent
    return clocks, findings, deemed


class Rest(NamedTuple):
    """A pause: its points (no `to`: endless), whether it holds now, and its instants."""

    begin: Any
    to: Any
    now: bool
    since: datetime
    wakes: datetime | None


class _Account:
    """Everything said of one clock."""

    def __init__(self, clock: Clock, thread: list[Record], place: Place, as_of: datetime) -> None:
        self.clock, self.thread, self.place, self.as_of = clock, thread, place, as_of
        self.clause, self.event = clock.clause, thread[clock.opener]
        self.end_at = None if clock.end is None else thread[clock.end]["at"]
        rule = ruler(place, self.clause, clock.base.unit if clock.base else Limit.parse("1 day").unit)
        start, clock_time = rule.begin(clock.started_at)
        first = [] if clock.base is None else [clock.base]
        self.course = Course(rule, start, clock_time, [(self.event["at"], first, None)])
        self.extend()
        self.upto = len(thread) if clock.end is None else clock.end
        every = self.pauses(self.upto, ended=True)
        self.due, self.due_at = self.due_with(every)
        self.touching = [one for one in every if self.due is None or one.begin <= self.due]

    def pauses(self, upto: int, *, ended: bool = False) -> list[Rest]:
        """The pauses begun before `upto`; endless ones end with the clock, if it ended."""
        rule, found = self.course.ruler, []
        if self.clause.due_on:
            return []
        for i, event in enumerate(self.thread[:upto]):
            for pause in self.clause.pause:
                if not (matches(pause.from_, event) and holds(pause.when, event)):  # type: ignore[union-attr]
                    continue
                if any(event["own"].get(name) is None for name in pause.needs):  # type: ignore[union-attr]
                    continue
                stop = next((e for e in self.thread[i + 1 : upto] if self._resumes(pause, event, e)), None)
                p = max(rule.point(event["at"]), self.course.start)
                q = None if stop is None else rule.point(stop["at"])
                limit = None if pause.cap is None else length(pause.cap, event["own"])  # type: ignore[union-attr]
                cap = None if limit is None else rule.after(p, limit)
                still = stop is None and (cap is None or self.as_of < rule.paused_until(cap))
                ends = [one for one in (q, cap) if one is not None]
                if ended and self.end_at is not None:
                    ends.append(rule.point(self.end_at))
                wakes = [at for at in (stop and stop["at"], cap and rule.paused_until(cap)) if at is not None]
                found.append(
                    Rest(
                        p,
                        min(ends) if ends else None,
                        still,
                        max(event["at"], self.event["at"], rule.rung_at(self.course.start)),
                        min(wakes, default=None),
                    )
                )
        return [one for one in found if one.now or one.to > one.begin]

    def _resumes(self, pause: Any, start: Record, event: Record) -> bool:
        return (
            pause.to is not None
            and matches(pause.to, event)
            and all(start.get(a) is not None and start.get(a) == event.get(b) for a, b in pause.match.items())
        )

    def due_with(self, pauses: list[Rest], stage: int = -1) -> tuple[Any, datetime | None]:
        """The due point and instant under one stage of the lengths; null while an endless pause runs."""
        rule, start = self.course.ruler, self.course.start
        _, lengths, fixed = self.course.stages[stage]
        if fixed is not None or self.clause.due_on:
            return self._ordered(self.event[self.clause.due_on] if fixed is None else fixed, moved=fixed is not None)
        spans = [one[:2] for one in pauses]
        point = rule.reach(Fraction(rule.size(start, lengths)), start, spans)
        point = None if point is None else rule.settle(point, spans)
        return point, None if point is None else rule.due_at(point, self.course.clock_time)

    def _ordered(self, value: Any, *, moved: bool) -> tuple[Any, datetime]:
        """An ordered date or moment, less `ahead`; a date an extension names stands as it is."""
        ahead = None if moved else self.clause.ahead
        hours = timedelta()
        if ahead is not None and ahead.unit not in DATE_UNITS:
            hours, ahead = timedelta(microseconds=ahead.count * MICROSECONDS[ahead.unit]), None
        if isinstance(value, datetime):
            local = value.astimezone(self.place.zone)
            at = (
                value
                if ahead is None
                else self.place.instant(earlier(self.place, local.toordinal(), ahead), local.time())
            )
            return self.place.day(at - hours), at - hours
        day = value.toordinal() if ahead is None else earlier(self.place, value.toordinal(), ahead)
        if not moved and self.clause.roll not in {None, "none"}:
            day = self.place.next_working(day, 1 if self.clause.roll == "next" else -1)
        return day, self.place.end_of(day) - hours

    def extend(self) -> None:
        """Reads the extensions in order: each is judged by what was known before it."""
        rule = self.clause.extend
        stages = self.course.stages
        for position in range(self.clock.opener + 1, len(self.thread) if self.clock.end is None else self.clock.end):
            event = self.thread[position]
            if rule is None or not matches(rule.on, event) or not self._about_this_key(event):
                continue
            _, due_at = self.due_with(self.pauses(position))
            late = due_at is not None and event["at"] > due_at
            if late and self.clause.silence is not None:
                return
            more = None if rule.by is None else length(rule.by, event["own"])
            to = None if rule.to is None else event["own"].get(rule.to)
            wrong = (
                late
                or len(stages) > rule.times
                or (more is None and to is None)
                or (rule.max is not None and more is not None and more.count > rule.max.count)
                or any(event["own"].get(name) is None for name in rule.needs)
            )
            if wrong:
                self.course.voids.append(event["at"])
            else:
                stages.append((event["at"], stages[-1][1] + ([more] if more else []), to))

    def _about_this_key(self, event: Record) -> bool:
        """An event that names another key is about another clock; one that names none is about all of them."""
        named = [event.get(name) for name in self.clause.match.values()]
        return all(value is None or value == mine for value, mine in zip(named, self.clock.key, strict=True))

    def tell(self) -> tuple[Record, list[Record], list[Record]]:
        """The clock's row, its findings, and the event its silence makes."""
        rule, course, due_at = self.course.ruler, self.course, self.due_at
        lapse = None if due_at is None else due_at + MICRO
        silent = self.clause.silence is not None and lapse is not None
        silent = silent and lapse <= (self.as_of if self.end_at is None else self.end_at)  # type: ignore[operator]
        ended_at = lapse if silent else self.end_at
        upto = rule.point(min(ended_at or self.as_of, self.as_of))
        spans = [one[:2] for one in self.touching]
        fixed = course.stages[-1][2] is not None and not self.clause.due_on
        size = rule.used(course.start, self.due, []) if fixed else rule.size(course.start, course.stages[-1][1])
        plain = rule.used(course.start, upto, [])
        used = rule.used(course.start, upto, spans)
        row = {
            "case_id": self.event["case_id"],
            "opener": self.event["event_id"],
            "key": json.dumps(self.clock.key) if self.clock.key else None,
            "started_at": self.clock.started_at,
            "due_at": due_at,
            "ended_at": ended_at,
            "state": "deemed" if silent else self._state(),
            "allowed": None if self.clock.base is None else size,
            "used": size if silent else used,
            "paused": plain - used,
            "extended": size - rule.size(course.start, course.stages[0][1]),
        }
        return row, self._findings(ended_at), self._silence(lapse) if silent else []

    def _state(self) -> str:
        if self.end_at is not None:
            if self.due_at is not None and self.end_at > self.due_at:
                return "late"
            return "kept" if matches(self.clause.until, self.thread[self.clock.end or 0]) else "void"
        if any(one.now for one in self.touching):
            return "paused"
        return "overdue" if self.due_at is not None and self.as_of > self.due_at else "running"

    def _silence(self, lapse: datetime | None) -> list[Record]:
        silence = self.clause.silence
        assert silence is not None and lapse is not None
        at = self.clock.started_at if silence.dated == "start" else lapse
        made = {**self.event["own"], **silence.with_, "activity": silence.means, "deemed": True}
        return [{**made, "at": at, "known_from": max(lapse, self.event["known_from"])}]

    def _findings(self, ended_at: datetime | None) -> list[Record]:
        if self.clause.party:
            return []
        name = {"case_id": self.event["case_id"], "opener": self.event["event_id"]}
        found = []
        if self.clause.extend is not None and self.clause.extend.if_void is not None:
            level = self.clause.extend.if_void
            found = [{**name, "level": level, "raised_at": at, "cleared_at": None} for at in self.course.voids]
        for stage, (since, _, _) in enumerate(self.course.stages):
            later = self.course.stages[stage + 1][0] if stage + 1 < len(self.course.stages) else None
            stop = min([at for at in (later, ended_at) if at is not None], default=None)
            shown: Record | None = None
            known = self.event["known_from"]
            rungs = self._rungs(stage, since)
            rungs.sort(key=lambda one, known=known: (max(one[0], known), -self.place.ranks[one[1]]))
            for moment, level, lapsed in rungs:
                at = max(moment, known)
                over = (later is not None and at > later) or (ended_at is not None and moment > ended_at)
                if at > self.as_of or over or (not lapsed and self._paused_before(moment)):
                    continue
                if shown is not None and self.place.ranks[level] <= self.place.ranks[shown["level"]]:
                    continue
                if shown is not None:
                    shown["cleared_at"] = at
                shown = {**name, "level": level, "raised_at": at, "cleared_at": stop and max(stop, at)}
                found.append(shown)
        return found

    def _paused_before(self, at: datetime) -> bool:
        return any(one.since < at and (one.wakes is None or at < one.wakes) for one in self.touching)

    def _rungs(self, stage: int, since: datetime) -> list[tuple[datetime, str, bool]]:
        """The moments of the ladder under one stage, first the earlier, at one moment first the highest."""
        rule, start, clause = self.course.ruler, self.course.start, self.clause
        levels = self.place.ladders[clause.levels] if isinstance(clause.levels, str) else clause.levels
        lengths, spans = self.course.stages[stage][1], [one[:2] for one in self.touching]
        _, due_at = self.due_with(self.touching, stage)
        moments = []
        for rung in levels:
            if not holds(rung.when, {**self.event, "limit": self.clock.base and self.clock.base.count}):
                continue
            if rung.late is not None:
                moments.append((self._late(rung.late, due_at), rung.level, True))
                continue
            size = Fraction(rule.size(start, lengths))
            need = (
                size * Fraction(Decimal(str(rung.share))) if rung.left is None else size - rule.size(start, [rung.left])
            )
            point = rule.reach(max(need, Fraction(0)), start, spans)
            moments.append((None if point is None else rule.rung_at(point), rung.level, False))
        known = [(max(at, since), level, lapsed) for at, level, lapsed in moments if at is not None]
        return sorted(known, key=lambda one: (one[0], -self.place.ranks[one[1]]))

    def _late(self, late: Any, due_at: datetime | None) -> datetime | None:
        if due_at is None or late == 0:
            return None if due_at is None else due_at + MICRO
        other = ruler(self.place, self.clause, late.unit)
        if isinstance(other, Moments):
            return other.after(due_at, late) + MICRO
        return other.due_at(other.after(other.point(due_at), late), due_at.astimezone(self.place.zone).time()) + MICRO
