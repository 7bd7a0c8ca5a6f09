"""Cases out."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Path, Query, Router, Schema

from yinuo.city.api import listing, schemas, wording
from yinuo.city.cases.projection import pairs
from yinuo.city.people.guard import needs

router = Router(tags=["cases"])
EXPANSIONS = ("clocks", "findings", "tasks")
MOST = 500
"""Clocks, and findings, that are shown with their case."""


class CaseFilter(Schema):
    """`unit` = any unit involved or one above it; `q` = a receipt number or words of the title."""

    kind: schemas.Word = ""
    item: schemas.Word = ""
    status: schemas.Word = ""
    stage: schemas.Word = ""
    unit: schemas.Word = ""
    receipt: schemas.Word = ""
    q: schemas.Word = ""
    opened_since: schemas.Moment | None = None
    opened_before: schemas.Moment | None = None
    changed_since: schemas.Moment | None = None


@router.get("/cases", response=schemas.CasePage)
@needs("case.read")
def list_cases(
    request: HttpRequest, asked: Query[CaseFilter], limit: schemas.Limit = 100, cursor: schemas.Cursor = ""
) -> Any:
    """Cases within one's units, the newest first."""
    wanted = asked.dict() | {"q": pairs(asked.q)}
    return listing.page(listing.CASES, wanted, actor=request.actor, limit=limit, cursor=cursor)  # type: ignore[attr-defined]


@router.get("/cases/{case_id}", response=schemas.WholeCase)
@needs("case.read")
def read_case(
    request: HttpRequest,
    case_id: Annotated[schemas.Word, Path()],
    expand: Annotated[str, Query(max_length=100, description="clocks,findings,tasks")] = "",
) -> Any:
    """One case; 404 also when it lies outside one's units. `expand` adds what stands beside it, through the same filter."""
    actor = request.actor  # type: ignore[attr-defined]
    visible, values = listing.conditions(listing.CASES, {}, actor=actor)
    found = listing.rows("case", f"case_id = %(case_id)s AND {visible}", {**values, "case_id": case_id})
    if not found:
        raise Http404
    case = found[0]
    case["fields"] = wording.parsed(case["fields"])
    wanted = {one.strip() for one in expand.split(",")}
    if "clocks" in wanted:
        case["clocks"] = _beside(listing.CLOCKS, case_id, actor)
    if "findings" in wanted:
        case["findings"] = wording.findings(_beside(listing.FINDINGS, case_id, actor))
    if "tasks" in wanted:
        case["tasks"] = listing.rows("tasks", "", {"case_id": case_id})
    return case


def _beside(of: listing.Listing, case_id: str, actor: Any) -> list[dict[str, Any]]:
    return listing.page(of, {"case_id": case_id}, actor=actor, limit=MOST, cursor=None).rows
