"""The public follows a case by its receipt number (peers row 91)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yinuo.city.pages.words import words_for
from yinuo.city.people.accounts.asking import WINDOW, may_ask
from yinuo.city.people.guard import is_program, problem, public
from yinuo.city.portal.tracking import LONGEST, MOST, MOST_OF_ONE, is_slip, tracked


@public
@require_safe
@never_cache
def track(request: HttpRequest) -> HttpResponse:
    """Where a case stands, its limits with used and left, and the published reason of a missed one. Nothing personal.

    A slip of the pen is told by the check digits alone; whatever else does not fit gets one and the same answer. One
    address may ask MOST times a minute, and one number may be asked for MOST_OF_ONE times.
    """
    asked, tail = request.GET.get("receipt", "").strip(), request.GET.get("tail", "").strip()
    now = timezone.now()
    if asked and not may_ask(request, what="track", most=MOST, now=now):
        return too_often(request)
    is_wrong = bool(asked) and is_slip(asked)
    if asked and not is_wrong and not may_ask(None, what=f"track/{asked}", most=MOST_OF_ONE, now=now):
        return too_often(request)
    found = tracked(asked, tail, words_for(request)) if asked and not is_wrong else None
    problem = ""
    if asked and found is None:
        problem = (
            _("编号不对，请对照回执逐位核对。") if is_wrong else _("没有查到：收件号和手机尾号（或者查询码）对不上。")
        )
    facts = {"asked": asked[:LONGEST], "tail": tail[:12], "found": found, "problem": problem}
    return render(request, "portal/track.html.j2", facts, status=404 if problem else 200)


def too_often(request: HttpRequest) -> HttpResponse:
    """The answer to who asks too often: a page, or a problem for a program."""
    sentence = _("这个地址一分钟内查询超过 %(most)s 次，暂时不再查询。") % {"most": MOST}
    wait = {"Retry-After": str(int(WINDOW.total_seconds()))}
    if is_program(request):
        return problem(429, sentence, **wait)
    shown = {
        "code": 429, "title": _("查询太频繁了"), "sentence": sentence, "remedy": _("请过一分钟再查；也可以凭回执到窗口询问。"),
    }  # fmt: skip
    answer = render(request, "site/refused.html.j2", shown, status=429)
    answer.headers["Retry-After"] = wait["Retry-After"]
    return answer
