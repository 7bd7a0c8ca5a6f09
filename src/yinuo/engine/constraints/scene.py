"""The events a constraint reads, in their threads, and the questions every template asks of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from yinuo.engine.clauses.conditions import Event
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.columns import Bool, as_text, codes_of, shared
from yinuo.engine.context import Context
from yinuo.kernel.instants import DAY, NEVER, Int64
from yinuo.kernel.limits import MICROSECONDS, Limit
from yinuo.kernel.segments import equal_range, first_index, is_first, running_max, search
from yinuo.kernel.terms import Convention, Terms, later


@dataclass(frozen=True, eq=False)
class Violations:
    """Accused events, and for each the other event that shows it (-1: none)."""

    accused: Int64
    witness: Int64

    @classmethod
    def none(cls) -> Violations:
        """Nobody is accused."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64))

    @classmethod
    def of(cls, accused: Int64) -> Violations:
        """Accused without a witness."""
        return cls(accused, np.full(accused.size, -1, np.int64))

    def where(self, rows: Bool | Int64) -> Violations:
        """Some of them."""
        return Violations(self.accused[rows], self.witness[rows])

    def also(self, other: Violations) -> Violations:
        """Both together; an event accused twice counts once."""
        accused = np.concatenate([self.accused, other.accused])
        witness = np.concatenate([self.witness, other.witness])
        _, first = np.unique(accused, return_index=True)
        return Violations(accused[first], witness[first])


@dataclass(frozen=True, eq=False)
class Stretches:
    """The events that begin stretches, in order of thread and time: up to which place each stretch reaches, its number."""

    begin: Int64
    thread: Int64
    reach: Int64
    number: Int64


