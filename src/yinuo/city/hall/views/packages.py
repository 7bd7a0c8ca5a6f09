"""Several items taken in at once, at one window, with one receipt."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.queries import one as case_of
from yinuo.city.hall.intake import PERSON
from yinuo.city.hall.packages import Package, packages, take
from yinuo.city.pages.words import words_for
from yinuo.city.people.actor import NotAllowed
from yinuo.city.people.guard import needs


@needs("case.intake")
@never_cache
@require_safe
def package_list(request: HttpRequest) -> HttpResponse:
    """The things that are done once; after one was taken in, its receipt."""
    case_id, last = request.GET.get("case", ""), None
    try:
        last = case_of(case_id, actor=request.actor) if case_id else None  # type: ignore[attr-defined]
    except NotAllowed:
        last = None
    return render(request, "hall/packages.html.j2", {"packages": _packages(request).values(), "last": last})


@needs("case.intake")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def package(request: HttpRequest, package: str) -> HttpResponse:
    """Who has come and which papers are here. Refused: the form as it was filled in, with the sentence."""
    found = _packages(request).get(package)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _page(request, found)
    person = {name: text for name in PERSON if (text := request.POST.get(name, "").strip())}
    form, given = request.POST.get("form") or uuid.uuid4().hex, request.POST.getlist("given")
    try:
        done = take(found, form=form, person=person, given=given, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Refused as refusal:
        return _page(request, found, error=refusal.sentence, field=refusal.field or "")
    return redirect(f"{reverse('packages')}?{urlencode({'case': done.case_id})}")


def _packages(request: HttpRequest) -> dict[str, Package]:
    words = words_for(request)
    return packages(words.pack, timezone.localdate()) if words.is_there else {}


def _page(request: HttpRequest, found: Package, *, error: str = "", field: str = "") -> HttpResponse:
    facts = {
        "package": found, "error": error, "field": {"applicant": "name"}.get(field, field),
        "form": request.POST.get("form") or uuid.uuid4().hex, "typed": {name: request.POST.get(name, "") for name in PERSON},
        "given": request.POST.getlist("given"),
    }  # fmt: skip
    return render(request, "hall/package.html.j2", facts, status=422 if error else 200)
