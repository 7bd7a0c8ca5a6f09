"""What the ledger holds of a case, and that it is in a root that others hold too."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yinuo.city.board.dossier import dossier
from yinuo.city.board.words import words_for
from yinuo.city.ledger import roots
from yinuo.city.people.guard import needs


@needs("ledger.read")
def proof(request: HttpRequest, case_id: str) -> HttpResponse:
    """The digests of a case's events, one upon the other, and the way from the last of them to the newest root."""
    found = dossier(case_id, words_for(request), actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    try:
        given, broken = roots.proof(f"case/{case_id}"), ""
    except roots.BrokenRoot as error:
        given, broken = None, str(error)
    if request.GET.get("form") == "json":
        if given is None:
            raise Http404
        response = HttpResponse(json.dumps(given.as_json(), indent=1), content_type="application/json")
        response["Content-Disposition"] = f'attachment; filename="proof-{case_id}.json"'
        return response
    return render(request, "board/proof.html.j2", {"dossier": found, "proof": given, "broken": broken, "last": None if given else roots.latest()})
