"""The service points of Demo City: entered by one person of the centre and checked by another, like any entry of a book."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import cos, pi, sin
from typing import Any
from zoneinfo import ZoneInfo

from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.people.actor import Actor, Grant
from yinuo.cli.demo.cast import CITY, HALL, Cast
from yinuo.rulebook.loader import Pack

KIND = "service-network/access-point"
HOURS = "工作日 9:00–12:00、13:30–17:00"
ROOMS_OF = 8
"""In so many towns the village rooms work already; the others have none yet."""
CENTRE = (31.4500, 119.4800)
"""Where the invented city lies: latitude and longitude of its centre."""
AT_TOWN = (
    "residence-permit",
    "pension-check",
    "birth-subsidy",
    "insurance-transfer",
    "archive-copy",
    "minimum-allowance",
    "elder-subsidy",
)
AT_ROOM = ("pension-check", "elder-subsidy", "residence-permit")
AGENTS = ("李秀英", "王建国", "张桂兰", "刘永强", "陈玉梅", "赵志明", "黄春花", "周德海")


def enter(pack: Pack, cast: Cast, *, first: date) -> int:
    """Enter and check every point on the city's first day; how many there are. A second time nothing changes."""
    known = set(pack.tables["items"]["id"])
    begin = datetime.combine(first, time(9), ZoneInfo(pack.rules.zone))
    entries = []
    for fields in _points(pack, first):
        fields["items"] = [item for item in fields.get("items", ()) if item in known]
        told = {name: value for name, value in fields.items() if value not in ("", [], None)}
        entries.append((f"point-{fields['number']}", HALL, told))
    return enter_and_check(KIND, entries, cast, begin=begin)


def enter_and_check(
    kind: str, entries: Sequence[tuple[str, str, Mapping[str, Any]]], cast: Cast, *, begin: datetime
) -> int:
    """Enter (case, unit, fields) in a book by one person of the centre; another checks two hours later. How many there are."""
    later = begin + timedelta(hours=2)
    entered = [
        Act(one, "entered", begin, told, kind=kind, unit=unit, event_id=f"{one}-entered") for one, unit, told in entries
    ]
    checked = [Act(one, "verified", later, unit=HALL, event_id=f"{one}-verified") for one, _unit, _told in entries]
    clerks = cast.actors[f"window:{HALL}"]
    for acts, clerk in ((entered, clerks[0]), (checked, clerks[1])):
        write(acts, importing(clerk), now=later)
    return len(entries)


def write(acts: list[Act], actor: Actor, *, now: datetime) -> None:
    """Report entries of a book; raises the first refusal."""
    for done in commands.record(acts, actor=actor, now=now):
        if not isinstance(done, Done):
            raise done if isinstance(done, Refused) else TypeError(done)


def importing(clerk: Actor) -> Actor:
    """The clerk, for whom the administrator imports what is in the book on paper."""
    return replace(clerk, grants=(Grant("administrator", CITY),))


def _points(pack: Pack, first: date) -> Iterator[dict[str, Any]]:
    opened = str(first)
    north, east = CENTRE
    works: Mapping[str, Any] = {"phase": "运行", "opening": HOURS, "opened_on": opened}
    yield {
        **works, "number": "1", "title": "市政务服务中心", "tier": "市级", "run_by": HALL, "address": "示例路1号", "phone": "0500-12345",
        "takes_all": True, "all_hours": True, "duty_phone": "0500-12345", "north": north, "east": east,
        "opening": f"{HOURS}；自助服务区全天开放",
    }  # fmt: skip
    yield {
        **works, "number": "2", "title": "纳税服务中心", "tier": "分中心", "run_by": "tax-window", "department": "tax", "address": "税务路8号",
        "phone": "0500-12366", "items": ["tax-register", "company-register"], "north": north + 0.012, "east": east - 0.009,
    }  # fmt: skip
    yield {
        **works, "number": "3", "title": "市场监管局开发区派出窗口", "tier": "派出", "run_by": "zone", "department": "market",
        "address": "开发大道66号", "items": ["food-permit", "company-register", "business-licence"], "north": north - 0.041, "east": east + 0.057,
    }  # fmt: skip
    yield {
        **works, "number": "4", "title": "一号流动服务车", "tier": "流动", "run_by": "mobile-service", "address": "随车公布", "opening": "按班次",
        "items": list(AT_TOWN), "timetable": "每月5日、20日：临江镇上坪村、下桥村\n每月10日、25日：青石镇集市",
    }  # fmt: skip
    yield from _towns(pack, works)


def _towns(pack: Pack, works: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    units = list(pack.tables["units"].iter_rows(named=True))
    towns = [row for row in units if row["type"] == "town"]
    for place, town in enumerate(towns):
        north, east = _around(CENTRE, place, len(towns), 0.16 + 0.02 * (place % 4))
        centre = next(row for row in units if row["parent"] == town["id"] and row["type"] == "centre")
        street = town["zh"].removesuffix("人民政府")
        yield {
            **works, "number": f"{100 + place}", "title": centre["zh"], "tier": "镇级", "run_by": centre["id"], "address": f"{street}政府街1号",
            "phone": f"0500-8{1000 + place}", "items": list(AT_TOWN), "north": north, "east": east,
        }  # fmt: skip
        rooms = [row for row in units if row["parent"] == town["id"] and row["type"] == "village"]
        for number, room in enumerate(rooms if place < ROOMS_OF else ()):
            at = _around((north, east), number, len(rooms), 0.03 + 0.005 * (number % 3))
            yield {
                **works, "number": f"{100 + place}-{number + 1:02}", "title": room["zh"], "tier": "村级", "run_by": room["id"],
                "address": f"{room['zh'].removesuffix('便民服务室')}村部", "opening": "周一、周四 8:30–11:30", "items": list(AT_ROOM),
                "agent": AGENTS[(place + number) % len(AGENTS)], "north": at[0], "east": at[1],
            }  # fmt: skip


def _around(middle: tuple[float, float], place: int, of: int, radius: float) -> tuple[float, float]:
    """The place-th of so many points on a ring of degrees, to four decimals."""
    angle = 2 * pi * place / of
    return round(middle[0] + radius * cos(angle), 4), round(middle[1] + radius * sin(angle), 4)
