"""Events in."""

from __future__ import annotations

from collections import Counter
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router

from yinuo.city.api import incoming
from yinuo.city.api.problems import Problem
from yinuo.city.people.guard import needs

BODY = 16 << 20
"""Bytes of a body."""
BATCH = "application/cloudevents-batch+json"
SINGLE = "application/cloudevents+json"
KINDS = (BATCH, SINGLE, "application/json")

router = Router(tags=["events"])

_EVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "subject", "time"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "minLength": 1, "maxLength": 200},
        "source": {"type": "string", "minLength": 1, "maxLength": 200},
        "type": {"type": "string", "description": "The activity, a word of the text in force."},
        "subject": {"type": "string", "description": "The case."},
        "time": {"type": "string", "format": "date-time"},
        "data": {
            "type": "object",
            "description": "Fields of the kind; `step`, `unit`; on opening also `kind`, `item`, `region`; `person`.",
        },
    },
}
_RESULT = {
    "type": "object",
    "required": ["stored", "duplicate", "refused", "results"],
    "properties": {
        **{name: {"type": "integer"} for name in ("stored", "duplicate", "refused")},
        "results": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "source", "status"],
                "properties": {
                    "status": {"enum": ["stored", "duplicate", "refused"]},
                    **{
                        name: {"type": ["string", "null"]}
                        for name in ("id", "source", "case_id", "receipt", "code", "reason", "field")
                    },
                },
            },
        },
    },
}
_DESCRIBED = {
    "requestBody": {
        "required": True,
        "content": {
            BATCH: {"schema": {"type": "array", "items": _EVENT, "maxItems": incoming.MOST}},
            SINGLE: {"schema": _EVENT},
        },
    },
    "responses": {
        200: {"description": "One result an event, in order", "content": {"application/json": {"schema": _RESULT}}}
    },
}


@router.post("/events", openapi_extra=_DESCRIBED)
@needs("events.write")
def report_events(request: HttpRequest) -> HttpResponse:
    """Report what happened: a batch of CloudEvents, or one.

    Each event is judged by itself and answered in its place: `stored`, `duplicate` (same `source` and `id` as before:
    nothing changes), or `refused` with a code and a sentence. An event more than five minutes in the future is refused.
    """
    events = _events(request)
    taken = incoming.take(events, actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    counts = Counter(one.status for one in taken)
    body = {
        "stored": counts["stored"], "duplicate": counts["duplicate"], "refused": counts["refused"],
        "results": taken,
    }  # fmt: skip
    return HttpResponse(orjson.dumps(body), content_type="application/json; charset=utf-8")


def _events(request: HttpRequest) -> list[Any]:
    kind = request.content_type or ""
    if kind not in KINDS:
        raise Problem(415, _("请用 %(kinds)s 上报。") % {"kinds": BATCH})
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > BODY:
        raise Problem(413, _("一次上报不能超过 %(most)s 字节，请分批。") % {"most": BODY})
    try:
        body = orjson.loads(request.read())
    except orjson.JSONDecodeError as error:
        raise Problem(400, _("正文不是 JSON：%(why)s。") % {"why": error}) from error
    events = body if isinstance(body, list) else [body]
    if kind == BATCH and not isinstance(body, list):
        raise Problem(400, _("批量上报的正文应当是 JSON 数组。"))
    if len(events) > incoming.MOST:
        raise Problem(413, _("一次上报不能超过 %(most)s 个事件，请分批。") % {"most": incoming.MOST})
    return events
