"""`History`: the events of a log in their one order, cases coded, fields looked up as of each event (grammar 2.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from yinuo.engine.clauses.flow import Flow
from yinuo.engine.columns import Bool, Column
from yinuo.engine.log import Log
from yinuo.engine.order import by_case_and_time, case_codes, ranks, sequences, untied
from yinuo.engine.rules import Rules
from yinuo.kernel.instants import DAY, NEVER, Int64, day_number
from yinuo.kernel.segments import bounds, is_first

_OWN = frozenset({"unit", "actor", "step", "deemed"})
"""Fields that are the event's own and are not carried forward."""


@dataclass(frozen=True, eq=False)
class History:
    """Events sorted by case, then at, sequence, event_id. Row i of every array is the same event.

    The table itself stays as it came; `order` (null: as it came) says which of its rows is event i.
    """

    log: Log
    rules: Rules
    as_of: int
    table: pl.DataFrame
    order: Int64 | None
    case: Int64
    at: Int64
    activity: NDArray[np.int32]
    activities: tuple[str, ...]
    low: Int64
    high: Int64

    @classmethod
    def read(cls, log: Log, rules: Rules, *, as_of: int, known_at: int | None) -> History:
        """Put the events that exist at `as_of` and were recorded by `known_at` into their order, each once."""
        events = log.events
        at = events["at"].dt.epoch("us").to_numpy()
        keep = at <= as_of
        if known_at is not None and "recorded_at" in events.columns:
            recorded = events["recorded_at"].dt.epoch("us").to_numpy()
            keep &= np.where(events["recorded_at"].is_null().to_numpy(), at, recorded) <= known_at
        elif known_at is not None:
            keep &= at <= known_at
        if not keep.all():
            events, at = events.filter(pl.Series(keep)), at[keep]
        case = case_codes(events["case_id"], log.cases["case_id"])
        low, high = bounds(case, len(log.cases))
        activity = Column.of(events["activity"])
        order = by_case_and_time(case, at)
        if order is not None:
            case, at = np.repeat(np.arange(low.size), high - low), at[order]
        rank = ranks(rules, activity.words)
        order = untied(events, order, case=case, at=at, activity=activity.values, ranks=rank)
        codes = activity.values if order is None else activity.values[order]
        history = cls(log, rules, as_of, events, order, case, at, codes, activity.words, low, high)
        return history._once()

    def _once(self) -> History:
        if "event_id" not in self.table.columns:
            return self
        known = pl.col("event_id").is_not_null()
        if not self.table.select((known & pl.struct("case_id", "event_id").is_duplicated()).any()).item():
            return self
        first = self.events.filter(~known | pl.struct("case_id", "event_id").is_first_distinct())
        log = Log(first, self.log.cases, self.log.tables)
        return History.read(log, self.rules, as_of=self.as_of, known_at=None)

    @property
    def events(self) -> pl.DataFrame:
        """The events as a table, in order."""
        return self.table if self.order is None else self.table[self.order]

    def has(self, name: str) -> bool:
        """Whether events have this attribute."""
        return name in self.table.columns

    def places(self, rows: Int64) -> Int64:
        """The rows of the table at which these events stand."""
        return rows if self.order is None else self.order[rows]

    def attribute(self, name: str) -> Column:
        """An attribute of every event, as it stands there."""
        column = Column.of(self.table[name])
        return column if self.order is None else column.take(self.order)

    def __len__(self) -> int:
        return self.at.size

    @cached_property
    def day(self) -> Int64:
        """The local day number of every event."""
        return self.rules.calendar.clock.local(self.at) // DAY

    def days(self, rows: Int64) -> Int64:
        """The local day numbers of some events."""
        return self.rules.calendar.clock.local(self.at[rows]) // DAY

    @cached_property
    def known_from(self) -> Int64:
        """When a derived event came to be known; for real events long ago."""
        if not self.has("known_from"):
            return np.zeros(0, np.int64)
        column = self.attribute("known_from")
        return np.where(column.known, column.values, -NEVER)

    def earliest(self, rows: Int64) -> Int64:
        """Before which nothing may be raised because of these events."""
        return self.known_from[rows] if self.known_from.size else np.full(rows.size, -NEVER)

    def codes(self, activities: Iterable[str]) -> list[int]:
        """The codes of those of these activities that occur."""
        wanted = set(activities)
        if "any" in wanted:
            return list(range(len(self.activities)))
        return [code for code, name in enumerate(self.activities) if name in wanted]

    def rows_of(self, activities: Iterable[str]) -> Int64:
        """The events of these activities, in order."""
        codes = self.codes(activities)
        if len(codes) == len(self.activities):
            return np.arange(len(self), dtype=np.int64)
        found = [self._rows_by_code[code] for code in codes]
        return found[0] if len(found) == 1 else np.sort(np.concatenate([np.empty(0, np.int64), *found]))

    @cached_property
    def _rows_by_code(self) -> list[Int64]:
        codes = self.activity.astype(np.int16 if len(self.activities) < 2**15 else np.int32)
        order = np.argsort(codes, kind="stable")
        edges = np.cumsum(np.bincount(codes, minlength=len(self.activities)))
        return np.split(order, edges[:-1])

    def in_time_order(self, rows: Int64) -> Int64:
        """The order of events of several cases: by at, sequence, activity, event_id."""
        ids = self.event_ids(rows).rank("dense").to_numpy()
        rank = ranks(self.rules, self.activities)[self.activity[rows]]
        sequence, rank = sequences(self.table, self.places(rows), rank=rank)
        return np.lexsort((ids, rank, sequence, self.at[rows]))

    @cached_property
    def _columns(self) -> dict[str, Column]:
        return {}

    def column(self, name: str, rows: Int64) -> Column:
        """A field at these events: the event's own, else the last an earlier event of the case set, else the case's."""
        cache = self._columns
        if name not in cache:
            cache[name] = self._field(name)
        column = cache[name]
        if self.has(name) or name in _BUILT:
            return column.take(rows)
        return column.take(self.case[rows])

    def _field(self, name: str) -> Column:
        if name in _BUILT:
            return _BUILT[name](self)
        cases = self.log.cases
        if not self.has(name):
            return Column.of(cases[name]) if name in cases.columns else Column.missing(len(cases))
        column = self.attribute(name)
        if name not in _OWN:
            set_at = np.where(column.known, np.arange(len(self)), -1)
            set_at = np.maximum.accumulate(set_at) if len(self) else set_at
            found = set_at >= self.low[self.case]
            column = column.take(np.where(found, set_at, 0)) if len(self) else column
            column = column.where_known(found)
        if name in cases.columns:
            column = column.otherwise(Column.of(cases[name]).take(self.case))
        return column

    def is_kind(self, kind: str) -> Bool:
        """For every case whether it is of this kind."""
        if kind not in self._kinds:
            cases = self.log.cases
            self._kinds[kind] = (
                (cases["kind"] == kind).fill_null(False).to_numpy()
                if kind in self._present
                else np.zeros(len(cases), np.bool_)
            )
        return self._kinds[kind]

    @cached_property
    def _present(self) -> frozenset[str]:
        """The kinds of the cases."""
        cases = self.log.cases
        return frozenset(cases["kind"].cast(pl.String).unique()) if "kind" in cases.columns else frozenset()

    @cached_property
    def _kinds(self) -> dict[str, Bool]:
        return {}

    @cached_property
    def ways(self) -> tuple[tuple[Flow, Bool], ...]:
        """Each flow as it stood when some cases were opened, and for every case whether it is one of these.

        A case is held to the edition of the local day of its first event; before the first and after the last to the nearest.
        """
        there = self.high > self.low
        found = []
        for kind, editions in self.rules.ways().items():
            if kind not in self._present:
                continue
            mine = np.flatnonzero(self.is_kind(kind) & there)
            used = np.zeros(mine.size, np.int64)
            if len(editions) > 1:
                starts = np.array([day_number(start) for start, _flow in editions], np.int64)
                used = np.maximum(np.searchsorted(starts, self.days(self.low[mine]), side="right") - 1, 0)
            for index, (_start, flow) in enumerate(editions):
                cases = np.zeros(there.size, np.bool_)
                cases[mine[used == index]] = True
                found += [(flow, cases)] if cases.any() else []
        return tuple(found)

    def rows_in(self, cases: Bool, activities: Iterable[str]) -> Int64:
        """The events of these activities in some cases, in order."""
        rows = self.rows_of(activities)
        return rows[cases[self.case[rows]]]

    @cached_property
    def endings(self) -> Int64:
        """The first event of each case that ends its flow, in order."""
        ends = [self.rows_in(cases, flow.ends) for flow, cases in self.ways]
        rows = np.sort(np.concatenate([np.empty(0, np.int64), *ends]))
        return rows[is_first(self.case[rows])]

    def knows(self, name: str) -> bool:
        """Whether any event or case has this field."""
        return self.has(name) or name in self.log.cases.columns or name in _BUILT

    @cached_property
    def _ids(self) -> dict[int, pl.Series]:
        return {}

    def event_ids(self, rows: Int64) -> pl.Series:
        """The ids of these events; an event without one is `activity@at#n`, n counting it within its case."""
        if self.has("event_id"):
            ids = self.table["event_id"][self.places(rows)]
            if ids.null_count() == 0:
                return ids
            return ids.zip_with(ids.is_not_null(), self._default_ids(rows))
        return self._default_ids(rows)

    def _default_ids(self, rows: Int64) -> pl.Series:
        if rows.size == 0:
            return pl.Series([], dtype=pl.String)
        codes = self.activity[rows]
        present = np.flatnonzero(np.bincount(codes))
        for code in present:
            if int(code) not in self._ids:
                self._ids[int(code)] = self._name_events(int(code))
        begins = np.zeros(len(self.activities), np.int64)
        begins[present] = np.cumsum([0, *(len(self._ids[int(code)]) for code in present[:-1])])
        ids = pl.concat([self._ids[int(code)] for code in present])
        named: pl.Series = ids[begins[codes] + self._number_in_code[rows]]
        return named

    @cached_property
    def _number_in_code(self) -> NDArray[np.int32]:
        """The place of every event among those of its activity."""
        number = np.empty(len(self), np.int32)
        for rows in self._rows_by_code:
            number[rows] = np.arange(rows.size)
        return number

    def _name_events(self, code: int) -> pl.Series:
        rows = self._rows_by_code[code]
        at, case = self.at[rows], self.case[rows]
        starts = np.maximum.accumulate(np.where(is_first(at) | is_first(case), np.arange(rows.size), 0))
        number = np.arange(rows.size) - starts + 1
        literal = self.activities[code].replace("%", "%%")
        names = pl.Series(at).cast(pl.Datetime("us")).dt.to_string(f"{literal}@%Y-%m-%dT%H:%M:%S%.6fZ#1")
        again = np.flatnonzero(number > 1)
        return names.scatter(again, names[again].str.head(-1) + pl.Series(number[again]).cast(pl.String))


def _entry_lag(history: History) -> Column:
    if not history.has("recorded_at"):
        return Column("duration", np.zeros(len(history), np.int64), np.ones(len(history), np.bool_))
    recorded = history.attribute("recorded_at")
    lag = np.where(recorded.known, recorded.values - history.at, 0)
    return Column("duration", lag, np.ones(len(history), np.bool_))


def _hour(history: History) -> Column:
    local = history.rules.calendar.clock.local(history.at)
    return Column("number", (local % DAY // 3_600_000_000).astype(np.float64), np.ones(len(history), np.bool_))


def _deemed(history: History) -> Column:
    known: Bool = np.ones(len(history), np.bool_)
    if not history.has("deemed"):
        return Column("bool", np.zeros(len(history), np.bool_), known)
    return Column("bool", history.attribute("deemed").values, known)


def _own_case(history: History) -> Column:
    return Column.of(history.log.cases["case_id"]).take(history.case)


_BUILT = {
    "case": _own_case,
    "activity": lambda history: Column("text", history.activity, np.ones(len(history), np.bool_), history.activities),
    "at": lambda history: Column("instant", history.at, np.ones(len(history), np.bool_)),
    "entry_lag": _entry_lag,
    "hour": _hour,
    "deemed": _deemed,
}
