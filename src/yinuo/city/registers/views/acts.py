"""One act on several entries of a book."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from yinuo.city.cases.acts import Refused
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.registers.asking import wishes
from yinuo.city.registers.bulk import act_on_many, acts_for_many, chosen, nothing_chosen
from yinuo.city.registers.forms import control, named, spoken, typed
from yinuo.city.registers.opening import Tried
from yinuo.city.registers.spelling import Speller
from yinuo.city.registers.views.books import book_for


@needs("case.act")
@require_POST
def bulk(request: HttpRequest, kind: str) -> HttpResponse:
    """First the form of the act for the entries chosen, then, sent with `confirmed`, what came of each of them."""
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    book = book_for(request, kind)
    one = next(
        (one for one in acts_for_many(book, words, actor=actor) if one.activity == request.POST.get("activity")), None
    )
    if one is None:
        raise Http404
    picked = chosen(request.POST.getlist("chosen"), book, actor=actor)
    if not picked:
        messages.error(request, nothing_chosen())
        return redirect("register", kind)
    speller, tried, outcomes = Speller(words, actor, timezone.localdate(now)), Tried({}), None
    if request.POST.get("confirmed"):
        given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
        try:
            given = typed(request, book.way.fields, actor=actor, now=now)
            outcomes = act_on_many(picked, one, given, book=book, speller=speller, now=now)
        except Refused as refused:
            refusal = spoken(refused, book, words)
            tried = Tried(given, refusal.sentence, refusal.field or "")
    fields = [
        control(wish, book, words, value=tried.given.get(wish.name, ""), error=tried.told(wish.name), speller=speller)
        for wish in wishes(book, one.step, one.activity)
    ]
    facts = {
        "book": book, "act": one, "picked": picked, "outcomes": outcomes, "fields": fields,
        "error": "" if tried.field in named(fields) else tried.error,
    }  # fmt: skip
    return render(request, "registers/bulk.html.j2", facts, status=422 if tried.error else 200)
