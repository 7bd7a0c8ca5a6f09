"""Facts in batches: validated, appended, shown and marked in a fixed number of statements whatever their number."""

from __future__ import annotations

import gc
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

import orjson
import structlog
from django.db import connection
from django.utils.translation import gettext as _

from yinuo.city.cases import numbers, projection
from yinuo.city.cases.acting import opening
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.deciding import facts
from yinuo.city.cases.deciding.states import Happened, State, local_day
from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.city.cases.logs import PREFIX
from yinuo.city.ledger import private, read
from yinuo.city.ledger.append import append, append_batch
from yinuo.city.ledger.batch import Written
from yinuo.city.ledger.canonical import NotCanonical
from yinuo.city.ledger.events import Conflict, NewEvent, Unfit, WrongStream
from yinuo.city.ledger.statements import sql
from yinuo.city.people import units
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import reaching, require
from yinuo.kernel.instants import microseconds

log = structlog.get_logger("yinuo.cases")


LARGE = 1_000
"""Facts from which a batch is large."""
_Known = tuple[str, datetime, str, list[str]]
"""Kind, opening, receipt, scope."""


@dataclass(slots=True)
class _Case:
    """A case while a batch is read: its way, whether it is new, and the receipt it has or will have."""

    case_id: str
    way: Way
    is_new: bool
    receipt: str = ""
    stream: str = field(init=False)

    def __post_init__(self) -> None:
        """One text for all of its events."""
        self.stream = PREFIX + self.case_id


class _Batch:
    """Everything that is the same for all facts of a batch."""

    def __init__(self, acts: Sequence[Act], actor: Actor, now: datetime) -> None:
        self.actor, self.now = actor, now
        self.ways: Ways = projection.ways_in_force()
        self.own = self.ways.moving | self.ways.mirrored
        self.tree = units.tree(now.astimezone(self.ways.zone).date())
        self.reach = frozenset(reaching(actor, "events.write")) | frozenset(reaching(actor, "case.import"))
        self.states: dict[str, State] = {}
        """Of a single fact: its case as it stands, looked at before the append."""
        self.known = self._looked([act.case_id for act in acts if act.case_id is not None])
        self.cases: dict[str, _Case] = {}
        self.latest = now + facts.AHEAD
        self.sound: set[tuple[Way, str, str | None, str | None, bool]] = set()
        """Kinds with activity, step, unit and whether it is our own, that were found right in this batch."""
        self.known_units: dict[str, bool] = {}
        self.reached: dict[str, bool] = {}
        self.named: dict[str, _Known | None] = {}
        """Other cases that fields name."""
        self.personal: dict[tuple[str, str], tuple[str, dict[str, str]]] = {}
        """By source and event id: the ref of a person's fields, and the fields."""

    def _looked(self, case_ids: Sequence[str]) -> dict[str, _Known]:
        """Of those of these cases that exist: what never changes. The rest of a case is read under its lock, unless it is one."""
        if len(case_ids) != 1:
            return _known(sorted(set(case_ids)))
        with connection.cursor() as cursor:
            cursor.execute(sql(__file__, "load_one"), {"case_id": case_ids[0]})
            row = cursor.fetchone()
        if row is None:
            return {}
        case_id, kind, opened_at, receipt, scope, text, head = row
        state = self.states[case_id] = State(**orjson.loads(text))
        read.remember(PREFIX + case_id, (state.version, bytes(head)))
        return {case_id: (kind, opened_at, receipt, scope)}

    def day(self, at: datetime) -> date:
        """The local day of an instant."""
        return local_day(microseconds(at), self.ways.zone)

    def is_unit(self, unit: str) -> bool:
        """Whether the tree knows the unit."""
        known = self.known_units.get(unit)
        if known is None:
            known = self.known_units[unit] = unit in self.tree.units or unit in self.tree.others
        return known

    def reaches(self, unit: str) -> bool:
        """Whether the actor may report for the unit."""
        found = self.reached.get(unit)
        if found is None:
            above = self.tree.ancestors(unit) if self.is_unit(unit) else ()
            found = self.reached[unit] = not self.reach.isdisjoint(above)
        return found

    def reaches_case(self, case_id: str) -> bool:
        """Whether a case begins in this batch or lies in the actor's part of the tree.

        Who reports for the whole city may name one that is not known yet: facts come in any order.
        """
        if case_id in self.cases or self.reach.issuperset(self.tree.roots):
            return True
        known = self.known.get(case_id) or self.named.get(case_id)
        if known is None and case_id not in self.named:
            known = self.named[case_id] = _known([case_id]).get(case_id)
        return known is not None and not self.reach.isdisjoint(known[3])

    def case(self, act: Act) -> _Case:
        """The case of a fact; one nobody heard of begins with it. Raises Refused."""
        if act.case_id is None:
            return self._begin(uuid.uuid4().hex, act)
        case = self.cases.get(act.case_id)
        if case is None:
            case = self._go_on(act.case_id) if act.case_id in self.known else self._begin(act.case_id, act)
        return case

    def _begin(self, case_id: str, act: Act) -> _Case:
        if act.kind is None:
            raise Refused("no_such_case", _("没有这件事；登记新的要写明种类。"), field="case_id")
        way = self.ways.way(act.kind, self.day(act.at))
        if way is None:
            sentence = _("制度里没有“%(kind)s”这一种事。")
            raise Refused("unknown_kind", sentence % {"kind": act.kind}, field="kind")
        return _Case(case_id, way, is_new=True)

    def _go_on(self, case_id: str) -> _Case:
        kind, opened_at, receipt, scope = self.known[case_id]
        if self.reach.isdisjoint(scope):
            # Whoever may not see the case learns no more than if it were not there (regression 21).
            raise Refused("no_such_case", _("没有这件事；登记新的要写明种类。"), field="case_id")
        way = self.ways.way(kind, opened_at.astimezone(self.ways.zone).date())
        if way is None:
            sentence = _("制度里没有“%(kind)s”这一种事。")
            raise Refused("unknown_kind", sentence % {"kind": kind}, field="kind")
        return _Case(case_id, way, is_new=False, receipt=receipt)


