"""What cases are held to: the version of the catalogue in force when a case was accepted (invariants 3, 4).

For an item the catalogue has published, how long it may take is what the city promised there. A version binds from the day
after it was published at the earliest: what was accepted before keeps its limit, and so does everything accepted under an
earlier version. An item that stands in the catalogue alone, and not in the text, is there from the day its first version is
in force: nothing could have been accepted under another.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.utils.translation import gettext as _

from yinuo.city.pages.statements import rows
from yinuo.rulebook.loader import Pack

TABLE, PAPERS = "items", "materials"
LIMITS = ("statutory", "promised")
SERVICE = "20"
"""The type of an item that is no power (GB/T 39554)."""
DECLARED = {"D": "承诺"}
"""How the text's table of papers marks one that may be declared instead, by the trust the catalogue puts in it."""
_Row = dict[str, Any]


def mark() -> Hashable:
    """What changes whenever a version is published or withdrawn."""
    return tuple(rows(__file__, "mark", {})[0].values())


def frame(pack: Pack) -> pl.DataFrame:
    """The text's table of items with the limits of the catalogue, and after it the items of the catalogue alone.

    The text's own where nothing is published.
    """
    text = pack.tables[TABLE]
    known = set(text["id"])
    said = _versions(known, ZoneInfo(pack.rules.zone))
    if not said or not set(LIMITS) <= set(text.columns):
        return text
    made = [part for row in text.iter_rows(named=True) for part in _parts(row, said.get(row["id"], []))]
    alone = [_own(item, one, text.columns) for item, versions in said.items() if item not in known for one in versions]
    return pl.DataFrame([*made, *alone], schema=text.schema)


def withdrawn(item: str, day: date) -> str:
    """Why an item takes no new application on a day: since when it is in force no more, by what; empty when it does."""
    found = rows(__file__, "withdrawn", {"item": item, "day": day})
    if not found:
        return ""
    told = _("这个事项自 %(until)s 起停止办理，不再受理；依据：%(reason)s。已经受理的继续办。") % found[0]
    return told if not found[0]["into"] else told + _("请改办“%(into)s”。") % found[0]


def papers(pack: Pack) -> pl.DataFrame:
    """The text's table of papers, and after it those of the items of the catalogue alone."""
    text, known = pack.tables[PAPERS], set(pack.tables[TABLE]["id"]) if TABLE in pack.tables else set()
    asked = {(row["item"], row["number"]): row["papers"] for row in rows(__file__, "papers", {"known": sorted(known)})}
    made: list[_Row] = []
    for item, versions in _versions(known, ZoneInfo(pack.rules.zone)).items():
        for version in versions if item not in known else ():
            for place, paper in enumerate(_listed(asked[item, version["number"]]), 1):
                own = {
                    **paper,
                    "id": f"{item}-{place}",
                    "item": item,
                    "en": paper["zh"],
                    "later": DECLARED.get(paper.get("trust", "")),
                }
                made.append({name: {**own, **_days(version)}.get(name) for name in text.columns})
    return pl.concat([text, pl.DataFrame(made, schema=text.schema)]) if made else text


def _listed(raw: Any) -> list[_Row]:
    found: list[_Row] = json.loads(raw) if isinstance(raw, str) else raw or []
    return found


def _days(version: _Row) -> _Row:
    return {"from": version["from"], "until": version["until"]}


def _own(item: str, version: _Row, columns: Sequence[str]) -> _Row:
    """A version as a row of the text's table; what the catalogue does not say is unknown."""
    nature = "service" if version["type"] == SERVICE else "power"
    own = {**version, "id": item, "nature": nature}
    return {name: own.get(name) for name in columns}


def _versions(known: Collection[str], zone: ZoneInfo) -> Mapping[str, list[_Row]]:
    """By item its versions and the days they bind, in order, no two overlapping."""
    found: dict[str, list[_Row]] = {}
    for row in rows(__file__, "limits", {}):
        earlier = found.setdefault(row["item"], [])
        is_first = row["item"] not in known and not earlier
        published = row["published_at"].astimezone(zone).date()
        begin = max(row["since"], published if is_first else published + timedelta(days=1))
        if earlier and (earlier[-1]["until"] is None or earlier[-1]["until"] > begin):
            earlier[-1]["until"] = begin
        limits = {name: row[name] or None for name in LIMITS}
        earlier.append({**row, "from": begin, "until": row["until"] if row["withdrawn"] else None, **limits})
    return found


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
