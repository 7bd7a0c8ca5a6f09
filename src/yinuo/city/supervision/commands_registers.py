"""Outages declared (停机登记), and measures proposed and decided (D43, invariant 33). Every command opens its transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Refused
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent
from yinuo.city.notices.commands import tell
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require
from yinuo.city.supervision import telling
from yinuo.city.supervision.cards import text_of
from yinuo.city.supervision.commands import above, is_concerned, text_or_refused
from yinuo.city.supervision.desk import STATEMENT_WITHIN, Desk
from yinuo.city.supervision.models import Measure, Outage
from yinuo.city.supervision.opening import measure_id
from yinuo.city.supervision.rebuilding import show_measures, show_outages
from yinuo.city.supervision.store import SOURCE, run


def declare_outage(
    *,
    unit: str,
    begins_at: datetime,
    ends_at: datetime | None,
    reason: str,
    source: str = "",
    actor: Actor,
    now: datetime,
) -> str:
    """Declare that a system (`source`, "" = all of the unit's) was down: entries made late because of it are marked.

    Returns the id of the entry. A second person verifies it. Raises Refused (backwards, no_text), NotAllowed.
    """
    with transaction.atomic():
        require(actor, "outage.declare", scope=above(unit, now))
        if ends_at is not None and ends_at <= begins_at:
            raise Refused("backwards", _("结束时间须晚于开始时间。"), field="ends_at")
        name = _name(unit, source, text_of(begins_at), actor.id, text_of(now))
        payload = {
            "unit": unit, "source": source, "begins_at": text_of(begins_at), "ends_at": text_of(ends_at),
            "reason": text_or_refused(reason), "by": actor.id,
        }  # fmt: skip
        _write("outage", name, "outage_declared", payload, actor=actor, now=now)
        return name


def verify_outage(outage_id: str, *, ends_at: datetime | None = None, actor: Actor, now: datetime) -> None:
    """Confirm an outage, by another person than who declared it; `ends_at` when it was still open.

    Raises Refused (no_such_outage, same_person, verified_before, no_end, backwards), NotAllowed.
    """
    with transaction.atomic():
        row = Outage.objects.select_for_update().filter(outage_id=outage_id).first()
        if row is None:
            raise Refused("no_such_outage", _("没有这条停机登记。"))
        require(actor, "outage.declare", scope=above(row.unit, now))
        if row.declared_by == actor.id:
            raise Refused("same_person", _("登记人不得核实自己的登记。"))
        if row.verified_by is not None:
            raise Refused("verified_before", _("这条停机登记已经核实。"))
        if row.ends_at is None and ends_at is None:
            raise Refused("no_end", _("请写明停机何时结束：没有结束时间的停机不能核实。"), field="ends_at")
        if ends_at is not None and ends_at <= row.begins_at:
            raise Refused("backwards", _("结束时间须晚于开始时间。"), field="ends_at")
        payload = {"by": actor.id, "ends_at": text_of(ends_at)}
        _write("outage", outage_id, "outage_verified", payload, actor=actor, now=now)


def propose_measure(
    card: str, *, what: str, grounds: str, against_unit: str | None = None, against_person: str | None = None,
    actor: Actor, now: datetime,
) -> str:  # fmt: skip
    """Propose a measure on the evidence of a card; the clause the card cites is its basis. Nothing takes effect by it.

    Returns the id of the proposal. Raises Refused (no_such_card, cancelled_card, nobody, no_text), NotAllowed.
    """
    with transaction.atomic():
        found = _card(card)
        require(actor, "measure.propose", scope=found["scope"])
        unit = against_unit or (None if against_person else found["unit"])
        if unit is None and against_person is None:
            raise Refused("nobody", _("请写明对哪个单位或者哪个人。"), field="against_unit")
        desk, what = Desk.in_force(), text_or_refused(what)
        name = measure_id(card, what, unit, against_person)
        payload = {
            "card": card, "case_id": found["case_id"], "institution": found["institution"], "clause": found["clause"],
            "what": what, "grounds": text_or_refused(grounds), "against_unit": unit,
            "against_person": against_person, "by": actor.id, "statement_by": text_of(desk.after(now, STATEMENT_WITHIN)),
            "scope": sorted({*found["scope"], *above(unit or found["unit"], now)}),
        }  # fmt: skip
        if Measure.objects.filter(measure_id=name).exists():
            raise Refused("proposed_before", _("同样的处理建议已经提出过。"))
        _write("measure", name, "measure_proposed", payload, actor=actor, now=now)
        persons = (against_person,) if against_person else telling.answering(now, desk).responsible(unit)
        told = {
            "measure": name,
            "what": what,
            "what_zh": what,
            "what_en": what,
            "statement_by": payload["statement_by"],
            "card": card,
        }
        tell(persons, kind="measure_proposed", key=f"measure:{name}", args=told, case_id=found["case_id"], now=now)
        return name


def state_case(measure_id: str, *, statement: str, actor: Actor, now: datetime) -> None:
    """陈述申辩: the party says what is to be said against a proposed measure. Raises Refused (decided_before), NotAllowed."""
    with transaction.atomic():
        row = _measure(measure_id)
        _require_party(row, actor, now)
        if row.status != "proposed":
            raise Refused("decided_before", _("这条建议已经作出决定。"))
        payload = {"statement": text_or_refused(statement), "by": actor.id}
        _write("measure", measure_id, "measure_stated", payload, actor=actor, now=now)


def decide_measure(measure_id: str, *, adopt: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Decide on a proposed measure: only an authorised person, never who proposed it nor the unit concerned.

    The party must have spoken, or the days for it must be over. Raises Refused (decided_before, not_heard, same_person,
    own_unit), NotAllowed.
    """
    with transaction.atomic():
        row = _measure(measure_id)
        require(actor, "measure.decide", scope=row.scope)
        if row.status != "proposed":
            raise Refused("decided_before", _("这条建议已经作出决定。"))
        _refuse_party(row, actor, now)
        if row.proposed_by == actor.id:
            raise Refused("same_person", _("提出人不得决定自己提出的建议。"))
        if row.stated_at is None and row.statement_by is not None and now < row.statement_by:
            raise Refused("not_heard", _("当事方的陈述申辩期未满，也没有陈述，不能决定。"))
        payload = {"adopt": adopt, "reason": text_or_refused(reason), "by": actor.id}
        _write("measure", measure_id, "measure_decided", payload, actor=actor, now=now)
        zh, en = ("采纳", "adopted") if adopt else ("不采纳", "dismissed")
        _tell_party(row, "measure_decided", {"decision": en, "decision_zh": zh, "decision_en": en}, now)


def appeal_measure(measure_id: str, *, ground: str, actor: Actor, now: datetime) -> None:
    """The party appeals against a measure that was decided, once. Raises Refused (nothing_decided, appealed_before), NotAllowed."""
    with transaction.atomic():
        row = _measure(measure_id)
        _require_party(row, actor, now)
        if row.status == "appealed" or row.appealed_at is not None:
            raise Refused("appealed_before", _("已经申诉过。"))
        if row.status != "adopted":
            raise Refused("nothing_decided", _("没有可申诉的决定。"))
        payload = {"ground": text_or_refused(ground), "by": actor.id}
        _write("measure", measure_id, "measure_appealed", payload, actor=actor, now=now)


def decide_measure_appeal(measure_id: str, *, revoke: bool, reason: str, actor: Actor, now: datetime) -> None:
    """Decide the appeal: by another authorised person than who took the decision. Raises Refused, NotAllowed."""
    with transaction.atomic():
        row = _measure(measure_id)
        require(actor, "measure.decide", scope=row.scope)
        if row.status != "appealed":
            raise Refused("no_appeal", _("没有待裁定的申诉。"))
        _refuse_party(row, actor, now)
        if row.decided_by == actor.id:
            raise Refused("same_person", _("原决定人不得裁定对自己决定的申诉。"))
        payload = {"revoke": revoke, "reason": text_or_refused(reason), "by": actor.id}
        _write("measure", measure_id, "measure_appeal_decided", payload, actor=actor, now=now)
        zh, en = ("撤销原决定", "the decision is revoked") if revoke else ("维持原决定", "the decision stands")
        _tell_party(row, "measure_appeal_decided", {"decision": en, "decision_zh": zh, "decision_en": en}, now)


def _card(card: str) -> Mapping[str, Any]:
    rows = run("card", card=card)
    if not rows:
        raise Refused("no_such_card", _("没有这张牌。"))
    found = dict(zip(("case_id", "institution", "clause", "unit", "status", "scope"), rows[0], strict=True))
    if found["status"] in ("cancelled", "withdrawn"):
        raise Refused("cancelled_card", _("这张牌已经撤销，不能作为依据。"))
    return found


def _measure(measure_id: str) -> Measure:
    row = Measure.objects.select_for_update().filter(measure_id=measure_id).first()
    if row is None:
        raise Refused("no_such_measure", _("没有这条处理建议。"))
    return row


def _tell_party(row: Measure, kind: str, args: Mapping[str, Any], now: datetime) -> None:
    who = telling.answering(now, Desk.in_force())
    persons = (row.against_person,) if row.against_person else who.responsible(row.against_unit)
    key = f"{kind}:{row.measure_id}"
    tell(persons, kind=kind, key=key, args={"measure": row.measure_id, **args}, case_id=row.case_id, now=now)


def _require_party(row: Measure, actor: Actor, now: datetime) -> None:
    if actor.id != row.against_person:
        require(actor, "measure.state", scope=above(row.against_unit, now))


def _refuse_party(row: Measure, actor: Actor, now: datetime) -> None:
    if actor.id == row.against_person or is_concerned(actor, row.against_unit, now):
        raise Refused("own_unit", _("当事单位和当事人不得决定与自己有关的事项。"))


def _name(*parts: str | None) -> str:
    return hashlib.sha256("\0".join(part or "" for part in parts).encode()).hexdigest()[:16]


def _write(register: str, name: str, activity: str, payload: Mapping[str, Any], *, actor: Actor, now: datetime) -> None:
    event = NewEvent(
        f"{register}/{name}", SOURCE, f"{register}:{name}:{activity}:{text_of(now)}", activity, now,
        {"v": 1, **payload}, actor.id, actor.unit,
    )  # fmt: skip
    stored = append([event], expected=None, recorded_at=now)
    (show_outages if register == "outage" else show_measures)(stored)
    run("revise")
