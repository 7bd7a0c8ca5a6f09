"""My cases: what I sent and what a window entered for me, and what I can do with each."""

from __future__ import annotations

import uuid
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yinuo.city.cases import attachments
from yinuo.city.cases.acting import known_event
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Attachment, Case
from yinuo.city.pages.words import words_for
from yinuo.city.people.accounts.asking import may_ask
from yinuo.city.people.actor import Actor
from yinuo.city.portal import commands, drafts, rating, tracking
from yinuo.city.portal.residents import queries
from yinuo.city.portal.residents.commands import actor_id
from yinuo.city.portal.residents.door import mine
from yinuo.city.portal.standing import Standing

FILES = 20
"""Files of one supplement."""


@mine
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Drafts, and cases: what is asked of me first, then the newest."""
    resident, today = request.resident, timezone.localdate()  # type: ignore[attr-defined]
    held = queries.cases_of(resident.id, day=today)
    rows = Case.objects.filter(case_id__in=list(held)).order_by("-opened_at")
    cases = sorted(rows, key=lambda one: one.stage != "supplement_requested" or one.status != "open")
    facts = {
        "cases": cases, "held": held, "drafts": drafts.all_of(resident.id), "resident": resident,
        "mandates": {one.mandate: one for one in queries.mandates(resident.id, day=today)},
    }  # fmt: skip
    return render(request, "portal/my.html.j2", facts)


@mine
@require_POST
def show(request: HttpRequest) -> HttpResponse:
    """Follow a case that a window took in: its number, and a telephone that is the one on the case."""
    resident, now = request.resident, timezone.now()  # type: ignore[attr-defined]
    if not may_ask(request, what="show", most=tracking.MOST, now=now):
        messages.error(request, _("查询太频繁，请过一分钟再试。"))
        return redirect("my")
    case_id = tracking.case_of(
        request.POST.get("receipt", ""), phone=resident.clear().get("phone", ""), words=words_for(request)
    )
    if case_id is None:
        messages.error(request, _("没有找到：收件号不对，或者办件上留的不是您登录的手机号。"))
        return redirect("my")
    commands.show(case_id, resident, now=now)
    return redirect("my_case", case_id)


@mine
@require_safe
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """One case of mine; 404 for any other."""
    return _page(request, standing_of(request, case_id))


@mine
@require_POST
def supplement(request: HttpRequest, case_id: str) -> HttpResponse:
    """Bring what was asked for; what was typed stays when it is refused."""
    found, told = standing_of(request, case_id), request.POST.get("told", "")[:2000]
    event_id = _event(request, "supplement", case_id)
    try:
        if found.asked is None and known_event("yinuo", event_id) is None:
            raise Refused("not_asked", _("现在没有要您补正的材料。"), field="told")
        files = _stored(request, _party(request, case_id))
        commands.supplement(
            case_id, told=told, files=files, expected=_version(request), event_id=event_id,
            actor=_party(request, case_id), now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        return _page(request, found, wrong={refusal.field or "": refusal.sentence}, told=told)
    messages.success(request, _("补正已经收到，审核的人会接着办。"))
    return redirect("my_case", case_id)


@mine
@require_POST
def withdraw(request: HttpRequest, case_id: str) -> HttpResponse:
    """Take the application back, after it was confirmed by a tick."""
    found = standing_of(request, case_id)
    if request.POST.get("sure") != "yes":
        return _page(request, found, wrong={"sure": _("撤回以后要重新申请；确定的话请勾选再提交。")})
    try:
        event_id = _event(request, "withdraw", case_id)
        commands.withdraw(case_id, event_id=event_id, actor=_party(request, case_id), now=timezone.now())
    except Refused as refusal:
        return _page(request, found, wrong={"sure": refusal.sentence})
    messages.success(request, _("申请已撤回。"))
    return redirect("my_case", case_id)


@mine
@require_safe
def file(request: HttpRequest, case_id: str, digest: str) -> HttpResponseBase:
    """A file of a case of mine that I was told of; it is saved, never run or shown by the browser (regression 24)."""
    found = standing_of(request, case_id)
    row: Attachment | None = found.files.get(digest)
    path = attachments.path_of(row.digest) if row else None
    if row is None or path is None or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), as_attachment=True, filename=row.name, content_type=row.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@mine
@require_safe
def paper(request: HttpRequest, case_id: str, paper: str) -> HttpResponse:
    """A paper of a case of mine as PDF."""
    standing_of(request, case_id)
    printed: HttpResponse | None = import_module(settings.CASE_PAPERS).paper(
        request, case_id, paper, now=timezone.now()
    )
    if printed is None:
        raise Http404
    return printed


def standing_of(request: HttpRequest, case_id: str) -> Standing:
    """A case of whoever is here; 404 for any other."""
    resident = request.resident  # type: ignore[attr-defined]
    now = timezone.now()
    row = Case.objects.filter(case_id=case_id).first()
    if row is None or case_id not in queries.cases_of(resident.id, day=timezone.localdate(now)):
        raise Http404
    return Standing(row, words_for(request), now=now, party=actor_id(resident.id))


def _party(request: HttpRequest, case_id: str) -> Actor:
    found = commands.party(request.resident, case_id, now=timezone.now())  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def _stored(request: HttpRequest, actor: Actor) -> list[str]:
    uploaded = request.FILES.getlist("files")
    if len(uploaded) > FILES:
        raise Refused("too_many_files", _("一次最多传 %(most)s 个文件。") % {"most": FILES}, field="files")
    now = timezone.now()
    return [attachments.store(one.chunks(), one.name or "", actor=actor, now=now).digest for one in uploaded]


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _event(request: HttpRequest, what: str, case_id: str) -> str:
    """The id of this act on this case: made when the page was shown, so that a form sent twice acts once."""
    text = request.POST.get("form", "")
    made = text if text.isascii() and text.isalnum() and len(text) == 32 else uuid.uuid4().hex
    return f"my-{what}-{case_id}-{made}"


def _page(
    request: HttpRequest, found: Standing, *, wrong: dict[str, str] | None = None, told: str = ""
) -> HttpResponse:
    facts: dict[str, Any] = {
        "found": found, "case": found.case, "wrong": wrong or {}, "told": told, "form": uuid.uuid4().hex,
        "is_sent": request.GET.get("sent") == "1", "may_rate": rating.may_be_rated(found.case),
        "grades": rating.grades(words_for(request)), "answer": rating.answer_to(found.case.case_id) if found.rated else None,
    }  # fmt: skip
    return render(request, "portal/case.html.j2", facts, status=422 if wrong else 200)
