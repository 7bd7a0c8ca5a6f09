"""The pages of how well departments report (填报质量), beside the page of systems."""

from __future__ import annotations

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.api.reporting import lists
from yinuo.city.api.reporting.batches import LATE
from yinuo.city.pages.listing import BadQuery, listed
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may, row_filter


@needs("reporting.read")
def reporting(request: HttpRequest) -> HttpResponse:
    """By system and unit: how many rows came in a month, and which share was late, wrong or sent twice; who is silent."""
    now = timezone.now()
    months = lists.months(timezone.localdate(now))
    try:
        month = lists.month_of(request.GET["month"]) if request.GET.get("month") else months[0]
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    words = words_for(request)
    actor = request.actor  # type: ignore[attr-defined]
    facts = {
        "month": month,
        "months": months if month in months else [*months, month],
        "lines": lists.lines(actor, month),
        "silent": lists.silent(actor, words, now),
        "late_hours": LATE.days * 24 + LATE.seconds // 3600,
        "silent_days": lists.SILENT.days,
        "may_systems": may(actor, "token.read"),
    }
    return render(request, "api/reporting.html.j2", facts)


@needs("reporting.read")
def received(request: HttpRequest) -> HttpResponse:
    """The batches behind a line, each with what became of it and the codes of its refusals."""
    try:
        found = listed(
            lists.spec(), path=request.path, asked=request.GET.dict(),
            row_filter=row_filter(request.actor, "reporting.read", "b.scope"),  # type: ignore[attr-defined]
        )  # fmt: skip
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    said = _reasons()
    for row in found.rows:
        row["reasons"] = [(said.get(code, code), number) for code, number in lists.reasons(row)]
    months = lists.months(timezone.localdate())
    return render(request, "api/reporting_batches.html.j2", {"listing": found, "months": months})


def _reasons() -> dict[str, str]:
    return {
        "bad_data": _("data 不合规定"), "bad_event": _("缺少编号、来源、动作或办件"), "bad_field": _("字段的值不对"),
        "bad_time": _("时间不对"), "in_the_future": _("时间在将来"), "no_such_case": _("没有这件事"),
        "not_an_event": _("不是事件"), "not_recorded": _("编号已用在别处"), "not_storable": _("内容不能保存"),
        "not_your_source": _("来源冒用本系统"), "outside_your_units": _("超出管理范围"),
        "time_without_zone": _("时间没有时区"), "unknown_activity": _("不认识的动作"),
        "unknown_field": _("不认识的字段"), "unknown_item": _("不认识的事项"), "unknown_kind": _("不认识的种类"),
        "unknown_step": _("不认识的环节"), "unknown_unit": _("不认识的单位"), "unreadable": _("读不出的行"),
    }  # fmt: skip
