"""Exports: lists as CSV and Parquet, the event log as XES, OCEL and CloudEvents (peers row 94)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from ninja import Path, Query, Router

from yinuo.city.api import exporting
from yinuo.city.api.operations.cases import CaseFilter
from yinuo.city.api.operations.supervision import ClockFilter, FindingFilter
from yinuo.city.cases.projection import pairs
from yinuo.city.people.commands import note_export
from yinuo.city.people.guard import needs

router = Router(tags=["exports"])
Form = Literal["csv", "parquet"]
LogForm = Literal["xes", "json", "jsonl", "csv", "parquet"]
_FILE: dict[str, Any] = {
    "responses": {
        200: {
            "description": "The file",
            "content": {name: {"schema": {"type": "string", "format": "binary"}} for name in exporting.TYPES.values()},
        }
    }
}


@router.get("/export/cases.{form}", openapi_extra=_FILE)
@needs("case.export")
def export_cases(request: HttpRequest, form: Annotated[Form, Path()], asked: Query[CaseFilter]) -> HttpResponseBase:
    """The cases within one's units that were asked for."""
    wanted = asked.dict() | {"q": pairs(asked.q)}
    _note(request, "cases", asked.dict())
    return exporting.table("cases", wanted, form=form, actor=request.actor)  # type: ignore[attr-defined]


@router.get("/export/clocks.{form}", openapi_extra=_FILE)
@needs("case.export")
def export_clocks(request: HttpRequest, form: Annotated[Form, Path()], asked: Query[ClockFilter]) -> HttpResponseBase:
    """The clocks of cases within one's units that were asked for."""
    _note(request, "clocks", asked.dict())
    return exporting.table("clocks", asked.dict(), form=form, actor=request.actor)  # type: ignore[attr-defined]


@router.get("/export/findings.{form}", openapi_extra=_FILE)
@needs("case.export")
def export_findings(
    request: HttpRequest, form: Annotated[Form, Path()], asked: Query[FindingFilter]
) -> HttpResponseBase:
    """The cards within one's units that were asked for."""
    _note(request, "findings", asked.dict())
    return exporting.table("findings", asked.dict(), form=form, actor=request.actor)  # type: ignore[attr-defined]


@router.get("/export/log.{form}", openapi_extra=_FILE)
@needs("case.export")
def export_log(request: HttpRequest, form: Annotated[LogForm, Path()], asked: Query[CaseFilter]) -> HttpResponseBase:
    """The event log of the cases within one's units that were asked for: XES, OCEL 2.0 (json), CloudEvents lines, CSV, Parquet.

    At most 20,000 cases; ask by `opened_since` and `opened_before` for more.
    """
    wanted = asked.dict() | {"q": pairs(asked.q)}
    _note(request, "log", asked.dict())
    return exporting.log(wanted, form=form, actor=request.actor)  # type: ignore[attr-defined]


def _note(request: HttpRequest, what: str, asked: Mapping[str, Any]) -> None:
    """Leave the trace that somebody took these rows away."""
    query = {name: str(value) for name, value in asked.items() if value not in (None, "")}
    note_export(actor=request.actor, what=f"api/{what}", query=query, rows=None, now=timezone.now())  # type: ignore[attr-defined]
