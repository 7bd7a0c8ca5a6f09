"""The limits cases are held to: those of the version of the catalogue in force when a case was accepted (invariants 3, 4).

The text says which items there are and how they are handled; for an item the catalogue has published, how long it may take
is what the city promised there. A version binds from the day after it was published at the earliest: what was accepted
before keeps its limit, and so does everything accepted under an earlier version.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from yinuo.city.pages.statements import rows
from yinuo.rulebook.loader import Pack

TABLE = "items"
LIMITS = ("statutory", "promised")
_Row = dict[str, Any]


def mark() -> Hashable:
    """What changes whenever a version is published or withdrawn."""
    return tuple(rows(__file__, "mark", {})[0].values())


def frame(pack: Pack) -> pl.DataFrame:
    """The text's table of items with the limits of the catalogue; the text's own where nothing is published."""
    text = pack.tables[TABLE]
    said = _versions(ZoneInfo(pack.rules.zone))
    if not said or not set(LIMITS) <= set(text.columns):
        return text
    made = [part for row in text.iter_rows(named=True) for part in _parts(row, said.get(row["id"], []))]
    return pl.DataFrame(made, schema=text.schema)


def _versions(zone: ZoneInfo) -> Mapping[str, list[_Row]]:
    """By item the limits and the days they bind, in order, no two overlapping."""
    found: dict[str, list[_Row]] = {}
    for row in rows(__file__, "limits", {}):
        begin = max(row["since"], _after(row["published_at"], zone))
        earlier = found.setdefault(row["item"], [])
        if earlier and (earlier[-1]["until"] is None or earlier[-1]["until"] > begin):
            earlier[-1]["until"] = begin
        limits = {name: row[name] or None for name in LIMITS}
        earlier.append({"from": begin, "until": row["until"] if row["withdrawn"] else None, **limits})
    return found


def _after(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date() + timedelta(days=1)


def _parts(row: _Row, versions: list[_Row]) -> Iterator[_Row]:
    """A row of the text cut where versions begin and end."""
    begin, end = row["from"], row["until"]
    for version in versions:
        first, last = _later(begin, version["from"]), _sooner(end, version["until"])
        if last is not None and (first is None or first >= last):
            continue
        if first != begin:
            yield {**row, "from": begin, "until": first}
        yield {**row, "from": first, "until": last, **{name: version[name] for name in LIMITS}}
        begin = last
        if begin is None:
            return
    if end is None or begin is None or begin < end:
        yield {**row, "from": begin, "until": end}


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _sooner(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
