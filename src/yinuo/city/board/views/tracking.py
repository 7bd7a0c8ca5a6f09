"""The public follows a case by its receipt number (peers row 91)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from yinuo.city.board.tracking import LONGEST, is_slip, tracked
from yinuo.city.pages.words import words_for
from yinuo.city.people.accounts.asking import WINDOW, may_ask
from yinuo.city.people.guard import is_program, problem, public

MOST = 30
"""Questions a minute from one address: enough for a counter, too few to try out numbers."""


@public
@require_safe
@never_cache
def track(request: HttpRequest) -> HttpResponse:
    """Where a case stands, its limits with used and left, and the published reason of a missed one. Nothing personal.

    A slip of the pen is told apart from a number that nobody has. One address may ask MOST times a minute.
    """
    asked = request.GET.get("receipt", "").strip()
    if asked and not may_ask(request, what="track", most=MOST, now=timezone.now()):
        return _too_often(request)
    found = tracked(asked, words_for(request)) if asked else None
    problem = ""
    if asked and found is None:
        problem = _("编号不对，请对照回执逐位核对。") if is_slip(asked) else _("没有查到这个编号的办件。")
    facts = {"asked": asked[:LONGEST], "found": found, "problem": problem}
    return render(request, "board/track.html.j2", facts, status=404 if problem else 200)


def _too_often(request: HttpRequest) -> HttpResponse:
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