@dataclass(frozen=True, eq=False)
class Scene:
    """One constraint over one history."""

    context: Context
    clause: Constraint

    @property
    def crosses(self) -> bool:
        """Whether threads span cases."""
        return "case" not in self.clause.thread

    def found(self, events: tuple[Event, ...]) -> Int64:
        """The events referred to whose thread is known, in order."""
        rows = self.context.found(events)
        if self.clause.thread == ("case",):
            return rows
        return rows[self.context.threads(self.clause.thread, rows)[1]]

    def scoped(self, events: tuple[Event, ...]) -> Int64:
        """The events referred to inside the scope; in a thread of several cases only those the constraint is for."""
        rows = self.found(events)
        rows = rows[self.in_scope(rows)]
        return rows[self.context.applies(self.clause, rows)] if self.crosses else rows

    def accusable(self, events: tuple[Event, ...]) -> Int64:
        """The events referred to inside the scope, of cases the constraint is for."""
        rows = self.scoped(events)
        return rows[self.context.applies(self.clause, rows)]

    def place(self, rows: Int64) -> Int64:
        """The place of events in time, comparable inside a thread."""
        return self.context.time_rank[rows] if self.crosses else rows

    def groups(self, *sets: Int64, fields: tuple[str, ...] = (), whole: bool = False) -> tuple[list[Int64], list[Bool]]:
        """Codes of thread, stretch (and fields) comparable between sets of events, and whether all fields are known.

        `whole`: threads not divided into the stretches of a `while`.
        """
        rows = np.concatenate(sets) if sets else np.empty(0, np.int64)
        thread, known = self.context.threads(self.clause.thread, rows)
        if self.clause.while_ is not None and not whole:
            thread = thread * (len(self.context.history) + 1) + self.stretch(rows) + 1
        if fields:
            columns = [self.context.matcher.value(name, self.context.history, rows=rows) for name in fields]
            codes, all_known = codes_of(columns) if rows.size else (thread, known)
            thread = thread * (int(codes.max(initial=0)) + 1) + codes
            known = known & all_known
        edges = np.cumsum([part.size for part in sets])[:-1]
        return list(np.split(thread, edges)), list(np.split(known, edges))

    def latest_before(
        self, events: Int64, others: Int64, *, fields: tuple[str, ...] = (), whole: bool = False
    ) -> Int64:
        """For each event the latest other before it in its thread with equal fields, -1 when there is none."""
        if others.size == 0 or events.size == 0:
            return np.full(events.size, -1, np.int64)
        (mine, theirs), (known, usable) = self.groups(events, others, fields=fields, whole=whole)
        if not fields and self.clause.thread == ("case",) and (whole or self.clause.while_ is None):
            index = np.searchsorted(others, events) - 1
            fits = (index >= 0) & (theirs[np.maximum(index, 0)] == mine)
            return np.where(fits, others[np.maximum(index, 0)], -1)
        others, theirs = others[usable], theirs[usable]
        order = np.lexsort((self.place(others), theirs))
        low, high = equal_range(theirs[order], mine)
        index = search(self.place(others)[order], low, high=high, wanted=self.place(events)) - 1
        if others.size == 0:
            return np.full(events.size, -1, np.int64)
        return np.where((index >= low) & known, others[order][np.maximum(index, 0)], -1)

    def counted(self, events: Int64) -> tuple[Int64, Int64, Int64]:
        """Events in order of thread and time, with the thread's code and the number of each in it (from 1)."""
        (group,), _ = self.groups(events)
        plain = self.clause.thread == ("case",) and self.clause.while_ is None
        order = np.arange(events.size) if plain else np.lexsort((self.place(events), group))
        events, group = events[order], group[order]
        return events, group, np.arange(events.size) - first_index(group) + 1

    def fits(self, events: Int64, others: Int64) -> Bool:
        """Whether every `same` field is known on both and equal, every `differ` field known and different."""
        result = others >= 0
        history, matcher = self.context.history, self.context.matcher
        for name in (*self.clause.same, *self.clause.differ):
            left = as_text(matcher.value(name, history, rows=events))
            right = as_text(matcher.value(name, history, rows=np.maximum(others, 0)))
            _, mine, theirs = shared(left, right)
            result &= left.known & right.known & ((mine == theirs) == (name in self.clause.same))
        return result

    def at_least(self, earlier: Int64, later_: Int64, *, limit: Limit) -> Bool:
        """Whether events are at least a length apart: dates for date units, else elapsed or open time."""
        apart, wanted = self._apart(earlier, later_, limit=limit)
        return apart >= wanted

    def at_most(self, earlier: Int64, later_: Int64, *, limit: Limit) -> Bool:
        """Whether events are at most a length apart."""
        apart, wanted = self._apart(earlier, later_, limit=limit)
        return apart <= wanted

    def _apart(self, earlier: Int64, later_: Int64, *, limit: Limit) -> tuple[Int64, Int64]:
        """How far events are apart on the limit's scale, and how far the limit reaches from the earlier."""
        calendar, at = self.context.rules.calendar, self.context.history.at
        terms = Terms.started(
            at[np.maximum(earlier, 0)], Convention(limit.unit, first_day="excluded"), calendar=calendar
        )
        apart = terms.scale.count(terms.scale.position(at[later_])) - terms.scale.count(
            terms.scale.position(at[np.maximum(earlier, 0)])
        )
        return apart, terms.counted(np.full(later_.size, limit.count))

    def in_scope(self, events: Int64) -> Bool:
        """Whether events lie after, before or between what the constraint names (grammar 2.5)."""
        clause = self.clause
        inside = np.ones(events.size, np.bool_)
        if clause.after:
            inside &= self.latest_before(events, self.found(clause.after), whole=True) >= 0
        if clause.before:
            marks = self.found(clause.before)
            inside &= (self.latest_before(events, marks, whole=True) < 0) & ~np.isin(events, marks)
        if clause.while_ is not None:
            inside &= self.stretch(events) >= 0
        return inside

    def stretches(self) -> Stretches:
        """The stretches of the `while` scope, those that overlap in one thread taken together."""
        scope = self.clause.while_
        assert scope is not None
        begins, ends = self.found(scope.from_), self.found(scope.to)
        (thread,), _ = self.groups(begins, whole=True)
        order = np.lexsort((self.place(begins), thread))
        begins, thread = begins[order], thread[order]
        _, dense = np.unique(thread, return_inverse=True)
        end = self.context.first_after(begins, ends, thread=self.clause.thread, match=scope.match)
        reach = running_max(dense.astype(np.int64), np.where(end < 0, NEVER, self.place(end)))
        new = is_first(thread)
        new[1:] |= self.place(begins)[1:] >= reach[:-1]
        return Stretches(begins, thread, reach, np.cumsum(new) - 1)

    def stretch(self, events: Int64) -> Int64:
        """The number of the stretch each event lies in, its two ends not included; -1 outside."""
        found = self.stretches()
        if found.begin.size == 0:
            return np.full(events.size, -1, np.int64)
        (mine,), _ = self.groups(events, whole=True)
        low, high = equal_range(found.thread, mine)
        place = self.place(events)
        index = np.maximum(search(self.place(found.begin), low, high=high, wanted=place) - 1, -1)
        inside = (index >= low) & (found.reach[np.maximum(index, 0)] > place)
        return np.where(inside, found.number[np.maximum(index, 0)], -1)

    def excused(self, accused: Int64) -> Bool:
        """Whether an `unless` event comes before an accused one and after the one accused before it."""
        result = np.zeros(accused.size, np.bool_)
        for event in self.clause.unless:
            pardons = self.found((event,))
            if pardons.size == 0 or accused.size == 0:
                continue
            pardon = self.latest_before(accused, pardons, fields=event.same, whole=True)
            earlier = self.latest_before(accused, np.sort(accused), fields=event.same, whole=True)
            result |= (pardon >= 0) & (
                (earlier < 0) | (self.place(np.maximum(earlier, 0)) <= self.place(np.maximum(pardon, 0)))
            )
        return result

    def window_begin(self, events: Int64, limit: Limit) -> Int64:
        """The instant a length before each event: calendar lengths keep the time of day."""
        at = self.context.history.at[events]
        if limit.unit in MICROSECONDS:
            return at - limit.count * MICROSECONDS[limit.unit]
        clock = self.context.rules.calendar.clock
        local = clock.local(at)
        day = later(
            self.context.rules.calendar,
            position_day=local // DAY,
            number=np.full(at.size, -limit.count),
            unit=limit.unit,
        )
        return clock.utc(day * DAY + local % DAY)
