"""Rows that come one at a time, gathered into columns of text (or lists of text) block by block."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from yinuo.logs.tables import LogError, Table, no_rejected

_BLOCK = 50_000
_LIST = pl.List(pl.String())


class Gather:
    """Collects the wanted keys of rows; a row may carry keys no other row has."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self._wanted = wanted
        self._asked: dict[str, bool] = {}
        self._columns: dict[str, list[str | list[str] | None]] = {}
        self._lines: list[int] = []
        self._blocks: list[pl.DataFrame] = []
        self._line_blocks: list[pl.Series] = []

    def wants(self, name: str) -> bool:
        """Whether a key is kept; asked once per name."""
        if name not in self._asked:
            self._asked[name] = self._wanted(name)
        return self._asked[name]

    def add(self, row: Mapping[str, Any], line: int) -> None:
        """Keep one row and the line it stands on."""
        size = len(self._lines)
        self._lines.append(line)
        for name, value in row.items():
            if value is None or not self.wants(name):
                continue
            column = self._columns.setdefault(name, [])
            column.extend([None] * (size - len(column)))
            column.append(as_cell(value))
        if size + 1 == _BLOCK:
            self._close()

    def table(self, rejected: pl.DataFrame | None = None) -> Table:
        """Everything gathered, as one table."""
        self._close()
        rows = pl.concat(_alike(self._blocks), how="diagonal") if self._blocks else pl.DataFrame()
        lines = pl.concat(self._line_blocks) if self._line_blocks else pl.Series("line", [], pl.Int64)
        self._blocks, self._line_blocks = [], []
        return Table(rows, lines.gather, no_rejected() if rejected is None else rejected)

    def _close(self) -> None:
        size = len(self._lines)
        if not size:
            return
        for column in self._columns.values():
            column.extend([None] * (size - len(column)))
        self._blocks.append(
            pl.DataFrame(
                [_series(name, column) for name, column in self._columns.items()] or [pl.Series("", [None] * size)]
            )
        )
        self._line_blocks.append(pl.Series("line", self._lines, pl.Int64))
        self._columns, self._lines = {}, []


def as_cell(value: Any) -> str | list[str]:
    """A value of JSON as text; a list as a list of texts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in value]
    return json.dumps(value, ensure_ascii=False)


def _series(name: str, column: list[str | list[str] | None]) -> pl.Series:
    try:
        if any(isinstance(value, list) for value in column):
            return pl.Series(name, [[one] if isinstance(one, str) else one for one in column], _LIST)
        return pl.Series(name, column, pl.String)
    except UnicodeError as error:
        raise LogError(
            f'A value of "{name}" holds half a character (a lone surrogate). Write the log again.'
        ) from error


def _alike(blocks: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """A column that is a list in one block is a list in all."""
    lists = {name for block in blocks for name, kind in block.schema.items() if kind == _LIST}
    if not lists:
        return blocks
    widened = []
    for block in blocks:
        narrow = [name for name in lists if block.schema.get(name) == pl.String]
        wrap = [pl.when(pl.col(name).is_not_null()).then(pl.concat_list(name)).alias(name) for name in narrow]
        widened.append(block.with_columns(wrap))
    return widened
