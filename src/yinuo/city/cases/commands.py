"""What is done to cases: `act` by a person, `record` of facts. The only writers of case streams; both open the transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

import orjson
from django.db import transaction
from django.utils.translation import gettext as _

from yinuo.city.cases import acting, projection, recording
from yinuo.city.cases.acts import PARTED, Act, Done, Refused
from yinuo.city.cases.logs import PREFIX
from yinuo.city.ledger import private, read
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import Conflict, NewEvent, WrongStream
from yinuo.city.people import units
from yinuo.city.people.actor import Actor

STRETCH = 2_000
TRIES = 3
"""How often an act is decided again when somebody else's came between."""


def act(act: Act, *, actor: Actor, now: datetime) -> Done:
    """Do one thing to a case, or open one.

    Decided on the case as it stands against the steps of its flow and the clauses that refuse (`block`); written to the
    ledger, shown in the tables and marked for supervision in one transaction. An act whose source and event id were
    received before changes nothing and gives what was written then. Raises Refused with a sentence for the person, NotAllowed.
    """
    for _try in range(TRIES):
        try:
            decided = acting.look(act, actor=actor, now=now)
            if isinstance(decided, Done):
                return decided
            done = None if decided.needs_transaction else acting.write_at_once(decided)
            if done is not None:
                return done
            with transaction.atomic():
                return acting.write(decided)
        except Conflict:
            continue
        except WrongStream as elsewhere:
            return _opened_meanwhile(act, elsewhere)
    raise Refused("busy", _("这件事正有别人在办，请刷新后再试。"))


def _opened_meanwhile(act: Act, elsewhere: WrongStream) -> Done:
    """What the same form, sent twice at a moment, opened the first time. Raises Refused for an id used for another case."""
    known = acting.known_event(elsewhere.source, elsewhere.event_id)
    if act.case_id is not None or known is None:
        raise Refused("event_elsewhere", _("这条记录的编号已经用在另一件事上，请换一个编号。"), field="event_id")
    return known


def record(
    acts: Sequence[Act], *, actor: Actor, now: datetime,
    beside: Callable[[Sequence[Done | Refused]], None] | None = None,
) -> list[Done | Refused]:  # fmt: skip
    """Write down what systems report to have happened, in the order given; for each what was written or why not.

    Facts are held to the words of the text (kind, activity, fields, units) and to the actor's part of the tree, never to
    its steps: what happened happened, and supervision will say so. A fact known already (same source and event id) gives
    what was written before. What `beside` writes about the outcomes is written in the same transaction. Raises NotAllowed
    when the actor may report nothing at all.
    """
    with transaction.atomic():
        outcomes = recording.record(acts, actor=actor, now=now)
        if beside is not None:
            beside(outcomes)
    return outcomes


def forget(case_id: str, fields: Collection[str], *, brought_by: str, actor: str, now: datetime) -> list[str]:
    """Part what somebody brought to a case of another's from these personal fields, which are his own; the refs to be erased.

    What is left of them lies sealed under a ref of its own from now on, as an event of the case says: the case stays that of
    whoever it is about, and the chain verifies. Inside the caller's transaction, which says and erases what was parted.
    """
    gone = []
    for event in read.stream(PREFIX + case_id):
        person = orjson.loads(event.payload).get("person")
        sealed = private.unseal(person["ref"]) if person and event.actor == brought_by else None
        if sealed is None or sealed.keys().isdisjoint(fields):
            continue
        left = {name: text for name, text in sealed.items() if name not in fields}
        told = private.seal(f"{person['ref']}/parted", left)
        parted = NewEvent(PREFIX + case_id, "yinuo", f"parted:{person['ref']}", PARTED, now, {"v": 1, "fields": {}, "person": told}, actor)  # fmt: skip
        stored, ways = append([parted], expected=None, recorded_at=now), projection.ways_in_force()
        projection.take([projection.news(stored)], ways, tree=units.tree(now.astimezone(ways.zone).date()), look=False)
        gone.append(str(person["ref"]))
    return gone


def rescope(*, now: datetime) -> int:
    """After units moved or merged: let open cases belong to the units above them now. Returns how many changed.

    In stretches of STRETCH cases, each a transaction of its own; doing it twice changes nothing the second time.
    """
    ways = projection.ways_in_force()
    tree = units.tree(now.astimezone(ways.zone).date())
    after: str | None = ""
    changed = 0
    while after is not None:
        with transaction.atomic():
            after, moved = projection.rescope(ways, tree, after=after, limit=STRETCH)
        changed += moved
    return changed
