"""Whether a condition of the text holds of one case: the engine's matcher on a single record, answers remembered."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
import polars as pl

from yinuo.engine.clauses.conditions import Condition
from yinuo.engine.columns import Column
from yinuo.engine.context import references
from yinuo.engine.fieldtypes import column_type
from yinuo.engine.matching import Matcher, Tables
from yinuo.engine.tables import Table
from yinuo.kernel.instants import Int64, day_number
from yinuo.rulebook.loader import Pack

_Answer = TypeVar("_Answer")
LookUp: TypeAlias = Callable[[str, str, date], dict[str, Any] | None]
"""The row of a dated table, by its name, the row's id and a local day."""
_UNKNOWN: dict[str, Any] = {}
_ONE = np.zeros(1, np.int64)
_MOST = 20_000
"""Answers kept; beyond it all are forgotten and asked again."""


@dataclass(frozen=True, eq=False)
class _Record:
    """One record: field values with their type words, on one local day."""

    values: Mapping[str, Any]
    types: Mapping[str, str]
    day: int

    def column(self, name: str, rows: Int64) -> Column:
        value = self.values.get(name)
        if value is None:
            return Column.missing(rows.size)
        return Column.of(pl.Series([typed(value, self.types.get(name, "text"))], dtype=_dtype(self.types, name)))

    def days(self, rows: Int64) -> Int64:
        return np.full(rows.size, self.day, np.int64)


def _dtype(types: Mapping[str, str], name: str) -> pl.DataType:
    return column_type(types.get(name, "text"))


def typed(value: Any, word: str) -> Any:
    """A value as the ledger keeps it, as its column holds it. Money is kept in fen and read in yuan, as texts say it."""
    if word == "date":
        return date.fromisoformat(value)
    if word == "money":
        return value / 100
    if word == "number":
        return float(value)
    return value


@dataclass(frozen=True, eq=False)
class Conditions:
    """Conditions that are asked together, by name."""

    by_name: Mapping[str, Condition]

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The fields any of them reads."""
        return tuple(sorted({name for one in self.by_name.values() for name in one.fields()}))


@dataclass(frozen=True, eq=False)
class Tester:
    """Answers conditions of one text, and remembers the answers by the day and the values they read."""

    matcher: Matcher
    beside: LookUp | None = None
    """Where rows of dated tables are looked for that the text itself does not have."""
    known: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    asked: dict[int, tuple[Condition, tuple[str, ...]]] = field(default_factory=dict)
    """By identity: the condition, kept so that no other ever has its identity, and the fields it reads."""
    rows: dict[tuple[str, str, date], dict[str, Any] | None] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: Pack, beside: LookUp | None = None) -> Tester:
        """With the dated tables of a pack, and where else rows of them are looked for."""
        tables = Tables({name: Table(frame) for name, frame in pack.tables.items()}, references(pack.rules))
        return cls(Matcher(tables, pack.rules.calendar.clock), beside)

    def holds(self, condition: Condition, values: Mapping[str, Any], *, types: Mapping[str, str], day: date) -> bool:
        """Whether the condition holds of these values on a local day."""
        asked = self.asked.get(id(condition))
        if asked is None:
            asked = self.asked[id(condition)] = (condition, tuple(sorted(condition.fields())))
        key = (id(condition), day, *[str(values.get(name)) for name in asked[1]])
        known: bool | None = self.known.get(key)
        return self._keep(key, self._holds(condition, values, types, day)) if known is None else known

    def failing(
        self, conditions: Conditions, values: Mapping[str, Any], *, types: Mapping[str, str], day: date
    ) -> frozenset[str]:
        """The names of those conditions that do not hold of these values on a local day, remembered as one answer."""
        key = (id(conditions), day, *[str(values.get(name)) for name in conditions.reads])
        known: frozenset[str] | None = self.known.get(key)
        if known is None:
            asked = conditions.by_name.items()
            known = frozenset(name for name, one in asked if not self._holds(one, values, types, day))
            self._keep(key, known)
        return known

    def _holds(self, condition: Condition, values: Mapping[str, Any], types: Mapping[str, str], day: date) -> bool:
        record = _Record(values, types, day_number(day))
        return bool(self.matcher.holds(condition, record, rows=_ONE)[0])

    def _keep(self, key: tuple[Any, ...], answer: _Answer) -> _Answer:
        if len(self.known) >= _MOST:
            self.known.clear()
        self.known[key] = answer
        return answer

    def row(self, table: str, id_: str, day: date) -> dict[str, Any] | None:
        """The row of a dated table in force on a local day; null when there is none.

        What the text itself does not have is looked for `beside` it, and not remembered: an item of the catalogue alone.
        """
        key = (table, id_, day)
        row = self.rows.get(key, _UNKNOWN)
        if row is _UNKNOWN:
            if len(self.rows) >= _MOST:
                self.rows.clear()
            row = self.rows[key] = self._look_up(table, id_, day)
        return self.beside(table, id_, day) if row is None and self.beside is not None else row

    def _look_up(self, table: str, id_: str, day: date) -> dict[str, Any] | None:
        found = self.matcher.tables.tables.get(table)
        if found is None:
            return None
        place = found.row_of(Column.of(pl.Series([id_])), np.array([day_number(day)], np.int64))[0]
        return None if place < 0 else found.frame.row(int(place), named=True)

    def has(self, table: str, id_: str, day: date) -> bool:
        """Whether a dated table has this id on a local day; a table the text does not have forbids nothing."""
        return table not in self.matcher.tables.tables or self.row(table, id_, day) is not None
