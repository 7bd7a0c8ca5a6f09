"""The page of a unit: who does what, within which limits, with which results (E224, E227, E270)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.openness.records import Record
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.units import Span

QUIET = timedelta(days=30)
"""A subsite on which nothing was let out for so long says so."""
POWERS = frozenset({f"{number:02}" for number in range(1, 11)})
"""Types of item that are powers of a unit (权力事项); the others are services."""
WITH_PAGES = frozenset({"city", "department", "office", "centre", "town", "subdistrict", "zone", "village", "community", "section", "company"})  # fmt: skip
"""Types of unit that have a page of their own."""


@dataclass(frozen=True, slots=True)
class Power:
    """An item in force of a unit: a power or a service, its limits, on which basis."""

    item: str
    zh: str
    en: str
    unit: str
    type: str
    promised: str
    statutory: str
    basis: str
    steps: tuple[tuple[str, str, str], ...]
    """What, who, within which limit."""

    @property
    def is_power(self) -> bool:
        """Whether it is a power, not a service."""
        return self.type in POWERS


@dataclass(frozen=True, slots=True)
class Freshly:
    """The check of a subsite: how many entries it keeps, which are stale, when something was let out last."""

    entries: int
    stale: tuple[Record, ...]
    last: datetime | None
    is_quiet: bool


def has_page(words: Words, unit: str) -> bool:
    """Whether a unit has a page of its own today."""
    return words.is_there and unit in words.tree.units and words.tree.units[unit].type in WITH_PAGES


def listed(words: Words) -> list[tuple[int, Span]]:
    """The units that have a page, as a tree: what is directly below the city, towns with their villages folded in."""
    return [(depth, span) for depth, span in words.tree.walk() if depth <= 1 and span.type in WITH_PAGES]


def posts(units: list[str], today: date) -> list[dict[str, Any]]:
    """The posts of these units with their tier and how many hold them: no names."""
    return rows(__file__, "posts", {"units": units, "today": today})


def powers(units: list[str], today: date) -> list[Power]:
    """The items in force of these units, powers first."""
    found = rows(__file__, "powers", {"units": units, "today": today})
    return [
        Power(
            row["item"], row["zh"], row["en"], row["unit"], row["type"], row["promised"], row["statutory"],
            _("；").join(f"《{one['law']}》{one.get('article', '')}" for one in json.loads(row["said"]).get("basis") or ()),
            tuple((one["zh"], one.get("who", ""), one.get("limit", "")) for one in json.loads(row["said"]).get("steps") or ()),
        )
        for row in found
    ]  # fmt: skip


def checked(records: tuple[Record, ...], now: datetime) -> Freshly:
    """Whether the pages of a unit are kept up."""
    last = max((one.last for one in records if one.last), default=None)
    owed = [one for one in records if one.freshness is not None]
    return Freshly(len(owed), tuple(one for one in owed if one.is_stale), last, last is None or now - last > QUIET)
