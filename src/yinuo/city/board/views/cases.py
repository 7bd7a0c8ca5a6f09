"""The page of one case, and what can be done on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yinuo.city.board import letters, printing
from yinuo.city.board.dossier import Dossier, dossier
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act as do
from yinuo.city.cases.logs import line_of
from yinuo.city.ledger import private
from yinuo.city.pages.fieldwords import WORDS, field_word
from yinuo.city.pages.words import words_for
from yinuo.city.people.commands import unmask
from yinuo.city.people.decide import Impossible
from yinuo.city.people.guard import needs
from yinuo.city.people.masking import mask
from yinuo.city.people.may import may
from yinuo.city.registers.entry import sheet
from yinuo.city.registers.forms import filled, spoken, typed
from yinuo.city.registers.possible import book_of, done_elsewhere, possible, way_of
from yinuo.city.registers.spelling import Speller
from yinuo.city.supervision import commands as cards
from yinuo.city.supervision.models import Finding

RIGHTS = {
    **{what: f"finding.{what}" for what in ("explain", "appeal", "decide", "publish")},
    "propose": "measure.propose",
}
"""What can be done about a card, and the action it takes."""


@needs("case.read")
def case(request: HttpRequest, case_id: str) -> HttpResponse:
    """Where the case stands, every promise with its line, who held it, what was said and why, what can be done now."""
    return _page(request, _dossier(request, case_id))


@needs("case.act")
@require_POST
def act(request: HttpRequest, case_id: str, activity: str) -> HttpResponse:
    """Do one step. Refused: the same page with the form as it was filled in and the sentence that says why."""
    found = _dossier(request, case_id)
    if found.words.is_there and activity in done_elsewhere(found.words):
        raise Http404
    actor, book = request.actor, book_of(found.words, found.case)  # type: ignore[attr-defined]
    given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    expected, held = given.get("expected", ""), json.loads(found.case["state"])["fields"]
    try:
        given = typed(request, book.way.fields if book else {}, actor=actor, now=found.now)
        values = filled(
            given, book, activity, speller=Speller(found.words, actor, timezone.localdate(found.now)), held=held
        )
        wanted = Act(
            case_id, activity, found.now, values, step=given.get("step") or None,
            expected=int(expected) if expected.isdigit() else None,
        )  # fmt: skip
        done = do(wanted, actor=actor, now=found.now)
    except Refused as refused:
        refusal = spoken(refused, book, found.words)
        tried = {"activity": activity, "values": given, "error": refusal.sentence, "field": refusal.field}
        return _page(request, found, tried=tried, status=422)
    messages.success(request, _("已办：%(act)s") % {"act": found.words.activity(activity)})
    return redirect("case", done.case_id)


@needs("finding.read")
@require_POST
def answer(request: HttpRequest, card: str, what: str) -> HttpResponse:
    """Explain a card, appeal it, decide the appeal, publish the reason."""
    one = Finding.objects.filter(card=card).first()
    if one is None:
        raise Http404
    _dossier(request, one.case_id)
    text, now, actor = request.POST.get("text", ""), timezone.now(), request.actor  # type: ignore[attr-defined]
    answers: Mapping[str, Callable[[], Any]] = {
        "explain": lambda: cards.explain_card(card, text=text, actor=actor, now=now),
        "appeal": lambda: cards.appeal_card(card, ground=text, actor=actor, now=now),
        "cancel": lambda: cards.decide_appeal(card, cancel=True, reason=text, actor=actor, now=now),
        "reject": lambda: cards.decide_appeal(card, cancel=False, reason=text, actor=actor, now=now),
        "publish": lambda: cards.publish_reason(card, reason=text, actor=actor, now=now),
    }
    if what not in answers:
        raise Http404
    try:
        answers[what]()
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("已记录。"))
    return redirect("case", one.case_id)


@needs("person.unmask")
@require_POST
def unmasked(request: HttpRequest, case_id: str) -> HttpResponse:
    """Show a person's fields in clear; that they were seen, by whom and why is recorded first."""
    found = _dossier(request, case_id)
    if not found.case["person_ref"]:
        raise Http404
    try:
        clear = unmask(
            found.case["person_ref"], actor=request.actor, reason=request.POST.get("reason", ""),  # type: ignore[attr-defined]
            now=found.now, scope=found.case["scope"],
        )  # fmt: skip
    except Impossible as refusal:
        messages.error(request, str(refusal))
        return redirect("case", case_id)
    response = _page(request, found, clear=clear)
    response["Cache-Control"] = "no-store"
    return response


def _dossier(request: HttpRequest, case_id: str) -> Dossier:
    found = dossier(case_id, words_for(request), actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: Dossier, *, tried: Mapping[str, Any] | None = None,
    clear: Mapping[str, str] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    actor = request.actor  # type: ignore[attr-defined]
    case, words = found.case, found.words
    sealed = private.unseal(case["person_ref"]) if case["person_ref"] and clear is None else None
    way = way_of(words, case) if words.is_there else None
    today = timezone.localdate(found.now)
    speller = Speller(words, actor, today)
    lines = [line_of(event) for event in found.streams[f"case/{case['case_id']}"]]
    held = sheet(case, words, actor=actor, today=today, names=found.called) if words.is_there else None
    acts = possible(case, words, actor=actor, now=found.now, tried=tried, speller=speller, lines=lines)
    if tried and all(one.activity != tried["activity"] for one in acts):
        messages.error(request, tried["error"])  # its form is gone: somebody else did it, or may do it now
    facts = {
        "dossier": found,
        "acts": acts,
        "rights": {name for name, action in RIGHTS.items() if may(actor, action, scope=case["scope"])},
        "masked": clear or {name: mask(name, text) for name, text in (sealed or {}).items()},
        "may_unmask": clear is None and may(actor, "person.unmask", scope=case["scope"]),
        "names": WORDS,
        "labels": {name: field_word(name, type_) for name, type_ in (way.fields if way else {}).items()},
        "papers": (*printing.offered(found), *letters.offered(found)),
        "sheet": held,
        "steps": {step.id: words.act(step.does[0]) for step in way.flow.steps} if way else {},
    }
    return render(request, "board/case.html.j2", facts, status=status)
