"""Who is told of a card, and who next when nobody answers (E008, invariant 32)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, get_args
from zoneinfo import ZoneInfo

from yinuo.city.cases.deciding.who import STAFF
from yinuo.city.notices.commands import Telling, tell_many
from yinuo.city.people import chain
from yinuo.city.people.actor import Role
from yinuo.city.people.chain import Rung
from yinuo.city.people.staff import Tier
from yinuo.city.people.units import UnknownUnit, revision
from yinuo.city.supervision.cards import Card, Saying, text_of
from yinuo.city.supervision.desk import ANSWER_WITHIN, Desk
from yinuo.city.supervision.queries import Naming, clause_of
from yinuo.city.supervision.store import cards_named, event_of, project, run, write
from yinuo.engine.clauses.common import Rung as LadderRung
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.rules import Rules

_TIER_OF: dict[str, Tier] = {
    "handler": "member", "member": "member", "section-head": "member",
    "deputy-head": "deputy_in_charge", "in-charge": "deputy_in_charge",
    "unit-head": "principal", "principal": "principal", "agency-head": "principal",
}  # fmt: skip
"""What a rung's `tell` calls the tiers of the unit that answers; `upper` is the level above it."""


def wants_answer(saying: Saying, rules: Rules) -> bool:
    """Whether a card asks for an answer (E071): one for something that is so, not one that is about to be or to check."""
    if saying.activity != "finding_raised" or saying.payload["why_code"] == "due_soon":
        return False
    level = rules.levels.get(saying.payload["level"] or "")
    return level is None or level.rank > 0


def answer_by(now: datetime, desk: Desk) -> datetime:
    """Until when a card noticed now is to be answered."""
    return desk.after(now, ANSWER_WITHIN)


def tell(cards: Iterable[Card], now: datetime, *, desk: Desk) -> int:
    """Tell of cards just raised that are still open: who answers, and whom the rung names. Returns how many notices.

    That a card was raised is one event for ever, appended by this transaction: nobody was told of it before.
    """
    chosen = [card for card in cards if card.status == "open"]
    if not chosen:
        return 0
    who, naming = answering(now, desk), Naming(chosen, desk=desk, now=now)
    tellings = []
    for card in chosen:
        args = {**naming.args(card), "answer_by": text_of(card.answer_by)}
        persons = who.told_of(card, desk.rules)
        tellings.append(Telling(persons, "card_raised", f"card:{card.card}:{card.turn}", args, _case(card)))
    return tell_many(tellings, now=now, is_new=True)


def escalate(now: datetime, desk: Desk, *, limit: int = 500) -> int:
    """Tell the next tier of cards whose day to be answered has passed; each tier has its own days. A transaction is open.

    At the top nobody is left to tell: the card stays unanswered and is listed as such.
    """
    names = [name for (name,) in run("claim_unanswered", now=now, limit=limit)]
    cards = [card for card in cards_named(names).values() if card.is_unanswered]
    before = {card.card: card.tier for card in cards}
    who = answering(now, desk)
    sayings = [_escalation(card, who, now=now, desk=desk) for card in cards]
    if not sayings:
        return 0
    stored = write([event_of(saying) for saying in sayings], now)
    tellings = []
    naming = Naming(cards, desk=desk, now=now)
    for card in project(stored, cards={card.card: card for card in cards}).values():
        rungs = who.rungs(card.content["unit"])
        if card.tier == before[card.card] or card.tier >= len(rungs):
            continue
        rung = rungs[card.tier]
        args = {**naming.args(card), "tier": rung.tier, "tier_unit": rung.unit}
        key = f"card:{card.card}:tier:{card.tier}"
        persons = tuple(duty.person for duty in rung.duties)
        tellings.append(Telling(persons, "card_escalated", key, args, _case(card)))
    tell_many(tellings, now=now)
    run("revise")
    return len(sayings)


