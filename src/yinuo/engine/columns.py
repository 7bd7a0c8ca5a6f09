"""Columns as arrays: values, which of them are known, and the words behind the codes of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from yinuo.kernel.instants import DAY, Int64
from yinuo.kernel.limits import Limit, Unit

SMALL = 256
"""Below this many rows plain Python codes text faster than a table engine starts."""

Bool = NDArray[np.bool_]
Kind = Literal["text", "number", "instant", "date", "duration", "bool", "list"]


@dataclass(frozen=True, eq=False)
class Column:
    """One column. Text is coded (`words[code]`), instants are UTC microseconds, dates day numbers, lists stay a Series."""

    kind: Kind
    values: NDArray[Any]
    known: Bool
    words: tuple[str, ...] = ()
    lists: pl.Series | None = None

    @classmethod
    def of(cls, series: pl.Series) -> Column:
        """Encode a polars column."""
        dtype = series.dtype
        known = series.is_not_null().to_numpy()
        if isinstance(dtype, (pl.String, pl.Categorical, pl.Enum)):
            return cls._text(series, known)
        if dtype == pl.Boolean:
            return cls("bool", series.fill_null(False).to_numpy(), known)
        if dtype == pl.Date:
            return cls("date", series.to_physical().fill_null(0).cast(pl.Int64).to_numpy(), known)
        if isinstance(dtype, pl.Datetime):
            return cls("instant", series.dt.epoch("us").fill_null(0).to_numpy(), known)
        if isinstance(dtype, pl.Duration):
            return cls("duration", series.dt.total_microseconds().fill_null(0).to_numpy(), known)
        if isinstance(dtype, pl.List):
            return cls("list", np.zeros(len(series), np.int8), known, lists=series)
        return cls("number", series.cast(pl.Float64).fill_null(0.0).to_numpy(), known)

    @classmethod
    def _text(cls, series: pl.Series, known: Bool) -> Column:
        if len(series) < SMALL:
            values = [None if value is None else str(value) for value in series.to_list()]
            few = tuple(sorted({value for value in values if value is not None}))
            place = {word: code for code, word in enumerate(few)}
            return cls(
                "text", np.array([-1 if value is None else place[value] for value in values], np.int32), known, few
            )
        words = series.drop_nulls().cast(pl.String).unique().sort()
        coded = series.cast(pl.String).cast(pl.Enum(words)) if len(words) else series.cast(pl.String)
        codes = (
            coded.to_physical().cast(pl.Int32).fill_null(-1).to_numpy()
            if len(words)
            else (np.full(len(series), -1, np.int32))
        )
        return cls("text", codes, known, tuple(words.to_list()))

    @classmethod
    def missing(cls, size: int) -> Column:
        """A column of which nothing is known."""
        return cls("text", np.full(size, -1, np.int32), np.zeros(size, np.bool_))

    def take(self, rows: NDArray[Any]) -> Column:
        """The column at these rows."""
        lists = None if self.lists is None else self.lists[rows]
        return Column(self.kind, self.values[rows], self.known[rows], self.words, lists)

    def where_known(self, known: Bool) -> Column:
        """The column, unknown also where `known` is false."""
        both = self.known & known
        values = np.where(both, self.values, -1) if self.kind == "text" else self.values
        return Column(self.kind, values, both, self.words, self.lists)

    def otherwise(self, other: Column) -> Column:
        """The column where it is known, the other where not."""
        if not other.known.any():
            return self
        if not self.known.any():
            return other
        if self.kind != other.kind or self.kind == "list":
            return Column.of(self.series().cast(pl.String).fill_null(other.series().cast(pl.String)))
        if self.kind != "text":
            return Column(self.kind, np.where(self.known, self.values, other.values), self.known | other.known)
        words, mine, theirs = shared(self, other)
        values = np.where(self.known, mine, theirs).astype(np.int32)
        return Column("text", values, self.known | other.known, words)

    def series(self) -> pl.Series:
        """The column as polars shows it."""
        if self.lists is not None:
            return self.lists
        if self.kind == "text":
            words = pl.Series([*self.words, None], dtype=pl.String)
            return words[np.where(self.known, self.values, len(self.words))]
        raw = pl.Series(self.values)
        if self.kind == "date":
            raw = raw.cast(pl.Int32).cast(pl.Date)
        elif self.kind == "instant":
            raw = raw.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
        elif self.kind == "duration":
            raw = raw.cast(pl.Duration("us"))
        return pl.select(pl.when(pl.lit(pl.Series(self.known))).then(pl.lit(raw))).to_series()

    def days(self, local_day: Int64 | None = None) -> Int64:
        """Day numbers of a date column; of an instant column those handed in."""
        if self.kind == "date":
            return self.values.astype(np.int64)
        return self.values // DAY if local_day is None else local_day


def shared(left: Column, right: Column) -> tuple[tuple[str, ...], NDArray[np.int32], NDArray[np.int32]]:
    """The words of two text columns together, and both columns coded by them (-1 unknown)."""
    if left.words == right.words:
        return left.words, left.values, right.values
    words = tuple(sorted({*left.words, *right.words}))
    place = {word: code for code, word in enumerate(words)}
    return words, _recode(left, place), _recode(right, place)


def joined(columns: list[Column]) -> Column:
    """Text columns one below the other."""
    words = tuple(sorted({word for column in columns for word in column.words}))
    place = {word: code for code, word in enumerate(words)}
    values = np.concatenate([_recode(column, place) for column in columns])
    return Column("text", values, np.concatenate([column.known for column in columns]), words)


def _recode(column: Column, place: dict[str, int]) -> NDArray[np.int32]:
    table = np.array([place[word] for word in column.words] + [-1], np.int32)
    found: NDArray[np.int32] = table[column.values]
    return found


def as_number(values: Int64) -> Column:
    """Numbers as a column of which everything is known."""
    return Column("number", values, np.ones(values.size, np.bool_))


def as_text(column: Column) -> Column:
    """Any column as text, for comparing fields of different types."""
    return column if column.kind == "text" else Column.of(column.series().cast(pl.String))


UNITS = tuple(Unit)
NO_UNIT = -1


@dataclass(frozen=True, eq=False)
class Limits:
    """A number and a unit (index in UNITS) for each row; unit -1 = no limit."""

    number: Int64
    unit: Int64

    @classmethod
    def none(cls, size: int) -> Limits:
        """No limit for anyone."""
        return cls(np.zeros(size, np.int64), np.full(size, NO_UNIT, np.int64))

    @classmethod
    def constant(cls, limit: Limit, size: int) -> Limits:
        """The same limit for everyone."""
        return cls(np.full(size, limit.count, np.int64), np.full(size, UNITS.index(limit.unit), np.int64))

    def where(self, rows: Int64) -> Limits:
        """Some rows."""
        return Limits(self.number[rows], self.unit[rows])


def coded_limits(column: Column) -> Limits:
    """Limits written as text; a word that is no length of time is no limit (the reader of the log refuses it)."""
    if column.kind != "text":
        return Limits.none(column.known.size)
    parsed = [parsed_limit(word) for word in column.words]
    number = np.array([limit.count if limit else 0 for limit in parsed] + [0], np.int64)
    unit = np.array([UNITS.index(limit.unit) if limit else NO_UNIT for limit in parsed] + [NO_UNIT], np.int64)
    return Limits(number[column.values], unit[column.values])


def parsed_limit(word: str) -> Limit | None:
    """The limit a word says, or null."""
    try:
        return Limit.parse(word)
    except ValueError:
        return None


def codes_of(columns: list[Column]) -> tuple[NDArray[np.int64], Bool]:
    """Codes of the rows of several columns together (0 or more, comparable among them), and whether all are known."""
    size = columns[0].known.size
    code = np.zeros(size, np.int64)
    known = np.ones(size, np.bool_)
    reach = 1
    for column in columns:
        if column.kind == "text":
            part, width = column.values.astype(np.int64) + 1, len(column.words) + 1
        else:
            values = as_text(column).values if column.kind == "list" else column.values
            _, part = np.unique(values, return_inverse=True)
            width = int(part.max(initial=0)) + 1
        if reach * width >= 2**31:
            _, code = np.unique(code, return_inverse=True)
            reach = int(code.max(initial=0)) + 1
        code = code * width + part
        reach *= width
        known &= column.known
    return code, known
