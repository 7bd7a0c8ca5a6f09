"""Lists of cards and of cases: one condition for the page, the count and both exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from yinuo.city.board import lists
from yinuo.city.pages.listing import BadQuery, Spec, exported, listed, prepared
from yinuo.city.pages.spreadsheets import Column, as_csv, as_excel
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.commands import note_export
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may, row_filter


@needs("finding.read")
def findings(request: HttpRequest) -> HttpResponse:
    """The cards."""
    return _page(request, lists.findings, action="finding.read", column="f.scope", template="board/findings.html.j2")


@needs("finding.read")
def export_findings(request: HttpRequest, form: str) -> HttpResponseBase:
    """The cards as a file."""
    return _file(
        request,
        form,
        spec=lists.findings,
        columns=lists.finding_columns,
        rule=("finding.read", "f.scope"),
        name="findings",
    )


@needs("case.read")
def cases(request: HttpRequest) -> HttpResponse:
    """The cases."""
    return _page(request, lists.cases, action="case.read", column="c.scope", template="board/cases.html.j2")


@needs("case.export")
def export_cases(request: HttpRequest, form: str) -> HttpResponseBase:
    """The cases as a file."""
    return _file(
        request, form, spec=lists.cases, columns=lists.case_columns, rule=("case.export", "c.scope"), name="cases"
    )


def _page(
    request: HttpRequest, spec: Callable[[Words], Spec], *, action: str, column: str, template: str
) -> HttpResponse:
    words = words_for(request)
    allowed = row_filter(request.actor, action, column)  # type: ignore[attr-defined]
    try:
        found = listed(spec(words), path=request.path, asked=request.GET.dict(), row_filter=allowed)
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    facts = {
        "listing": found,
        "now": timezone.now(),
        "clock_states": [(state, words.state(state)) for state in lists.CLOCK_STATES],
        "may_export": may(request.actor, "case.export"),  # type: ignore[attr-defined]
        "may_open": may(request.actor, "case.open"),  # type: ignore[attr-defined]
    }
    return render(request, template, facts)


def _file(
    request: HttpRequest, form: str, *, spec: Callable[[Words], Spec], columns: Callable[[Words], Sequence[Column]],
    rule: tuple[str, str], name: str,
) -> HttpResponseBase:  # fmt: skip
    words = words_for(request)
    allowed: Any = row_filter(request.actor, *rule)  # type: ignore[attr-defined]
    try:
        found = prepared(spec(words), path=request.path, asked=request.GET.dict(), row_filter=allowed)
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    note_export(actor=request.actor, what=name, query=request.GET.dict(), rows=None, now=timezone.now())  # type: ignore[attr-defined]
    made = as_csv if form == "csv" else as_excel
    return made(f"{name}-{timezone.localdate()}", columns(words), exported(found))
