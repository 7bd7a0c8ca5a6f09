"""The pages of rounds and of the yearly cycle."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yinuo.city.board.rounds import listing
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.registers.opening import may_open


@needs("board.read")
def rounds(request: HttpRequest) -> HttpResponse:
    """Each round of assessment or inspection with the units it covered of those it should (E001)."""
    actor = request.actor  # type: ignore[attr-defined]
    facts = {
        "rounds": listing.rounds(actor),
        "may_open": may_open(words_for(request), "round", actor=actor, today=timezone.localdate()),
    }
    return render(request, "board/rounds.html.j2", facts)


@needs("board.read")
def cycle(request: HttpRequest) -> HttpResponse:
    """At which step of the year each unit is (E011), and whose leaders signed their sheets (E006)."""
    words = words_for(request)
    facts = {
        "years": listing.years(words, actor=request.actor),  # type: ignore[attr-defined]
        "sheets": listing.sheets(request.actor),  # type: ignore[attr-defined]
        "steps": [word for _id, word in listing.step_words(words)],
        "may_open": may_open(words, "mechanism", actor=request.actor, today=timezone.localdate()),  # type: ignore[attr-defined]
    }
    return render(request, "board/cycle.html.j2", facts)
