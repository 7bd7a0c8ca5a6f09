"""Units and people in and out of Excel, on a page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.people import commands
from yinuo.city.people.exchange import incoming, outgoing
from yinuo.city.people.guard import needs
from yinuo.city.people.views.uploads import as_workbook, taken_in


@needs("people.import")
@require_http_methods(["GET", "POST"])
def take(request: HttpRequest) -> HttpResponse:
    """Upload a workbook; what was taken, and a report of each row that was not."""
    is_whole = request.POST.get("only_good") != "on"
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
    shown: dict[str, object] = {"taken": None, "report": None}
    if request.method == "POST":
        shown = taken_in(
            request, lambda file: incoming.take(file.read(), actor=actor, now=now, all_or_nothing=is_whole)
        )
    return render(request, "people/import.html.j2", shown, status=422 if shown["report"] else 200)


@needs("people.export")
@require_safe
def give(request: HttpRequest) -> HttpResponse:
    """The workbook of what one may export."""
    now = timezone.now()
    name = f"units-people-{timezone.localdate(now).isoformat()}"
    actor = request.actor  # type: ignore[attr-defined]
    content = outgoing.export(actor=actor, now=now)
    commands.note_export(actor=actor, what="people", query={}, rows=None, now=now)
    return as_workbook(content, name)


@needs("people.import")
@require_safe
def template(_request: HttpRequest) -> HttpResponse:
    """An empty workbook to fill in."""
    return as_workbook(outgoing.template(), "units-people-template")
