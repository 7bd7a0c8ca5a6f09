"""Who sits where in the small town, and short words for sweeping it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test import Client

from tests.city.cases.town import NOW, START
from tests.city.together import browser_of
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.models import Account
from yinuo.city.people.staff import Appointment, Post, RoleGrant
from yinuo.city.supervision.models import Clock, Finding
from yinuo.city.supervision.sweep import Swept, sweep

MEMBER, DEPUTY, PRINCIPAL = "member", "deputy_in_charge", "principal"
SEATS = (
    ("market", MEMBER, "zhao"), ("market", DEPUTY, "sun"), ("market", PRINCIPAL, "zhou"),
    ("city", DEPUTY, "vice-mayor"), ("city", PRINCIPAL, "mayor"),
    ("supervising-office", MEMBER, "chu"), ("supervising-office", PRINCIPAL, "chen"),
    ("service-centre", MEMBER, "li"),
)  # fmt: skip


def appoint():
    """Somebody on every rung; the head of the supervising office holds its role over the city."""
    for unit, tier, person in SEATS:
        post = f"{unit}.{tier}"
        people.open_post(Post(post, unit, post, post, tier, (), START), actor=OPERATOR, now=NOW)
        people.hire(person, fields={"name": person, "phone": "", "identity": ""}, since=START, actor=OPERATOR, now=NOW)
        people.appoint(Appointment(f"{post}.{person}", person, post, START), actor=OPERATOR, now=NOW)
    grant = RoleGrant("office", "person", "chen", "supervising_office", "city", START)
    people.grant(grant, actor=OPERATOR, now=NOW)


def local(month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0, *, year: int = 2026) -> datetime:
    """A local clock time of the city."""
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


def sweep_all(now: datetime, limit: int = 500) -> list[Swept]:
    """Sweep until nothing is left to do."""
    done = []
    while not (swept := sweep(now, limit)).is_idle:
        done.append(swept)
        assert len(done) < 200, "the sweep finds something to do for ever"
    return done


def open_cards(case_id: str) -> set[tuple[str, str]]:
    """Clause and level of the open cards of a case."""
    return set(Finding.objects.filter(case_id=case_id, status="open").values_list("clause", "level"))


def states(case_id: str) -> dict[str, str]:
    """State of each clock of a case."""
    return dict(Clock.objects.filter(case_id=case_id).values_list("clause", "state"))


def told(person: str, kind: str) -> list[str]:
    """The keys of the notices of a kind a person has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM notices_notice WHERE person = %s AND kind = %s ORDER BY key", [person, kind])
        return [key for (key,) in cursor.fetchall()]


def inbox(person: str, kind: str) -> list[dict[str, Any]]:
    """What the notices of a kind to a person say, the first told first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args::text FROM notices_notice WHERE person = %s AND kind = %s ORDER BY id", [person, kind]
        )
        return [json.loads(args) for (args,) in cursor.fetchall()]


def browser(person: str) -> Client:
    """A client in which somebody of the town is signed in, with a login that is made now."""
    account = Account.objects.create_user(username=person)
    people.link_account(person, str(account.pk), actor=OPERATOR, now=NOW)
    grant = RoleGrant(f"reads-{person}", "person", person, "hotline_operator", "city", START)
    people.grant(grant, actor=OPERATOR, now=NOW)
    return browser_of(person)
