"""The papers of a case to print: made when asked for, always in Chinese as they are issued, never kept."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yinuo.city.board import letters, printing
from yinuo.city.board.dossier import Dossier, case_of_card, dossier
from yinuo.city.cases.numbers import query_code
from yinuo.city.ledger import private, roots
from yinuo.city.pages.words import Words
from yinuo.city.papers.render import pdf
from yinuo.city.people.guard import needs
from yinuo.city.people.masking import mask

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@needs("case.read")
@require_safe
@never_cache
def paper(request: HttpRequest, case_id: str, paper: str) -> HttpResponse:
    """A paper of a case (printing.offered, letters.offered) as PDF; 404 for a case out of reach and for a paper there is not of it.

    A receipt whose root no longer fits the ledger is not printed: the page of the evidence says what is wrong.
    """
    with translation.override("zh-hans"):
        found = _dossier(request, case_id)
        if paper not in (*printing.offered(found), *letters.offered(found)):
            raise Http404
        try:
            context = context_of(request, found, paper)
        except roots.BrokenRoot as error:
            messages.error(request, str(error))
            return redirect("case_proof", case_id)
        return printed(paper, context, found)


@needs("finding.read")
@require_safe
@never_cache
def notice(request: HttpRequest, card: str) -> HttpResponse:
    """The notice of a card as PDF; 404 for one out of reach, taken back or cancelled."""
    with translation.override("zh-hans"):
        case_id = case_of_card(card, actor=request.actor)  # type: ignore[attr-defined]
        if case_id is None:
            raise Http404
        found = _dossier(request, case_id)
        one = next(one for one in found.cards if one["card"] == card)
        if one["status"] not in printing.STANDING:
            raise Http404
        return printed("card", printing.notice(found, one), found)


def _dossier(request: HttpRequest, case_id: str) -> Dossier:
    actor = request.actor  # type: ignore[attr-defined]
    found = dossier(case_id, Words("zh", person=actor.id), actor=actor, now=timezone.now())
    if found is None:
        raise Http404
    return found


def context_of(request: HttpRequest, found: Dossier, paper: str) -> printing.Context | None:
    """What a paper of a case says; null for one there is not."""
    if paper == printing.RECTIFICATION:
        return printing.rectification(found)
    if paper == printing.SHEET:
        return printing.sheet(found)
    if paper in printing.BADGES:
        return printing.badge(found)
    if paper == printing.ORDER:
        about, actor = printing.fields_of(found).get("about"), request.actor  # type: ignore[attr-defined]
        return printing.order(found, dossier(about, found.words, actor=actor, now=found.now) if about else None)
    case = found.case
    sealed = private.unseal(case["person_ref"]) if case["person_ref"] else None
    name = mask("name", sealed["name"]) if sealed and sealed.get("name") else ""
    number = case["receipt"]
    asked = f"?{urlencode({'receipt': number, 'tail': query_code(number)})}" if number else ""
    applicant, track = name or _("申请人"), request.build_absolute_uri(reverse("track")) + asked
    if paper != printing.RECEIPT:
        return letters.letter(found, paper, applicant=applicant, track=track)
    proof = roots.proof(f"case/{case['case_id']}")
    said = printing.receipt(found, applicant=applicant, track=track, proof=proof.as_json() if proof else None)
    rated = request.build_absolute_uri(reverse("rate")) + asked
    return {**said, "code": query_code(number) if number else "", "rate": rated}


def printed(paper: str, context: printing.Context | None, found: Dossier) -> HttpResponse:
    """A paper as PDF."""
    if context is None:
        raise Http404
    whole: dict[str, Any] = {**context, "issued_at": found.now, "is_demo": settings.DEMO}
    answer = HttpResponse(pdf(paper, whole), content_type="application/pdf")
    name = _UNSAFE.sub("", f"{paper}-{context['number']}")
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer
