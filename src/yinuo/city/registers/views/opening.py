"""The pages on which a case is opened."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act as do
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.registers.books import books
from yinuo.city.registers.forms import named, spoken, typed
from yinuo.city.registers.opening import Tried, asked, first_step, openable, person_of
from yinuo.city.registers.spelling import Speller


@needs("case.open")
def kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of case this person may open."""
    words, actor = words_for(request), request.actor  # type: ignore[attr-defined]
    found = openable(words, actor=actor, today=timezone.localdate())
    return render(request, "registers/kinds.html.j2", {"books": found})


@needs("case.open")
def opened(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a kind's first step, and the case it opens. Refused: the form as it was filled in, and why."""
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    book = books(words.pack.digest, timezone.localdate(now)).get(kind) if words.is_there else None
    step = first_step(book.way, words, actor) if book else None
    if book is None or step is None:
        raise Http404
    speller, way, tried = Speller(words, actor, timezone.localdate(now)), book.way, Tried(_handed(request))
    if request.method == "POST":
        given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
        try:
            given = typed(request, way.fields, actor=actor, now=now)
            values = speller.read(given, way.fields)
            act = Act(
                None, way.flow.opens, now, values, kind=kind, item=values.get("item"),
                unit=given.get("unit") or None, step=step.id, person=person_of(given),
            )  # fmt: skip
            done = do(act, actor=actor, now=now)
        except Refused as refusal:
            refusal = spoken(refusal, book, words)
            tried = Tried(given, refusal.sentence, refusal.field or "")
        else:
            messages.success(request, _("已登记，收件号 %(receipt)s。") % {"receipt": done.receipt})
            return redirect("case", done.case_id)
    fields = asked(book, step, speller, tried=tried)
    facts = {
        "book": book, "fields": fields, "error": "" if tried.field in named(fields) else tried.error,
        "word": words.act(way.flow.opens),
    }  # fmt: skip
    return render(request, "registers/opening.html.j2", facts, status=422 if tried.error else 200)


def _handed(request: HttpRequest) -> dict[str, str]:
    """What the address hands in for the empty form (`?entry=…`): a page that leads here fills in what it knows."""
    return {name: text for name, text in request.GET.items() if isinstance(text, str)}


@needs("case.open")
def elsewhere(_request: HttpRequest, kind: str) -> HttpResponse:
    """Where a kind was opened before; links that were kept still lead there."""
    return redirect("case_open", kind, permanent=True)
