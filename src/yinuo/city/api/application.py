"""The API: its operations, its errors, its entity tags. Its description is /api/openapi.json, its page /api/docs."""

from __future__ import annotations

import hashlib
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.renderers import BaseRenderer

from yinuo.city.api import problems
from yinuo.city.api.operations import cases, due, events, exports, feed, supervision, webhooks
from yinuo.city.people.guard import public

ABOUT = """Events in; cases, clocks, findings and indicators out.

Every system comes in by its own token (`Authorization: Bearer …`), bound to a unit: it reports and sees what lies in that
unit and below it, here, in exports, in the feed and in webhooks alike. Lists are paged by an opaque `cursor`; answers carry
an `ETag`; refusals are `application/problem+json`; who asks too often gets 429 and `Retry-After`. Times are RFC 3339.
"""
PROBLEM = {
    "type": "object",
    "required": ["type", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What was wrong and what to do, in the language asked for."},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


class _Json(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Bytes of JSON; instants in UTC."""
        return orjson.dumps(data, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


class Api(NinjaAPI):
    """Answers of GET carry an entity tag; who has it already is told so (304)."""

    def create_response(
        self,
        request: HttpRequest,
        data: Any,
        *,
        status: int | None = None,
        temporal_response: HttpResponse | None = None,
    ) -> HttpResponse:
        """As ninja does, with the tag."""
        response = super().create_response(request, data, status=status, temporal_response=temporal_response)
        return tagged(request, response)

    def get_openapi_schema(self, **asked: Any) -> Any:
        """The description, in which every operation may also answer a problem."""
        schema = super().get_openapi_schema(**asked)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
        content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        for methods in schema["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = {"description": "Refused, and why (RFC 9457)", "content": content}
        return schema

    def get_openapi_operation_id(self, operation: Any) -> str:
        """The function's name: unique here, and what clients made from the description call it."""
        return str(operation.view_func.__name__)


def tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response with its entity tag, or 304 without a body."""
    if request.method != "GET" or response.status_code != 200:
        return response
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    asked = request.headers.get("If-None-Match", "")
    if tag in {one.strip().removeprefix("W/") for one in asked.split(",")}:
        response = HttpResponse(status=304)
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    return response


api = Api(
    title="一诺 Yinuo",
    version="1",
    description=ABOUT,
    urls_namespace="api",
    renderer=_Json(),
    docs_decorator=public,
    openapi_extra={
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{"token": []}],
    },
)
problems.register(api)
for area in (events, cases, supervision, feed, due, webhooks, exports):
    api.add_router("", area.router)
