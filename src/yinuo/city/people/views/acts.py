"""What the forms on the pages of units and people do."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from yinuo.city.people import commands, projections
from yinuo.city.people.accounts import opening
from yinuo.city.people.actor import Actor
from yinuo.city.people.decide import Impossible
from yinuo.city.people.exchange import workbook
from yinuo.city.people.exchange.sheets import several
from yinuo.city.people.guard import needs
from yinuo.city.people.may import require
from yinuo.city.people.models import Person
from yinuo.city.people.staff import Absence, Appointment, Post, RoleGrant, StandIn
from yinuo.city.people.units import Span

Form = Mapping[str, str]
Act = Callable[[str, Form, Actor, datetime], str]
"""Does what a form asks for to a unit or person, and says so."""


@needs("units.read")
@require_POST
def on_unit(request: HttpRequest, unit: str, what: str) -> HttpResponse:
    """A form on a unit's page."""
    return _do(request, ON_UNIT, what, unit, "unit")


@needs("people.read")
@require_POST
def on_person(request: HttpRequest, person: str, what: str) -> HttpResponse:
    """A form on a person's page."""
    return _do(request, ON_PERSON, what, person, "person")


@needs("person.unmask")
@require_POST
@never_cache
def unmask(request: HttpRequest, person: str) -> HttpResponse:
    """A person's phone and identity number in clear, once, after it is written down who saw them and why."""
    now = timezone.now()
    row = Person.objects.filter(person=person).first()
    if row is None:
        raise Http404
    staff = projections.load()
    today = timezone.localdate(now)
    scope = {above for unit in staff.units_of(person) for above in staff.ancestors(unit, today)}
    reason = request.POST.get("reason", "")
    try:
        clear = commands.unmask(row.ref, actor=request.actor, reason=reason, now=now, scope=scope)  # type: ignore[attr-defined]
    except Impossible as problem:
        messages.error(request, problem.sentence)
        return redirect("person", person)
    return render(request, "people/unmasked.html.j2", {"person": row, "clear": clear, "reason": reason})


def _do(request: HttpRequest, acts: Mapping[str, Act], what: str, key: str, back: str) -> HttpResponse:
    if what not in acts:
        raise Http404
    form = {name: str(value).strip() for name, value in request.POST.items()}
    try:
        said = acts[what](key, form, request.actor, timezone.now())  # type: ignore[attr-defined]
    except Impossible as problem:
        messages.error(request, problem.sentence)
    else:
        messages.success(request, said)
    return redirect(back, key)


def _rename(unit: str, form: Form, actor: Actor, now: datetime) -> str:
    words = {
        "zh": form.get("zh", ""),
        "en": form.get("en", ""),
        "type_": form.get("type", ""),
        "rank": form.get("rank", ""),
    }
    commands.rename_unit(unit, since=_day(form, "from", now), actor=actor, now=now, **words)
    return _("已更名。")


def _move(unit: str, form: Form, actor: Actor, now: datetime) -> str:
    commands.move_unit(unit, parent=form.get("parent") or None, since=_day(form, "from", now), actor=actor, now=now)
    return _("已调整隶属关系。")


def _close(unit: str, form: Form, actor: Actor, now: datetime) -> str:
    commands.close_unit(unit, until=_day(form, "until", now), into=form.get("into") or None, actor=actor, now=now)
    return _("已登记撤销。")


def _open(unit: str, form: Form, actor: Actor, now: datetime) -> str:
    words = (form.get("zh", ""), form.get("en", ""), form.get("type", ""), form.get("rank", ""))
    one = Span(form.get("unit", ""), _day(form, "from", now), None, unit, *words)
    commands.open_unit(one, actor=actor, now=now)
    return _("已设立下级机构。")


def _open_post(unit: str, form: Form, actor: Actor, now: datetime) -> str:
    oversees = tuple(several(form.get("oversees", "")))
    since = _day(form, "from", now)
    one = Post(
        form.get("post", ""), unit, form.get("zh", ""), form.get("en", ""), form.get("tier", ""), oversees, since
    )  # type: ignore[arg-type]
    commands.open_post(one, actor=actor, now=now)
    return _("已设置岗位。")


def _appoint(unit: str, form: Form, actor: Actor, now: datetime) -> str:
    person, post, since = form.get("person", ""), form.get("post", ""), _day(form, "from", now)
    staff = projections.load()
    place = staff.posts[post].unit if post in staff.posts else unit
    require(actor, "people.write", scope=staff.ancestors(place, since))
    if form.get("name") and not Person.objects.filter(person=person).exists():
        fields = {"name": form["name"], "phone": form.get("phone", ""), "identity": form.get("identity", "")}
        commands.hire(person, fields=fields, since=since, actor=actor, now=now)
    one = Appointment(f"{person}:{post}:{since.isoformat()}", person, post, since, _maybe(form, "until"))
    commands.appoint(one, actor=actor, now=now)
    return _("已任命。")


