"""The register of outages (停机登记): declared by one person, verified by another."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yinuo.city.board import registers
from yinuo.city.cases.acts import Refused
from yinuo.city.pages.fieldwords import Asked
from yinuo.city.pages.listing import BadQuery, listed
from yinuo.city.pages.words import Words, words_for
from yinuo.city.people.actor import Actor
from yinuo.city.people.guard import needs
from yinuo.city.people.may import may, reaching
from yinuo.city.supervision.commands_registers import declare_outage, verify_outage


@needs("outage.read")
def outages(request: HttpRequest) -> HttpResponse:
    """The outages, and the form to declare one. Refused: the form as it was filled in, and why."""
    if request.method != "POST":
        return _page(request, {}, None)
    given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    try:
        declare_outage(
            unit=given.get("unit", ""),
            begins_at=_needed(given, "begins_at"),
            ends_at=_moment(given, "ends_at"),
            reason=given.get("reason", ""),
            source=given.get("source", "").strip(),
            actor=request.actor,  # type: ignore[attr-defined]
            now=timezone.now(),
        )
    except Refused as refusal:
        return _page(request, given, refusal)
    messages.success(request, _("已登记，须由另一人核实后才生效。"))
    return redirect("outages")


@needs("outage.declare")
@require_POST
def verify(request: HttpRequest, outage: str) -> HttpResponse:
    """Confirm an outage, with its end when it was still open."""
    given = {name: text for name, text in request.POST.items() if isinstance(text, str)}
    try:
        verify_outage(outage, ends_at=_moment(given, "ends_at"), actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except Refused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("已核实：停机期间的补录将注明原因，不再计为迟录。"))
    return redirect("outages")


def _page(request: HttpRequest, given: Mapping[str, str], refusal: Refused | None) -> HttpResponse:
    words, actor, now = words_for(request), request.actor, timezone.now()  # type: ignore[attr-defined]
    try:
        found = listed(
            registers.outages(words),
            path=request.path,
            asked=request.GET.dict(),
            row_filter=registers.outage_rows(actor, words.tree),
        )
    except BadQuery as error:
        raise BadRequest(str(error)) from error
    for row in found.rows:
        row["people"] = json.loads(row["people"])
        row["may_verify"] = row["verified_by"] is None and may(
            actor, "outage.declare", scope=words.tree.above(row["unit"])
        )
    fields = _fields(words, actor, given=given, refusal=refusal) if may(actor, "outage.declare") else []
    known = {one.name for one in fields}
    facts = {
        "listing": found,
        "now": now,
        "fields": fields,
        "error": refusal.sentence if refusal and refusal.field not in known else "",
        "is_tried": refusal is not None,
    }
    return render(request, "board/outages.html.j2", facts, status=422 if refusal else 200)


def _fields(words: Words, actor: Actor, *, given: Mapping[str, str], refusal: Refused | None) -> Sequence[Asked]:
    """The form; the units are those this person may declare for."""
    mine = {one for unit in reaching(actor, "outage.declare") for one in words.tree.subtree(unit)}
    options = [(unit, label) for unit, label in words.unit_choices() if unit in mine]

    def asked(name: str, label: str, kind: str, *, required: bool = True, hint: str = "") -> Asked:
        error = refusal.sentence if refusal and refusal.field == name else None
        chosen = options if kind == "choice" else ()
        return Asked(name, label, kind, required, given.get(name, ""), hint, error, chosen)

    return (
        asked("unit", _("单位"), "choice"),
        asked("source", _("系统"), "text", required=False, hint=_("不填表示该单位的所有系统。")),
        asked("begins_at", _("停机开始"), "datetime-local"),
        asked("ends_at", _("停机结束"), "datetime-local", required=False, hint=_("尚未恢复的可不填，核实时补上。")),
        asked("reason", _("停机原因"), "long"),
    )


def _needed(given: Mapping[str, str], name: str) -> datetime:
    found = _moment(given, name)
    if found is None:
        raise Refused("no_time", _("请填写时间。"), field=name)
    return found


def _moment(given: Mapping[str, str], name: str) -> datetime | None:
    """What a field of time says, in the time of the city; None when it was left empty. Raises Refused."""
    text = given.get(name, "").strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return timezone.make_aware(found) if timezone.is_naive(found) else found
    except (ValueError, OverflowError):
        raise Refused("bad_time", _("请按“年-月-日 时:分”填写时间。"), field=name) from None
