"""Asking for information and for corrections by a form that needs no script and no account."""

from __future__ import annotations

import uuid

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.numbers import query_code
from yinuo.city.openness import figures, requests, texts
from yinuo.city.openness.requests import CORRECTION, REQUEST, Filled
from yinuo.city.openness.views.page import render
from yinuo.city.openness.wording import ending_words
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import words_for
from yinuo.city.people.accounts.asking import WINDOW, may_ask
from yinuo.city.people.guard import public

FORMS = {"information": REQUEST, "correction": CORRECTION}
"""The address of a form → the kind of case it opens."""
MOST = 10
"""Forms a minute from one address."""
SALT = "yinuo.openness.sent"


@public
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """How to ask, by when an answer comes, what it costs, what the answers were so far (条例 29–42、50)."""
    words, today = words_for(request), timezone.localdate()
    names = ("information-request/answered-in-time", "information-request/answers")
    found = figures.listed(words, today=today, only=names) if words.is_there else ()
    facts = {
        "figure": next((one for one in found if one.clause == "answered-in-time"), None),
        "answers": rows(__file__, "answers", {"zone": words.rules.zone}) if words.is_there else [],
        "ending_words": ending_words,
        "request_kind": REQUEST,
        "limits": [line for kind in FORMS.values() for line in texts.limits(words, kind, today)],
        "is_there": words.is_there and words.flow(REQUEST) is not None,
    }
    return render(request, "openness/requests.html.j2", facts)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def form(request: HttpRequest, form: str) -> HttpResponse:
    """The form; sent, it becomes a case with a receipt number. What is wrong is said beside its field, and what was typed stays."""
    words = words_for(request)
    if form not in FORMS or not words.is_there or words.flow(FORMS[form]) is None:
        raise Http404
    kind = FORMS[form]
    if request.method != "POST":
        begun = Filled(kind, {"unit": request.GET.get("unit", "")[:64], "form": uuid.uuid4().hex})
        return _page(request, form, begun)
    now = timezone.now()
    filled = requests.read(kind, request.POST.dict(), words)
    if not may_ask(request, what="request-information", most=MOST, now=now):
        sentence = _("这个地址一分钟内提交得太多，请过一分钟再提交；填写的内容还在下面。")
        answer = _page(request, form, filled, problem=sentence, status=429)
        answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return answer
    if filled.wrong:
        return _page(request, form, filled, status=422)
    try:
        done = requests.send(filled, words, now=now)
    except Refused as refused:
        return _page(request, form, filled, problem=refused.sentence, status=422)
    sent = signing.dumps([form, done.receipt, filled.value("unit")], salt=SALT)
    return redirect("open_sent", sent)


@public
@require_safe
@never_cache
def sent(request: HttpRequest, sent: str) -> HttpResponse:
    """The receipt of a form: its number, to whom it went, what happens next. Only who sent it knows this address."""
    try:
        form, receipt, unit = signing.loads(sent, salt=SALT)
    except (signing.BadSignature, ValueError):
        raise Http404 from None
    found = rows(__file__, "sent", {"receipt": receipt})
    if not found:
        raise Http404
    facts = {
        "form": form,
        "receipt": receipt,
        "unit": unit,
        "sent_at": found[0]["opened_at"],
        "code": query_code(receipt),
        "limits": texts.limits(words_for(request), FORMS[form], timezone.localdate()),
    }
    return render(request, "openness/sent.html.j2", facts)


def _page(request: HttpRequest, form: str, filled: Filled, *, problem: str = "", status: int = 200) -> HttpResponse:
    words = words_for(request)
    facts = {
        "form": form, "filled": filled, "problem": problem, "units": requests.units(words),
        "deliveries": requests.deliveries(words), "most": requests.MOST,
    }  # fmt: skip
    return render(request, "openness/request.html.j2", facts, status=status)