def _known(case_ids: Sequence[str]) -> dict[str, _Known]:
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "load_kinds"), {"case_ids": orjson.dumps(list(case_ids)).decode()})
        return {
            case_id: (kind, opened_at, receipt, scope) for case_id, kind, opened_at, receipt, scope in cursor.fetchall()
        }


def record(acts: Sequence[Act], *, actor: Actor, now: datetime) -> list[Done | Refused]:
    """Write facts down. Inside the caller's transaction. Raises NotAllowed."""
    if not reaching(actor, "case.import"):
        require(actor, "events.write")
    if not acts:
        return []
    with _uncollected(len(acts)):
        return _recorded(acts, _Batch(acts, actor, now))


@contextmanager
def _uncollected(size: int) -> Iterator[None]:
    """No search for circular garbage while a large batch is made: it makes none, and the search is a third of the time."""
    pausing = size >= LARGE and gc.isenabled()
    if pausing:
        gc.disable()
    try:
        yield
    finally:
        if pausing:
            gc.enable()


def _recorded(acts: Sequence[Act], batch: _Batch) -> list[Done | Refused]:
    results: list[Done | Refused | None] = [None] * len(acts)
    events: list[NewEvent] = []
    places: list[int] = []
    fresh: list[tuple[int, _Case]] = []
    for index, act in enumerate(acts):
        try:
            case, event = _fact(batch, act)
        except Refused as refused:
            results[index] = refused
            continue
        if case.case_id not in batch.cases:
            batch.cases[case.case_id] = case
            if case.is_new:
                fresh.append((len(events), case))
        places.append(index)
        events.append(event)
    _seal(batch, events)
    _number(batch, events, fresh)
    _write(batch, events, places, results)
    return [one for one in results if one is not None]


def _fact(batch: _Batch, act: Act) -> tuple[_Case, NewEvent]:
    """A fact as it will be appended. Raises Refused."""
    at, unit = act.at, act.unit or batch.actor.unit
    if at.tzinfo is None or at > batch.latest:
        facts.check_time(act, batch.now)
    case = batch.case(act)
    way, case_id = case.way, case.case_id
    told = (way, act.activity, act.step, unit, act.is_own)
    is_sound = told in batch.sound
    if not is_sound:
        facts.check_activity(act, way)
        facts.check_own(act, batch.own, way)
    fields = facts.read_fields(act, way)
    if not way.referring.isdisjoint(fields):
        facts.check_references(fields, way, day=batch.day(at), is_unit=batch.is_unit)
        _check_cases(batch, fields, way)
    if not is_sound:
        _check_unit(batch, unit)
        batch.sound.add(told)
    payload: dict[str, Any] = {"v": 1, "fields": fields}
    if act.step is not None:
        payload["step"] = act.step
    if case.is_new and case_id not in batch.cases:
        if act.item is not None:
            facts.check_item(act.item, way, batch.day(at))
        payload |= opening(act, fields, unit=unit, receipt="")
    event_id = act.event_id or uuid.uuid4().hex
    if act.person or not way.sealed.isdisjoint(fields):
        personal = {**act.person, **{name: str(fields.pop(name)) for name in way.sealed & fields.keys()}}
        batch.personal[act.source, event_id] = (f"{case.stream}/{act.source}/{event_id}", personal)
    # Facts come from systems: who did it there is not known to us unless the actor says so.
    return case, NewEvent(case.stream, act.source, event_id, act.activity, at, payload, batch.actor.id, unit)


def _check_unit(batch: _Batch, unit: str | None) -> None:
    """Raises Refused for a unit that is not in the tree, or for which the actor may not report."""
    if unit is not None:
        facts.check_unit(unit, batch.is_unit)
    if unit is None or not batch.reaches(unit):
        raise Refused("outside_your_units", _("“%(unit)s”不在您的管理范围内。") % {"unit": unit}, field="unit")


