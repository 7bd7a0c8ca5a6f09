"""The pages for what went wrong: not found, not allowed, refused, broken."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yinuo.city.people.guard import is_program, problem


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django hands it in
    """404: nothing here, or nothing this person may see (which of the two is not told)."""
    return _refused(
        request,
        404,
        title=_("没有这个页面"),
        sentence=_("地址可能写错了，内容可能已经移走，或者不在您的管理范围内。"),
        remedy=_("请检查地址，或者从首页重新进入。"),
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: this person may not."""
    return _refused(
        request,
        403,
        title=_("您没有这项权限"),
        sentence=str(exception or "") or _("您的岗位没有查看或者办理这项内容的权限。"),
        remedy=_("如果工作需要，请联系本单位管理员调整岗位和权限。"),
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django hands it in
    """400: the request makes no sense."""
    return _refused(
        request,
        400,
        title=_("请求无法处理"),
        sentence=_("提交的内容不完整或者格式不对，没有任何改动。"),
        remedy=_("请返回上一页重新填写。"),
    )


def unstorable(request: HttpRequest) -> HttpResponse:
    """400: what was typed holds a character no text may have; a page for a person, a problem for a program."""
    sentence = _("请求里有不能保存的字符（空字符），没有任何改动。")
    if is_program(request):
        return problem(400, sentence)
    remedy = _("请返回上一页，删去粘贴来的文字，重新输入。")
    return _refused(request, 400, title=_("请求无法处理"), sentence=sentence, remedy=remedy)


def forged(request: HttpRequest, **_told: Any) -> HttpResponse:
    """403 for a form without its token: most often a page left open over night."""
    return _refused(
        request,
        403,
        title=_("这个页面放得太久了"),
        sentence=_("为了防止他人冒用，表单过期后不能提交。您填写的内容没有保存。"),
        remedy=_("请返回上一页，刷新后重新提交。"),
    )


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - nothing of it is used
    """500: without database and person, which may be what is broken."""
    return render(None, "site/broken.html.j2", status=500)


def _refused(request: HttpRequest, code: int, *, title: str, sentence: str, remedy: str) -> HttpResponse:
    facts = {"code": code, "title": title, "sentence": sentence, "remedy": remedy}
    return render(request, "site/refused.html.j2", facts, status=code)
