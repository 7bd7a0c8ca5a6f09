"""Grants under a lock: the next number, and whether one more is within the cap. Inside the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.granting.shares import shares
from yinuo.city.ledger.statements import ask
from yinuo.engine.clauses.table import Cap, Grant, Number, Table
from yinuo.engine.rules import Ruling
from yinuo.engine.strata import kinds_named

_SEQ = re.compile(r"\{seq(?::0?(\d+))?\}")
_LONGEST = 18
"""Digits of a serial number; what is longer is no number that was given."""


@lru_cache(maxsize=10_000)
def granted_by(ways: Ways, kind: str, activity: str, day: date) -> tuple[Ruling, ...]:
    """The tables in force on a day whose giving this is and that number it, or hold it to a cap."""
    found = []
    for ruling in ways.pack.rules.of_kind("table"):
        clause = clause_on(ruling, day)
        if clause is None or clause.grant is None or not _guards(clause.grant):
            continue
        kinds = kinds_named(clause.for_)
        if (kinds is None or kind in kinds) and any(activity in one.activities for one in clause.gives):
            found.append(ruling)
    return tuple(found)


def clause_on(ruling: Ruling, day: date) -> Table | None:
    """A decision table as it is in force on a day."""
    edition = ruling.on(day)
    return edition.clause if edition is not None and isinstance(edition.clause, Table) else None


def _guards(grant: Grant) -> bool:
    return grant.number is not None or (grant.cap is not None and grant.cap.over != "flag")


def settle(
    rulings: Collection[Ruling], fields: Mapping[str, Any], *, ways: Ways, unit: str | None, at: datetime
) -> dict[str, Any]:
    """The fields of a giving with its number; whoever grants of the same table waits until this is written.

    Raises Refused when one more would be above the cap, and for a number that is not written as the text says.
    """
    result = dict(fields)
    day = at.astimezone(ways.zone).date()
    for ruling in sorted(rulings, key=lambda one: one.name):
        clause = clause_on(ruling, day)
        if clause is None or clause.grant is None:
            continue
        ask(__file__, "wait", {"name": f"grant/{ruling.name}"})
        if clause.grant.cap is not None and clause.grant.cap.over != "flag":
            _check_cap(ruling, clause, clause.grant.cap, ways=ways, unit=unit, at=at)
        number = clause.grant.number
        if number is None:
            continue
        if number.field not in result:
            result[number.field] = next_number(number, day)
        elif not re.fullmatch(_written(number.as_), str(result[number.field])):
            sentence = _("“%(field)s”要写成“%(form)s”这样的编号；留空则自动编号。")
            named = {"field": number.field, "form": _with_serial(_told(number, day), 1)}
            raise Refused("bad_number", sentence % named, clause=ruling.name, field=number.field)
    return dict(sorted(result.items()))


def next_number(number: Number, day: date) -> str:
    """The number after the last one given of that year. One that is not written as the text says was not given: it is left out."""
    told = _told(number, day)
    before = told[: told.index("{seq")]
    begin = orjson.dumps([before]).decode().removesuffix('"]')
    written = f"^{_written(orjson.dumps([told]).decode())}$"
    asked = {"field": number.field, "begin": begin, "end": begin + "\U0010ffff", "written": written}
    rows = ask(__file__, "last_number", asked)
    last = orjson.loads(rows[0][0])[0] if rows else ""
    digits = re.match(r"\d+", last.removeprefix(before))
    return _with_serial(told, int(digits.group()) + 1 if digits else 1)


def _with_serial(told: str, serial: int) -> str:
    return _SEQ.sub(lambda found: str(serial).zfill(int(found.group(1) or 0)), told)


def _told(number: Number, day: date) -> str:
    return number.as_.replace("{year}", f"{day:%Y}")


def _written(form: str) -> str:
    """How a number of this form is written, as a pattern that Python and PostgreSQL read alike."""
    parts = re.split(r"(\{seq(?::0?\d+)?\}|\{year\})", form)
    made = []
    for part in parts:
        if part == "{year}":
            made.append("[0-9]{4}")
        elif part.startswith("{seq"):
            width = _SEQ.fullmatch(part)
            made.append(f"[0-9]{{{max(1, int(width.group(1) or 1)) if width else 1},{_LONGEST}}}")
        else:
            made.append(re.sub(r"([^\w])", r"\\\1", part))
    return "".join(made)


def _check_cap(ruling: Ruling, clause: Table, cap: Cap, *, ways: Ways, unit: str | None, at: datetime) -> None:
    for found in shares(clause, cap, ways=ways, at=at, unit=unit):
        if found.is_full:
            sentence = _said(clause, cap, granted=found.granted, allowed=int(cap.allowed(found.of)))
            raise Refused("cap_reached", sentence, clause=ruling.name)


def _said(clause: Table, cap: Cap, *, granted: int, allowed: int) -> str:
    named = {"title": clause.zh, "granted": granted, "allowed": allowed}
    if cap.over == "queue":
        return _("%(title)s：本期已准予 %(granted)s 件，至多 %(allowed)s 件；请排队等下一期。") % named
    return _("%(title)s：本期已准予 %(granted)s 件，至多 %(allowed)s 件，不能再准予。") % named
