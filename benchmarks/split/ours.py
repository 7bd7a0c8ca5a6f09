"""The permit in Yinuo: six acts through `cases.commands.act`, each by who may do it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

PACK = Path(__file__).parent / "split"
UNITS = (("city", None), ("window", "city"), ("fire", "city"), ("water", "city"), ("health", "city"))
STAFF = (
    ("clerk", "window_clerk", "window"),
    ("fire", "handler", "fire"),
    ("water", "handler", "water"),
    ("health", "handler", "health"),
    ("head", "agency_head", "window"),
)
"""Account, role, unit."""
ACTS = (
    ("accepted", "clerk"),
    ("fire_reviewed", "fire"),
    ("water_reviewed", "water"),
    ("health_reviewed", "health"),
    ("decided", "head"),
    ("delivered", "clerk"),
)
"""Activity, account of who does it."""


def make() -> None:
    """Migrate, open the units, employ the staff, install the text."""
    from django.core.management import call_command

    from yinuo.city.people import commands as people
    from yinuo.city.people.actor import OPERATOR
    from yinuo.city.people.units import Span
    from yinuo.city.texts.commands import put_in_force
    from yinuo.rulebook.loader import load_pack

    call_command("migrate", verbosity=0)
    start, now = date(2025, 1, 1), datetime.now(UTC) - timedelta(days=1)
    for unit, parent in UNITS:
        type_ = "department" if parent else "city"
        people.open_unit(Span(unit, start, None, parent, unit, unit, type_), actor=OPERATOR, now=now)
    for account, role, unit in STAFF:
        _employ(account, role, unit, start=start, now=now)
    put_in_force(load_pack(PACK), actor=OPERATOR, now=now)


def _employ(account: str, role: Any, unit: str, *, start: date, now: datetime) -> None:
    from yinuo.city.people import commands as people
    from yinuo.city.people.actor import OPERATOR
    from yinuo.city.people.staff import Appointment, Post, RoleGrant

    people.hire(account, fields={"name": account}, since=start, actor=OPERATOR, now=now)
    people.link_account(account, account, actor=OPERATOR, now=now)
    people.open_post(Post(f"{unit}.{account}", unit, account, "", "member", (), start), actor=OPERATOR, now=now)
    people.appoint(Appointment(account, account, f"{unit}.{account}", start, None), actor=OPERATOR, now=now)
    people.grant(RoleGrant(account, "person", account, role, unit, start, None), actor=OPERATOR, now=now)


def setup() -> None:
    """Use the home of YINUO_HOME."""
    from yinuo.cli.city import setup as use

    use()


def run(cases: int) -> None:
    """So many cases from the first step to the last. Refused or NotAllowed ends it."""
    for _ in range(cases):
        case_id: str | None = None
        for activity, account in ACTS:
            case_id = _do(case_id, activity, account)


def _do(case_id: str | None, activity: str, account: str) -> str:
    """One act, as a request does it: who is behind the login is asked anew."""
    from yinuo.city.cases.acts import Act
    from yinuo.city.cases.commands import act
    from yinuo.city.people.accounts.persons import actor_of

    now = datetime.now(UTC)
    actor = actor_of(account, now=now)
    assert actor is not None
    opening: dict[str, Any] = {"kind": "joint", "unit": "window"} if case_id is None else {}
    return act(Act(case_id, activity, now, **opening), actor=actor, now=now).case_id


def finished() -> tuple[int, int]:
    """Cases that ended, and steps done, so far."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM cases_case WHERE status = 'ended'),"
            " (SELECT count(*) FROM cases_task WHERE state = 'done')"
        )
        cases, steps = cursor.fetchone()
    return cases, steps


def stranger_is_refused() -> bool:
    """Whether somebody of another department may not do the first review."""
    from yinuo.city.cases.acts import Refused
    from yinuo.city.people.actor import NotAllowed

    case_id = _do(None, "accepted", "clerk")
    try:
        _do(case_id, "fire_reviewed", "water")
    except (Refused, NotAllowed):
        return True
    return False
