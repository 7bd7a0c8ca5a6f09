"""What people do about a card: explain it, appeal against it, decide that appeal, publish the reason of a missed limit.

Also the second person's write-off of an order, and the register of outages. Every command opens its own transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from yinuo.city.cases import commands as case_commands
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.ledger import read
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent
from yinuo.city.notices.commands import tell
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require
from yinuo.city.people.units import tree
from yinuo.city.supervision import telling
from yinuo.city.supervision.cards import Card, Saying, text_of
from yinuo.city.supervision.desk import Desk
from yinuo.city.supervision.models import Finding
from yinuo.city.supervision.opening import flows_in_force, is_promise_with_reason
from yinuo.city.supervision.queries import Naming, clause_of
from yinuo.city.supervision.store import cards_named, event_of, project, run, said_stream, units_of
from yinuo.engine.clauses.flow import Flow

_DECISIONS = {
    "cancelled": {
        "decision": "cancelled",
        "decision_zh": "申诉成立，撤销",
        "decision_en": "granted, the card is cancelled",
    },
    "rejected": {"decision": "rejected", "decision_zh": "申诉不成立，维持", "decision_en": "rejected, the card stands"},
}
LONGEST = 2000
"""Characters of a text people write about a card."""


def explain_card(card: str, *, text: str, actor: Actor, now: datetime) -> Card:
    """说明: the unit that answers says why. The escalation stops; the card stays open until the thing is done.

    Raises Refused (no_such_card, not_open, no_text), NotAllowed for who is not of the unit that answers.
    """
    with transaction.atomic():
        found = _locked(card)
        require(actor, "finding.explain", scope=_above(found, now))
        if found.status != "open":
            raise Refused("not_open", _("这张牌已经不在了，无需说明。"))
        return _say(found, "finding_explained", {"text": text_or_refused(text), "by": actor.id}, actor=actor, now=now)


def appeal_card(card: str, *, ground: str, actor: Actor, now: datetime) -> Card:
    """申诉: the unit that answers says that the card is wrong. Until it is decided nobody is told further up.

    One appeal a card. Raises Refused (no_such_card, not_open, appealed_before, no_text), NotAllowed.
    """
    with transaction.atomic():
        found = _locked(card)
        require(actor, "finding.appeal", scope=_above(found, now))
        if found.status not in ("open", "cleared"):
            raise Refused("not_open", _("这张牌已经撤销，无需申诉。"))
        if found.appeal:
            raise Refused("appealed_before", _("这张牌已经申诉过，一张牌只能申诉一次。"))
        changed = _say(
            found, "card_appealed", {"ground": text_or_refused(ground), "by": actor.id}, actor=actor, now=now
        )
        desk = Desk.in_force()
        judges = telling.answering(now, desk).holders("supervising_office", found.content["unit"])
        _tell(changed, judges, kind="card_appealed", args={}, now=now, desk=desk)
        return changed


def decide_appeal(card: str, *, cancel: bool, reason: str, actor: Actor, now: datetime) -> Card:
    """裁定: an appeal is granted (the card is cancelled, kept and counted apart) or rejected (it asks for an answer again).

    Never by the unit concerned, nor by who appealed. Raises Refused (no_such_card, no_appeal, own_unit, no_text), NotAllowed.
    """
    with transaction.atomic():
        found = _locked(card)
        require(actor, "finding.decide", scope=_scope(card))
        if found.appeal != "appealed":
            raise Refused("no_appeal", _("没有待裁定的申诉。"))
        if actor.id == found.appealed_by or is_concerned(actor, found.content["unit"], now):
            raise Refused("own_unit", _("当事单位和申诉人不得裁定自己的申诉，请由其他单位裁定。"))
        desk = Desk.in_force()
        payload: dict[str, Any] = {"reason": text_or_refused(reason), "by": actor.id}
        if not cancel and found.status == "open" and found.explained_at is None:
            payload["answer_by"] = text_of(telling.answer_by(now, desk))
        activity = "card_cancelled" if cancel else "appeal_rejected"
        changed = _say(found, activity, payload, actor=actor, now=now)
        told = {*telling.answering(now, desk).told_of(changed, desk.rules), *filter(None, [found.appealed_by])}
        _tell(changed, told, kind="appeal_decided", args=_DECISIONS[changed.appeal], now=now, desk=desk)
        return changed


def publish_reason(card: str, *, reason: str, actor: Actor, now: datetime) -> Card:
    """公布: the public reason why a limit was missed (优化营商环境条例 36). Written again, the later one is shown; both are kept.

    Only for limits whose text says `public_reason`. Raises Refused (no_such_card, not_late, no_text), NotAllowed.
    """
    with transaction.atomic():
        found = _locked(card)
        require(actor, "finding.publish", scope=_above(found, now))
        clause = clause_of(found.content, Desk.in_force().rules)
        if found.content["why_code"] != "late" or not is_promise_with_reason(clause):
            raise Refused("not_late", _("只有规定须公开原因的超时，才公布原因。"))
        if found.status not in ("open", "cleared"):
            raise Refused("not_open", _("这张牌已经撤销，没有原因可公布。"))
        return _say(found, "delay_published", {"text": text_or_refused(reason), "by": actor.id}, actor=actor, now=now)


def write_off(case_id: str, *, evidence: str, actor: Actor, now: datetime) -> Done:
    """销号: a second person closes an order, on evidence that it was settled (invariants 24 and 28).

    The act is the one of the flow's last step that says who may not do it; whoever worked on the order before may not
    do it either. Raises Refused (no_such_case, not_to_write_off, same_person, no_text, and whatever the text blocks), NotAllowed.
    """
    with transaction.atomic():
        rows = run("cases_now", case_ids=[case_id])
        if not rows:
            raise Refused("no_such_case", _("没有这件督办。"))
        _case, kind, _item, version, scope, *_rest = rows[0]
        require(actor, "order.write_off", scope=units_of(scope))
        activity, others = _last_step(kind, now)
        history = read.stream(f"case/{case_id}")
        if any(event.actor == actor.id and event.activity in others for event in history):
            raise Refused("same_person", _("经办人不得销号自己办理的事项，须由第二人核销。"))
        text = text_or_refused(evidence)
        act = Act(case_id, activity, now, _evidence(kind, text, now), expected=version)
        done = case_commands.act(act, actor=actor, now=now)
        payload = {"v": 1, "evidence": text, "by": actor.id, "activity": activity}
        event = NewEvent(
            said_stream(case_id),
            "supervision",
            f"written_off:{done.event_ids[0]}",
            "order_written_off",
            now,
            payload,
            actor.id,
            actor.unit,
        )
        append([event], expected=None, recorded_at=now)
        return done


def _flow(kind: str, now: datetime) -> Flow:
    flow = flows_in_force(Desk.in_force(), now).get(kind)
    if flow is not None:
        return flow.clause
    raise Refused("not_to_write_off", _("现行制度没有这类事项。"))


def _last_step(kind: str, now: datetime) -> tuple[str, frozenset[str]]:
    """The activity that writes a case of this kind off, and those whose doer may not."""
    flow = _flow(kind, now)
    for step in flow.steps:
        ending = [name for name in step.does if name in flow.ends]
        if step.not_by and ending:
            others = {name for other in flow.steps if other.id in step.not_by for name in other.does}
            earlier = {
                name
                for other in flow.steps
                if other.id in step.after or "unit:" in (other.by or "")
                for name in other.does
            }
            return ending[0], frozenset(others | earlier)
    raise Refused("not_to_write_off", _("这类事项不需要销号。"))


def _evidence(kind: str, text: str, now: datetime) -> dict[str, str]:
    return {"evidence": text} if "evidence" in _flow(kind, now).fields else {}


def _locked(card: str) -> Card:
    found = cards_named([card]).get(card)
    if found is None:
        raise Refused("no_such_card", _("没有这张牌。"))
    return found


def _scope(card: str) -> Collection[str]:
    scope: Collection[str] = Finding.objects.values_list("scope", flat=True).get(card=card)
    return scope


def _above(card: Card, now: datetime) -> Collection[str]:
    """The units above the one that answers, itself among them; of one the tree does not know, the case's."""
    return above(card.content["unit"], now) or _scope(card.card)


