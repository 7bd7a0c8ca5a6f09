"""Measures proposed on the evidence of a card: the party speaks, people decide, an appeal is decided by others (D43)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yinuo.city.board import registers
from yinuo.city.cases.acts import Refused
from yinuo.city.pages.listing import BadQuery, listed
from yinuo.city.pages.statements import select
from yinuo.city.pages.words import words_for
from yinuo.city.people.guard import needs
from yinuo.city.people.may import row_filter
from yinuo.city.supervision import commands_registers as commands


@needs("finding.read")
def measures(request: HttpRequest) -> HttpResponse:
    """The measures proposed: card, clause, evidence, what the party says, what was decided; forms for who may."""
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    allowed: Any = registers.measure_rows(actor)
    try:
        found = listed(registers.measures(words), path=request.path, asked=request.GET.dict(), row_filter=allowed)
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    for row in found.rows:
        row["people"] = json.loads(row["people"])
        row["doable"] = registers.doable(row, actor=actor, tree=words.tree, now=now)
        row["is_heard"] = registers.is_heard(row, now)
    facts = {"listing": found, "now": now, "status_words": status_words(), "forms_of": form_words()}
    return render(request, "board/measures.html.j2", facts)


@needs("measure.propose")
@require_POST
def propose(request: HttpRequest, card: str) -> HttpResponse:
    """Propose a measure on a card: against the unit that answers, or the person the card names."""
    actor = request.actor  # type: ignore[attr-defined]
    condition, given = row_filter(actor, "finding.read", "f.scope")
    text = f"SELECT f.case_id, f.actor FROM supervision_finding AS f WHERE f.card = %(card)s AND ({condition})"
    rows = select(text, {**given, "card": card})
    if not rows:
        raise Http404
    person = rows[0]["actor"] if request.POST.get("against") == "person" else None
    try:
        commands.propose_measure(
            card, what=request.POST.get("what", ""), grounds=request.POST.get("grounds", ""), against_person=person,
            actor=actor, now=timezone.now(),
        )  # fmt: skip
    except Refused as refusal:
        messages.error(request, refusal.sentence)
        return redirect("case", rows[0]["case_id"])
    messages.success(request, _("已提出，等当事方陈述意见。建议本身不生效，由有权的人决定。"))
    return redirect("measures")


@needs("finding.read")
@require_POST
def act(request: HttpRequest, measure: str, what: str) -> HttpResponse:
    """State one's case, decide, appeal, decide the appeal."""
    actor, now, text = request.actor, timezone.now(), request.POST.get("text", "")  # type: ignore[attr-defined]
    condition, given = registers.measure_rows(actor)
    seen = f"SELECT 1 FROM supervision_measure AS m WHERE m.measure_id = %(measure)s AND ({condition})"
    by: Mapping[str, Any] = {"actor": actor, "now": now}
    acts: Mapping[str, Callable[[], None]] = {
        "state": lambda: commands.state_case(measure, statement=text, **by),
        "adopt": lambda: commands.decide_measure(measure, adopt=True, reason=text, **by),
        "dismiss": lambda: commands.decide_measure(measure, adopt=False, reason=text, **by),
        "appeal": lambda: commands.appeal_measure(measure, ground=text, **by),
        "revoke": lambda: commands.decide_measure_appeal(measure, revoke=True, reason=text, **by),
        "uphold": lambda: commands.decide_measure_appeal(measure, revoke=False, reason=text, **by),
    }
    if what not in acts or not select(seen, {**given, "measure": measure}):
        raise Http404
    try:
        acts[what]()
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("已记录。"))
    return redirect("measures")


def status_words() -> list[tuple[str, str]]:
    """The states of a proposal with their words, in their order."""
    words = (_("待决定"), _("已采纳"), _("未采纳"), _("申诉待裁"), _("申诉驳回，维持"), _("申诉成立，撤销"))
    return list(zip(registers.MEASURE_STATUS, words, strict=True))


def form_words() -> Mapping[str, tuple[str, str]]:
    """What can be done: the word of the button, and what is to be written."""
    return {
        "state": (_("陈述意见"), _("陈述和申辩")),
        "adopt": (_("采纳建议"), _("决定理由")),
        "dismiss": (_("不采纳"), _("决定理由")),
        "appeal": (_("申诉"), _("申诉理由")),
        "revoke": (_("撤销原决定"), _("裁定理由")),
        "uphold": (_("维持原决定"), _("裁定理由")),
    }
