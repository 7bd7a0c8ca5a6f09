"""What is served at which window of a hall, from the dated tables of the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from yinuo.city.cases.kept import rows_on
from yinuo.rulebook.loader import Pack


@dataclass(frozen=True, slots=True)
class Service:
    """One queue of a hall: its letter stands before the numbers. `units` are those whose items it serves; "*": all that no other names."""

    id: str
    zh: str
    en: str
    hall: str
    letter: str
    units: frozenset[str]


@dataclass(frozen=True, slots=True)
class Counter:
    """One window: what it serves, and how many minutes an appointment at it takes."""

    id: str
    zh: str
    en: str
    service: str
    minutes: int


@dataclass(frozen=True)
class Halls:
    """The services and windows in use on a day."""

    services: Mapping[str, Service]
    counters: Mapping[str, Counter]

    @classmethod
    def of(cls, pack: Pack, day: date) -> Halls:
        """As the text has them; empty where it has no such tables."""
        services = {row["id"]: _service(row) for row in rows_on(pack, "services", day)}
        counters = {row["id"]: _counter(row) for row in rows_on(pack, "counters", day) if row["service"] in services}
        return cls(services, counters)

    def at(self, service: str) -> list[Counter]:
        """The windows of a service, in the order of the table."""
        return [one for one in self.counters.values() if one.service == service]

    def of_hall(self, hall: str) -> list[Service]:
        """The services of a hall."""
        return [one for one in self.services.values() if one.hall == hall]

    def serving(self, unit: str | None) -> Service | None:
        """The service for items of a unit: the one that names it, else the one that takes all others."""
        named = (one for one in self.services.values() if unit in one.units)
        return next(named, None) or next((one for one in self.services.values() if "*" in one.units), None)


def _service(row: Mapping[str, Any]) -> Service:
    zh = row["zh"] or row["id"]
    units = frozenset((row["units"] or "").split())
    return Service(row["id"], zh, row["en"] or zh, row["hall"], row["letter"] or "", units)


def _counter(row: Mapping[str, Any]) -> Counter:
    zh = row["zh"] or row["id"]
    return Counter(row["id"], zh, row["en"] or zh, row["service"], int(row["minutes"] or 30))
