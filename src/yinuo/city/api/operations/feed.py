"""The feed: everything that happened, in one order."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from yinuo.city.api import feeding, schemas
from yinuo.city.api.cursors import cursor_of, values_of
from yinuo.city.people.guard import needs

router = Router(tags=["feed"])


@router.get("/feed", response=schemas.FeedPage)
@needs("feed.read")
def read_feed(request: HttpRequest, limit: schemas.Limit = 100, cursor: schemas.Cursor = "") -> Any:
    """Events of the cases within one's units and what supervision said of them, each once, each stream in its order.

    Begin without a cursor, go on with `next` for ever; a page without rows means that there is nothing new yet, or (when
    `next` changed) that what came is not yours.
    """
    after = values_of(cursor, "feed", (int,))[0] if cursor else 0
    rows, position = feeding.page(request.actor, after=after, limit=limit)  # type: ignore[attr-defined]
    return {"rows": rows, "next": cursor_of("feed", [position])}
