"""What waits: hand-overs to be signed for (移交待签收), and cases that stand still without a day of their own (暂停)."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yinuo.city.board import lists
from yinuo.city.board.dossier import dossier
from yinuo.city.board.pauses import explained, looks
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act as do
from yinuo.city.pages.listing import BadQuery, listed
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import row_filter
from yinuo.city.registers.possible import answers, types_of
from yinuo.city.registers.spelling import Speller


@needs("case.read")
@require_safe
def offers(request: HttpRequest) -> HttpResponse:
    """Who offered what to whom and since when; who may sign does so here. `?returned` = what came back."""
    words, actor, asked = words_for(request), request.actor, request.GET.dict()  # type: ignore[attr-defined]
    is_returned = bool(asked.get("returned"))
    spec = lists.offers(words, is_returned=is_returned)
    try:
        found = listed(spec, path=request.path, asked=asked, row_filter=row_filter(actor, "case.read", "c.scope"))
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    now = timezone.now()
    for row in found.rows:
        row["waited"] = words.lasting(now - row["offered_at"])
        row["answers"] = None if is_returned else answers(row, words, actor=actor)
    facts = {"listing": found, "is_returned": is_returned, "now": now}
    return render(request, "board/offers.html.j2", facts)


@needs("case.act")
@require_POST
def answer_offer(request: HttpRequest, case_id: str, activity: str) -> HttpResponse:
    """Sign for a hand-over or return it. Refused: the list again, with the sentence that says why."""
    return _done(request, case_id, activity, back="offers")


@needs("case.read")
@require_safe
def pauses(request: HttpRequest) -> HttpResponse:
    """Cases that stand still until something happens: since when, why, by whom, and until when somebody looks at it."""
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    condition, given = row_filter(actor, "case.read", "c.scope")
    given = {**given, "looks": list(looks(words.pack.digest)[0]) if words.is_there else []}
    try:
        found = listed(lists.pauses(words), path=request.path, asked=request.GET.dict(), row_filter=(condition, given))
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    explained(found.rows, words, actor=actor, now=now)
    for row in found.rows:
        since = row["pause"].since
        row["lasting"] = words.lasting(now - since) if since else ""
    return render(request, "board/pauses.html.j2", {"listing": found, "now": now})


@needs("case.act")
@require_POST
def look_at_pause(request: HttpRequest, case_id: str, activity: str) -> HttpResponse:
    """Record that somebody looked at a case that stands still. Refused: the list again, with the sentence that says why."""
    return _done(request, case_id, activity, back="pauses")


def _done(request: HttpRequest, case_id: str, activity: str, *, back: str) -> HttpResponse:
    words, now, actor = words_for(request), timezone.now(), request.actor  # type: ignore[attr-defined]
    found = dossier(case_id, words, actor=actor, now=now)
    if found is None:
        raise Http404
    given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    try:
        values = Speller(words, actor, timezone.localdate(now)).read(given, types_of(words, found.case))
        do(Act(case_id, activity, now, values), actor=actor, now=now)
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("已办：%(act)s") % {"act": words.activity(activity)})
    return redirect(reverse(back))
