"""Service points as the city's book has them on a day: entered by one, checked by another (register `access-point`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any

import polars as pl

from yinuo.city.cases.projection import ways_in_force
from yinuo.city.cases.queries import book
from yinuo.city.pages.statements import rows
from yinuo.city.people.units import Tree

INSTITUTION, BOOK = "service-network", "access-point"
WORKING, PLANNED = "运行", "规划"
TIERS = ("市级", "镇级", "村级", "分中心", "派出", "流动")
OWED = {"镇级": "town", "村级": "village"}
"""Tiers of which every unit of a type must have one; of the others the plan is what the book says is planned."""
EARTH = 6371.0
"""Kilometres."""


@dataclass(frozen=True, slots=True)
class Point:
    """One service point. `items` are those it takes in, unless it takes in everything; `east`, `north` are degrees."""

    id: str
    number: str
    title: str
    tier: str
    phase: str
    run_by: str
    also: tuple[str, ...] = ()
    """What it is besides: one place may hold several roles (D51)."""
    department: str | None = None
    address: str | None = None
    east: float | None = None
    north: float | None = None
    opening: str | None = None
    all_hours: bool | None = None
    duty_phone: str | None = None
    phone: str | None = None
    takes_all: bool | None = None
    items: tuple[str, ...] = ()
    agent: str | None = None
    timetable: str | None = None
    opened_on: date | None = None

    def takes(self, item: str) -> bool:
        """Whether it takes in an item."""
        return bool(self.takes_all) or item in self.items

    def away(self, other: Point) -> float | None:
        """Kilometres as the crow flies; None where the place of one is not known."""
        if self.east is None or self.north is None or other.east is None or other.north is None:
            return None
        east, north = radians(other.east - self.east), radians(other.north - self.north)
        chord = sin(north / 2) ** 2 + cos(radians(self.north)) * cos(radians(other.north)) * sin(east / 2) ** 2
        return 2 * EARTH * asin(sqrt(chord))


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of a tier: how many points work, how many there should be, how many cases they took in.

    `taken` is None where it cannot be told: at the centre, and where one unit runs several points.
    """

    tier: str
    working: int
    owed: int
    taken: int | None

    @property
    def share(self) -> float | None:
        """The share that works; None where none is owed."""
        return self.working / self.owed if self.owed else None


NAMES = tuple(one.name for one in fields(Point))


def on(day: date) -> tuple[Point, ...]:
    """Every point in the book on a day, checked, the tiers from the top; none where the text has no such book. Raises NoText."""
    ways = ways_in_force()
    ruling = next(
        (one for one in ways.pack.rules.of_kind("register") if (one.institution, one.id) == (INSTITUTION, BOOK)), None
    )
    if ruling is None:
        return ()
    frame = book(ways, ruling)
    there = frame.filter((pl.col("from") <= day) & (pl.col("until").is_null() | (pl.col("until") > day)))
    found = [_point(row) for row in there.iter_rows(named=True)]
    return tuple(sorted(found, key=lambda one: (_rank(one.tier), one.number)))


def nearest(points: Iterable[Point], place: Point) -> list[tuple[Point, float]]:
    """The points whose place is known, the nearest to a place first, with the kilometres."""
    found = [(one, away) for one in points if (away := place.away(one)) is not None]
    return sorted(found, key=lambda one: (one[1], one[0].number))


def coverage(points: Sequence[Point], tree: Tree, *, since: datetime, until: datetime) -> list[Coverage]:
    """How far the network reaches, tier by tier, and what its points took in during a time (E025, E029, E030)."""
    runs = Counter(one.run_by for one in points if one.phase == WORKING)
    everything = {one.run_by for one in points if one.takes_all}
    units = [unit for unit, count in runs.items() if count == 1 and unit not in everything]
    took = {row["unit"]: row["n"] for row in taken(units, since=since, until=until)}
    made = []
    for tier in dict.fromkeys((*TIERS, *(one.tier for one in points))):
        there = [one for one in points if one.tier == tier and one.phase in (WORKING, PLANNED)]
        working = [one for one in there if one.phase == WORKING]
        type_ = OWED.get(tier)
        owed = sum(span.type == type_ for span in tree.units.values()) if type_ else len(there)
        if owed or there:
            is_told = not any(one.takes_all or runs[one.run_by] > 1 for one in working)
            counted = sum(took.get(one.run_by, 0) for one in working) if is_told else None
            made.append(Coverage(tier, len(working), max(owed, len(working)), counted))
    return made


def taken(units: Sequence[str], *, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """How many applications opened in a time each of these units took part in."""
    return rows(__file__, "taken", {"units": sorted(set(units)), "since": since, "until": until})


def by_month(unit: str, *, since: datetime, until: datetime, zone: str) -> list[dict[str, Any]]:
    """The same of one unit, by month: first day and number, the newest first, months without one too."""
    return rows(__file__, "by_month", {"unit": unit, "since": since, "until": until, "zone": zone})


def _point(row: Mapping[str, Any]) -> Point:
    said = {name: row.get(name) for name in NAMES}
    return Point(
        **{
            **said,
            "items": tuple(row.get("items") or ()),
            "also": tuple(row.get("also") or ()),
            "run_by": row.get("run_by") or row["unit"],
        }
    )


def _rank(tier: str) -> int:
    return TIERS.index(tier) if tier in TIERS else len(TIERS)
