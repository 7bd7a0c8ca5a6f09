"""What if: the due dates of a matter that has not begun."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from yinuo.city.api import promises, schemas
from yinuo.city.people.guard import needs

router = Router(tags=["what if"])


@router.get("/due", response=schemas.Due)
@needs("text.read")
def ask_due(
    request: HttpRequest,  # noqa: ARG001 - the framework hands it in
    item: schemas.Word = "",
    start: Annotated[
        schemas.Moment | None, Query(description="With offset; a time without one is the city's. Now.")
    ] = None,
    kind: schemas.Word = "application",
    activity: schemas.Word = "",
) -> Any:
    """If this happened now (or at `start`), when would what be due? `activity` is acceptance unless said otherwise."""
    at = start or timezone.now()
    return promises.answer(promises.Question(kind, item or None, activity or None, at))
