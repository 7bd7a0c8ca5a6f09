"""One act of a person: look and decide, then append and show."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.city.cases import at_once, attachments, consult, numbers, projection, queries
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.deciding import facts
from yinuo.city.cases.deciding.decide import Decided as Decision
from yinuo.city.cases.deciding.decide import Standing, decide
from yinuo.city.cases.deciding.states import State, files_in, local_day
from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.city.cases.deciding.who import Place, is_party
from yinuo.city.cases.granting import grants
from yinuo.city.cases.kept import closed
from yinuo.city.cases.logs import PREFIX, Line, line_of, line_of_new
from yinuo.city.ledger import private, read
from yinuo.city.ledger.append import append
from yinuo.city.ledger.digest import GENESIS
from yinuo.city.ledger.events import NewEvent, StoredEvent
from yinuo.city.ledger.statements import ask
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require
from yinuo.city.texts.in_force import NoText
from yinuo.engine.rules import Ruling
from yinuo.kernel.instants import microseconds


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one look at the database brings."""

    ways: Ways
    serial: int | None
    state: State
    head: bytes
    scope: frozenset[str]
    receipt: str
    has_open_child: bool
    parent_status: str | None
    tree: units.Tree


@dataclass(frozen=True, slots=True)
class Decided:
    """An act that people may do to the case as it stands. What is left: the clauses that refuse, and the writing."""

    act: Act
    loaded: Loaded
    way: Way
    decision: Decision
    rulings: tuple[Ruling, ...]
    history: History
    actor: Actor
    now: datetime

    @property
    def needs_transaction(self) -> bool:
        """Whether more than one statement writes or locks: somebody's fields are sealed apart, or a thread is waited for."""
        return bool(self.act.person or self.decision.sealed or self.grants) or queries.reads_threads(self.rulings)

    @property
    def grants(self) -> tuple[Ruling, ...]:
        """The tables that number this giving, or hold it to a cap."""
        day = self.act.at.astimezone(self.loaded.ways.zone).date()
        return grants.granted_by(self.loaded.ways, self.way.kind, self.act.activity, day)


def look(act: Act, *, actor: Actor, now: datetime) -> Decided | Done:
    """Read how the case stands and decide; nothing is written. What was received before is Done. Raises Refused, NotAllowed."""
    if act.event_id is not None:
        known = known_event(act.source, act.event_id)
        if known is not None and act.case_id in (None, known.case_id):
            return known
    loaded = _load(act, now)
    way, day = _way(act, loaded)
    facts.check_own(act, loaded.ways.moving, way)
    place = Place(loaded.tree.above, loaded.scope, lambda person: _is_staff(person, day))
    place = _check_permission(act, loaded, actor=actor, place=place)
    history = History(loaded.state.case_id, loaded.ways)
    case = _standing(act, loaded, way=way, history=history)
    decision = decide(case, act, actor=actor, way=way, day=day, now=now, place=place)
    if loaded.state.version == 0 and (told := closed(way.kind, decision.fields.get("item"), day)):
        raise Refused("item_closed", told, field="item")
    _check_family(act, loaded, way)
    attachments.check(files_in(decision.fields, way))
    rulings = loaded.ways.guards.of_act(way.kind, act.activity, ends=act.activity in way.ends)
    return Decided(act, loaded, way, decision, rulings, history, actor, now)


def write_at_once(decided: Decided) -> Done | None:
    """Append and show the act in one statement, which is a transaction of its own. Raises Refused.

    None when nothing was written: somebody else's act came between, the event was received before, or more changes than
    one statement writes. `write` then does it, or says why not.
    """
    loaded = decided.loaded
    event = _event(decided)
    _check_clauses(event, decided)
    folded = at_once.write(
        event, loaded.state, loaded.ways, head=loaded.head, tree=loaded.tree, scope=loaded.scope, now=decided.now
    )
    return (
        None
        if folded is None
        else Done(folded.after.case_id, folded.after.receipt, folded.after.version, (event.event_id,))
    )


