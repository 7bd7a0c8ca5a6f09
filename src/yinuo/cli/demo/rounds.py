"""What the leading group of Demo City did: a round over 84 units, one under way, eight units in the year's cycle, and the sheets of their heads (E001, E006, E011)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from yinuo.city.cases.acts import Act
from yinuo.city.people.actor import Actor
from yinuo.cli.demo.cast import Cast
from yinuo.cli.demo.points import importing, write
from yinuo.rulebook.loader import Pack

GROUP, OFFICE, ORGANISATION = "leading-group", "supervising-office", "organisation"
DUTIES = "本单位作风建设负总责\n一次告知、限时办结，不推诿\n每季度听取一次窗口意见"
"""What every sheet says its leader answers for."""
ASSESSED, LOOKED_AT, IN_CYCLE = 84, 20, 8
STEPS = (
    "conduct_pledged",
    "conduct_supervised",
    "conduct_evaluated",
    "conduct_rectified",
    "conduct_rechecked",
    "conduct_assessed",
)
PACE = timedelta(days=45)
"""A step every so often: within the two months the text allows."""


def enter(pack: Pack, cast: Cast, *, first: date, now: datetime) -> int:
    """Enter rounds and cycles as they went until now; how many events. A second time nothing changes."""
    zone = ZoneInfo(pack.rules.zone)
    begin = datetime.combine(first, time(10), zone)
    rows = pack.tables["units"].filter(pack.tables["units"]["type"].is_in(["department", "office"]))
    units = sorted(rows["id"])
    whole = _round(
        "assessment", units[:ASSESSED], begin + timedelta(days=20), kind="年度考核", title="年度作风效能考核"
    )
    running = now - timedelta(days=12)
    looked = _round("inspection", units[:LOOKED_AT], running, kind="明查暗访", title="窗口单位明查暗访", covered=7)
    acts = [*whole, *looked]
    for number, unit in enumerate(units[:IN_CYCLE]):
        acts += _cycle(unit, begin + timedelta(days=30 * number))
    past = sorted((act for act in acts if act.at <= now), key=lambda act: act.at)
    for unit, some in groupby(past, key=lambda act: str(act.unit)):
        write(list(some), importing(_actor(unit, cast)), now=now)
    return len(past) + _sheets(units[:IN_CYCLE], cast, begin=begin, now=now)


def _actor(unit: str, cast: Cast) -> Actor:
    """Who acts for a unit: the mayor for the leading group, a supervisor, else the unit's head."""
    return cast.actors[{GROUP: "leader", OFFICE: OFFICE}.get(unit, f"head:{unit}")][0]


def _sheets(units: list[str], cast: Cast, *, begin: datetime, now: datetime) -> int:
    """The sheet of each head, drawn two months ago and signed by himself; the last was drawn this week and is not signed yet."""
    drawn = max(begin, now - timedelta(days=60))
    heads = {unit: cast.actors[f"head:{unit}"][0] for unit in units}
    sheets = []
    for unit, head in heads.items():
        told = {"leader": head.id, "sheet_year": drawn.year, "duties": DUTIES}
        at = now - timedelta(days=2) if unit == units[-1] else drawn
        sheets.append(_act(f"sheet-{unit}", "sheet_drawn", at, told, unit=unit, kind="responsibility-sheet"))
    write(sheets, importing(cast.actors[f"head:{ORGANISATION}"][0]), now=now)
    for number, unit in enumerate(units[:-1]):
        signed = drawn + timedelta(days=number % 4 + 1)
        if signed <= now:
            write([_act(f"sheet-{unit}", "sheet_signed", signed, {}, unit=unit)], importing(heads[unit]), now=now)
    return len(sheets) + len(units) - 1


def _act(case_id: str, activity: str, at: datetime, told: dict[str, Any], *, unit: str, kind: str | None = None) -> Act:
    name = f"{case_id}-{activity}-{told.get('covered_unit', '')}"
    return Act(case_id, activity, at, told, kind=kind, unit=unit, event_id=name)


def _round(
    name: str, units: list[str], begin: datetime, *, kind: str, title: str, covered: int | None = None
) -> Iterator[Act]:
    """A round of forty days: two units a day, those that passed and, here and there, problems."""
    case_id, due = f"round-{name}", begin.date() + timedelta(days=50)
    told = {"round_kind": kind, "round_title": title, "units_due": units, "due_on": str(due)}
    yield _act(case_id, "round_opened", begin, told, unit=GROUP, kind="round")
    for number, unit in enumerate(units[:covered]):
        problems = 1 if number % 6 == 0 else 0
        said = {
            "covered_unit": unit,
            "grade_of_unit": "满意" if covered is None else "不评等次",
            "problems_found": problems,
        }
        yield _act(case_id, "unit_covered", begin + timedelta(hours=12 * (number + 1)), said, unit=OFFICE)
    if covered is None:
        summary = {"summary": "84个单位全部覆盖，问题已分别反馈"}
        yield _act(case_id, "round_closed", begin + timedelta(days=45), summary, unit=GROUP)


def _cycle(unit: str, begin: datetime) -> Iterator[Act]:
    """A unit's mechanism and its first year, a step every 45 days."""
    mechanism, year = f"mechanism-{unit}", f"conduct-{unit}"
    yield _act(mechanism, "mechanism_set", begin, {}, unit=unit, kind="mechanism")
    told = {"mechanism": mechanism, "to_unit": unit}
    yield _act(year, "cycle_opened", begin + timedelta(hours=1), told, unit=OFFICE, kind="conduct-year")
    for number, activity in enumerate(STEPS, 1):
        yield _act(year, activity, begin + PACE * number, {}, unit=unit)
