"""Decisions and certificates on their way to the applicant, with their own limit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.queries import one as case_of
from yinuo.city.cases.queries import state_of
from yinuo.city.hall.delivery.rows import decided, under_way
from yinuo.city.hall.delivery.words import BY_MAIL, DELIVERY, DOCUMENTS
from yinuo.city.pages.showing import choices_of
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import row_filter

ACTS: Mapping[str, tuple[str, str]] = {
    "send": ("dispatched", "tracking_no"), "back": ("delivery_failed", "failed_reason"), "deliver": ("delivered", "taken_by"),
}  # fmt: skip
"""What is done to a delivery → the activity, and the field it asks for."""


@needs("case.act")
@never_cache
@require_safe
def deliveries(request: HttpRequest) -> HttpResponse:
    """What was decided and is not begun to be delivered, and what is on its way, the soonest due first."""
    return _page(request)


@needs("case.act")
@require_POST
def delivery_begin(request: HttpRequest, case_id: str) -> HttpResponse:
    """A decision is to be delivered, in the way that was chosen. The same decision is begun once."""
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    case = case_of(case_id, actor=actor)
    if case is None:
        raise Http404
    state = state_of(case_id)
    said = next((word for activity, word in DOCUMENTS.items() if state and activity in state.seen), None)
    if said is None:
        return _page(request, wrong=case_id, error=_("还没有作出决定，没有可以送达的文书。"))
    fields = {"about": case_id, "document": said, "way": request.POST.get("way", "")}
    opening = Act(None, "delivery_due", now, fields, kind=DELIVERY, unit=case.unit, event_id=f"delivery-{case_id}")
    try:
        act(opening, actor=actor, now=now)
    except Refused as refusal:
        return _page(request, wrong=case_id, error=refusal.sentence)
    messages.success(request, _("已登记待送达，十日内送达。"))
    return redirect("deliveries")


@needs("case.act")
@require_POST
def delivery_act(request: HttpRequest, case_id: str, what: str) -> HttpResponse:
    """Sent, come back, delivered. Refused: the page with the sentence at the row."""
    if what not in ACTS:
        raise Http404
    activity, field = ACTS[what]
    try:
        act(
            Act(case_id, activity, timezone.now(), {field: request.POST.get(field, "").strip()}),
            actor=request.actor,  # type: ignore[attr-defined]
            now=timezone.now(),
        )
    except Refused as refusal:
        return _page(request, wrong=case_id, error=refusal.sentence)
    return redirect("deliveries")


def _since(words: Words) -> datetime | None:
    """The first instant from which the text wants decisions delivered; null for a text without such a flow."""
    starts = (
        [one.editions[0].start for one in words.rules.of_kind("flow") if one.id == DELIVERY] if words.is_there else []
    )
    return timezone.make_aware(datetime.combine(starts[0], time.min)) if starts else None


def _page(request: HttpRequest, *, wrong: str = "", error: str = "") -> HttpResponse:
    words, now = words_for(request), timezone.now()
    condition, given = row_filter(request.actor, "case.act", "c.scope")  # type: ignore[attr-defined]
    page = request.GET.get("page", "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 0
    since = _since(words)
    waiting, is_more = decided(condition, given, since=since, page=number) if since is not None else ([], False)
    turn = {"first": "?page=0" if number else "", "next": f"?page={number + 1}" if is_more else ""}
    facts = {
        "decided": waiting, "turn": turn, "under_way": under_way(condition, given),
        "ways": choices_of(DELIVERY, "way", words), "takers": choices_of(DELIVERY, "taken_by", words), "by_mail": BY_MAIL, "wrong": wrong, "error": error, "now": now,
    }  # fmt: skip
    return render(request, "hall/deliveries.html.j2", facts, status=422 if error else 200)
