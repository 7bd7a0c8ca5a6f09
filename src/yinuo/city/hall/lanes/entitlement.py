"""What the text in force gives a request for a lane: asked of the engine before anything is written (E039, invariant 11)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.city.cases import queries
from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.logs import Line, log_of
from yinuo.engine.clauses.table import Table
from yinuo.engine.decisions import decide
from yinuo.engine.explain import Language, said_lack
from yinuo.engine.rules import Ruling

REQUEST, ASKED, GRANTED, REFUSED = "lane-request", "lane_asked", "lane_granted", "lane_refused"
LANE = "priority-lanes/lane"


@dataclass(frozen=True, slots=True)
class Entitled:
    """The row of the table that a request meets, or that it comes nearest to, and what it lacks there.

    `lane` is null when no row holds; then `lacks` says each failing condition in a sentence, and `field` names the first.
    """

    lane: str | None
    row: str
    lacks: tuple[str, ...] = ()
    field: str = ""

    @property
    def sentence(self) -> str:
        """Why it is not given, in a sentence for whoever asks."""
        lacking = _("；").join(self.lacks)
        return _("不符合加急条件：最接近的一条是“%(row)s”，但%(lacks)s。") % {"row": self.row, "lacks": lacking}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it was asked, or would be: of which unit, when, with which fields."""

    case_id: str
    unit: str | None
    at: datetime
    fields: Mapping[str, Any]


def entitled(
    fields: Mapping[str, Any], *, unit: str | None, ways: Ways, now: datetime, asked_at: datetime | None = None
) -> Entitled | None:
    """What the table gives a request with these fields now, asked at a moment (now); null where the text has no such table."""
    return entitled_all([Request("proposed", unit, asked_at or now, fields)], ways=ways, now=now).get("proposed")


def entitled_all(requests: Sequence[Request], *, ways: Ways, now: datetime) -> dict[str, Entitled]:
    """What the table gives each of these requests now, by case: by its text of the day it was asked, with the registers of today.

    What was struck off since is not on the list any more: so it is what `act` lets be granted.
    """
    ruling = _table(ways)
    if ruling is None:
        return {}
    found: dict[str, Entitled] = {}
    for edition in ruling.editions:
        asked = [one for one in requests if edition.is_on(one.at.astimezone(ways.zone).date())]
        if asked:
            found |= _entitled_by(replace(ruling, editions=(replace(edition, until=None),)), asked, ways=ways, now=now)
    return found


def _entitled_by(ruling: Ruling, requests: Sequence[Request], *, ways: Ways, now: datetime) -> dict[str, Entitled]:
    """What a table of one text gives each of these requests, were it given now."""
    lines = [
        Line(one.case_id, ASKED, now, now, one.unit, None, one.case_id, 1, {"kind": REQUEST, "unit": one.unit, "fields": dict(one.fields)})
        for one in requests
    ]  # fmt: skip
    log, rules = log_of(lines, ways, _books(ruling, ways)), ways.pack.rules
    kept = tuple(one for one in rules.rulings if one.kind == "flow" and one.id == REQUEST)
    rows = decide(log, replace(rules, rulings=(*kept, ruling)), as_of=now).iter_rows(named=True)
    return {row["case_id"]: _entitled(row, ruling, ways) for row in rows}


def _books(ruling: Ruling, ways: Ways) -> Mapping[str, pl.DataFrame]:
    """The registers that the table's rows look through, and no other."""
    rows = (row for edition in ruling.editions if isinstance(edition.clause, Table) for row in edition.clause.rows)
    looked = (one for row in rows for _name, test in row.when.tests() for one in (test.listed, test.unlisted))
    wanted = {one.table for one in looked if one is not None}
    return {one.id: queries.book(ways, one) for one in ways.pack.rules.of_kind("register") if one.id in wanted}


def _table(ways: Ways) -> Ruling | None:
    return next((one for one in ways.pack.rules.of_kind("table") if one.name == LANE), None)


def _entitled(row: Mapping[str, Any], ruling: Ruling, ways: Ways) -> Entitled:
    lang: Language = "en" if (get_language() or "").startswith("en") else "zh"
    clause = next(one.clause for one in ruling.editions if one.version == row["version"])
    assert isinstance(clause, Table)
    number = row["row"] or row["nearest"]
    met = clause.rows[number - 1]
    word = (met.zh if lang == "zh" else met.en or met.zh) or ""
    if row["row"] is not None:
        return Entitled(json.loads(row["results"]).get("lane"), word)
    lacks = json.loads(row["lacks"])
    said = tuple(said_lack(one, ways.pack.rules, lang=lang) for one in lacks)
    return Entitled(None, word, said, lacks[0]["field"] if lacks else "")