def _check_cases(batch: _Batch, fields: Mapping[str, Any], way: Way) -> None:
    """Raises Refused for a field that names a case outside the reporter's units: what is opened about it would be told there."""
    for name in way.case_fields:
        value = fields.get(name)
        for case_id in value if isinstance(value, list) else [value]:
            if case_id is not None and not batch.reaches_case(case_id):
                sentence = _("没有“%(case)s”这件事，或者它不在您的管理范围内。")
                raise Refused("no_such_case", sentence % {"case": case_id}, field=name)


def _seal(batch: _Batch, events: list[NewEvent]) -> None:
    """Encrypt what is personal, all of it in one round trip, and name it in the events."""
    if not batch.personal:
        return
    sealed = private.seal_many(dict(batch.personal.values()))
    for place, event in enumerate(events):
        personal = batch.personal.get((event.source, event.event_id))
        if personal is not None:
            events[place] = event._replace(payload={**event.payload, "person": sealed[personal[0]]})


def _number(batch: _Batch, events: list[NewEvent], fresh: Sequence[tuple[int, _Case]]) -> None:
    """Give the cases that begin in this batch their receipt numbers."""
    if not fresh:
        return
    day = batch.now.astimezone(batch.ways.zone).date()
    for (place, case), serial in zip(fresh, numbers.serials(len(fresh)), strict=True):
        case.receipt = numbers.receipt(serial, day)
        cast(dict[str, Any], events[place].payload)["receipt"] = case.receipt


def _write(
    batch: _Batch, events: Sequence[NewEvent], places: Sequence[int], results: list[Done | Refused | None]
) -> None:
    """Append, then read the cases and write their rows: from the append on nobody else can change them."""
    if not events or (len(events) == 1 and _write_one(batch, events[0], places[0], results)):
        return
    appended = append_batch(events, recorded_at=batch.now)
    for index, reason in appended.refused:
        elsewhere = _("这个来源的这个编号已经用在别的事上，或者内容不能保存。")
        known = (events[index].source, events[index].event_id)
        log.info("fact_not_recorded", source=known[0], event_id=known[1], reason=reason)
        results[places[index]] = Refused("not_recorded", elsewhere)
    recorded_at = microseconds(batch.now)
    news = [_news(one, events, recorded_at) for one in appended.written]
    cases = projection.take(news, batch.ways, tree=batch.tree, look=True)
    for one, case in zip(appended.written, cases, strict=True):
        case_id, receipt = case.after.case_id, case.after.receipt
        for version, index in enumerate(one.indexes, one.after + 1):
            results[places[index]] = Done(case_id, receipt, version, (events[index].event_id,))
    _answer_duplicates(events, appended.duplicates, places, results)


def _news(written: Written, events: Sequence[NewEvent], recorded_at: int) -> projection.News:
    """What was written of one case, its payloads as they were handed on: nothing is read again."""
    stream, after, indexes, links, _places = written
    happened = []
    for version, (index, (at, *_link)) in enumerate(zip(indexes, links, strict=True), after + 1):
        _stream, _source, _event_id, activity, _at, payload, actor, unit = events[index]
        happened.append(Happened(activity, at, version, actor, unit, payload))
    return projection.News(stream.removeprefix(PREFIX), happened, recorded_at, links[-1][2])


def _write_one(batch: _Batch, event: NewEvent, place: int, results: list[Done | Refused | None]) -> bool:
    """Append one event after what its case was seen to be: one round trip. False when it must go the way of a batch."""
    case_id = event.stream.removeprefix(PREFIX)
    before = batch.states.get(case_id)
    if before is None and case_id in batch.known:
        return False  # the others of its batch were refused: its case was looked at with theirs, not as it stands
    seen = 0 if before is None else before.version
    try:
        stored = append([event], expected=seen, recorded_at=batch.now)
    except (Conflict, NotCanonical, Unfit, WrongStream):
        return False
    if stored[0].version <= seen:
        receipt = "" if before is None else before.receipt
        results[place] = Done(case_id, receipt, stored[0].version, (event.event_id,), is_new=False)
        return True
    folded = projection.folded(before, projection.news(stored), batch.ways)
    projection.write([folded], batch.ways, tree=batch.tree, look=True)
    results[place] = Done(case_id, folded.after.receipt, stored[0].version, (event.event_id,))
    return True


def _answer_duplicates(
    events: Sequence[NewEvent], duplicates: Sequence[int], places: Sequence[int], results: list[Done | Refused | None]
) -> None:
    if not duplicates:
        return
    known = read.received([(events[index].source, events[index].event_id) for index in duplicates])
    names = sorted({event.stream.removeprefix(PREFIX) for event in known.values()})
    receipts = {case_id: state.receipt for case_id, state in projection.load_states(names).items()}
    for index in duplicates:
        event = known[events[index].source, events[index].event_id]
        case_id = event.stream.removeprefix(PREFIX)
        results[places[index]] = Done(
            case_id, receipts.get(case_id, ""), event.version, (event.event_id,), is_new=False
        )
