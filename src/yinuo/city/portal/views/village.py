"""A village room, or any point that acts for people, files for a resident with a written mandate; mandates are compared here."""

from __future__ import annotations

import uuid
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
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.portal import commands, drafts, form
from yinuo.city.portal.commands import DOCUMENT
from yinuo.city.portal.form import Filled, Upload
from yinuo.city.portal.items import Item
from yinuo.city.portal.models import Mandate
from yinuo.city.portal.residents import keys
from yinuo.city.portal.residents.commands import check_mandate
from yinuo.city.portal.views.apply import item_for, labels_of, take_files


@needs("case.intake")
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """What can be filed for somebody here, and what was begun."""
    key = _key(request)
    facts = {"items": rows(__file__, "online", {"day": timezone.localdate()}), "drafts": drafts.all_of(key)}
    return render(request, "portal/agency.html.j2", facts)


@needs("case.intake")
@require_POST
def begin(request: HttpRequest, item: str) -> HttpResponse:
    """Begin to fill in for somebody."""
    item_for(request, item)
    draft = uuid.uuid4().hex
    drafts.begin(draft, _key(request), item, filled=Filled(), now=timezone.now())
    return redirect("agency_draft", draft)


@needs("case.intake")
@require_http_methods(["GET", "HEAD", "POST"])
def draft(request: HttpRequest, draft: str) -> HttpResponse:
    """The same form as a resident's, with the resident's telephone and the written mandate."""
    kept = drafts.kept(draft, _key(request))
    if kept is None:
        raise Http404
    item, filled = item_for(request, kept.item), kept.filled
    if request.method != "POST":
        return _page(request, draft, item=item, filled=filled)
    if request.POST.get("do") == "give_up":
        drafts.drop(draft, _key(request))
        return redirect("agency")
    filled.take(request.POST, item)
    filled.phone, filled.until = (request.POST.get(name, "").strip()[:20] for name in ("phone", "until"))
    actor = request.actor  # type: ignore[attr-defined]
    wrong = {**_take_mandate(request, filled), **take_files(request, item, filled, actor=actor)}
    drafts.save(draft, _key(request), filled, now=timezone.now())
    if request.POST.get("do") != "send":
        return (
            _page(request, draft, item=item, filled=filled, wrong=wrong) if wrong else redirect("agency_draft", draft)
        )
    wrong = {**_missing(filled), **form.problems(item, filled, is_for_firm=False), **wrong}
    if not wrong:
        try:
            done = commands.send_for(draft, filled, item=item, key=_key(request), actor=actor, now=timezone.now())
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
    """Mandates residents gave that nobody has compared with the principal yet; the oldest first."""
    words = words_for(request)
    found = Mandate.objects.filter(checked_at=None, ended_at=None, until__gt=timezone.localdate()).order_by(
        "since", "mandate"
    )
    return render(request, "portal/checking.html.j2", {"rows": list(found[:100]), "city": words.city})


@needs("case.intake")
@require_POST
def check(request: HttpRequest, mandate: str) -> HttpResponse:
    """The document was compared with the principal."""
    try:
        check_mandate(mandate, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Mandate.DoesNotExist:
        raise Http404 from None
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
