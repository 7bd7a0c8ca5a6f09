"""What the city keeps itself of the text: rows of its dated tables as the catalogue, or whoever, has them now; what is closed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from datetime import date
from typing import Any

import polars as pl

from yinuo.city.cases.deciding.conditions import LookUp
from yinuo.rulebook.loader import Pack

Mark = Callable[[], Hashable]
Frame = Callable[[Pack], pl.DataFrame]
Closed = Callable[[str, date], str]


def keep_table(name: str, *, mark: Mark, frame: Frame) -> None:
    """Let a dated table of the text be kept by the city: `frame` gives its rows, `mark` what changes whenever one does."""
    _KEPT[name] = mark, frame


def kept_names() -> tuple[str, ...]:
    """The tables the city keeps itself, of the texts that have them."""
    return tuple(_KEPT)


def kept_marks(pack: Pack) -> tuple[Hashable, ...]:
    """What changes whenever a row of a table does that the city keeps itself: one query for all that change together."""
    asked = dict.fromkeys(mark for name, (mark, _frame) in sorted(_KEPT.items()) if name in pack.tables)
    return tuple(mark() for mark in asked)


def kept_tables(pack: Pack) -> dict[str, pl.DataFrame]:
    """The dated tables of a text that the city keeps itself, as they are now; made again where one changed."""
    marks = kept_marks(pack)
    found = {}
    for name, (_mark, frame) in _KEPT.items():
        if name in pack.tables:
            now = (pack.digest, marks)
            held = _AS_KEPT.get(name)
            if held is None or held[0] != now:
                held = _AS_KEPT[name] = now, frame(pack)
            found[name] = held[1]
    return found


def table_now(pack: Pack, name: str) -> pl.DataFrame | None:
    """A dated table of a text, as the city keeps it where it does; null where the text has none of that name."""
    return kept_tables(pack)[name] if name in _KEPT and name in pack.tables else pack.tables.get(name)


def rows_on(pack: Pack, table: str, day: date) -> Iterator[dict[str, Any]]:
    """The rows of a dated table in force on a day, as the city keeps it where it does."""
    frame = table_now(pack, table)
    if frame is None:
        return
    from_, until = pl.col("from"), pl.col("until")
    held = frame.filter((from_.is_null() | (from_ <= day)) & (until.is_null() | (until > day)))
    yield from held.iter_rows(named=True)


def kept_row(pack: Pack, table: str, id_: str, day: date) -> dict[str, Any] | None:
    """The row of a table that is in force on a local day, as the city keeps it where it does; null when there is none."""
    frame = table_now(pack, table)
    for row in () if frame is None else frame.filter(pl.col("id") == id_).iter_rows(named=True):
        if (row["from"] is None or row["from"] <= day) and (row["until"] is None or day < row["until"]):
            return row
    return None


def keep_closed(kind: str, told: Closed) -> None:
    """Let the items be kept that take no new case of a kind: `told` says why an item takes none on a day, empty when it does."""
    _CLOSED[kind] = told


def closed(kind: str, item: str | None, day: date) -> str:
    """Why an item takes no new case of a kind on a day; empty when it does. Cases that run go on."""
    return _CLOSED[kind](item, day) if item and kind in _CLOSED else ""


def beside(pack: Pack) -> LookUp:
    """Where the decisions on a case look for rows of the kept tables that the text itself does not have."""

    def look_up(table: str, id_: str, day: date) -> dict[str, Any] | None:
        return kept_row(pack, table, id_, day) if table in _KEPT else None

    return look_up


_CLOSED: dict[str, Closed] = {}
_KEPT: dict[str, tuple[Mark, Frame]] = {}
_AS_KEPT: dict[str, tuple[Hashable, pl.DataFrame]] = {}
