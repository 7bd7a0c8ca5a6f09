"""Coming in, going out, one's own fields, mandates, and being erased."""

from __future__ import annotations

import secrets
import uuid
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yinuo.city.cases import attachments
from yinuo.city.cases.acts import Refused
from yinuo.city.people.accounts.asking import may_ask
from yinuo.city.people.accounts.openid import RESIDENTS
from yinuo.city.people.guard import public
from yinuo.city.portal.models import Mandate
from yinuo.city.portal.residents import codes, commands, door, keys, queries
from yinuo.city.portal.residents.commands import Impossible, Principal
from yinuo.city.portal.residents.door import mine

A_MINUTE = 10
"""Codes asked for or tried from one address in a minute."""


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """A telephone number, then the code sent to it. The same page whether somebody has this number or not."""
    after = _after(request)
    if request.method != "POST":
        return _door(request, after=after)
    typed = request.POST.get("phone", "").strip()[:20]
    phone = keys.phone(typed)
    if phone is None:
        return _door(request, after=after, phone=typed, wrong={"phone": _("请填写 11 位手机号码。")})
    if not may_ask(request, what="code", most=A_MINUTE, now=timezone.now()):
        return _door(
            request, after=after, phone=typed, wrong={"phone": _("这个地址试得太频繁，请过一分钟再试。")}, status=429
        )
    if "code" not in request.POST or request.POST.get("again"):
        return _send(request, phone, after=after)
    return _check(request, phone, after=after)


def _send(request: HttpRequest, phone: str, *, after: str) -> HttpResponse:
    code = f"{secrets.randbelow(1_000_000):06d}"
    try:
        sent = codes.send(phone, code, now=timezone.now())
    except codes.NotSent as error:
        return _door(request, after=after, phone=phone, wrong={"phone": str(error)}, status=429)
    return _door(request, after=after, phone=phone, is_sent=True, shown=sent.shown)


def _check(request: HttpRequest, phone: str, *, after: str) -> HttpResponse:
    found = codes.check(phone, request.POST.get("code", ""), now=timezone.now())
    if found == "right":
        resident = commands.register(uuid.uuid4().hex, {"phone": phone}, by="phone", now=timezone.now())
        door.sign_in(request, resident)
        return redirect(after)
    sentence = {
        "wrong": _("验证码不对，请对照短信再填。"),
        "spent": _("验证码已经失效，请重新获取。"),
    }[found]
    return _door(request, after=after, phone=phone, is_sent=True, wrong={"code": sentence})


def _door(
    request: HttpRequest, *, after: str, phone: str = "", is_sent: bool = False, shown: str | None = None,
    wrong: dict[str, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", ())
    outside = [
        {"name": app["name"], "address": reverse("openid_connect_login", args=[app["provider_id"]])}
        for app in apps
        if app["provider_id"] == RESIDENTS
    ]
    facts = {
        "after": after, "phone": phone, "is_sent": is_sent, "shown": shown, "wrong": wrong or {}, "outside": outside,
    }  # fmt: skip
    return render(request, "portal/sign_in.html.j2", facts, status=422 if wrong and status == 200 else status)


def _after(request: HttpRequest) -> str:
    """Where to go on; only within this city."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and is_safe else reverse("my")


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave; twice does no harm."""
    door.sign_out(request)
    return redirect("matters")


@mine
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own name and identity number, shown masked; a field left empty stays as it is."""
    resident, wrong, typed = request.resident, {}, {"name": "", "identity": ""}  # type: ignore[attr-defined]
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip()[:100] for name in typed}
        try:
            commands.change(resident.id, {name: text for name, text in typed.items() if text}, now=timezone.now())
        except Impossible as error:
            wrong = {error.field: error.sentence}
        else:
            messages.success(request, _("已保存。"))
            return redirect("my_profile")
    facts = {"resident": resident, "typed": typed, "wrong": wrong}
    return render(request, "portal/profile.html.j2", facts, status=422 if wrong else 200)


@mine
@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase the account and what is sealed of its holder. Refused while something of his is open."""
    resident = request.resident  # type: ignore[attr-defined]
    try:
        commands.erase(resident.id, actor=commands.actor_id(resident.id), now=timezone.now())
    except Impossible as error:
        messages.error(request, error.sentence)
        return redirect("my_profile")
    door.sign_out(request)
    messages.success(request, _("账号已注销，您的个人信息已经删除。"))
    return redirect("matters")


@mine
@require_http_methods(["GET", "HEAD", "POST"])
def mandates(request: HttpRequest) -> HttpResponse:
    """Whom one may act for, and a new mandate with its document."""
    resident, now = request.resident, timezone.now()  # type: ignore[attr-defined]
    typed: dict[str, Any] = {"kind": "firm", "name": "", "number": "", "until": ""}
    wrong: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "").strip()[:120] for name in typed}
        wrong = _give(request, resident.id, typed)
        if not wrong:
            messages.success(request, _("委托已登记，现在可以代为申请。"))
            return redirect("my_mandates")
    rows = queries.mandates(resident.id, day=timezone.localdate(now))
    facts = {"rows": rows, "typed": typed, "wrong": wrong, "tomorrow": timezone.localdate(now) + timedelta(days=1)}
    return render(request, "portal/mandates.html.j2", facts, status=422 if wrong else 200)


def _give(request: HttpRequest, resident: str, typed: dict[str, Any]) -> dict[str, str]:
    now = timezone.now()
    uploaded = request.FILES.get("document")
    try:
        until = date.fromisoformat(typed["until"])
    except ValueError:
        return {"until": _("请填写委托的截止日期，例如 2026-12-31。")}
    if uploaded is None:
        return {"document": _("请上传书面委托书。")}
    actor = queries.actor_of(resident, day=timezone.localdate(now))
    try:
        kept = attachments.store(uploaded.chunks(), uploaded.name or "", actor=actor, now=now)
        kind = "person" if typed["kind"] == "person" else "firm"
        principal = Principal(kind, typed["name"], typed["number"], kept.digest, until)  # type: ignore[arg-type]
        commands.give_mandate(resident, principal, mandate=uuid.uuid4().hex, now=now)
    except Refused as refusal:
        return {"document": refusal.sentence}
    except Impossible as error:
        return {error.field: error.sentence}
    return {}


@mine
@require_POST
def end_mandate(request: HttpRequest, mandate: str) -> HttpResponse:
    """Give a mandate up."""
    try:
        commands.end_mandate(mandate, request.resident.id, now=timezone.now())  # type: ignore[attr-defined]
    except Mandate.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("委托已终止。"))
    return redirect("my_mandates")
