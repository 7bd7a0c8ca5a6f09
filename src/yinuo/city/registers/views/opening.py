"""The pages on which a case is opened."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act as do
from yinuo.city.cases.projection import ways_of
from yinuo.city.pages.fieldwords import read_form
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.registers.opening import asked, first_step, openable, person_of


@needs("case.open")
def kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of case this person may open."""
    words, actor = words_for(request), request.actor  # type: ignore[attr-defined]
    found = openable(words, actor=actor, today=timezone.localdate())
    return render(request, "registers/kinds.html.j2", {"kinds": found})


@needs("case.open")
def opened(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a kind's first step, and the case it opens. Refused: the form as it was filled in, and why."""
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    way = ways_of(words.pack.digest).way(kind, timezone.localdate(now)) if words.is_there else None
    step = first_step(way, words, actor) if way else None
    if way is None or step is None:
        raise Http404
    given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    error = field = ""
    if request.method == "POST":
        act = Act(
            None, way.flow.opens, now, read_form(given, way.fields), kind=kind, item=given.get("item") or None,
            unit=given.get("unit") or None, step=step.id, person=person_of(given),
        )  # fmt: skip
        try:
            done = do(act, actor=actor, now=now)
        except Refused as refusal:
            error, field = refusal.sentence, refusal.field or ""
        else:
            messages.success(request, _("已登记，收件号 %(receipt)s。") % {"receipt": done.receipt})
            return redirect("case", done.case_id)
    fields = asked(way, step, words, actor=actor, given=given, error=error, field=field)
    known = {one.name for one in fields}
    facts = {
        "kind": kind, "fields": fields, "error": "" if field in known else error,
        "word": words.activity(way.flow.opens),
    }  # fmt: skip
    return render(request, "registers/opening.html.j2", facts, status=422 if error else 200)
