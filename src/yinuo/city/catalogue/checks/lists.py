"""The lists the catalogue is looked over by: departments held to three concentrations, exemptions, items nobody used, cuts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import polars as pl

from yinuo.city.cases.projection import ways_in_force
from yinuo.city.cases.queries import book
from yinuo.city.catalogue.item import Item
from yinuo.city.catalogue.lint import Around, in_place, is_longer, read
from yinuo.city.catalogue.queries import limits_of
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words

PUBLIC_SERVICE = "20"
"""The type of an item that approves nothing: its department owes no approval section."""
ONLINE = 2
"""The depth from which an item counts as being on the platform: it can be applied for there."""
UNUSED = timedelta(days=365)
"""So long without a case an item is looked at (E034)."""
SECTIONS = ("three-concentrations", "approval-section")


@dataclass
class Checked:
    """A department: its approval section and whether it sits in the centre (E021); of its items how many are in place (E022)."""

    unit: str
    section: str = ""
    is_in_centre: bool = False
    items: int = 0
    online: int = 0
    ticks: dict[str, int] = field(default_factory=lambda: {"entered": 0, "authorised": 0, "supervised": 0})
    whole: int = 0
    """Items with all three ticks: only they are in place (invariant 19)."""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return bool(self.section) and self.is_in_centre and self.online == self.whole == self.items


def departments(words: Words, day: date) -> list[Checked]:
    """Every department that approves something, those with something left to do first."""
    found: dict[str, Checked] = {}
    digest = words.pack.digest if words.is_there else None
    for row in _in_force(day):
        if row["type"] == PUBLIC_SERVICE:
            continue
        one = found.setdefault(row["unit"], Checked(row["unit"]))
        item = Item.model_validate_json(row["said"])
        ticks = in_place(item, Around(day, limits_of(digest, row["item"], day) if digest else None))
        one.items += 1
        one.online += item.depth >= ONLINE
        one.whole += all(ticks.values())
        for name, is_there in ticks.items():
            one.ticks[name] += is_there
    for department, section, is_in_centre in _sections(day) if digest else ():
        if department in found:
            found[department].section, found[department].is_in_centre = section, is_in_centre
    return sorted(found.values(), key=lambda one: (one.is_done, words.unit(one.unit)))


def exempt(day: date) -> list[dict[str, Any]]:
    """The items that need not enter the centre: why, who approved it, until when; those that ran out first (D06)."""
    found = []
    for row in _in_force(day):
        item = Item.model_validate_json(row["said"])
        if item.exemption is not None:
            found.append({**row, "exemption": item.exemption, "is_over": item.exemption.until <= day})
    return sorted(found, key=lambda row: (not row["is_over"], row["exemption"].until, row["zh"]))


def unused(day: date) -> list[dict[str, Any]]:
    """The items in force for a year in which nobody applied for them, the oldest first (E034)."""
    return rows(__file__, "unused", {"day": day, "since": day - UNUSED})


def cuts(day: date) -> list[dict[str, Any]]:
    """What became less, year by year, the newest first: items abolished or merged, limits, steps, papers (E033, E034, E041, E042)."""
    years: dict[int, dict[str, Any]] = {}
    names = ("withdrawn", "merged", "limit", "steps", "papers")
    last: tuple[str, Item] | None = None
    for row in rows(__file__, "told", {"day": day}):
        item = Item.model_validate_json(row["said"])
        before = last[1] if last is not None and last[0] == row["item"] else None
        last = (row["item"], item)
        for name in _cut(before, item) if before is not None else ():
            _of(years, row["since"].year, names)[name].append(row)
        if row["withdrawn"] and row["until"] <= day:
            ended = {**row, "authority": row["withdrawn"]}
            _of(years, row["until"].year, names)["merged" if row["into"] else "withdrawn"].append(ended)
    return [years[year] for year in sorted(years, reverse=True)]


def _cut(before: Item, after: Item) -> Iterable[str]:
    was, now = read(before.promised), read(after.promised)
    if was is not None and now is not None and was.unit == now.unit and is_longer(was, now):
        yield "limit"
    if len(after.steps) < len(before.steps):
        yield "steps"
    if len(after.materials) < len(before.materials):
        yield "papers"


def _of(years: dict[int, dict[str, Any]], year: int, names: Iterable[str]) -> dict[str, Any]:
    return years.setdefault(year, {"year": year, **{name: [] for name in names}})


def _in_force(day: date) -> list[dict[str, Any]]:
    return rows(__file__, "in_force", {"day": day})


def _sections(day: date) -> Iterable[tuple[str, str, bool]]:
    """The approval section of each department as the book has it on a day; none where the text has no such book."""
    ways = ways_in_force()
    ruling = next((one for one in ways.pack.rules.of_kind("register") if (one.institution, one.id) == SECTIONS), None)
    if ruling is None:
        return
    there = book(ways, ruling).filter((pl.col("from") <= day) & (pl.col("until").is_null() | (pl.col("until") > day)))
    row: Mapping[str, Any]
    for row in there.iter_rows(named=True):
        yield row["department"], row["section"] or "", bool(row["in_centre"])
