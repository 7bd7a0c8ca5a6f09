"""How much a table granted in a period, of how much, beside its cap (E039, D21): one count for the command and every page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.ledger.statements import sql
from yinuo.engine.clauses.conditions import Condition, Event
from yinuo.engine.clauses.table import Cap, Table
from yinuo.engine.periods import period_begin, period_end
from yinuo.engine.strata import kinds_named
from yinuo.kernel.instants import as_date, day_number, microseconds

_TINY = 1e-9
Count = tuple[str | None, int, int]
"""Of one unit: how many were granted, and how many there are of what they are a share of."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one unit (null: the whole city) granted in a period, of how many, and its cap."""

    unit: str | None
    granted: int
    of: int
    cap: Cap

    @property
    def share(self) -> float | None:
        """Granted of all; null where there is nothing to be a share of."""
        return self.granted / self.of if self.of else None

    @property
    def limit(self) -> float | None:
        """The share the text allows; null where it allows a number."""
        return None if self.cap.share is None else float(self.cap.share)

    @property
    def is_over(self) -> bool:
        """Whether more were granted than the text allows."""
        return self.granted > self.cap.allowed(self.of) + _TINY

    @property
    def is_full(self) -> bool:
        """Whether one more would be more than the text allows."""
        return self.granted + 1 > self.cap.allowed(self.of) + _TINY


def shared(counts: Iterable[Count], cap: Cap, *, unit: str | None = None) -> list[Share]:
    """The shares these counts come to, by unit, or one for the whole city; with `unit` its own, if only of nothing. Pure."""
    found = list(counts)
    if cap.by == "city":
        return [Share(None, sum(one[1] for one in found), sum(one[2] for one in found), cap)]
    made = [Share(one, granted, of, cap) for one, granted, of in found if one is not None]
    return made or ([Share(unit, 0, 0, cap)] if unit is not None else [])


def shares(
    clause: Table, cap: Cap, *, ways: Ways, at: datetime, unit: str | None = None, rows: str = "TRUE",
    given: Mapping[str, Any] | None = None,
) -> list[Share]:  # fmt: skip
    """What was granted by a table in the period of its cap that holds a moment. `rows` is the row filter over `c.scope`.

    A case counts once, by its unit, on the day it did so last. The slow obvious reference is `engine.decisions.shares`.
    """
    begin, end = period(at, cap.per, ways.zone)
    granting, whole = _counted(clause.gives, clause.for_, ways), _counted(cap.of, cap.for_, ways)
    asked = {
        **(given or {}), **granting, **{f"of_{name}": value for name, value in whole.items()},
        "unit": unit if cap.by == "unit" else None, "since": begin.astimezone(UTC), "until": end.astimezone(UTC),
        "since_at": microseconds(begin), "until_at": microseconds(end),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "shares").format(case_rows=rows), asked)
        return shared(cursor.fetchall(), cap, unit=unit)


def is_counted(cap: Cap) -> bool:
    """Whether what it is a share of can be told from the kinds of case alone."""
    return bool(cap.of) and (cap.for_ is None or cap.for_.fields() <= {"kind"})


def period(at: datetime, per: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The begin and end of the period a moment lies in, in a zone."""
    begin = period_begin(np.array([day_number(at.astimezone(zone).date())], np.int64), per)
    first, after = (as_date(int(day[0])) for day in (begin, period_end(begin, per)))
    return datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)


def _counted(events: Sequence[Event], condition: Condition | None, ways: Ways) -> dict[str, Any]:
    """Which activities count, in which kinds of case, and whether they are what opens all of these."""
    names = sorted({name for event in events for name in event.activities})
    named = kinds_named(condition)
    kinds = sorted(named if named is not None else kinds_doing(names, ways))
    opens = {way.flow.opens for kind in kinds for way in ways.kinds.get(kind, ())}
    return {"kinds": kinds, "activities": names, "opens": bool(names) and {*names} == opens}


def kinds_doing(activities: Iterable[str], ways: Ways) -> list[str]:
    """The kinds of case of which a step does one of these."""
    wanted = set(activities)
    return [kind for kind, many in ways.kinds.items() if any(wanted & way.by_activity.keys() for way in many)]