class Answering:
    """Who answers on one day: asked of the database once for each unit, whatever the number of cards."""

    def __init__(self, on: date) -> None:
        self.on = on
        self._chain = chain.chain(on)
        self._rungs: dict[str, tuple[Rung, ...]] = {}
        self._tiers: dict[tuple[str, Tier], tuple[str, ...]] = {}
        self._holders: dict[tuple[str, str], tuple[str, ...]] = {}
        self._told: dict[tuple[str | None, str | None, tuple[str, ...]], tuple[str, ...]] = {}

    def rungs(self, unit: str | None) -> tuple[Rung, ...]:
        """The rungs over a unit, from its members to the principal of the root; none for who is no unit."""
        if unit is None:
            return ()
        if unit not in self._rungs:
            try:
                self._rungs[unit] = tuple(self._chain.rungs(unit))
            except UnknownUnit:
                self._rungs[unit] = ()
        return self._rungs[unit]

    def responsible(self, unit: str | None, tier: Tier = "principal") -> tuple[str, ...]:
        """Who answers for a tier of a unit, or who comes next; nobody for who is no unit."""
        if unit is None:
            return ()
        if (unit, tier) not in self._tiers:
            try:
                duties = self._chain.responsible(unit, tier)
            except UnknownUnit:
                duties = ()
            self._tiers[unit, tier] = tuple(duty.person for duty in duties)
        return self._tiers[unit, tier]

    def holders(self, role: str, unit: str | None) -> tuple[str, ...]:
        """Who holds a role over a unit, by the grant nearest above it."""
        if unit is None:
            return ()
        if (role, unit) not in self._holders:
            try:
                self._holders[role, unit] = self._chain.holders(role, unit)
            except UnknownUnit:
                self._holders[role, unit] = ()
        return self._holders[role, unit]

    def receiving(self, unit: str | None) -> tuple[str, ...]:
        """Who may sign for what a unit is offered: those granted a part of its work; without any, who answers for it."""
        if unit is None:
            return ()
        return self._chain.granted(STAFF, unit) or self.responsible(unit, "member")

    def present(self, person: str | None) -> str | None:
        """The person, or who stands in for one who is away; None for who is nobody here."""
        return None if person is None else self._chain.acting(person)

    def named(self, name: str, unit: str | None) -> Sequence[str]:
        """Whom a rung's word means: a tier of the unit that answers, the level above it, a role over it, or a unit."""
        if name in _TIER_OF:
            return self.responsible(unit, _TIER_OF[name])
        if name == "upper":
            above = (rung.duties for rung in self.rungs(unit) if rung.unit != unit and rung.duties)
            return [duty.person for duty in next(above, ())]
        role = name.replace("-", "_")
        return self.holders(role, unit) if role in get_args(Role) else self.responsible(name, "member")

    def told_of(self, card: Card, rules: Rules) -> tuple[str, ...]:
        """Whom a card is told to: the person or unit that answers, and whom the rung of its level names."""
        unit, actor = card.content["unit"], card.content["actor"]
        rung = rung_of(card.content, rules)
        tell = () if rung is None else tuple(rung.tell)
        if (unit, actor, tell) not in self._told:
            found = list(self.responsible(unit, "member"))
            if actor and actor != unit:
                found.append(actor)
            for name in tell:
                found += self.named(name, unit)
            self._told[unit, actor, tell] = tuple(sorted(set(found)))
        return self._told[unit, actor, tell]


def answering(now: datetime, desk: Desk) -> Answering:
    """Who answers on the local day of an instant; remembered until something changes among units and people."""
    return _answering(revision(), now.astimezone(ZoneInfo(desk.rules.zone)).date())


@lru_cache(maxsize=4)
def _answering(_revision: str, on: date) -> Answering:
    return Answering(on)


def _escalation(card: Card, who: Answering, *, now: datetime, desk: Desk) -> Saying:
    """To the next rung somebody stands on; from the last one it goes nowhere."""
    rungs = who.rungs(card.content["unit"])
    above = [index for index, rung in enumerate(rungs) if index > card.tier and rung.duties]
    tier = above[0] if above else card.tier
    payload: dict[str, Any] = {"v": 1, "card": card.card, "turn": card.turn, "tier": tier, "answer_by": None}
    if above:
        payload |= {"unit": rungs[tier].unit, "told": rungs[tier].tier}
    if len(above) > 1:
        payload["answer_by"] = text_of(answer_by(now, desk))
    return Saying(card.card, _case(card), "finding_escalated", now, card.turn, payload)


def rung_of(content: Mapping[str, Any], rules: Rules) -> LadderRung | None:
    """The rung of the ladder on which a card stands; None for a broken rule."""
    clause = clause_of(content, rules)
    if not isinstance(clause, Promise):
        return None
    ladder = rules.ladders[clause.levels] if isinstance(clause.levels, str) else clause.levels
    is_late = content["why_code"] == "late"
    return next((one for one in ladder if one.level == content["level"] and (one.late is not None) == is_late), None)


def _case(card: Card) -> str:
    case_id: str = card.content["case_id"]
    return case_id