def write(decided: Decided) -> Done:
    """Append the act, then write the rows of its case. Inside the caller's transaction. Raises Refused, Conflict, WrongStream."""
    loaded = decided.loaded
    event = _event(_granted(decided) if decided.grants else decided)
    _check_clauses(event, decided)
    stored = append([event], expected=loaded.state.version, recorded_at=decided.now)
    if stored[0].version <= loaded.state.version:
        return done_of(stored[0])
    folded = projection.folded(loaded.state if loaded.state.version else None, projection.news(stored), loaded.ways)
    projection.write([folded], loaded.ways, tree=loaded.tree, look=True)
    return Done(folded.after.case_id, folded.after.receipt, folded.after.version, (event.event_id,))


def _granted(decided: Decided) -> Decided:
    """The act with what its grant adds; whoever grants of the same table waits until this transaction ends."""
    decision = decided.decision
    fields = grants.settle(
        decided.grants, decision.fields, ways=decided.loaded.ways, unit=decided.loaded.state.unit, at=decided.act.at
    )
    return replace(decided, decision=replace(decision, fields=fields))


def known_event(source: str, event_id: str) -> Done | None:
    """What was written when this event was received before; null when it was not."""
    found = read.received([(source, event_id)])
    event = found.get((source, event_id))
    return None if event is None else done_of(event)


def done_of(event: StoredEvent) -> Done:
    """What was written, of an event that is in the ledger."""
    case_id = event.stream.removeprefix(PREFIX)
    return Done(case_id, queries.receipt_of(case_id), event.version, (event.event_id,), is_new=False)


def _load(act: Act, now: datetime) -> Loaded:
    asked = {"text": settings.PACK, "case_id": act.case_id, "parent": act.fields.get("parent")}
    digest, revision, serial, text, head, scope, receipt, has_open_child, parent_status = ask(__file__, "load", asked)[
        0
    ]
    if digest is None:
        raise NoText(settings.PACK)
    if text is None:
        state, head = State(act.case_id or uuid.uuid4().hex), GENESIS
    else:
        state = State(**orjson.loads(text))
        read.remember(PREFIX + state.case_id, (state.version, head))
    ways = projection.ways_of(digest)
    return Loaded(
        ways=ways,
        serial=serial,
        state=state,
        head=head,
        scope=frozenset(scope or ()),
        receipt=receipt or "",
        has_open_child=has_open_child,
        parent_status=parent_status,
        tree=units.tree(now.astimezone(ways.zone).date(), known=revision),
    )


def _way(act: Act, loaded: Loaded) -> tuple[Way, date]:
    if act.at.tzinfo is None:
        raise Refused("time_without_zone", _("发生时间没有时区，请带上时区，例如 +08:00。"), field="at")
    state, zone = loaded.state, loaded.ways.zone
    kind = state.kind or act.kind
    if state.version == 0 and kind is None:
        raise Refused("no_such_case", _("没有这件事；登记新的要写明种类。"), field="case_id")
    day = act.at.astimezone(zone).date()
    way = loaded.ways.way(kind or "", local_day(state.opened_at, zone) if state.version else day)
    if way is None:
        sentence = _("制度里没有“%(kind)s”这一种事。")
        raise Refused("unknown_kind", sentence % {"kind": kind}, field="kind")
    if state.version and microseconds(act.at) < state.opened_at:
        raise Refused("before_opening", _("发生时间早于登记时间，请核对。"), field="at")
    return way, day


def _is_staff(person: str, day: date) -> bool:
    ((found,),) = ask(__file__, "is_person", {"person": person, "day": day})
    return bool(found)


def _check_permission(act: Act, loaded: Loaded, *, actor: Actor, place: Place) -> Place:
    """Whether the actor may act here at all; the step then says who exactly. On opening the case lies where both lie."""
    if loaded.state.version == 0:
        involved = [unit for unit in (act.unit, actor.unit) if unit is not None]
        scope = frozenset(above for unit in involved for above in loaded.tree.above(unit))
        scope = scope or frozenset(loaded.tree.roots)
        require(actor, "case.open", scope=scope)
        return replace(place, scope=scope)
    if not is_party(actor, loaded.state):
        require(actor, "case.act", scope=loaded.scope)
    return place


