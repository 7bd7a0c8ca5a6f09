"""A village room, or any point that acts for people, files for a resident with a written mandate; mandates are compared here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yinuo.city.cases import attachments
from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Attachment
from yinuo.city.pages.statements import rows
from yinuo.city.people.guard import needs
from yinuo.city.portal import commands, drafts, form
from yinuo.city.portal.commands import DOCUMENT
from yinuo.city.portal.form import Filled, Upload
from yinuo.city.portal.items import Item
from yinuo.city.portal.models import Draft, Mandate, Resident
from yinuo.city.portal.residents import keys
from yinuo.city.portal.residents.commands import Impossible, check_mandate
from yinuo.city.portal.views.apply import is_closed, item_for, labels_of, take_files
from yinuo.city.registers.spelling import fen


@needs("case.intake")
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """What can be filed for somebody here, and what was begun."""
    key = _key(request)
    facts = {"items": rows(__file__, "online", {"day": timezone.localdate()}), "drafts": drafts.all_of(key)}
    return render(request, "portal/agency.html.j2", {**facts, "form": uuid.uuid4().hex})


@needs("case.intake")
@require_POST
def begin(request: HttpRequest, item: str) -> HttpResponse:
    """Begin to fill in for somebody."""
    if is_closed(request, item):
        return redirect("agency")
    item_for(request, item)
    draft = drafts.id_of(request.POST.get("form", ""), _key(request), item)
    if commands.sent(draft) is None:
        drafts.begin(draft, _key(request), item, filled=Filled(), now=timezone.now())
    return redirect("agency_draft", draft)


@needs("case.intake")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, draft: str) -> HttpResponse:
    """The same form as a resident's, with the resident's telephone and the written mandate."""
    kept = drafts.kept(draft, _key(request))
    if kept is None:
        return _sent_before(draft)
    if request.method == "POST" and request.POST.get("do") == "give_up":
        drafts.drop(draft, _key(request))
        return redirect("agency")
    if is_closed(request, kept.item):
        return redirect("agency")
    item, filled = item_for(request, kept.item), kept.filled
    if request.method != "POST":
        return _page(request, draft, item=item, filled=filled)
    filled.take(request.POST, item)
    for name in ("phone", "until", "fee"):
        setattr(filled, name, request.POST.get(name, "").strip()[:20])
    actor = request.actor  # type: ignore[attr-defined]
    wrong = {**_take_mandate(request, filled), **take_files(request, item, filled, actor=actor)}
    try:
        drafts.save(draft, _key(request), filled, now=timezone.now())
    except Draft.DoesNotExist:  # the same form sent twice at a moment: the other one was first
        return _sent_before(draft)
    if request.POST.get("do") == "send":
        return _send(request, draft, item=item, filled=filled, wrong=wrong)
    return _page(request, draft, item=item, filled=filled, wrong=wrong) if wrong else redirect("agency_draft", draft)


def _sent_before(draft: str) -> HttpResponse:
    """The case of a draft that was sent; 404 for any other that is gone."""
    case_id = commands.sent(draft)
    if case_id is None:
        raise Http404
    return redirect("case", case_id)


def _send(request: HttpRequest, draft: str, *, item: Item, filled: Filled, wrong: dict[str, str]) -> HttpResponse:
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    wrong = {**_missing(filled), **form.problems(item, filled, is_for_firm=False), **wrong}
    if not wrong:
        try:
            fee = fen(filled.fee) if filled.fee else None
            done = commands.send_for(draft, filled, item=item, key=_key(request), fee=fee, actor=actor, now=now)
        except Refused as refusal:
            wrong = {refusal.field or "": refusal.sentence}
        else:
            messages.success(
                request, _("已代为申请，收件号 %(receipt)s，请把回执交给本人。") % {"receipt": done.receipt}
            )
            return redirect("case", done.case_id)
    return _page(request, draft, item=item, filled=filled, wrong=wrong)


def _missing(filled: Filled) -> dict[str, str]:
    wrong = {}
    try:
        fen(filled.fee or "0")
    except ValueError as error:
        wrong["fee"] = _("“代办收费”填得不对：%(why)s。") % {"why": error}
    if keys.phone(filled.phone) is None:
        wrong["phone"] = _("请填写申请人的 11 位手机号码。")
    if not filled.files.get(DOCUMENT):
        wrong["document"] = _("代办要有书面委托书，请上传。")
    try:
        if date.fromisoformat(filled.until) <= timezone.localdate():
            wrong["until"] = _("委托的截止日期要在今天以后。")
    except ValueError:
        wrong["until"] = _("请填写委托的截止日期，例如 2026-12-31。")
    return wrong


def _take_mandate(request: HttpRequest, filled: Filled) -> dict[str, str]:
    uploaded = request.FILES.get("document")
    if uploaded is None:
        return {}
    try:
        actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
        kept = attachments.store(uploaded.chunks(), uploaded.name or "", actor=actor, now=now)
    except Refused as refusal:
        return {"document": refusal.sentence}
    filled.files[DOCUMENT] = [Upload(kept.digest, kept.name, kept.size)]
    return {}


def _key(request: HttpRequest) -> str:
    """Drafts of somebody of the staff are his own and no resident's."""
    return f"staff:{request.actor.id}"  # type: ignore[attr-defined]


