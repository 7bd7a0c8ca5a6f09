"""Rating: from my case, or without an account from the receipt."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.models import Case
from yinuo.city.pages.words import words_for
from yinuo.city.people.accounts.asking import may_ask
from yinuo.city.people.guard import public
from yinuo.city.portal import commands, rating, tracking
from yinuo.city.portal.residents.door import mine
from yinuo.city.portal.views.tracking import too_often


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest) -> HttpResponse:
    """Rate the matter of a receipt: its number, and the end of the telephone number or the code printed on it."""
    given = request.POST if request.method == "POST" else request.GET
    receipt, tail = given.get("receipt", "").strip(), given.get("tail", "").strip()
    now, words = timezone.now(), words_for(request)
    facts = {"asked": receipt[: tracking.LONGEST], "tail": tail[:12], "grades": rating.grades(words)}
    if not receipt:
        return _page(request, facts)
    one = f"track/{receipt[: tracking.LONGEST]}"
    if not may_ask(request, what="track", most=tracking.MOST, now=now) or not may_ask(
        None, what=one, most=tracking.MOST_OF_ONE, now=now
    ):
        return too_often(request)
    found = tracking.tracked(receipt, tail, words)
    if found is None:
        return _page(request, facts, problem=_("没有查到：收件号和手机尾号（或者查询码）对不上。"), status=404)
    case = Case.objects.get(receipt=found["receipt"])
    if request.method == "POST" and "grade" in request.POST:
        try:
            _rated(request, case)
        except Refused as refusal:
            return _page(request, {**facts, "case": case}, problem=refusal.sentence, status=422)
        messages.success(request, _("谢谢，您的评价已经收到。"))
        return redirect(f"{reverse('rate')}?{urlencode({'receipt': receipt, 'tail': tail})}")
    return _page(request, {**facts, "case": case})


def _rated(request: HttpRequest, case: Case) -> None:
    now = timezone.now()
    rating.rate(
        case.case_id, grade=request.POST.get("grade", ""), said=request.POST.get("said", ""),
        actor=rating.holder_of_receipt(case, now=now), now=now,
    )  # fmt: skip


def _page(request: HttpRequest, facts: dict[str, object], *, problem: str = "", status: int = 200) -> HttpResponse:
    case = facts.get("case")
    seen = case.state if isinstance(case, Case) else ""
    shown = {
        "case": None, "said": request.POST.get("said", ""), "grade": request.POST.get("grade", ""), **facts,
        "problem": problem, "is_rated": '"rated":' in seen, "may_rate": rating.may_be_rated(case) if isinstance(case, Case) else False,
    }  # fmt: skip
    return render(request, "portal/rate.html.j2", shown, status=status)


@mine
@require_POST
def rate_mine(request: HttpRequest, case_id: str) -> HttpResponse:
    """Rate a case of mine."""
    now = timezone.now()
    actor = commands.party(request.resident, case_id, now=now)  # type: ignore[attr-defined]
    if actor is None:
        raise Http404
    try:
        rating.rate(
            case_id, grade=request.POST.get("grade", ""), said=request.POST.get("said", ""), actor=actor, now=now
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("谢谢，您的评价已经收到。"))
    return redirect("my_case", case_id)
