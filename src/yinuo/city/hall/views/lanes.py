"""Requests for a lane: what the text gives each, the share that is used, and the answer of who heads the unit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.deciding.who import HEADS
from yinuo.city.cases.projection import ways_of
from yinuo.city.hall.commands import answer_lane
from yinuo.city.hall.lanes.requests import requests
from yinuo.city.hall.lanes.shares import shares
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import row_filter


@needs("case.act")
@never_cache
@require_safe
def lanes(request: HttpRequest) -> HttpResponse:
    """The requests within reach, those that wait first, and the share of each unit beside the cap."""
    return _page(request)


@needs("case.act")
@require_POST
def lane_answer(request: HttpRequest, case_id: str) -> HttpResponse:
    """Grant or refuse one. Refused: the page again, with the sentence at the request and the reason as it was typed."""
    is_granted, reason = request.POST.get("answer") == "grant", request.POST.get("reason", "")
    try:
        answer_lane(case_id, is_granted=is_granted, reason=reason, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Refused as refusal:
        return _page(request, wrong=case_id, error=refusal.sentence, reason=reason)
    messages.success(request, _("已准予加急。") if is_granted else _("已答复不予加急。"))
    return redirect("lanes")


def _page(request: HttpRequest, *, wrong: str = "", error: str = "", reason: str = "") -> HttpResponse:
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    facts = {
        "rows": [], "shares": [], "wrong": wrong, "error": error, "reason": reason,
        "may_answer": any(grant.role in HEADS for grant in actor.grants),
    }  # fmt: skip
    if words.is_there:
        ways = ways_of(words.pack.digest)
        condition, given = row_filter(actor, "case.act", "c.scope")
        facts |= {
            "rows": requests(condition, given, ways=ways, now=now),
            "shares": shares(condition, given, ways=ways, now=now),
        }
    return render(request, "hall/lanes.html.j2", facts, status=422 if error else 200)
