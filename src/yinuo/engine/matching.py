"""Whether conditions hold of records: events of a history, rows of a table, rows of an answer (grammar 1.1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from operator import eq
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from yinuo.engine.clauses.conditions import Comparison, Condition, Event, FieldValue, Listed, Scalar, Test
from yinuo.engine.columns import Bool, Column, as_text, coded_limits, parsed_limit, shared
from yinuo.engine.tables import Table
from yinuo.kernel.instants import DAY, Int64, Zone, day_number, microseconds
from yinuo.kernel.limits import MICROSECONDS, Unit


class Records(Protocol):
    """Anything with fields: a condition reads it by name and row."""

    def column(self, name: str, rows: Int64) -> Column:
        """A field at these rows."""

    def days(self, rows: Int64) -> Int64:
        """The local day of each row, on which dated tables are looked up."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The dated tables of a log, and to which table a field refers."""

    tables: dict[str, Table]
    references: dict[str, str]

    def of_field(self, name: str) -> Table | None:
        """The table whose ids a field holds."""
        return self.tables.get(self.references.get(name, name))


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a frame (a table, clocks, findings …) as records."""

    frame: pl.DataFrame
    day: Int64
    cache: dict[str, Column] = field(default_factory=dict)

    def column(self, name: str, rows: Int64) -> Column:
        """A column of the frame at these rows; one it does not have is missing."""
        if name not in self.frame.columns:
            return Column.missing(rows.size)
        if name not in self.cache:
            self.cache[name] = Column.of(self.frame[name])
        return self.cache[name].take(rows)

    def days(self, rows: Int64) -> Int64:
        """The day handed in for each row."""
        return self.day[rows]


@dataclass(frozen=True, eq=False)
class _Looked:
    table: Table
    day: Int64

    def column(self, name: str, rows: Int64) -> Column:
        return self.table.column(name, rows)

    def days(self, rows: Int64) -> Int64:
        return self.day


@dataclass(frozen=True, eq=False)
class Matcher:
    """Evaluates conditions over records, with the tables they may look into."""

    tables: Tables
    clock: Zone
    moment_of: Callable[[str, Int64], Int64] | None = None
    """Day of the last event of an activity at or before each row, for `as_of` in a look-up."""

    def holds(self, condition: Condition | None, records: Records, *, rows: Int64) -> Bool:
        """Whether the condition holds of each row; no condition always does."""
        if condition is None:
            return np.ones(rows.size, np.bool_)
        result = np.zeros(rows.size, np.bool_)
        for row in condition.any_of:
            left = np.flatnonzero(~result) if result.any() else np.arange(rows.size)
            for name, test in row:
                if left.size == 0:
                    break
                left = left[self._test(name, test, records=records, rows=rows[left])]
            result[left] = True
        return result

    def matches(self, events: tuple[Event, ...], records: Records, *, rows: Int64) -> Bool:
        """Whether each event is one of those referred to."""
        result = np.zeros(rows.size, np.bool_)
        activity = records.column("activity", rows)
        for event in events:
            found = _equals(activity, event.activities) if "any" not in event.activities else activity.known
            chosen = np.flatnonzero(found & ~result)
            result[chosen[self.holds(event.where, records, rows=rows[chosen])]] = True
        return result

    def value(self, path: str, records: Records, *, rows: Int64) -> Column:
        """A field, or with a dot a column of the row it refers to: `item.promised`."""
        name, _, rest = path.partition(".")
        column = records.column(name, rows)
        if not rest:
            return column
        table = self.tables.of_field(name)
        if table is None:
            return Column.missing(rows.size)
        return table.column(rest, table.row_of(column, records.days(rows)))

    def _test(self, name: str, test: Test, *, records: Records, rows: Int64) -> Bool:
        if name == "did_not":
            did = self.value("did", records, rows=rows)
            return did.known & ~_has(did, (*(test.equal or ()), *(test.has or ())))
        column = self.value(name, records, rows=rows)
        if name == "clause" and any("/" in str(value) for value in test.equal or ()):
            column = _in_full(records.column("institution", rows), column)
        if test.through is not None:
            return self._through(name, column, condition=test.through, records=records, rows=rows)
        result: Bool = np.ones(rows.size, np.bool_)
        if test.known is not None:
            result &= column.known == test.known
        if test.equal is not None:
            result &= column.known & self._equals(column, test.equal)
        if test.unequal is not None:
            result &= column.known & ~self._equals(column, test.unequal)
        if test.same_as is not None:
            result &= self._compare(column, test.same_as, records=records, rows=rows, operator=eq)
        if test.differs_from is not None:
            other = self.value(test.differs_from.field, records, rows=rows)
            result &= column.known & other.known & ~_compare_columns(column, other, times=None, operator=eq)
        for bound, compare in test.bounds():
            result &= self._compare(column, bound, records=records, rows=rows, operator=compare)
        if test.has is not None:
            result &= _has(column, test.has)
        if test.contains is not None:
            result &= _contains(column, test.contains)
        for listed, wanted in ((test.listed, True), (test.unlisted, False)):
            if listed is not None:
                result &= self._listed(listed, records, rows=rows, wanted=wanted)
        return result

    def _equals(self, column: Column, values: tuple[Scalar, ...]) -> Bool:
        if column.kind == "instant":
            column = Column("date", self.clock.local(column.values) // DAY, column.known)
        return _equals(column, values)

    def _through(self, name: str, column: Column, *, condition: Condition, records: Records, rows: Int64) -> Bool:
        table = self.tables.of_field(name)
        if table is None:
            return np.zeros(rows.size, np.bool_)
        days = records.days(rows)
        found = table.row_of(column, days)
        result = np.zeros(rows.size, np.bool_)
        hit = np.flatnonzero(found >= 0)
        result[hit] = self.holds(condition, _Looked(table, days[hit]), rows=found[hit])
        return result

    def _compare(
        self, column: Column, bound: Scalar | FieldValue, *, records: Records, rows: Int64, operator: Comparison
    ) -> Bool:
        if isinstance(bound, FieldValue):
            other = self.value(bound.field, records, rows=rows)
            return column.known & other.known & _compare_columns(column, other, times=bound.times, operator=operator)
        if column.kind == "instant" and isinstance(bound, date) and not isinstance(bound, datetime):
            found: Bool = column.known & operator(self.clock.local(column.values) // DAY, day_number(bound))
            return found
        if column.kind == "text" and isinstance(bound, str):
            length = Column("text", np.zeros(rows.size, np.int32), np.ones(rows.size, np.bool_), (bound,))
            return column.known & _compare_limits(column, length, times=None, operator=operator)
        value = _number(column, bound)
        if value is None:
            return np.zeros(rows.size, np.bool_)
        result: Bool = column.known & operator(column.values, value)
        return result

    def _listed(self, listed: Listed, records: Records, *, rows: Int64, wanted: bool) -> Bool:
        values = [(name, self.value(own, records, rows=rows)) for name, own in listed.on]
        known = np.logical_and.reduce([column.known for _, column in values])
        table = self.tables.tables.get(listed.table)
        if table is None:
            return known if not wanted else np.zeros(rows.size, np.bool_)
        days = records.days(rows)
        if listed.as_of is not None and self.moment_of is not None:
            days = self.moment_of(listed.as_of, rows)
        every = np.arange(len(table.frame), dtype=np.int64)
        allowed = self.holds(listed.where, _Looked(table, np.zeros(every.size, np.int64)), rows=every)
        found: Bool = known & (table.lists(values, days, allowed=allowed) == wanted)
        return found


def _in_full(institution: Column, clause: Column) -> Column:
    """Clauses as `institution/clause`."""
    return Column.of(institution.series().cast(pl.String) + "/" + clause.series().cast(pl.String))


def _words(values: tuple[Scalar, ...]) -> set[str]:
    return {str(value).lower() if isinstance(value, bool) else str(value) for value in values}


def _equals(column: Column, values: tuple[Scalar, ...]) -> Bool:
    if column.kind == "text":
        wanted = _words(values)
        table = np.array([word in wanted for word in column.words] + [False])
        found: Bool = table[column.values]
        return found
    if column.kind == "list":
        return _has(column, values)
    result = np.zeros(column.known.size, np.bool_)
    for value in values:
        number = _number(column, value)
        if number is not None:
            result |= column.values == number
    return result


def _number(column: Column, value: Scalar) -> float | int | bool | None:
    """A scalar as the column's own kind of number, null when it is of another type."""
    if isinstance(value, bool):
        return value if column.kind == "bool" else None
    if isinstance(value, datetime):
        return microseconds(value) if column.kind == "instant" and value.tzinfo else None
    if isinstance(value, date):
        return day_number(value) if column.kind == "date" else None
    if isinstance(value, (int, Decimal)):
        return float(value) if column.kind == "number" else None
    return _elapsed(value) if column.kind == "duration" else None


