"""Grants under a lock: the next number, and whether one more is within the cap. Inside the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

import numpy as np
import orjson
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.ledger.statements import ask
from yinuo.engine.clauses.table import Cap, Number, Table
from yinuo.engine.periods import period_begin
from yinuo.engine.rules import Ruling
from yinuo.engine.strata import kinds_named
from yinuo.kernel.instants import as_date, day_number, microseconds

_SEQ = re.compile(r"\{seq(?::0?(\d+))?\}")


@lru_cache(maxsize=10_000)
def granted_by(ways: Ways, kind: str, activity: str) -> tuple[Ruling, ...]:
    """The tables whose giving this is and that number it, or hold it to a cap."""
    found = []
    for ruling in ways.pack.rules.of_kind("table"):
        clause = ruling.editions[-1].clause
        assert isinstance(clause, Table)
        grant, kinds = clause.grant, kinds_named(clause.for_)
        guards = grant is not None and (
            grant.number is not None or (grant.cap is not None and grant.cap.over != "flag")
        )
        if guards and (kinds is None or kind in kinds) and any(activity in one.activities for one in clause.gives):
            found.append(ruling)
    return tuple(found)


def settle(
    rulings: Collection[Ruling], fields: Mapping[str, Any], *, ways: Ways, unit: str | None, at: datetime
) -> dict[str, Any]:
    """The fields of a giving with its number; whoever grants of the same table waits until this is written.

    Raises Refused when one more would be above the cap.
    """
    result = dict(fields)
    day = at.astimezone(ways.zone).date()
    for ruling in sorted(rulings, key=lambda one: one.name):
        clause = next((one.clause for one in reversed(ruling.editions) if one.start <= day), ruling.editions[0].clause)
        assert isinstance(clause, Table)
        if clause.grant is None:
            continue
        ask(__file__, "wait", {"name": f"grant/{ruling.name}"})
        if clause.grant.cap is not None and clause.grant.cap.over != "flag":
            _check_cap(ruling, clause, clause.grant.cap, ways=ways, unit=unit, day=day)
        number = clause.grant.number
        if number is not None and number.field not in result:
            result[number.field] = next_number(number, day)
    return dict(sorted(result.items()))


def next_number(number: Number, day: date) -> str:
    """The number after the last one given of that year."""
    told = number.as_.replace("{year}", f"{day:%Y}")
    before, rest = told[: told.index("{seq")], _SEQ.search(told)
    assert rest is not None
    begin = orjson.dumps([before]).decode().removesuffix('"]')
    asked = {"field": number.field, "begin": begin, "end": begin + "\U0010ffff"}
    rows = ask(__file__, "last_number", asked)
    last = orjson.loads(rows[0][0])[0] if rows else ""
    digits = re.match(r"\d+", last.removeprefix(before))
    serial = int(digits.group()) + 1 if digits else 1
    return told.replace(rest.group(), str(serial).zfill(int(rest.group(1) or 0)))


def _check_cap(ruling: Ruling, clause: Table, cap: Cap, *, ways: Ways, unit: str | None, day: date) -> None:
    begin = as_date(int(period_begin(np.array([day_number(day)], np.int64), cap.per)[0]))
    since = datetime.combine(begin, time(), ways.zone)
    own = unit if cap.by == "unit" else None
    granted = sum(
        _counted(name, clause.for_, ways, unit=own, since=since) for one in clause.gives for name in one.activities
    )
    allowed = float(cap.most or 0)
    if cap.share is not None:
        of = sum(_counted(name, cap.for_, ways, unit=own, since=since) for one in cap.of for name in one.activities)
        allowed = float(cap.share) * of
    if granted + 1 > allowed + 1e-9:
        raise Refused("cap_reached", _said(clause, cap, granted=granted, allowed=int(allowed)), clause=ruling.name)


def _said(clause: Table, cap: Cap, *, granted: int, allowed: int) -> str:
    named = {"title": clause.zh, "granted": granted, "allowed": allowed}
    if cap.over == "queue":
        return _("%(title)s：本期已准予 %(granted)s 件，至多 %(allowed)s 件；请排队等下一期。") % named
    return _("%(title)s：本期已准予 %(granted)s 件，至多 %(allowed)s 件，不能再准予。") % named


def _counted(activity: str, condition: Any, ways: Ways, *, unit: str | None, since: datetime) -> int:
    """How many cases did this since the period began."""
    kinds = kinds_named(condition) or frozenset(ways.kinds)
    opening = all(way.flow.opens == activity for kind in kinds for way in ways.kinds.get(kind, ()))
    asked = {
        "kinds": sorted(kinds), "unit": unit, "opening": opening, "activity": activity,
        "since": since.astimezone(UTC), "since_us": microseconds(since),
    }  # fmt: skip
    ((found,),) = ask(__file__, "counted", asked)
    return int(found)
