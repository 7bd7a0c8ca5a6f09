"""Random small histories around Spring Festival 2026, and random texts to hold them to."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.reference.comparison import History, Text

ASKED = os.environ.get("YINUO_EXAMPLES")
"""How many random histories a test draws; unset: the same hundred every time."""
MANY = settings(
    max_examples=int(ASKED or 100),
    derandomize=ASKED is None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
ZONE = ZoneInfo("Asia/Shanghai")
FIRST = date(2026, 1, 28)
CLOCKS = (
    time(0, 0), time(8, 30), time(9, 0), time(12, 0), time(13, 0), time(16, 0), time(17, 30), time(20, 15),
    time(23, 59, 59, 999999),
)  # fmt: skip
ACTIVITIES = (
    "accepted", "accepted", "decided", "decided", "withdrawn", "suspended", "suspended", "resumed", "special",
    "special_ended", "extended", "extended", "noted",
)  # fmt: skip


@st.composite
def instants(draw: st.DrawFn, days: int = 45) -> datetime:
    """An instant at a telling clock time."""
    day = FIRST + timedelta(days=draw(st.integers(0, days)))
    return datetime.combine(day, draw(st.sampled_from(CLOCKS)), ZONE).astimezone(UTC)


@st.composite
def histories(draw: st.DrawFn, activities: tuple[str, ...] = ACTIVITIES, unit: str = "workdays") -> History:
    """Two to twelve events of up to three cases; some simultaneous, some recorded late, some known only later."""
    short = _short(unit)
    cases = [
        {"case_id": f"c{n}", "kind": "permit", "channel": channel, "grade": n, "place": "hall", "promised": promised}
        for n, (channel, promised) in enumerate(
            draw(
                st.lists(
                    st.tuples(st.sampled_from(["web", "desk"]), st.sampled_from([f"2 {unit}", f"6 {unit}", None])),
                    min_size=1,
                    max_size=3,
                )
            )
        )
    ]
    events: list[dict[str, Any]] = []
    for n in range(draw(st.integers(2, 12))):
        at = draw(instants())
        if events and draw(st.integers(0, 5)) == 0:
            at = events[-1]["at"]
        late = timedelta(days=draw(st.sampled_from([0, 0, 0, 0, 0, 3, 9])))
        events.append(
            {
                "case_id": draw(st.sampled_from(cases))["case_id"],
                "activity": draw(st.sampled_from(activities)),
                "at": at,
                "recorded_at": at + late,
                "event_id": f"e{n:02}",
                "sequence": draw(st.integers(0, 3)),
                "unit": draw(st.sampled_from(["fire", "land"])),
                "actor": draw(st.sampled_from(["li", "wang", None])),
                "order": draw(st.sampled_from(["o1", "o2"])),
                "days": draw(st.sampled_from([f"1 {short}", f"4 {short}", None])),
                "more": draw(st.sampled_from([f"2 {unit}", f"5 {unit}", f"9 {unit}"])),
                "reason": draw(st.sampled_from(["flood", None])),
                "received": (at.astimezone(ZONE) - timedelta(days=draw(st.integers(0, 6)))).date(),
                "until_date": (at.astimezone(ZONE) + timedelta(days=draw(st.integers(0, 9)))).date(),
                "until_moment": at + timedelta(hours=draw(st.integers(0, 200))),
            }
        )
    as_of = draw(instants(70))
    known_at = as_of if draw(st.integers(0, 3)) == 0 else None
    return History(draw(st.permutations(events)), cases, as_of, known_at)


def _short(unit: str) -> str:
    """The unit in which pauses of a clock are declared."""
    return "days" if unit in {"weeks", "months"} else unit


def _sometimes(draw: st.DrawFn, chance: int = 3) -> bool:
    return draw(st.integers(1, chance)) == 1


LONGEST = {
    "workdays": 8,
    "days": 16,
    "weeks": 2,
    "hours": 80,
    "office hours": 40,
    "minutes": 3000,
    "months": 1,
    "half-workdays": 9,
}


@st.composite
def promises(draw: st.DrawFn, unit: str) -> dict[str, Any]:
    """The raw keys of a promise that counts in this unit."""
    count = draw(st.integers(0 if unit in {"workdays", "days"} else 1, LONGEST[unit]))
    within: Any = draw(
        st.sampled_from(
            [
                f"{count} {unit}",
                f"{count} {unit}",
                {"field": "promised", "or": f"{count} {unit}"},
                {"field": "promised"},
                [{"channel": "web", "limit": f"1 {unit}"}, {"limit": f"{count} {unit}"}],
            ]
        )
    )
    raw: dict[str, Any] = {"on": "accepted", "until": "decided", "void": "withdrawn", "within": within}
    raw["again"] = draw(st.sampled_from(["ignore", "restart", "stack"]))
    if _sometimes(draw):
        raw["on"] = ["accepted", {"event": "noted", "channel": "web"}]
    if _sometimes(draw, 6):
        raw["for"] = {"grade": {"min": 1}}
    if _sometimes(draw, 6):
        raw["moved"] = "noted"
    if _sometimes(draw, 2):
        raw["pause"] = draw(pauses(unit))
    if _sometimes(draw, 2):
        raw["extend"] = draw(extensions(unit))
    if _sometimes(draw, 4):
        raw["silence"] = {"means": "granted", "dated": draw(st.sampled_from(["start", "lapse"]))}
    raw["levels"] = draw(ladders(unit))
    raw["party"] = _sometimes(draw, 8)
    return raw


@st.composite
def pauses(draw: st.DrawFn, unit: str) -> list[dict[str, Any]]:
    """One or two kinds of pause: open, declared, capped, matched, with needs, under a condition."""
    unit = _short(unit)
    first: dict[str, Any] = {"from": "suspended", "to": "resumed"}
    if _sometimes(draw, 2):
        first["cap"] = draw(st.sampled_from([{"field": "days"}, {"field": "days", "or": f"2 {unit}"}, f"3 {unit}"]))
    if _sometimes(draw):
        first["match"] = {"order": "order"}
    if _sometimes(draw):
        first["needs"] = ["days"]
    if _sometimes(draw):
        first["when"] = {"channel": "web"}
    second = {"from": {"event": "special", "unit": "fire"}, "to": "special_ended", "cap": f"5 {unit}"}
    return [first, second] if _sometimes(draw, 2) else [first]


@st.composite
def extensions(draw: st.DrawFn, unit: str) -> dict[str, Any]:
    """An extension by a length or a field, with or without a ceiling, compulsory fields, and a price for a void one."""
    raw: dict[str, Any] = {"on": "extended", "by": draw(st.sampled_from([f"3 {unit}", {"field": "more"}]))}
    raw["times"] = draw(st.sampled_from([1, 2]))
    if _sometimes(draw, 2):
        raw["max"] = f"5 {unit}"
    if _sometimes(draw):
        raw["needs"] = ["reason"]
    if _sometimes(draw, 2):
        raw["if_void"] = "extension-void"
    return raw


@st.composite
def ladders(draw: st.DrawFn, unit: str) -> list[dict[str, Any]]:
    """Up to four rungs."""
    rungs = [
        {"level": "notice", "left": "5 days" if unit == "months" else f"1 {unit}"},
        {"level": "warning", "share": draw(st.sampled_from(["0.8", "0.5"]))},
        {"level": "yellow", "late": 0},
        {"level": "red", "late": f"{draw(st.integers(1, 4))} {unit}"},
    ]
    return draw(st.lists(st.sampled_from(rungs), unique_by=lambda rung: rung["level"], max_size=4))


@st.composite
def conventions(draw: st.DrawFn, unit: str) -> dict[str, str]:
    """How the place counts."""
    if unit in {"hours", "office hours", "minutes"}:
        return {}
    return {
        "rest_day_start": draw(st.sampled_from(["next_is_day_1", "next_is_day_1", "as_next_workday"])),
        "first_day": draw(st.sampled_from(["excluded", "excluded", "included"])),
        "roll": draw(st.sampled_from(["next", "next", "none", "previous"])),
    }


@st.composite
def versions(draw: st.DrawFn, raw: dict[str, Any]) -> Text:
    """The promise with one edition, or with two of which the second counts one unit more from 16 February on."""
    if not _sometimes(draw, 4) or not isinstance(raw["within"], str):
        return Text.always("promise", "promise", **raw)
    count, unit = raw["within"].split(" ", 1)
    turn = date(2026, 2, 16)
    first = (date(2009, 1, 1), turn, {"zh": "一", **raw})
    return Text("promise", "promise", (first, (turn, None, {"zh": "二", **raw, "within": f"{int(count) + 1} {unit}"})))
