"""Dated tables: which row of an id, or which rows with these values, were in force on a day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from yinuo.engine.columns import Bool, Column, as_text
from yinuo.kernel.instants import NEVER, Int64
from yinuo.kernel.segments import equal_range, search, spread


@dataclass(frozen=True, eq=False)
class Table:
    """A table with columns id, from, until (local dates, until exclusive, both may be empty) and its own."""

    frame: pl.DataFrame

    @cached_property
    def begins(self) -> Int64:
        """First day of each row."""
        return self._edge("from", -int(NEVER))

    @cached_property
    def ends(self) -> Int64:
        """Day from which each row no longer holds."""
        return self._edge("until", int(NEVER))

    def _edge(self, name: str, default: int) -> Int64:
        if name not in self.frame.columns:
            return np.full(len(self.frame), default, np.int64)
        return self.frame[name].cast(pl.Date).to_physical().cast(pl.Int64).fill_null(default).to_numpy()

    def column(self, name: str, rows: Int64) -> Column:
        """A column of these rows; unknown where the row is -1."""
        if name not in self.frame.columns or len(self.frame) == 0:
            return Column.missing(rows.size)
        return Column.of(self.frame[name]).take(np.maximum(rows, 0)).where_known(rows >= 0)

    @cached_property
    def _by_id(self) -> tuple[dict[str, int], Int64, Int64]:
        ids = self.frame["id"].cast(pl.String).to_list()
        place = {name: code for code, name in enumerate(dict.fromkeys(ids))}
        codes = np.array([place[name] for name in ids], np.int64)
        return place, codes, np.lexsort((self.begins, codes)).astype(np.int64)

    def row_of(self, ids: Column, days: Int64) -> Int64:
        """The row of each id in force on each day, or -1."""
        if len(self.frame) == 0:
            return np.full(days.size, -1, np.int64)
        place, codes, order = self._by_id
        ids = as_text(ids)
        known = np.array([place.get(word, -1) for word in ids.words] + [-1], np.int64)
        wanted = np.where(ids.known, known[ids.values], -1)
        low, high = equal_range(codes[order], wanted)
        found = search(self.begins[order], low, high=high, wanted=days, after=True) - 1
        row = order[np.maximum(found, 0)]
        return np.where((found >= low) & (wanted >= 0) & (days < self.ends[row]), row, -1)

    def lists(self, wanted: list[tuple[str, Column]], days: Int64, *, allowed: Bool) -> Bool:
        """Whether some allowed row in force on each day has these values in these columns."""
        owners, _row = self._listed(wanted, days, allowed=allowed)
        result = np.zeros(days.size, np.bool_)
        result[owners] = True
        return result

    def newest(self, wanted: list[tuple[str, Column]], days: Int64) -> Int64:
        """Of the rows in force on each day that have these values the one that began last, or -1."""
        owners, row = self._listed(wanted, days, allowed=np.ones(len(self.frame), np.bool_))
        order = np.argsort(self.begins[row], kind="stable")
        result = np.full(days.size, -1, np.int64)
        result[owners[order]] = row[order]
        return result

    def _listed(self, wanted: list[tuple[str, Column]], days: Int64, *, allowed: Bool) -> tuple[Int64, Int64]:
        """Every pair of a record and an allowed row in force on its day that has its values in these columns."""
        mine = np.zeros(len(self.frame), np.int64)
        theirs = np.zeros(days.size, np.int64)
        rows = np.arange(len(self.frame), dtype=np.int64)
        ok = allowed.copy()
        known = np.ones(days.size, np.bool_)
        for name, values in wanted:
            text, own = as_text(values), as_text(self.column(name, rows))
            words = {word: code for code, word in enumerate({*text.words, *own.words})}
            table = np.array([words[word] for word in own.words] + [0], np.int64)
            asked = np.array([words[word] for word in text.words] + [0], np.int64)
            mine, theirs = mine * (len(words) + 1) + table[own.values], theirs * (len(words) + 1) + asked[text.values]
            ok &= own.known
            known &= text.known
        order = np.flatnonzero(ok)[np.argsort(mine[ok], kind="stable")]
        keys = mine[order]
        low, high = equal_range(keys, theirs)
        owners, places = spread(low, np.where(known, high, low))
        row = order[places]
        in_force = (self.begins[row] <= days[owners]) & (days[owners] < self.ends[row])
        return owners[in_force], row[in_force]
