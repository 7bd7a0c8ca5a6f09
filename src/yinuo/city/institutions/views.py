"""What is in force, clause by clause, and the stories each institution tells."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yinuo.city.institutions import inforce as texts
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may
from yinuo.city.texts import in_force
from yinuo.rulebook.loader import Institution


@needs("text.read")
def institutions(request: HttpRequest) -> HttpResponse:
    """Every institution: since when, by which source, how much it says, how many stories it tells."""
    words = words_for(request)
    facts = {
        "lines": texts.listed(words, timezone.localdate()) if words.is_there else [],
        "installations": in_force.installations() if words.is_there else [],
        "may_install": may(request.actor, "text.install"),  # type: ignore[attr-defined]
    }
    return render(request, "institutions/institutions.html.j2", facts)


@needs("text.read")
def institution(request: HttpRequest, name: str) -> HttpResponse:
    """One institution: every clause in sentences and as it is written, its versions, who depends on it."""
    words, one = words_for(request), _one(request, name)
    today = timezone.localdate()
    facts = {
        "one": one,
        "clauses": texts.clauses(one, words, today),
        "versions": texts.versions(one, today),
        "stories": len(texts.stories_by_institution(words.pack.digest).get(name, ())),
    }
    return render(request, "institutions/institution.html.j2", facts)


@needs("text.read")
def stories(request: HttpRequest, name: str) -> HttpResponse:
    """The stories of an institution, told by the engine as the page is made."""
    words, one = words_for(request), _one(request, name)
    return render(request, "institutions/stories.html.j2", {"one": one, "told": texts.told(words.pack.digest, name)})


def _one(request: HttpRequest, name: str) -> Institution:
    words = words_for(request)
    found = words.institution_of(name) if words.is_there else None
    if found is None:
        raise Http404
    return found