def above(unit: str | None, now: datetime) -> tuple[str, ...]:
    """The units above one, itself among them; none when the tree does not know it."""
    return () if unit is None else tree(today(now, Desk.in_force())).above(unit)


def is_concerned(actor: Actor, unit: str | None, now: datetime) -> bool:
    """Whether the actor works in the unit concerned or below it (at the root: in the root itself)."""
    if actor.unit is None or unit is None:
        return False
    return actor.unit == unit or unit in above(actor.unit, now)[:-1]


def text_or_refused(text: str) -> str:
    """A text a person wrote, without blanks around it. Raises Refused when there is none or too much."""
    text = text.strip()
    if not text:
        raise Refused("no_text", _("请写明内容。"), field="text")
    if len(text) > LONGEST:
        raise Refused("too_long", _("内容不得超过%(count)s字。") % {"count": LONGEST}, field="text")
    return text


def _say(card: Card, activity: str, payload: Mapping[str, Any], *, actor: Actor, now: datetime) -> Card:
    """Append what a person did about a card, and show it."""
    whole = {"v": 1, "card": card.card, "turn": card.turn, **payload}
    saying = Saying(card.card, card.content["case_id"], activity, now, card.turn, whole)
    stored = append([event_of(saying, actor=actor.id, unit=actor.unit)], expected=None, recorded_at=now)
    changed = project(stored, cards={card.card: card})[card.card]
    run("revise")
    return changed


def _tell(
    card: Card, persons: Collection[str], *, kind: str, args: Mapping[str, Any], now: datetime, desk: Desk
) -> None:
    key = f"{kind}:{card.card}:{card.turn}"
    whole = {**Naming([card], desk=desk, now=now).args(card), **args}
    tell(sorted(persons), kind=kind, key=key, args=whole, case_id=card.content["case_id"], now=now)


def today(now: datetime, desk: Desk) -> date:
    """The local day of an instant."""
    return now.astimezone(ZoneInfo(desk.rules.zone)).date()
