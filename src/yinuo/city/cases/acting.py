"""One act of a person: load, decide, append, show. Inside the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from django.conf import settings
from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yinuo.city.cases import attachments, consult, numbers, projection, queries
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.deciding.decide import Decided, Standing, decide
from yinuo.city.cases.deciding.states import State, files_in, local_day
from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.city.cases.deciding.who import Place, is_party
from yinuo.city.cases.logs import PREFIX, Line, line_of, line_of_new
from yinuo.city.ledger import private, read
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent, StoredEvent
from yinuo.city.ledger.statements import sql
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require
from yinuo.city.texts.in_force import NoText
from yinuo.kernel.instants import microseconds


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one look at the database brings."""

    ways: Ways
    serial: int | None
    state: State
    scope: frozenset[str]
    receipt: str
    has_open_child: bool
    parent_status: str | None


def act(act: Act, *, actor: Actor, now: datetime) -> Done:
    """Do one act. Raises Refused, NotAllowed, Conflict."""
    if act.event_id is not None:
        known = known_event(act.source, act.event_id)
        if known is not None and act.case_id in (None, known.case_id):
            return known
    loaded = _load(act)
    way, day = _way(act, loaded)
    tree = units.tree(now.astimezone(loaded.ways.zone).date())
    place = Place(lambda unit: _above(tree, unit), loaded.scope)
    place = _check_permission(act, loaded, actor=actor, tree=tree, place=place)
    history = _History(loaded.state.case_id, loaded.ways)
    case = _standing(act, loaded, way=way, history=history)
    decided = decide(case, act, actor=actor, way=way, day=day, now=now, place=place)
    _check_family(act, loaded, way)
    attachments.check(files_in(decided.fields, way))
    event = _event(act, loaded, decided, actor=actor, now=now)
    _check_clauses(event, loaded, way=way, history=history, now=now)
    stored = append([event], expected=loaded.state.version, recorded_at=now)
    if stored[0].version <= loaded.state.version:
        return done_of(stored[0])
    before = loaded.state if loaded.state.version else None
    folded = projection.folded(before, stored, loaded.ways)
    projection.write([folded], loaded.ways, tree=tree, look=True)
    return Done(folded.after.case_id, folded.after.receipt, folded.after.version, (event.event_id,))


def known_event(source: str, event_id: str) -> Done | None:
    """What was written when this event was received before; null when it was not."""
    found = read.received([(source, event_id)])
    event = found.get((source, event_id))
    return None if event is None else done_of(event)


def done_of(event: StoredEvent) -> Done:
    """What was written, of an event that is in the ledger."""
    case_id = event.stream.removeprefix(PREFIX)
    return Done(case_id, queries.receipt_of(case_id), event.version, (event.event_id,), is_new=False)


def _load(act: Act) -> Loaded:
    parent = act.fields.get("parent")
    asked = {"text": settings.PACK, "case_id": act.case_id, "parent": parent}
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "load"), asked)
        digest, serial, text, head, scope, receipt, has_open_child, parent_status = cursor.fetchone()
    if digest is None:
        raise NoText(settings.PACK)
    if text is None:
        state = State(act.case_id or uuid.uuid4().hex)
    else:
        state = State(**orjson.loads(text))
        read.remember(PREFIX + state.case_id, (state.version, bytes(head)))
    return Loaded(
        projection.ways_of(digest), serial, state, frozenset(scope or ()), receipt or "", has_open_child, parent_status
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


def _above(tree: units.Tree, unit: str) -> Collection[str]:
    try:
        return tree.ancestors(unit)
    except units.UnknownUnit:
        return ()


def _check_permission(act: Act, loaded: Loaded, *, actor: Actor, tree: units.Tree, place: Place) -> Place:
    """Whether the actor may act here at all; the step then says who exactly. On opening the case lies where both lie."""
    if loaded.state.version == 0:
        involved = [unit for unit in (act.unit, actor.unit) if unit is not None]
        scope = frozenset(above for unit in involved for above in _above(tree, unit))
        scope = scope or frozenset(tree.roots)
        require(actor, "case.open", scope=scope)
        return Place(place.above, scope)
    if not is_party(actor, loaded.state):
        require(actor, "case.act", scope=loaded.scope)
    return place


class _History:
    """The events of the case, read when somebody needs them and once."""

    def __init__(self, case_id: str, ways: Ways) -> None:
        self.case_id, self.ways = case_id, ways
        self._lines: list[Line] | None = None

    def lines(self) -> list[Line]:
        if self._lines is None:
            self._lines = [line_of(event) for event in read.stream(PREFIX + self.case_id)]
        return self._lines


def _standing(act: Act, loaded: Loaded, *, way: Way, history: _History) -> Standing:
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


def _event(act: Act, loaded: Loaded, decided: Decided, *, actor: Actor, now: datetime) -> NewEvent:
    state = loaded.state
    payload: dict[str, Any] = {"v": 1, "fields": decided.fields}
    if decided.step is not None:
        payload["step"] = decided.step.id
    if decided.desk is not None:
        payload["desk"] = decided.desk
    if state.version == 0:
        assert loaded.serial is not None
        day = now.astimezone(loaded.ways.zone).date()
        payload |= opening(act, decided.fields, unit=decided.unit, receipt=numbers.receipt(loaded.serial, day))
    personal = {**act.person, **decided.sealed}
    if personal:
        payload["person"] = private.seal(f"{PREFIX}{state.case_id}/{state.version + 1}", personal)
    event_id = act.event_id or uuid.uuid4().hex
    return NewEvent(PREFIX + state.case_id, act.source, event_id, act.activity, act.at, payload, actor.id, decided.unit)


def opening(act: Act, fields: dict[str, Any], *, unit: str | None, receipt: str) -> dict[str, Any]:
    """What the first event of a case says beside its fields."""
    named = {
        "kind": act.kind, "item": act.item or fields.get("item"), "unit": unit, "region": act.region,
        "receipt": receipt, "parent": fields.get("parent"),
    }  # fmt: skip
    return {name: value for name, value in named.items() if value is not None}


def _check_clauses(event: NewEvent, loaded: Loaded, *, way: Way, history: _History, now: datetime) -> None:
    """Ask the clauses that refuse, if any could: on this case alone, or on the cases of its thread where a clause reads one."""
    ends = event.activity in way.ends
    rulings = loaded.ways.guards.of_act(way.kind, event.activity, ends=ends)
    if not rulings:
        return
    lines = history.lines() if loaded.state.version else []
    others = queries.threaded(loaded.state, event, rulings)
    if others:
        lines = [*(line_of(one) for many in others.values() for one in many), *lines]
    proposed = line_of_new(event, version=loaded.state.version + 1, recorded_at=now)
    found = consult.broken(
        lines, [proposed], rulings, kind=way.kind, ways=loaded.ways, now=now, lang=get_language() or "zh"
    )
    if found is not None:
        raise consult.refuse(found)
