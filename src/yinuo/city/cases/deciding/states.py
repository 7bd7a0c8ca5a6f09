"""`State`: where one case stands, folded from its events in their order. The one way a case's tables come about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from yinuo.city.cases.deciding.readiness import is_due, is_skipped, key_of, keys_of, step_done
from yinuo.city.cases.deciding.stages import STAGES
from yinuo.city.cases.deciding.ways import Way
from yinuo.engine.clauses.flow import Step

_QUARTER = 900_000_000
CARRIED = 200
"""Actors remembered for a step; who did it earlier still counts through the ledger."""


@dataclass(slots=True)
class Happened:
    """One event of a case as the fold reads it. `at` in microseconds since 1970, UTC."""

    activity: str
    at: int
    version: int
    actor: str | None
    unit: str | None
    payload: Mapping[str, Any]


@dataclass(slots=True)
class State:
    """What is known of a case after its events so far. Everything is a JSON value, so that it can lie in one row."""

    case_id: str
    kind: str = ""
    item: str | None = None
    unit: str | None = None
    region: str | None = None
    channel: str | None = None
    receipt: str = ""
    parent: str | None = None
    person_ref: str | None = None
    version: int = 0
    opened_at: int = 0
    last_at: int = 0
    ended_at: int | None = None
    holder_unit: str | None = None
    holder_actor: str | None = None
    opener: str | None = None
    """Who opened it: an applicant may go on with what he opened himself."""
    stage: str = ""
    title: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    done: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    """Step → key ("" without `each`) → [at, actor, unit] of its last doing."""
    doers: dict[str, list[str]] = field(default_factory=dict)
    """Step → everybody who ever did it in this case; a return does not forget them."""
    tasks: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    """Step → key → ["waiting" | "due" | "done", since, unit, done_at, actor]."""
    offers: dict[str, list[Any]] = field(default_factory=dict)
    """Key of a hand-over → ["offered" | "acknowledged" | "returned", from unit, from actor, to unit, offered, answered, by]."""
    units: list[str] = field(default_factory=list)
    """All units involved, in the order they came."""
    files: list[str] = field(default_factory=list)
    """Digests of all attachments any event named."""
    seen: dict[str, list[int]] = field(default_factory=dict)
    """Activity → [how often, first at, last at]."""
    threads: list[list[str]] = field(default_factory=list)
    """[field names, their values as JSON] of every thread the case was ever part of, beside its own."""

    @property
    def is_over(self) -> bool:
        """Whether an ending activity happened."""
        return self.ended_at is not None

    def copied(self) -> State:
        """A copy that can be folded on without changing this one."""
        return State(**orjson.loads(orjson.dumps(self)))


def local_day(at: int, zone: ZoneInfo) -> date:
    """The local date of an instant in microseconds."""
    return _day_of(at // _QUARTER, zone)


@lru_cache(maxsize=50_000)
def _day_of(quarter: int, zone: ZoneInfo) -> date:
    """The local date of a quarter of an hour: no zone turns its day in between."""
    return datetime.fromtimestamp(quarter * 900, UTC).astimezone(zone).date()


def fold(state: State, event: Happened, *, way: Way, day: date) -> None:
    """Take one event into the state, whether or not the flow allows it: what happened happened.

    `day` is the event's local date. Events come in the order (at, version); a late one means folding from the start.
    """
    payload = event.payload
    if state.version == 0:
        _open(state, event)
    state.version = max(state.version, event.version)
    state.last_at = event.at
    often = state.seen.get(event.activity)
    state.seen[event.activity] = [1, event.at, event.at] if often is None else [often[0] + 1, often[1], event.at]
    fields = payload.get("fields")
    if fields:
        state.fields.update(fields)
    _involve(state, event, way)
    _thread(state, way)
    step = step_done(state, event.activity, way=way, named=payload.get("step"), day=day)
    if step is not None:
        _do(state, step, event)
    for target in way.backs.get(event.activity, ()):
        reopen(state, target, way=way, key=None if step is None else key_of(step, fields or {}))
    _hold(state, event, way)
    _hand_over(state, event, way)
    stage = STAGES.get(event.activity)
    if stage is not None:
        state.stage = stage
    if event.activity in way.ends and state.ended_at is None:
        state.ended_at = event.at
    if _moves_tasks(event, step, way):
        _list_tasks(state, way, at=event.at, day=day)


def _moves_tasks(event: Happened, step: Step | None, way: Way) -> bool:
    """Whether the event can change what is to be done: it does a task, opens, ends or reopens, or sets what tasks hang on."""
    if (
        (step is not None and step.id in way.listed_ids)
        or event.version == 1
        or event.activity in way.ends
        or event.activity in way.backs
    ):
        return True
    return event.activity in way.moving or not way.decisive.isdisjoint(event.payload.get("fields") or ())


def _open(state: State, event: Happened) -> None:
    payload = event.payload
    state.kind = payload.get("kind") or ""
    state.item = payload.get("item")
    state.unit = payload.get("unit") or event.unit
    state.region = payload.get("region")
    state.receipt = payload.get("receipt") or ""
    state.parent = payload.get("parent")
    fields = payload.get("fields") or {}
    state.channel = fields.get("channel") or payload.get("channel")
    state.opened_at = event.at
    state.opener = event.actor
    state.holder_unit = event.unit or state.unit
    state.holder_actor = None if state.holder_unit else event.actor


def _involve(state: State, event: Happened, way: Way) -> None:
    payload = event.payload
    person = payload.get("person")
    if person:
        state.person_ref = person["ref"]
    known = state.units
    for unit in (state.unit, event.unit, payload.get("desk")):
        if unit and unit not in known:
            known.append(unit)
    fields = payload.get("fields")
    if not fields:
        return
    if way.referring.isdisjoint(fields):
        return
    for name in way.unit_fields:
        value = fields.get(name)
        if value:
            known += [
                unit
                for unit in dict.fromkeys(value if isinstance(value, list) else [value])
                if unit and unit not in known
            ]
    for digest in files_in(fields, way):
        if digest not in state.files:
            state.files.append(digest)


def files_in(fields: Mapping[str, Any], way: Way) -> Iterator[str]:
    """The digests of attachments among these fields."""
    for name in way.file_fields:
        value = fields.get(name)
        if value is not None:
            yield from value if isinstance(value, list) else (value,)


def _thread(state: State, way: Way) -> None:
    for names in way.threads:
        own = {"item": state.item, "unit": state.unit, "region": state.region, "kind": state.kind}
        values = [state.fields.get(name, own.get(name)) for name in names]
        if None not in values:
            found = [",".join(names), orjson.dumps([str(value) for value in values]).decode()]
            if found not in state.threads:
                state.threads.append(found)


def _do(state: State, step: Step, event: Happened) -> None:
    key = key_of(step, event.payload.get("fields") or {})
    state.done.setdefault(step.id, {})[key] = [event.at, event.actor, event.unit]
    if event.actor is not None:
        doers = state.doers.setdefault(step.id, [])
        if event.actor not in doers and len(doers) < CARRIED:
            doers.append(event.actor)


def _hold(state: State, event: Happened, way: Way) -> None:
    """Move the case to its next holder. No activity but those of `holder` moves it, and never to nobody (invariant 5)."""
    to = way.flow.holder.get(event.activity)
    if to is None:
        return
    if to == "actor":
        unit, actor = event.unit or state.unit, event.actor
    elif to == "unit":
        unit, actor = event.unit or state.unit, None
    else:
        named = state.fields.get(to)
        is_person = to in way.fields and way.fields[to].is_ in ("person", "post")
        unit, actor = (event.unit, named) if is_person else (named, None)
    if unit is not None or actor is not None:
        state.holder_unit, state.holder_actor = unit, actor


def offer_key(keys: Iterable[str], fields: Mapping[str, Any]) -> str:
    """What tells a hand-over of a case from another: the values of the fields both its ends carry."""
    return "\x1f".join(str(fields.get(name, "")) for name in keys)


def _hand_over(state: State, event: Happened, way: Way) -> None:
    offer = way.offers.get(event.activity)
    if offer is None:
        return
    fields = event.payload.get("fields") or {}
    key = offer_key(offer.keys, fields)
    if event.activity in offer.gives:
        from_ = (state.holder_unit, state.holder_actor)
        state.offers[key] = ["offered", *from_, fields.get(offer.target), event.at, None, None]
        return
    row = state.offers.get(key)
    if row is not None and row[0] == "offered":
        row[0] = "acknowledged" if event.activity in offer.takes else "returned"
        row[5], row[6] = event.at, event.actor


def reopen(state: State, target: str, *, way: Way, key: str | None) -> None:
    """Reopen a step and everything after it; with a key only that entry."""
    for name in way.after.get(target, ()):
        if not key:
            state.done.pop(name, None)
        elif name in state.done:
            state.done[name].pop(key, None)
            if not state.done[name]:
                del state.done[name]


def _list_tasks(state: State, way: Way, *, at: int, day: date) -> None:
    """Bring the list of tasks up to date: compulsory steps, and others while they are due and can be done once."""
    found: dict[str, dict[str, list[Any]]] = {}
    for step in way.listed:
        if step.each is None and state.is_over and step.id not in state.done:
            continue
        for key in ("",) if step.each is None else keys_of(state, step) or ():
            row = _task(state, step, key, way=way, at=at, day=day)
            if row is not None:
                found.setdefault(step.id, {})[key] = row
    state.tasks = found


def _task(state: State, step: Step, key: str, *, way: Way, at: int, day: date) -> list[Any] | None:
    doing = state.done[step.id].get(key) if step.id in state.done else None
    old = state.tasks[step.id].get(key) if step.id in state.tasks else None
    since = old[1] if old is not None and old[0] != "waiting" else None
    if doing is not None:
        if old is not None and old[0] == "done" and old[2:] == [doing[2], doing[0], doing[1]]:
            return old
        return ["done", since if since is not None else doing[0], doing[2], doing[0], doing[1]]
    if state.is_over:
        return None
    if is_due(state, step, way=way, day=day, key=key):
        fresh = since if old is not None and old[0] == "due" else at
        return ["due", fresh, _unit_of(state, step, key), None, None]
    if step.optional or is_skipped(state, step, way=way, day=day):
        return None
    return ["waiting", None, _unit_of(state, step, key), None, None]


def _unit_of(state: State, step: Step, key: str) -> str | None:
    """The unit a task lies with: the one its step names, the holder, else the lead unit."""
    by = step.by or ""
    if by.startswith("unit:"):
        name = by.removeprefix("unit:")
        return key if key and name == step.as_ else state.fields.get(name)
    return state.holder_unit if by == "holder" else state.unit
