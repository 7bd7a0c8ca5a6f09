"""Opening accounts: a login for a person, and the very first administrator."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.people import commands, decide
from yinuo.city.people.actor import OPERATOR, Actor
from yinuo.city.people.decide import Fact, Impossible
from yinuo.city.people.models import Account
from yinuo.city.people.staff import RoleGrant, Staff


def open_account(person: str, username: str, *, password: str | None, actor: Actor, now: datetime) -> None:
    """Give a person a login; without a password only the city's identity provider lets it in. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        commands.over(staff, actor, "people.write", person, timezone.localdate(now))
        return [decide.link_account(staff, person, _made(username, password))]

    commands.change(decision, actor=actor, now=now)


def set_password(person: str, password: str, *, actor: Actor, now: datetime) -> None:
    """Give a person's login another password; the event says who did it. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        commands.over(staff, actor, "people.write", person, timezone.localdate(now))
        key = staff.persons[person].account if person in staff.persons else None
        account = Account.objects.filter(pk=key).first() if key else None
        if account is None or key is None:
            raise Impossible("account", _("该人员还没有账号。"))
        _set(account, password)
        return [Fact("persons", "password_set", {"v": 1, "person": person})]

    commands.change(decision, actor=actor, now=now)


def found(username: str, *, name: str, unit: str, password: str, now: datetime) -> None:
    """The first administrator, from the command line: person, login and role at once. Raises Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        today = timezone.localdate(now)
        facts = [decide.hire(staff, username, since=today, private=commands.seal(staff, username, {"name": name}))]
        staff.apply(facts[0].activity, facts[0].payload)
        facts.append(decide.link_account(staff, username, _made(username, password)))
        key = f"person:{username}:administrator:{unit}:{today.isoformat()}"
        facts.append(decide.grant(staff, RoleGrant(key, "person", username, "administrator", unit, today)))
        return facts

    commands.change(decision, actor=OPERATOR, now=now)


def _made(username: str, password: str | None) -> str:
    if not username.strip() or Account.objects.filter(username=username.strip()).exists():
        raise Impossible("username", _("登录名为空或已被使用，请换一个。"))
    account = Account(username=username.strip())
    if password is None:
        account.set_unusable_password()
        account.save()
    else:
        _set(account, password)
    return str(account.pk)


def _set(account: Account, password: str) -> None:
    try:
        validate_password(password, account)
    except ValidationError as problem:
        raise Impossible("password", " ".join(problem.messages)) from problem
    account.set_password(password)
    account.save()
