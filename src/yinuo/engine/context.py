"""What every evaluator of a clause has at hand: the history, the matcher, the holders, threads and editions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from yinuo.engine.clauses.common import Clause
from yinuo.engine.clauses.conditions import Event
from yinuo.engine.columns import Bool, Column, as_number, as_text, codes_of, shared
from yinuo.engine.entries import with_entries
from yinuo.engine.history import History
from yinuo.engine.holdings import Holdings
from yinuo.engine.log import Log
from yinuo.engine.matching import Matcher, Tables
from yinuo.engine.rules import Edition, Rules, Ruling
from yinuo.engine.tables import Table
from yinuo.kernel.instants import NEVER, Int64, day_number
from yinuo.kernel.segments import equal_range, search

_REFERENCES = {"item": "items", "unit": "units", "person": "people", "post": "posts", "party": "parties"}


@dataclass(frozen=True, eq=False)
class Context:
    """One history under one set of rules."""

    history: History
    matcher: Matcher
    holdings: Holdings
    shared: dict[str, Int64] = field(default_factory=dict)

    @classmethod
    def of(cls, history: History) -> Context:
        """Prepare a history for its clauses."""
        tables = {name: Table(frame) for name, frame in _tables(history).items()}
        matcher = Matcher(
            Tables(tables, references(history.rules)), history.rules.calendar.clock, _last_day_of(history)
        )
        return cls(history, matcher, Holdings.of(history))

    @property
    def rules(self) -> Rules:
        """The rules of the history."""
        return self.history.rules

    def found(self, events: tuple[Event, ...]) -> Int64:
        """All events referred to, in order."""
        if not events:
            return np.empty(0, np.int64)
        rows = self.history.rows_of(name for event in events for name in event.activities)
        if all(event.where is None for event in events):
            return rows
        return rows[self.matcher.matches(events, self.history, rows=rows)]

    def applies(self, clause: Clause, rows: Int64) -> Bool:
        """Whether the clause is `for` the case as it stood at each event."""
        return self.matcher.holds(clause.for_, self.history, rows=rows)

    def edition_of(self, ruling: Ruling, days: Int64) -> Int64:
        """Which edition of a ruling was in force on each day; -1 for none."""
        starts = np.array([day_number(edition.start) for edition in ruling.editions], np.int64)
        ends = np.array(
            [NEVER if edition.until is None else day_number(edition.until) for edition in ruling.editions], np.int64
        )
        index = np.searchsorted(starts, days, side="right") - 1
        return np.where((index >= 0) & (days < ends[np.maximum(index, 0)]), index, -1)

    def governing_day(self, applies_by: str | None, rows: Int64, *, default: Int64) -> Int64:
        """The local day that picks the version: of a field, of the last such activity so far, or the default."""
        if applies_by is None:
            return default
        history = self.history
        if applies_by in history.activities or not history.knows(applies_by):
            return last_day(history, applies_by, rows=rows, default=default)
        column = history.column(applies_by, rows)
        return np.where(column.known, column.days(history.days(rows)), default)

    def own(self, path: str, rows: Int64) -> Column:
        """A field of these events alone: nothing an earlier event set counts (a look-up or case field as usual)."""
        if "." in path or not self.history.has(path):
            return self.matcher.value(path, self.history, rows=rows)
        return Column.of(self.history.table[path][self.history.places(rows)])

    def paired(self, match: Mapping[str, str], left: Int64, *, right: Int64) -> tuple[Int64, Int64]:
        """Codes of the match fields of two sets of events, equal where every field is; where one is missing, never."""
        if not match:
            return np.zeros(left.size, np.int64), np.zeros(right.size, np.int64)
        both = []
        for own, theirs in match.items():
            mine = as_text(self.matcher.value(own, self.history, rows=left))
            other = as_text(self.matcher.value(theirs, self.history, rows=right))
            words, one, two = shared(mine, other)
            both.append(Column("text", np.concatenate([one, two]), np.concatenate([mine.known, other.known]), words))
        codes, known = codes_of(both)
        codes = np.where(known, codes, np.repeat([-1, -2], [left.size, right.size]))
        return codes[: left.size], codes[left.size :]

    def first_after(self, begins: Int64, ends: Int64, *, thread: tuple[str, ...], match: Mapping[str, str]) -> Int64:
        """The first end after each begin in its thread whose match fields equal the begin's, -1 when there is none."""
        if ends.size == 0 or begins.size == 0:
            return np.full(begins.size, -1, np.int64)
        code, _ = self.threads(thread, np.concatenate([begins, ends]))
        if match:
            key = np.concatenate(self.paired(match, begins, right=ends))
            code, _ = codes_of([as_number(code), as_number(key)])
        mine, theirs, place = code[: begins.size], code[begins.size :], self.places(thread, ends)
        order = np.lexsort((place, theirs))
        low, high = equal_range(theirs[order], mine)
        found = search(place[order], low, high=high, wanted=self.places(thread, begins), after=True)
        return np.where(found < high, ends[order][np.minimum(found, ends.size - 1)], -1)

    def threads(self, names: tuple[str, ...], rows: Int64) -> tuple[Int64, Bool]:
        """The thread of each event as a number, and whether all its fields are known."""
        if names == ("case",):
            return self.history.case[rows], np.ones(rows.size, np.bool_)
        if names not in self._threads:
            self._threads[names] = self._coded(names)
        codes, known = self._threads[names]
        return codes[rows], known[rows]

    @cached_property
    def _threads(self) -> dict[tuple[str, ...], tuple[Int64, Bool]]:
        return {}

    def _coded(self, names: tuple[str, ...]) -> tuple[Int64, Bool]:
        """The threads of all events, numbered once, so that numbers of different calls can be compared."""
        every = np.arange(len(self.history), dtype=np.int64)
        codes, known = codes_of([self.history.column(name, every) for name in names if name != "case"])
        if "case" in names:
            codes = self.history.case * (int(codes.max(initial=0)) + 1) + codes
        return codes, known

    def places(self, thread: tuple[str, ...], rows: Int64) -> Int64:
        """Places of events in time, comparable inside such threads (an event -1 has place -1)."""
        if "case" in thread or len(self.history) == 0:
            return rows
        return np.where(rows < 0, -1, self.time_rank[rows])

    @cached_property
    def time_rank(self) -> Int64:
        """The place of every event in the order of all events of all cases."""
        rows = np.arange(len(self.history), dtype=np.int64)
        rank = np.empty(rows.size, np.int64)
        rank[self.history.in_time_order(rows)] = rows
        return rank

    def thread_json(self, names: tuple[str, ...], rows: Int64) -> pl.Series:
        """The thread as canonical JSON, null when it is the case."""
        if names == ("case",):
            return pl.Series(dtype=pl.String).clear(rows.size)
        return self.json(tuple(name for name in names if name != "case"), rows)

    def json(self, names: tuple[str, ...], rows: Int64) -> pl.Series:
        """These fields of each event as canonical JSON (keys sorted)."""
        frame = pl.DataFrame({name: self.history.column(name, rows).series() for name in sorted(names)})
        return frame.select(pl.struct(pl.all()).struct.json_encode().alias("json"))["json"]


