"""The keys of other systems, and who saw whose clear fields."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from yinuo.city.people import commands, units
from yinuo.city.people.decide import Impossible
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may
from yinuo.city.people.views import rows


@needs("token.read")
def systems(request: HttpRequest, secret: str | None = None) -> HttpResponse:
    """The systems that may come in by a key, within one's part of the tree. `secret` is shown once after it was made."""
    tree = units.tree(timezone.localdate())
    actor = request.actor  # type: ignore[attr-defined]
    shown = {
        "tokens": [(one, rows.called(tree.unit(one.unit))) for one in rows.tokens(actor, tree)],
        "may_write": may(actor, "token.write"),
        "may_hooks": may(actor, "webhook.write"),
        "may_quality": may(actor, "reporting.read"),
        "units": sorted((unit, rows.called(tree.units[unit])) for unit in rows.visible(actor, "token.write", tree)),
        "secret": secret,
    }
    return render(request, "people/systems.html.j2", shown)


@needs("token.write")
@require_POST
@never_cache
def create(request: HttpRequest) -> HttpResponse:
    """Make a key for a system and show it, this once."""
    secret = secrets.token_urlsafe(32)
    rate = request.POST.get("rate", "600")
    try:
        commands.create_token(
            secret,
            name=request.POST.get("name", ""),
            unit=request.POST.get("unit", ""),
            rate=int(rate) if rate.isdecimal() else 0,
            actor=request.actor,  # type: ignore[attr-defined]
            now=timezone.now(),
        )
    except Impossible as problem:
        messages.error(request, problem.sentence)
        return redirect("systems")
    return systems(request, secret)


@needs("token.write")
@require_POST
def revoke(request: HttpRequest, token: str) -> HttpResponse:
    """Let a system in no longer."""
    try:
        commands.revoke_token(token, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Impossible as problem:
        messages.error(request, problem.sentence)
    else:
        messages.success(request, _("该令牌已停用。"))
    return redirect("systems")


@needs("audit.read")
def unmaskings(request: HttpRequest) -> HttpResponse:
    """Who saw whose clear fields, when and why."""
    return render(request, "people/unmaskings.html.j2", {"lines": rows.unmaskings(request.actor)})  # type: ignore[attr-defined]
