"""The list of units, a unit's page, a person's page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.people import commands, projections
from yinuo.city.people.actor import ROLE_WORDS, Actor, NotAllowed
from yinuo.city.people.chain import Chain, chain
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may, require
from yinuo.city.people.models import Account, Person
from yinuo.city.people.staff import Staff, is_on
from yinuo.city.people.units import TYPES, Tree
from yinuo.city.people.views import rows


@needs("units.read")
def units(request: HttpRequest) -> HttpResponse:
    """The tree of units one may see, with who heads each; searched by name or id."""
    today = timezone.localdate()
    held = chain(today)
    seen = rows.visible(request.actor, "units.read", held.tree)  # type: ignore[attr-defined]
    search, below = request.GET.get("search", "").strip()[:100], request.GET.get("below")
    is_whole = "all" in request.GET
    headless = [span for span in held.headless() if span.unit in seen]
    lines = rows.unit_lines(held, seen, search=search, below=below, is_whole=is_whole)
    if "headless" in request.GET:
        wanted = {span.unit for span in headless}
        lines = [line for line in rows.unit_lines(held, seen, is_whole=True) if line.span.unit in wanted]
    shown = {
        "lines": lines,
        "search": search,
        "is_whole": is_whole,
        "count": len(seen),
        "headless": len(headless),
        "may_import": may(request.actor, "people.import"),  # type: ignore[attr-defined]
        "may_export": may(request.actor, "people.export"),  # type: ignore[attr-defined]
        "may_tokens": may(request.actor, "token.read"),  # type: ignore[attr-defined]
        "may_quality": may(request.actor, "reporting.read"),  # type: ignore[attr-defined]
        "may_audit": may(request.actor, "audit.read"),  # type: ignore[attr-defined]
    }
    return render(request, "people/units.html.j2", shown)


@needs("units.read")
def unit(request: HttpRequest, unit: str) -> HttpResponse:
    """One unit: where it stands, who answers, its posts and people, the roles held within it."""
    today = timezone.localdate()
    held = chain(today)
    staff = projections.load()
    if unit not in staff.units:
        raise Http404
    scope = held.tree.ancestors(unit)
    actor = require(request.actor, "units.read", scope=scope)  # type: ignore[attr-defined]
    span = held.tree.unit(unit)
    sees_people = may(actor, "people.read", scope=scope)
    rungs = rows.climb(held, unit) if sees_people else []
    answering = {duty.person for rung in rungs for duty in rung.duties}
    shown = {
        "unit": span,
        "type": TYPES.get(span.type, span.type),
        "way": [held.tree.unit(one) for one in reversed(scope[1:])],
        "seen": _seen(actor, scope[1:], held.tree),
        "is_open": unit in held.tree.units,
        "is_headless": any(one.unit == unit for one in held.headless()),
        "history": staff.units[unit],
        "names": {
            one: rows.called(held.tree.unit(one)) for row in staff.units[unit] for one in (row.parent, row.into) if one
        },
        "children": held.tree.children(unit),
        "rungs": rungs,
        "met": {one for one in answering if rows.persons_seen(actor, staff, held.tree, one)},
        "posts": rows.post_lines(staff, held, unit) if sees_people else [],
        "grants": rows.grant_lines(staff, held.tree, unit=unit) if sees_people else [],
        "sees_people": sees_people,
        "may_units": may(actor, "units.write", scope=scope),
        "may_people": may(actor, "people.write", scope=scope),
        "may_grant": may(actor, "role.grant", scope=scope),
        "types": list(TYPES.items()),
        "tiers": rows.tier_choices(),
        "roles": _roles(),
        "today": today,
    }
    return render(request, "people/unit.html.j2", shown)


@needs("people.read")
def person(request: HttpRequest, person: str) -> HttpResponse:
    """One person: posts, roles, days away and who stands in; phone and identity number masked."""
    today = timezone.localdate()
    held = chain(today)
    staff = projections.load()
    shown_as = Person.objects.filter(person=person).first()
    if shown_as is None:
        raise Http404
    actor = request.actor  # type: ignore[attr-defined]
    if not rows.persons_seen(actor, staff, held.tree, person):
        raise NotAllowed(_("该人员不在您的管理范围内。"))
    appointments = [row for row in staff.appointments.values() if row.person == person]
    posts = [(row, staff.posts[row.post], held.tree.unit(staff.posts[row.post].unit)) for row in appointments]
    scope = {above for _row, post, _span in posts for above in held.tree.ancestors(post.unit)} or set(held.tree.roots)
    account = Account.objects.filter(pk=shown_as.account).first() if (shown_as.account or "").isdecimal() else None
    grants = rows.grant_lines(staff, held.tree, person=person)
    named = [*(span.unit for _row, _post, span in posts), *(one.unit for one in grants)]
    shown = _away(staff, held, person) | {
        "person": shown_as,
        "posts": posts,
        "grants": grants,
        "seen": _seen(actor, named, held.tree),
        "account": account,
        "may_people": _is_over(staff, actor, "people.write", person),
        "may_stand_in": _is_over(staff, actor, "people.stand_in", person),
        "is_self": actor.id == person,
        "may_unmask": may(actor, "person.unmask", scope=scope),
        "may_grant": may(actor, "role.grant"),
        "roles": _roles(),
        "today": today,
    }
    return render(request, "people/person.html.j2", shown)


def _away(staff: Staff, held: Chain, person: str) -> dict[str, Any]:
    """When a person is away, who stands in, and for whom the person does."""
    on = held.on
    coming = [row for row in staff.stand_ins.values() if row.valid_until is None or row.valid_until > on]
    absences = [row for row in staff.absences.values() if row.person == person]
    is_away = any(is_on(row, on) for row in absences)
    acting = held.acting(person) if is_away else None
    return {
        "stand_ins": [(row, staff.persons[row.by].name) for row in coming if row.person == person],
        "stands_in_for": [
            (row, staff.persons[row.person].name) for row in coming if row.by == person and is_on(row, on)
        ],
        "absences": [row for row in absences if row.valid_until is None or row.valid_until > on],
        "is_away": is_away,
        "acting": staff.persons[acting].name if acting else None,
    }


def _is_over(staff: Staff, actor: Actor, action: str, person: str) -> bool:
    try:
        commands.over(staff, actor, action, person, timezone.localdate())
    except NotAllowed:
        return False
    return True


def _roles() -> list[tuple[str, str]]:
    return [(role, zh) for role, zh in ROLE_WORDS.items() if role not in {"system", "applicant"}]


def _seen(actor: Actor, named: Iterable[str], tree: Tree) -> set[str]:
    """Those of these units whose pages one may see."""
    return {unit for unit in set(named) if may(actor, "units.read", scope=tree.above(unit))}
