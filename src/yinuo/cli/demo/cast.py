"""Demo City's units and staff, from the pack's own table of units and invented names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

import polars as pl

from yinuo.city.people import commands, decide
from yinuo.city.people.actor import OPERATOR, Actor, Grant, Role
from yinuo.city.people.decide import Fact
from yinuo.city.people.staff import Appointment, Post, RoleGrant, Staff, Tier
from yinuo.city.people.units import Span
from yinuo.cli.demo.names import name

FOUNDED = date(2009, 1, 1)
CITY = "city"
HALL = "service-centre"
OFFICE = "supervising-office"


@dataclass(frozen=True)
class Part:
    """One person of the cast: the post it has, and the roles it plays. `plays` is what the plan calls it."""

    id: str
    plays: str
    post_unit: str
    title: str
    tier: Tier
    grants: tuple[tuple[Role, str], ...]
    login: str | None = None


@dataclass(frozen=True)
class Cast:
    """Everybody who acts, by what they play."""

    actors: Mapping[str, Sequence[Actor]]

    def of(self, plays: str, *, case_id: str) -> Actor:
        """Who plays this on that case: always the same person."""
        found = self.actors[plays]
        return found[sum(case_id.encode()) % len(found)]


def parts(units: pl.DataFrame, items: pl.DataFrame) -> list[Part]:
    """The cast of a city: heads everywhere, windows and desks where items are, and those who look at everything."""
    found = list(_city())
    with_items = set(items["unit"])
    for unit in units.filter(pl.col("until").is_null()).iter_rows(named=True):
        if unit["type"] in {"department", "office", "centre", "zone", "town", "village"}:
            found += _heads(unit["id"], unit["type"])
        if unit["id"] in with_items:
            found += _desk(unit["id"])
    return found


def _city() -> Iterator[Part]:
    yield Part("mayor", "leader", CITY, "市长", "principal", (("leader", CITY),), "leader")
    yield Part("vice-mayor", "leader", CITY, "分管副市长", "deputy_in_charge", (("leader", CITY),))
    for number, login in ((1, "supervisor"), (2, None)):
        grants: tuple[tuple[Role, str], ...] = (("supervising_office", CITY),)
        yield Part(f"{OFFICE}-{number}", OFFICE, OFFICE, f"督查员{number}", "member", grants, login)
    yield Part("auditor-1", "auditor", "discipline", "审计员", "member", (("auditor", CITY),), "auditor")
    yield Part(
        "admin-1", "administrator", "government-data", "系统管理员", "member", (("administrator", CITY),), "admin"
    )
    for number in (1, 2, 3):
        hall: tuple[tuple[Role, str], ...] = (("window_clerk", HALL), ("hotline_operator", HALL))
        login = "operator" if number == 1 else None
        yield Part(f"{HALL}-w{number}", f"window:{HALL}", HALL, f"{number}号咨询窗口", "member", hall, login)


def _heads(unit: str, kind: str) -> Iterator[Part]:
    title = {"village": "村便民服务室负责人", "town": "镇长", "centre": "主任"}.get(
        kind, "局长" if kind == "department" else "主任"
    )
    login = "head" if unit == "market" else None
    yield Part(f"{unit}-head", f"head:{unit}", unit, title, "principal", (("agency_head", unit),), login)
    if kind != "village":
        yield Part(f"{unit}-deputy", f"deputy:{unit}", unit, f"副{title}", "deputy_in_charge", (("agency_head", unit),))


def _desk(unit: str) -> Iterator[Part]:
    is_shown = unit == "market"
    section, window = f"{unit}-approval", f"{unit}-window"
    for number in (1, 2):
        clerk: tuple[tuple[Role, str], ...] = (("window_clerk", unit),)
        login = "window" if is_shown and number == 1 else None
        tier: Tier = "principal" if number == 1 else "member"
        yield Part(f"{unit}-w{number}", f"window:{unit}", window, f"窗口{number}", tier, clerk, login)
        handler: tuple[tuple[Role, str], ...] = (("handler", unit),)
        login = "handler" if is_shown and number == 1 else None
        yield Part(f"{unit}-h{number}", f"handler:{unit}", section, f"经办{number}", "member", handler, login)
    grants: tuple[tuple[Role, str], ...] = (("section_head", unit),)
    yield Part(
        f"{unit}-section", f"approver:{unit}", section, "科长", "principal", grants, "section" if is_shown else None
    )


def named(cast: Iterable[Part], *, seed: int) -> list[tuple[Part, str]]:
    """Every part with the name of who plays it: the same for the same seed."""
    rng = Random(f"{seed}/cast")
    return [(part, name(rng)) for part in cast]


def actors(cast: Iterable[tuple[Part, str]]) -> Cast:
    """Who plays what, with the roles they are given."""
    found: dict[str, list[Actor]] = {}
    for part, full_name in cast:
        grants = tuple(Grant(role, unit) for role, unit in part.grants)
        found.setdefault(part.plays, []).append(Actor(part.id, full_name, grants, part.post_unit))
    return Cast(found)


def found_city(units: pl.DataFrame, cast: Sequence[tuple[Part, str]], *, since: date, now: datetime) -> None:
    """Open the units and hire the cast by the decisions an import makes; what is there already stays.

    Raises what people.commands raises.
    """

    def decision(staff: Staff) -> Sequence[Fact]:
        facts = _Facts(staff)
        for row in units.iter_rows(named=True):
            facts.open(row)
        for part, full_name in cast:
            facts.hire(part, full_name, since=since)
        return facts.said

    commands.change(decision, actor=OPERATOR, now=now)


class _Facts:
    """The events of a city's founding, each decided on what those before it made."""

    def __init__(self, staff: Staff) -> None:
        self.staff, self.said = staff.copy(), list[Fact]()

    def add(self, fact: Fact) -> None:
        self.staff.apply(fact.activity, fact.payload)
        self.said.append(fact)

    def open(self, row: Mapping[str, object]) -> None:
        unit = str(row["id"])
        if unit in self.staff.units:
            return
        parent = None if row["parent"] is None else str(row["parent"])
        begin = FOUNDED
        span = Span(unit, begin, None, parent, str(row["zh"]), str(row["en"]), str(row["type"]))
        self.add(decide.open_unit(self.staff, span))
        if isinstance(row["until"], date):
            self.add(decide.close_unit(self.staff, unit, until=row["until"], into=None))

    def hire(self, part: Part, full_name: str, *, since: date) -> None:
        if part.id in self.staff.persons:
            return
        post = f"{part.id}-post"
        sealed = commands.seal(self.staff, part.id, {"name": full_name})
        self.add(decide.open_post(self.staff, Post(post, part.post_unit, part.title, "", part.tier, (), since)))
        self.add(decide.hire(self.staff, part.id, since=since, private=sealed))
        self.add(decide.appoint(self.staff, Appointment(f"{part.id}-1", part.id, post, since)))
        for number, (role, unit) in enumerate(part.grants, start=1):
            given = RoleGrant(f"{part.id}-r{number}", "person", part.id, role, unit, since)
            self.add(decide.grant(self.staff, given))
