"""The types a field or a table column may have, and the column type each becomes."""

from __future__ import annotations

import polars as pl

from yinuo.engine.log import INSTANT

REFERENCES = {
    "item": "items", "unit": "units", "person": "people", "post": "posts",
    "party": "parties", "place": "places", "case": "cases",
}  # fmt: skip
"""Types that name a row of a dated table, and that table's name."""
WORDS = frozenset({"text", "number", "bool", "date", "moment", "year", "int", "money", "limit", "choice", "file"})
_COLUMNS: dict[str, pl.DataType] = {
    "date": pl.Date(), "moment": INSTANT, "number": pl.Float64(), "money": pl.Float64(),
    "int": pl.Int64(), "year": pl.Int64(), "bool": pl.Boolean(),
}  # fmt: skip


def is_type(word: str) -> bool:
    """Whether a text may use this word as a field's type ("list:T" is a list of T)."""
    return word.removeprefix("list:") in WORDS | REFERENCES.keys()


def column_type(word: str) -> pl.DataType:
    """The column type of a field's type; what is no number, date, moment or bool is text."""
    if word.startswith("list:"):
        return pl.List(pl.String())
    return _COLUMNS.get(word, pl.String())
