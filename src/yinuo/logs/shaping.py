"""One table on its way to a log, and what had to be left out of it: rows, cells, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from yinuo.kernel.logtext import Constant
from yinuo.logs.fields import Words, as_text, blank_is_null
from yinuo.logs.mapping import Column, Plan
from yinuo.logs.tables import REJECTED_COLUMNS, Table

ROW = "__row"
"""The number of the row of the table an event or case was read from."""
MOMENT = "__moment"
"""The number of the moment in the text's list; null for events that are rows."""

_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(), "column": pl.String(), "value": pl.String(), "reason": pl.String(), "kept": pl.Boolean()
}  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """The activities that open a case of one kind and those that end it."""

    opens: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()


class Rejections:
    """Rows of a table with the cell and the reason, in no order."""

    def __init__(self) -> None:
        self._found: list[pl.DataFrame] = []

    def add(
        self, rows: pl.Series, reason: pl.Series | str,
        *, column: str | None = None, values: pl.Series | None = None, kept: bool = False,
    ) -> None:  # fmt: skip
        """Rows of the table (numbers), why, and the cells as they stand in the file."""
        if not len(rows):
            return
        blank = pl.repeat(None, len(rows), dtype=pl.String, eager=True)
        self._found.append(
            pl.DataFrame({
                "row": rows.cast(pl.UInt32),
                "column": pl.repeat(column, len(rows), dtype=pl.String, eager=True),
                "value": blank if values is None else _shown(values),
                "reason": pl.repeat(reason, len(rows), eager=True) if isinstance(reason, str) else reason,
                "kept": pl.repeat(kept, len(rows), eager=True),
            }, schema=_SCHEMA)
        )  # fmt: skip

    def rows(self) -> pl.Series:
        """The numbers of the rows that are listed, each at least once."""
        return pl.concat([found["row"] for found in self._found] or [pl.Series([], dtype=pl.UInt32)]).alias(ROW)

    def frame(self, table: Table, case_ids: pl.Series) -> pl.DataFrame:
        """The table `rejected.csv` shows, in order of lines; what the reader itself set aside comes with it."""
        if not self._found:
            return table.rejected
        found = pl.concat(self._found).unique(["row", "column", "reason"], maintain_order=True)
        told = found.select(
            table.lines(found["row"]).alias("line"),
            case_ids.gather(found["row"]).alias("case_id"),
            "column", "value", "reason", "kept",
        )  # fmt: skip
        return pl.concat([table.rejected, told.match_to_schema(REJECTED_COLUMNS)]).sort("line", maintain_order=True)


def _shown(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Datetime:
        return values.dt.to_string("iso:strict")
    if values.dtype.is_float() or values.dtype.is_nested():
        return pl.Series([None if one is None else str(one) for one in values.to_list()], dtype=pl.String)
    return as_text(values)


@dataclass
class Shaping:
    """What the steps of shaping share. `case_ids` is by row of the table, null where there is none."""

    table: Table
    plan: Plan
    words: Words
    turns: Mapping[str, Turn]
    case_ids: pl.Series
    rejections: Rejections = field(default_factory=Rejections)
    lost_events: list[pl.DataFrame] = field(default_factory=list)
    """case_id, activity and row of the events that were rejected."""
    lost_cases: list[pl.DataFrame] = field(default_factory=list)
    """case_id and row of what rejects a whole case."""

    def ids_of(self, rows: pl.DataFrame) -> pl.Series:
        """The case ids of some rows."""
        return self.case_ids if len(rows) == len(self.case_ids) else self.case_ids.gather(rows[ROW])

    def read(self, ours: str, theirs: Column, *, rows: pl.DataFrame) -> tuple[pl.Series, pl.Series | None]:
        """Our column and, when cells could not be read, the mask of these; they are rejected."""
        found = self.words.read(ours, theirs, rows=rows)
        if isinstance(theirs, Constant):
            return found, None
        raw = blank_is_null(rows[theirs])
        if found.null_count() == raw.null_count():
            return found, None
        wrong = found.is_null() & raw.is_not_null()
        cells = raw.filter(wrong)
        self.rejections.add(rows[ROW].filter(wrong), self.words.why(ours, cells), column=theirs, values=cells)
        return found, wrong
