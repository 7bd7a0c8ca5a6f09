"""The page of webhooks (推送), beside the page of systems: what the API's operations do, for an administrator with a browser."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from yinuo.city.api.commands import begin
from yinuo.city.notices import commands, queries, reach
from yinuo.city.notices.webhooks import new_secret
from yinuo.city.pages.words import words_for
from yinuo.city.people import units
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may

LONGEST = {"name": 100, "url": 1000}


@needs("webhook.write")
@require_safe
def webhooks(request: HttpRequest) -> HttpResponse:
    """The webhooks within one's part of the tree, open and closed, with their last deliveries."""
    return _page(request)


@needs("webhook.write")
@require_POST
@never_cache
def opened(request: HttpRequest) -> HttpResponse:
    """Open one and show its secret, this once. Refused: the form as it was filled in, and why."""
    given = {name: request.POST.get(name, "").strip() for name in ("name", "unit", "url")}
    activities = [one for one in request.POST.getlist("activities") if one]
    webhook_id, secret = secrets.token_hex(8), new_secret()
    problem = _problem(given, {span.unit for span in _units(request)})
    if not problem:
        try:
            commands.open_webhook(
                webhook_id, **given, secret=secret, activities=activities,
                actor=request.actor, now=timezone.now(),  # type: ignore[attr-defined]
            )  # fmt: skip
        except reach.Refused as refused:
            problem = str(refused)
    if problem:
        return _page(request, given={**given, "activities": activities}, problem=problem)
    begin()
    return _page(request, secret=secret)


@needs("webhook.write")
@require_POST
def closed(request: HttpRequest, webhook_id: str) -> HttpResponse:
    """Close one for ever; what waits for it is given up."""
    hook = next((one.webhook for one in queries.hooks(deliveries=0) if one.webhook.id == webhook_id), None)
    if hook is None or not _is_mine(request, hook.unit):
        raise Http404
    try:
        commands.disable_webhook(webhook_id, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except commands.Unknown as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("推送已停用，等待发送的不再发送。"))
    return redirect("webhooks")


def _page(
    request: HttpRequest, *, secret: str | None = None, given: Mapping[str, object] | None = None, problem: str = ""
) -> HttpResponse:
    words = words_for(request)
    said = {
        "finding_raised": _("亮牌"), "finding_cleared": _("灯消除"), "finding_withdrawn": _("灯撤回"),
        "card_cancelled": _("申诉成立，撤销"), "delay_published": _("公布失诺原因"),
    }  # fmt: skip
    named = said | {one: words.activity(one) for one in (words.rules.activities if words.is_there else ())}
    facts = {
        "hooks": [one for one in queries.hooks() if _is_mine(request, one.webhook.unit)],
        "units": _units(request),
        "named": named,
        "secret": secret,
        "given": given or {"name": "", "unit": "", "url": "", "activities": ()},
        "problem": problem,
    }
    return render(request, "api/webhooks.html.j2", facts, status=422 if problem else 200)


def _units(request: HttpRequest) -> list[units.Span]:
    tree = units.tree(timezone.localdate())
    return [span for _depth, span in tree.walk() if _is_mine(request, span.unit)]


def _is_mine(request: HttpRequest, unit: str) -> bool:
    try:
        above = units.tree(timezone.localdate()).ancestors(unit)
    except units.UnknownUnit:
        above = ()
    return may(request.actor, "webhook.write", scope=above)  # type: ignore[attr-defined]


def _problem(given: Mapping[str, str], mine: set[str]) -> str:
    if not given["name"] or len(given["name"]) > LONGEST["name"]:
        return _("请填写接收系统的名称，不超过 100 字。")
    if given["unit"] not in mine:
        return _("请选择您管理范围内的单位。")
    if not given["url"] or len(given["url"]) > LONGEST["url"] or not given["url"].isascii():
        return _("请填写接收地址，以 https:// 开头。")
    return ""
