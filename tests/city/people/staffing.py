"""A small invented city for the tests of people: a mayor, a water bureau with a section, a supervising office."""

from __future__ import annotations

from datetime import UTC, date, datetime

from tests.city.together import browser_of
from yinuo.city.people import commands
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.models import Account
from yinuo.city.people.staff import Appointment, Post, RoleGrant
from yinuo.city.people.units import Span

NOW = datetime(2026, 6, 1, 1, tzinfo=UTC)
DAY = date(2026, 6, 1)
START = date(2026, 1, 1)

UNITS = (
    ("city", None, "city"),
    ("water", "city", "department"),
    ("water-approval", "water", "section"),
    ("water-window", "water-approval", "window"),
    ("health", "city", "department"),
    ("office", "city", "office"),
    ("environment", "city", "office"),
    ("town", "city", "town"),
    ("village", "town", "village"),
)


def open_units() -> None:
    for unit, parent, type_ in UNITS:
        open_unit(unit, parent, type_=type_)


def open_unit(unit, parent, *, type_="department", since=START, actor=OPERATOR, now=NOW):
    commands.open_unit(Span(unit, since, None, parent, f"{unit}（中）", unit, type_), actor=actor, now=now)


def hire(person, *, name=None, phone="13800138000", actor=OPERATOR):
    fields = {"name": name or f"{person}某", "phone": phone}
    commands.hire(person, fields=fields, since=START, actor=actor, now=NOW)


def post(key, unit, tier, *, oversees=(), actor=OPERATOR):
    commands.open_post(Post(key, unit, f"{key}（中）", "", tier, tuple(oversees), START), actor=actor, now=NOW)


def appoint(person, key, *, since=START, until=None, actor=OPERATOR):
    one = Appointment(f"{person}:{key}:{since.isoformat()}", person, key, since, until)
    commands.appoint(one, actor=actor, now=NOW)


def grant(role, within, *, kind="person", holder, since=START, until=None, actor=OPERATOR):
    key = f"{kind}:{holder}:{role}:{within}:{since.isoformat()}"
    commands.grant(RoleGrant(key, kind, holder, role, within, since, until), actor=actor, now=NOW)


def employ(person, unit, tier="member", *, oversees=()):
    """A person on a post of its own."""
    hire(person)
    post(f"{unit}/{person}".replace("/", "."), unit, tier, oversees=oversees)
    appoint(person, f"{unit}.{person}")


def browser_with(role, person, *, over="city", language="zh-hans"):
    """The browser of somebody hired with a role over a part of the city."""
    hire(person)
    grant(role, over, holder=person)
    account = Account.objects.create(username=person)
    commands.link_account(person, str(account.pk), actor=OPERATOR, now=NOW)
    return browser_of(person, language)