def _tables(history: History) -> Mapping[str, pl.DataFrame]:
    """The dated tables of the log, and the entries of its own registers as far as they are known by then."""
    if not history.rules.of_kind("register"):
        return history.log.tables
    return with_entries(Log(history.table, history.log.cases, history.log.tables), history.rules).tables


def last_day(history: History, activity: str, *, rows: Int64, default: Int64) -> Int64:
    """The local day of the case's last such activity at or before each event, else the default."""
    marks = history.rows_of([activity])
    if marks.size == 0:
        return default
    index = np.searchsorted(marks, rows, side="right") - 1
    mark = marks[np.maximum(index, 0)]
    same = (index >= 0) & (history.case[mark] == history.case[rows])
    return np.where(same, history.days(mark), default)


def _last_day_of(history: History) -> Callable[[str, Int64], Int64]:
    return lambda activity, rows: last_day(history, activity, rows=rows, default=history.days(rows))


def references(rules: Rules) -> dict[str, str]:
    """Field → the dated table whose ids it holds, from the types of the flows' fields."""
    found = dict(_REFERENCES) | {"actor": "people"}
    for editions in rules.flows().values():
        for flow in editions:
            for name, kind in flow.fields.items():
                table = kind.in_ or _REFERENCES.get(kind.is_)
                if table is not None:
                    found[name] = table
    return found


def editions(ruling: Ruling, used: Int64) -> list[tuple[int, Edition]]:
    """The editions that occur among these indices, in order."""
    return [(index, ruling.editions[index]) for index in np.unique(used) if index >= 0]