def _end_appointment(_key: str, form: Form, actor: Actor, now: datetime) -> str:
    until = _day(form, "until", now)
    commands.end("appointments", form.get("id", ""), until=until, actor=actor, now=now)
    return _("已免去岗位。")


def _grant(unit: str, form: Form, actor: Actor, now: datetime) -> str:
    kind, holder = form.get("kind", "person"), form.get("holder", "")
    return _granted(kind, holder, form.get("role", ""), unit, form, actor, now)


def _grant_person(person: str, form: Form, actor: Actor, now: datetime) -> str:
    return _granted("person", person, form.get("role", ""), form.get("within", ""), form, actor, now)


def _granted(kind: str, holder: str, role: str, within: str, form: Form, actor: Actor, now: datetime) -> str:  # noqa: PLR0917
    since = _day(form, "from", now)
    key = f"{kind}:{holder}:{role}:{within}:{since.isoformat()}"
    if kind not in {"person", "post", "unit"}:
        raise Impossible("kind", _("角色只能授予人员、岗位或机构。"))
    one = RoleGrant(key, kind, holder, role, within, since, _maybe(form, "until"))  # type: ignore[arg-type]
    commands.grant(one, actor=actor, now=now)
    return _("已授予角色。")


def _revoke(_key: str, form: Form, actor: Actor, now: datetime) -> str:
    commands.end("grants", form.get("id", ""), until=_day(form, "until", now), actor=actor, now=now)
    return _("已收回角色。")


def _away(person: str, form: Form, actor: Actor, now: datetime) -> str:
    since = _day(form, "from", now)
    one = Absence(f"{person}:{since.isoformat()}", person, since, _maybe(form, "until"))
    commands.declare_absence(one, actor=actor, now=now)
    return _("已登记外出。")


def _back(_person: str, form: Form, actor: Actor, now: datetime) -> str:
    commands.end("absences", form.get("id", ""), until=_day(form, "until", now), actor=actor, now=now)
    return _("已登记返回。")


def _stand_in(person: str, form: Form, actor: Actor, now: datetime) -> str:
    by, since = form.get("by", ""), _day(form, "from", now)
    one = StandIn(f"{person}:{by}:{since.isoformat()}", person, by, since, _maybe(form, "until"))
    commands.name_stand_in(one, actor=actor, now=now)
    return _("已安排AB岗。")


def _end_stand_in(_person: str, form: Form, actor: Actor, now: datetime) -> str:
    commands.end("stand_ins", form.get("id", ""), until=_day(form, "until", now), actor=actor, now=now)
    return _("已取消AB岗安排。")


def _open_account(person: str, form: Form, actor: Actor, now: datetime) -> str:
    password = _new_password()
    opening.open_account(person, form.get("username", ""), password=password, actor=actor, now=now)
    return _("已开通账号，初始密码只显示这一次：%(password)s") % {"password": password}


def _set_password(person: str, _form: Form, actor: Actor, now: datetime) -> str:
    password = _new_password()
    opening.set_password(person, password, actor=actor, now=now)
    return _("密码已重置，新密码只显示这一次：%(password)s") % {"password": password}


def _dismiss(person: str, form: Form, actor: Actor, now: datetime) -> str:
    commands.end("persons", person, until=_day(form, "until", now), actor=actor, now=now)
    return _("已登记离岗。")


ON_UNIT: Mapping[str, Act] = {
    "rename": _rename,
    "move": _move,
    "close": _close,
    "open": _open,
    "post": _open_post,
    "appoint": _appoint,
    "end_appointment": _end_appointment,
    "grant": _grant,
    "revoke": _revoke,
}
ON_PERSON: Mapping[str, Act] = {
    "away": _away,
    "back": _back,
    "stand_in": _stand_in,
    "end_stand_in": _end_stand_in,
    "grant": _grant_person,
    "revoke": _revoke,
    "end_appointment": _end_appointment,
    "account": _open_account,
    "password": _set_password,
    "dismiss": _dismiss,
}


def _new_password() -> str:
    return (
        secrets.token_urlsafe(9)
        + secrets.choice("ABCDEFGH")
        + secrets.choice("abcdefgh")
        + secrets.choice("23456789")
        + "!"
    )


def _day(form: Form, name: str, now: datetime) -> date:
    return _maybe(form, name) or timezone.localdate(now)


def _maybe(form: Form, name: str) -> date | None:
    try:
        return workbook.day(form.get(name, ""))
    except ValueError as problem:
        raise Impossible(name, str(problem)) from problem
