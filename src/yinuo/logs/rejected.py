"""What could not be read: cells with reasons, gathered while a log takes shape."""

from __future__ import annotations

import polars as pl

from yinuo.logs.fields import as_text
from yinuo.logs.tables import REJECTED_COLUMNS, Table

_SCHEMA: dict[str, pl.DataType] = {
    "row": pl.UInt32(), "column": pl.String(), "value": pl.String(), "reason": pl.String(), "kept": pl.Boolean()
}  # fmt: skip


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
        return pl.concat([table.rejected, told.cast(dict(REJECTED_COLUMNS))]).sort("line", maintain_order=True)


def _shown(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Datetime:
        return values.dt.to_string("iso:strict")
    if values.dtype.is_float() or values.dtype.is_nested():
        return pl.Series([None if one is None else str(one) for one in values.to_list()], dtype=pl.String)
    return as_text(values)
