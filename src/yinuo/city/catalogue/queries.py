"""Reading the catalogue: by search, by item and day, by version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from yinuo.city.catalogue.item import Item
from yinuo.city.ledger.statements import ask
from yinuo.city.pages.initials import query
from yinuo.city.pages.statements import rows, select
from yinuo.city.texts import in_force

LOOKED_AT = 1_000
"""So many matches of a search are ranked; beyond that the page says “more than” and asks for another word."""
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item's stream stands: its version, the last published version and its days, the draft."""

    number: int
    item: Item | None = None
    since: date | None = None
    until: date | None = None
    draft: Item | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a search."""

    rows: list[dict[str, Any]]
    total: int
    page: int

    @property
    def is_more(self) -> bool:
        """Whether there are more than were looked at."""
        return self.total > LOOKED_AT

    @property
    def has_next(self) -> bool:
        """Whether there is a page after this one."""
        return min(self.total, LOOKED_AT) > (self.page + 1) * SHOWN


def standing(key: str) -> Standing:
    """How an item stands; a stream nobody wrote to has version 0."""
    number, said, since, until, draft = ask(__file__, "standing", {"item": key})[0]
    return Standing(
        number or 0,
        Item.model_validate_json(said) if said else None,
        since,
        until,
        Item.model_validate_json(draft) if draft else None,
    )


def search(
    asked: str, *, day: date, units: list[str] | None = None, audience: str = "", type_: str = "", page: int = 0
) -> Found:
    """Items in force on a day whose names hold what was asked, the best first: whole name, its beginning, shorter names."""
    terms = query(asked)
    conditions = [
        "v.terms @@ %(terms)s::tsquery" if terms else "",
        "v.unit = ANY(%(units)s)" if units is not None else "",
        "%(audience)s = ANY(v.audiences)" if audience else "",
        "v.type = %(type)s" if type_ else "",
    ]
    given = {
        "terms": terms, "units": units, "audience": audience, "type": type_, "day": day, "asked": asked.strip(),
        "most": LOOKED_AT + 1, "shown": SHOWN, "skip": page * SHOWN,
    }  # fmt: skip
    where = " AND ".join(f"({one})" for one in conditions if one) or "TRUE"
    found = rows(__file__, "search", given, where=where)
    return Found(found, found[0]["total"] if found else 0, page)


def version_on(key: str, day: date) -> dict[str, Any] | None:
    """The version of an item that is in force on a day, else the next one to come, else the last there was."""
    found = rows(__file__, "version_on", {"item": key, "day": day})
    return None if not found else {**found[0], "item": Item.model_validate_json(found[0]["said"]), "key": key}


def versions(key: str) -> list[dict[str, Any]]:
    """Every version of an item, the newest first."""
    found = rows(__file__, "versions", {"item": key})
    return [{**one, "item": Item.model_validate_json(one["said"])} for one in found]


def named(keys: Sequence[str], *, day: date) -> list[dict[str, Any]]:
    """The items in force on a day among these, by name: key, names, promised limit."""
    return rows(__file__, "named", {"items": list(keys), "day": day}) if keys else []


def draft_of(key: str) -> dict[str, Any] | None:
    """The draft of an item."""
    found = select(
        "SELECT d.*, p.name AS actor_name FROM catalogue_draft AS d LEFT JOIN people_person AS p ON p.person = d.actor WHERE d.item = %(item)s",
        {"item": key},
    )
    return {**found[0], "item": Item.model_validate_json(found[0]["said"])} if found else None


def text_of(key: str, day: date) -> Mapping[str, str | None] | None:
    """The limits the text in force holds cases of an item to on a day; None when it does not know the item."""
    try:
        return limits_of(in_force.pack().digest, key, day)
    except in_force.NoText:
        return None


def limits_of(digest: str, key: str, day: date) -> Mapping[str, str | None] | None:
    """The limits an installed text holds cases of an item to on a day; None when it does not know the item."""
    for since, until, limits in _limits(digest).get(key, ()):
        if (since is None or since <= day.isoformat()) and (not until or day.isoformat() < until):
            return limits
    return None


@lru_cache(maxsize=4)
def _limits(digest: str) -> Mapping[str, tuple[tuple[str | None, str | None, Mapping[str, str | None]], ...]]:
    table = in_force.by_digest(digest).tables.get("items")
    found: dict[str, tuple[tuple[str | None, str | None, Mapping[str, str | None]], ...]] = {}
    for row in [] if table is None else table.iter_rows(named=True):
        begin, end = (str(row[name]) if row.get(name) else None for name in ("from", "until"))
        limits = {name: row.get(name) or None for name in ("statutory", "promised")}
        found[row["id"]] = (*found.get(row["id"], ()), (begin, end, limits))
    return found


def offices(day: date) -> list[str]:
    """The units that have items in force on a day."""
    return [row["unit"] for row in rows(__file__, "offices", {"day": day})]


def days_of(key: str) -> list[dict[str, Any]]:
    """When each version of an item was or will be in force, the newest first."""
    return select(
        "SELECT since, until FROM catalogue_version WHERE item = %(item)s ORDER BY number DESC LIMIT 20", {"item": key}
    )


def on_time(key: str, *, units: list[str], since: datetime, until: datetime) -> dict[str, Any]:
    """Of the promised limits of an item that came due in a time: how many were kept (D05: open overdue ones count)."""
    given = {"item": key, "units": units, "since": since, "until": until}
    return rows(__file__, "on_time", given)[0]


def summary(day: date) -> dict[str, Any]:
    """How many items are in force on a day, by what is known of them; how many drafts there are."""
    return rows(__file__, "summary", {"day": day})[0]
