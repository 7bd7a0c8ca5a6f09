"""What the ledger holds of a case, and that it is in a root that others hold too."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yinuo.city.board.dossier import dossier
from yinuo.city.cases import queries
from yinuo.city.ledger import roots
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs


@needs("ledger.read")
def proof(request: HttpRequest, case_id: str) -> HttpResponse:
    """The digests of a case's events, one upon the other; whether they are in a root is asked for by the page."""
    found = dossier(case_id, words_for(request), actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return render(request, "board/proof.html.j2", {"dossier": found})


@needs("ledger.read")
def inclusion(request: HttpRequest, case_id: str, form: str) -> HttpResponse:
    """The way from the last event of a case to the newest root: as a part of the page, or as JSON to take away."""
    if queries.one(case_id, actor=request.actor) is None:  # type: ignore[attr-defined]
        raise Http404
    last, given, broken = roots.latest(), None, ""
    try:
        given = None if last is None else roots.proof(f"case/{case_id}", last)
    except roots.BrokenRoot as error:
        broken = str(error)
    if form == "html":
        return render(
            request, "board/inclusion.html.j2", {"case_id": case_id, "proof": given, "broken": broken, "last": last}
        )
    if given is None:
        raise Http404
    response = HttpResponse(json.dumps(given.as_json(), indent=1), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="proof-{case_id}.json"'
    return response