def _page(
    request: HttpRequest, draft: str, *, item: Item, filled: Filled, wrong: dict[str, str] | None = None
) -> HttpResponse:
    facts: dict[str, Any] = {
        "one": item, "draft": draft, "filled": filled, "wrong": wrong or {}, "labels": labels_of(item), "mandates": (),
        "papers": form.asked_papers(item, filled), "ways_of": form.ways_of, "how_handed": form.how_handed, "saved_at": None,
        "resident": None, "is_agency": True, "document": filled.files.get(DOCUMENT, []),
    }  # fmt: skip
    return render(request, "portal/draft.html.j2", facts, status=422 if wrong else 200)


@needs("case.intake")
@require_safe
def mandates(request: HttpRequest) -> HttpResponse:
    """Mandates nobody has compared with the document yet; the oldest first. What stands in the document is not shown."""
    return _checking(request)


def _checking(request: HttpRequest, wrong: Mapping[str, str] | None = None) -> HttpResponse:
    """`wrong` is a mandate that was not compared rightly, what was typed and why."""
    found = Mandate.objects.filter(checked_at=None, ended_at=None, until__gt=timezone.localdate())
    waiting = list(found.order_by("since", "mandate")[:100])
    agents = {one.resident: one for one in Resident.objects.filter(resident__in=[row.resident for row in waiting])}
    facts = {"rows": [(row, agents[row.resident]) for row in waiting], "wrong": wrong or {}}
    return render(request, "portal/checking.html.j2", facts, status=422 if wrong else 200)


@needs("case.intake")
@require_POST
def check(request: HttpRequest, mandate: str) -> HttpResponse:
    """The document was compared: the principal's name and number as they stand in it are those the agent wrote down."""
    typed = {name: request.POST.get(name, "").strip()[:120] for name in ("name", "number")}
    try:
        check_mandate(mandate, **typed, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Mandate.DoesNotExist:
        raise Http404 from None
    except Impossible as error:
        return _checking(request, {"mandate": mandate, **typed, "said": error.sentence})
    messages.success(request, _("已核对。"))
    return redirect("agency_mandates")


@needs("case.intake")
@require_safe
def document(_request: HttpRequest, mandate: str) -> HttpResponseBase:
    """The document of a mandate that waits to be compared; it is saved, never shown by the browser."""
    row = Mandate.objects.filter(mandate=mandate, checked_at=None, ended_at=None).first()
    kept = Attachment.objects.filter(digest=row.document).first() if row else None
    if kept is None or not attachments.path_of(kept.digest).is_file():
        raise Http404
    path = attachments.path_of(kept.digest)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=kept.name, content_type=kept.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
