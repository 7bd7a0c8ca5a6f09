"""What every format is read into before the text's words apply: one table of their columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

Progress = Callable[[int, int, str], None]
"""Told on long work how much is done, of how much, and what is being done."""

REJECTED_COLUMNS: dict[str, pl.DataType] = {
    "line": pl.Int64(),
    "case_id": pl.String(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "kept": pl.Boolean(),
}


class LogError(ValueError):
    """A log that cannot be read or written at all; the message says what, where and what to do."""


@dataclass(frozen=True)
class Table:
    """Rows as the file has them. `lines` gives for row numbers the line (or record) of the file they stand on."""

    rows: pl.DataFrame
    lines: Callable[[pl.Series], pl.Series]
    rejected: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=REJECTED_COLUMNS))


def no_rejected() -> pl.DataFrame:
    """An empty table of rejected rows."""
    return pl.DataFrame(schema=REJECTED_COLUMNS)


def numbered(first: int) -> Callable[[pl.Series], pl.Series]:
    """Lines of a file in which row n stands on line n + first."""
    return lambda rows: rows.cast(pl.Int64) + first


def silent(done: int, total: int, what: str, /) -> None:
    """A progress that tells nobody."""