class History:
    """The events of the case, read when somebody needs them and once."""

    def __init__(self, case_id: str, ways: Ways) -> None:
        self.case_id, self.ways = case_id, ways
        self._lines: list[Line] | None = None

    def lines(self) -> list[Line]:
        if self._lines is None:
            self._lines = [line_of(event) for event in read.stream(PREFIX + self.case_id)]
        return self._lines


def _standing(act: Act, loaded: Loaded, *, way: Way, history: History) -> Standing:
    state = loaded.state
    silences = loaded.ways.guards.of_silence(way.kind) if state.version else ()
    lapsed = consult.may_have_lapsed(state, silences, microseconds(act.at))
    if not lapsed:
        return Standing(state, state)
    return consult.standing(state, history.lines(), lapsed, way=way, ways=loaded.ways, at=act.at)


def _check_family(act: Act, loaded: Loaded, way: Way) -> None:
    """A parent does not close while a child is open; a child is not opened under what is over (invariant 31, E009)."""
    if act.activity in way.ends and loaded.has_open_child:
        raise Refused("child_open", _("下级事项还没有办结，不能先办结这一件。"))
    parent = act.fields.get("parent")
    if parent is not None and loaded.parent_status != "open":
        raise Refused("no_such_parent", _("上级事项不存在或者已经办结，不能在它下面登记。"), field="parent")


def _event(decided: Decided) -> NewEvent:
    act, loaded, decision = decided.act, decided.loaded, decided.decision
    state = loaded.state
    payload: dict[str, Any] = {"v": 1, "fields": decision.fields}
    if decision.step is not None:
        payload["step"] = decision.step.id
    if decision.desk is not None:
        payload["desk"] = decision.desk
    if state.version == 0:
        assert loaded.serial is not None
        day = decided.now.astimezone(loaded.ways.zone).date()
        payload |= opening(act, decision.fields, unit=decision.unit, receipt=numbers.receipt(loaded.serial, day))
    personal = {**act.person, **decision.sealed}
    if personal:
        payload["person"] = private.seal(f"{PREFIX}{state.case_id}/{state.version + 1}", personal)
    event_id = act.event_id or uuid.uuid4().hex
    stream = PREFIX + state.case_id
    return NewEvent(stream, act.source, event_id, act.activity, act.at, payload, decided.actor.id, decision.unit)


def opening(act: Act, fields: dict[str, Any], *, unit: str | None, receipt: str) -> dict[str, Any]:
    """What the first event of a case says beside its fields."""
    named = {
        "kind": act.kind, "item": act.item or fields.get("item"), "unit": unit, "region": act.region,
        "receipt": receipt, "parent": fields.get("parent"),
    }  # fmt: skip
    return {name: value for name, value in named.items() if value is not None}


def _check_clauses(event: NewEvent, decided: Decided) -> None:
    """Ask the clauses that refuse, if any could: on this case alone, or on the cases of its thread where a clause reads one."""
    rulings, loaded, way = decided.rulings, decided.loaded, decided.way
    if not rulings:
        return
    lines = decided.history.lines() if loaded.state.version else []
    others = queries.threaded(loaded.state, event, rulings)
    if others:
        lines = [*(line_of(one) for many in others.values() for one in many), *lines]
    proposed = line_of_new(event, version=loaded.state.version + 1, recorded_at=decided.now)
    found = consult.broken(
        lines, [proposed], rulings, kind=way.kind, ways=loaded.ways, now=decided.now, lang=get_language() or "zh",
        books={**consult.kept_for(loaded.ways, rulings), **queries.books(loaded.ways, rulings)},
    )  # fmt: skip
    if found is not None:
        raise consult.refuse(found)