def _elapsed(text: str) -> int | None:
    """Microseconds of a length of elapsed time ("24 hours", "7 days"); null for one that needs a calendar."""
    length = parsed_limit(text)
    grains = {**MICROSECONDS, Unit.DAYS: DAY, Unit.WEEKS: 7 * DAY}
    if length is None or length.unit not in grains or length.unit in (Unit.OFFICE_HOURS, Unit.OFFICE_MINUTES):
        return None
    return length.count * grains[length.unit]


def _compare_columns(left: Column, right: Column, *, times: Decimal | None, operator: Comparison) -> Bool:
    if left.kind == right.kind and left.kind in ("number", "date", "instant", "bool"):
        scaled = right.values if times is None else right.values * float(times)
        result: Bool = operator(left.values, scaled)
        return result
    if operator is not eq:
        return _compare_limits(left, right, times=times, operator=operator)
    _, mine, theirs = shared(as_text(left), as_text(right))
    found: Bool = mine == theirs
    return found


def _compare_limits(left: Column, right: Column, *, times: Decimal | None, operator: Comparison) -> Bool:
    """Two columns of lengths of time; lengths of different units do not compare."""
    if left.kind != "text" or right.kind != "text":
        return np.zeros(left.known.size, np.bool_)
    mine, theirs = coded_limits(left), coded_limits(right)
    scaled = theirs.number if times is None else theirs.number * float(times)
    result: Bool = (mine.unit >= 0) & (mine.unit == theirs.unit) & operator(mine.number, scaled)
    return result


def _has(column: Column, values: tuple[Scalar, ...]) -> Bool:
    if column.lists is None:
        return column.known & _equals(column, values)
    if not values:
        return column.known
    wanted = list(_words(values))
    inside = column.lists.cast(pl.List(pl.String)).list.eval(pl.element().is_in(wanted)).list.any()
    return inside.fill_null(False).to_numpy()


def _contains(column: Column, words: tuple[str, ...]) -> Bool:
    text = as_text(column)
    table: NDArray[np.bool_] = np.array([any(part in word for part in words) for word in text.words] + [False])
    found: Bool = text.known & table[text.values]
    return found
