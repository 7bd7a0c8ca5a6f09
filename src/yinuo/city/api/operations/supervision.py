"""Clocks, findings and indicators out."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yinuo.city.api import listing, schemas, wording
from yinuo.city.people.guard import needs

router = Router(tags=["supervision"])


class ClockFilter(Schema):
    """`unit` = any unit involved in the case or one above it."""

    case_id: schemas.Word = ""
    kind: schemas.Word = ""
    item: schemas.Word = ""
    institution: schemas.Word = ""
    clause: schemas.Word = ""
    state: schemas.Word = ""
    level: schemas.Word = ""
    unit: schemas.Word = ""
    due_since: schemas.Moment | None = None
    due_before: schemas.Moment | None = None


class FindingFilter(Schema):
    """`status`: open, cleared, withdrawn or cancelled."""

    case_id: schemas.Word = ""
    kind: schemas.Word = ""
    item: schemas.Word = ""
    institution: schemas.Word = ""
    clause: schemas.Word = ""
    level: schemas.Word = ""
    status: schemas.Word = ""
    unit: schemas.Word = ""
    raised_since: schemas.Moment | None = None
    raised_before: schemas.Moment | None = None


class IndicatorFilter(Schema):
    """`since` and `before` are days a period begins on."""

    institution: schemas.Word = ""
    clause: schemas.Word = ""
    unit: schemas.Word = ""
    item: schemas.Word = ""
    since: schemas.Day | None = None
    before: schemas.Day | None = None


@router.get("/clocks", response=schemas.ClockPage)
@needs("case.read")
def list_clocks(
    request: HttpRequest, asked: Query[ClockFilter], limit: schemas.Limit = 100, cursor: schemas.Cursor = ""
) -> Any:
    """Clocks of the cases within one's units, by case."""
    return listing.page(listing.CLOCKS, asked.dict(), actor=request.actor, limit=limit, cursor=cursor)  # type: ignore[attr-defined]


@router.get("/findings", response=schemas.FindingPage)
@needs("finding.read")
def list_findings(
    request: HttpRequest, asked: Query[FindingFilter], limit: schemas.Limit = 100, cursor: schemas.Cursor = ""
) -> Any:
    """Cards within one's units, the newest first, each with the sentence that says why."""
    found = listing.page(listing.FINDINGS, asked.dict(), actor=request.actor, limit=limit, cursor=cursor)  # type: ignore[attr-defined]
    wording.findings(found.rows)
    return found


@router.get("/indicators", response=schemas.IndicatorPage)
@needs("figures.read")
def list_indicators(
    request: HttpRequest, asked: Query[IndicatorFilter], limit: schemas.Limit = 100, cursor: schemas.Cursor = ""
) -> Any:
    """Figures within one's units as last measured, by indicator and period, with n and interval."""
    found = listing.page(listing.INDICATORS, asked.dict(), actor=request.actor, limit=limit, cursor=cursor)  # type: ignore[attr-defined]
    wording.figures(found.rows)
    return found
