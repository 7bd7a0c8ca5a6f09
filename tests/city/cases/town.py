"""A small Demo City for tests: the text in force, its units, and people of every role."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR, Actor, Grant
from yinuo.city.people.units import Span
from yinuo.city.texts.commands import put_in_force
from yinuo.rulebook.loader import load_pack

START = date(2025, 1, 1)
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
"""Monday 2 March 2026, 10:00 in the city."""

UNITS = (
    ("city", None, "city"),
    ("service-centre", "city", "centre"),
    ("supervising-office", "city", "office"),
    ("market", "city", "department"),
    ("market-licences", "market", "section"),
    ("medical-insurance", "city", "department"),
    ("human-resources", "city", "department"),
    ("police", "city", "department"),
)


def person(id_, role, unit, *, works_in=None):
    return Actor(id_, id_, (Grant(role, unit, unit == "city"),), works_in or unit)


CLERK = person("李强", "window_clerk", "service-centre")
OTHER_CLERK = person("王芳", "window_clerk", "service-centre")
HANDLER = person("赵倩", "handler", "market")
APPROVER = person("孙伟", "section_head", "market")
CHIEF = person("周局", "agency_head", "market")
HR = person("吴敏", "handler", "human-resources")
HR_HEAD = person("郑华", "agency_head", "human-resources")
POLICE = person("冯军", "handler", "police")
OFFICE = person("陈刚", "supervising_office", "city", works_in="supervising-office")
OFFICE_TOO = person("褚明", "supervising_office", "city", works_in="supervising-office")
CITIZEN = Actor("citizen:1", "王敏", (Grant("applicant", "city", True),), None)
SYSTEM = Actor("system:hall", "大厅系统", (Grant("system", "city", True),), "city", is_system=True)


@cache
def demo_city():
    return load_pack("demo-city")


def found():
    """The town begins: its text is in force, its units stand."""
    for unit, parent, type_ in UNITS:
        people.open_unit(Span(unit, START, None, parent, unit, unit, type_), actor=OPERATOR, now=NOW)
    put_in_force(demo_city(), actor=OPERATOR, now=datetime(2025, 1, 1, tzinfo=UTC))


def later(**lengths):
    return NOW + timedelta(**lengths)


def do(case_id, activity, actor, *, at=None, now=None, **rest):
    """One act, done and recorded at the same moment unless said otherwise."""
    at = at or NOW
    return commands.act(Act(case_id, activity, at, **rest), actor=actor, now=now or at)


def inquire(*, actor=CLERK, at=None, **fields):
    given = {"need": "工伤认定去哪办", "channel": "窗口", **fields}
    return do(None, "inquired", actor, at=at, kind="inquiry", unit="service-centre", fields=given).case_id


def receive(*, actor=CLERK, at=None, item="food-permit", unit="market", **fields):
    given = {"applicant": "市民甲", **fields}
    return do(None, "received", actor, at=at, kind="application", unit=unit, item=item, fields=given).case_id


def accept(case_id, *, at=None, actor=CLERK):
    return do(case_id, "accepted", actor, at=at)
