"""The dated tables and decision tables of the text in force."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from yinuo.city.cases.granting.shares import is_counted, period
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.registers import tables as made

CHANGES = 200
"""Changes a page shows, the newest."""


@needs("text.read")
@require_safe
def tables(request: HttpRequest) -> HttpResponse:
    """Every dated table and every decision table."""
    words, today = words_for(request), timezone.localdate()
    found = words.pack.tables if words.is_there else {}
    facts = {
        "dated": [(name, made.table_word(name), frame.height) for name, frame in found.items()],
        "decisions": [(one, made.table_of(one.about(today))) for one in made.decision_tables(words)],
    }
    return render(request, "registers/tables.html.j2", facts)


@needs("text.read")
@require_safe
def table(request: HttpRequest, table: str) -> HttpResponse:
    """A dated table: its rows on a day (`?on=`), since when each holds, and what changed."""
    words, asked = words_for(request), request.GET
    try:
        on = date.fromisoformat(asked["on"]) if asked.get("on") else timezone.localdate()
        page = int(asked.get("page") or 1)
    except ValueError as error:
        raise BadRequest(str(error)) from error
    found = made.dated(words, table, on=on, search=asked.get("q", "").strip()) if words.is_there else None
    if found is None:
        raise Http404
    begin = (max(page, 1) - 1) * made.PAGE
    facts = {
        "table": found, "word": made.table_word(table), "on": on, "page": page, "asked": asked.get("q", ""),
        "rows": found.rows[begin : begin + made.PAGE], "is_last": begin + made.PAGE >= len(found.rows), "changes": found.changes[:CHANGES],
    }  # fmt: skip
    return render(request, "registers/table.html.j2", facts)


@needs("text.read")
@require_safe
def decision(request: HttpRequest, institution: str, clause: str) -> HttpResponse:
    """A decision table: its rows in words, its versions, and what was granted of what may be."""
    words, now = words_for(request), timezone.now()
    ruling = next(
        (one for one in made.decision_tables(words) if (one.institution, one.id) == (institution, clause)), None
    )
    if ruling is None:
        raise Http404
    text = made.table_of(ruling.about(timezone.localdate(now)))
    cap = text.grant.cap if text.grant is not None else None
    facts = {
        "ruling": ruling, "clause": text, "versions": made.versions(ruling, words), "sentences": Reader(words).sentences(text),
        "shares": made.granted(ruling, words, actor=request.actor, now=now), "cap": cap,  # type: ignore[attr-defined]
        "grants": made.grants(ruling, words, actor=request.actor, today=timezone.localdate(now)),  # type: ignore[attr-defined]
        "span": period(now, cap.per, timezone.get_default_timezone()) if cap is not None else None,
        "is_share": cap is not None and is_counted(cap),
    }  # fmt: skip
    return render(request, "registers/decision.html.j2", facts)
