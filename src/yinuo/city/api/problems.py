"""What went wrong, as programs read it: problem+json (RFC 9457) for every refusal of the API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from yinuo.city.cases.acts import Refused
from yinuo.city.people.actor import NotAllowed
from yinuo.city.people.units import UnknownUnit
from yinuo.city.texts.in_force import NoText

TITLES = {
    400: "Bad Request", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict",
    413: "Content Too Large", 415: "Unsupported Media Type", 422: "Unprocessable Content", 503: "Service Unavailable",
}  # fmt: skip


class Problem(Exception):
    """A request that cannot be answered; the sentence says what was wrong and what to do."""

    def __init__(self, status: int, sentence: str, *, errors: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.errors = status, sentence, tuple(errors)


def answer(status: int, sentence: str, *, errors: Sequence[dict[str, Any]] = ()) -> HttpResponse:
    """A problem as a response."""
    body: dict[str, Any] = {
        "type": "about:blank", "title": TITLES.get(status, ""), "status": status, "detail": sentence,
    }  # fmt: skip
    if errors:
        body["errors"] = list(errors)
    return HttpResponse(orjson.dumps(body), status=status, content_type="application/problem+json")


def register(api: NinjaAPI) -> None:
    """Let every refusal become a problem."""

    @api.exception_handler(Problem)
    def _problem(_request: HttpRequest, problem: Problem) -> HttpResponse:
        return answer(problem.status, problem.sentence, errors=problem.errors)

    @api.exception_handler(ValidationError)
    def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [{"at": "/".join(map(str, one["loc"][1:])), "why": str(one["msg"])} for one in error.errors]
        return answer(422, _("请求参数有误，请逐项核对。"), errors=errors)

    @api.exception_handler(HttpError)
    def _refused(_request: HttpRequest, error: HttpError) -> HttpResponse:
        return answer(error.status_code, str(error))

    @api.exception_handler(Http404)
    def _missing(_request: HttpRequest, _error: Http404) -> HttpResponse:
        return answer(404, _("没有找到，或者它不在您的管理范围内。"))

    @api.exception_handler(NotAllowed)
    def _not_allowed(_request: HttpRequest, error: NotAllowed) -> HttpResponse:
        return answer(403, str(error))

    @api.exception_handler(Refused)
    def _act_refused(_request: HttpRequest, error: Refused) -> HttpResponse:
        return answer(409, error.sentence)

    @api.exception_handler(UnknownUnit)
    def _no_unit(_request: HttpRequest, error: UnknownUnit) -> HttpResponse:
        return answer(422, _("没有“%(unit)s”这个单位，请核对编号。") % {"unit": error.unit})

    @api.exception_handler(DataError)
    def _unstorable(_request: HttpRequest, _error: DataError) -> HttpResponse:
        return answer(422, _("请求含有数据库不能比较的内容（控制字符，或太大的数），请核对。"))

    @api.exception_handler(NoText)
    def _no_text(_request: HttpRequest, _error: NoText) -> HttpResponse:
        return answer(404, _("还没有安装制度文本，请管理员先执行 yinuo pack install。"))
