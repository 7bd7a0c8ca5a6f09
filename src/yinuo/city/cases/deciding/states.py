"""`State`: where one case stands, folded from its events in their order. The one way a case's tables come about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from yinuo.city.cases.deciding.readiness import Steps, key_of, keys_of, standing, step_done, was_done
from yinuo.city.cases.deciding.ways import Effect, Offer, Way
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
    """Step → key ("" without `each`) → [at, actor, unit] of its last doing; where several sign also what
    was said, where a step was given on also to whom."""
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


_NO_EFFECT = Effect()
_NO_ROWS: dict[str, list[Any]] = {}
_NO_STEPS: Steps = frozenset()


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
    activity, at, payload = event.activity, event.at, event.payload
    fields, effect = payload.get("fields"), way.effects.get(activity, _NO_EFFECT)
    if state.version == 0:
        _open(state, event)
    state.version = max(state.version, event.version)
    state.last_at = at
    often = state.seen.get(activity)
    state.seen[activity] = [1, at, at] if often is None else [often[0] + 1, often[1], at]
    if fields:
        state.fields.update(fields)
    _involve(state, event, way)
    if way.threads:
        _thread(state, way)
    step = step_done(state, activity, way=way, named=payload.get("step"), day=day)
    if step is not None:
        _do(state, step, event)
        if step.returns is not None:
            take_back(state, step, event)
    for target in effect.reopens:
        reopen(state, target, way=way, key=None if step is None else key_of(step, fields or {}))
    if effect.holder is not None:
        _hold(state, event, way, effect.holder)
    if effect.offer is not None:
        _hand_over(state, event, effect.offer)
    if effect.stage is not None:
        state.stage = effect.stage
    if effect.ends and state.ended_at is None:
        state.ended_at = at
    if (
        (step is not None and (step.id in way.listed_ids or step.gives or step.returns))
        or event.version == 1
        or effect.moves_tasks
        or (fields and not way.decisive.isdisjoint(fields))
    ):
        _list_tasks(state, way, at=at, day=day)


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
    if not fields or way.referring.isdisjoint(fields):
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
    id_, actor, doing = step.id, event.actor, [event.at, event.actor, event.unit]
    if step.sign is not None:
        doing.append(event.activity)
    elif step.gives is not None:
        doing.append((event.payload.get("fields") or {}).get(step.ask[0]))
    key = "" if step.each is None else key_of(step, event.payload.get("fields") or {})
    keys = state.done.get(id_)
    if keys is None:
        state.done[id_] = {key: doing}
    else:
        keys[key] = doing
    if actor is not None:
        doers = state.doers.get(id_)
        if doers is None:
            state.doers[id_] = [actor]
        elif actor not in doers and len(doers) < CARRIED:
            doers.append(actor)


def _hold(state: State, event: Happened, way: Way, to: str) -> None:
    """Move the case to its next holder. No activity but those of `holder` moves it, and never to nobody (invariant 5)."""
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


def _hand_over(state: State, event: Happened, offer: Offer) -> None:
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
    is_over = state.ended_at is not None
    ready, skipped = (_NO_STEPS, _NO_STEPS) if is_over else standing(state, way=way, day=day)
    found: dict[str, dict[str, list[Any]]] = {}
    tasks, all_done = state.tasks, state.done
    for place in _places(way, (frozenset(all_done), ready, skipped, is_over)):
        _step, id_, is_due, waits, lies = place
        if lies is None:
            rows = _rows(state, place, at)
            if rows:
                found[id_] = rows
            continue
        done, old = all_done.get(id_), tasks.get(id_)
        row = None if old is None else old.get("")
        if done is not None:
            doing = done[""]
            if old is None or row is None or row[0] != "done" or row[2:] != [doing[2], doing[0], doing[1]]:
                old = {"": _done(doing, row)}
            found[id_] = old
        elif is_due:
            since = row[1] if row is not None and row[0] == "due" else at
            found[id_] = {"": ["due", since, state.holder_unit if lies == "holder" else state.unit, None, None]}
        elif waits:
            found[id_] = {"": ["waiting", None, state.holder_unit if lies == "holder" else state.unit, None, None]}
    state.tasks = found


def _rows(state: State, place: _Place, at: int) -> dict[str, list[Any]]:
    """The tasks of one step by the entries of its list ("" without one)."""
    step, id_, is_due, waits, _lies = place
    done, old = state.done.get(id_) or _NO_ROWS, state.tasks.get(id_) or _NO_ROWS
    rows = {}
    for key in _ALONE if step.each is None else keys_of(state, step) or ():
        doing, row = done.get(key), old.get(key)
        if doing is not None:
            rows[key] = _done(doing, row)
        elif is_due and step.sign is not None and was_done(state, step):
            continue
        elif is_due:
            since = row[1] if row is not None and row[0] == "due" else at
            to = given_to(state, step, key)
            rows[key] = ["due", since, _unit_of(state, step, key), None, to and to[0]]
        elif waits:
            rows[key] = ["waiting", None, _unit_of(state, step, key), None, None]
    return rows


def take_back(state: State, step: Step, event: Happened) -> None:
    """A step that was given to somebody is again with whoever does it."""
    given = state.done.get(f"{step.returns}-given", {})
    given.pop("" if step.each is None else key_of(step, event.payload.get("fields") or {}), None)
    if not given:
        state.done.pop(f"{step.returns}-given", None)


def given_to(state: State, step: Step, key: str) -> tuple[str, str | None] | None:
    """To whom a step was given and by whom; null while it is with those the text names."""
    if step.delegate is None:
        return None
    given = state.done.get(f"{step.id}-given", {}).get(key)
    return None if given is None or len(given) < 4 or given[3] is None else (given[3], given[1])


_ALONE = ("",)


_Place = tuple[Step, str, bool, bool, str | None]
"""A step with its id; whether it is due, whether it waits for its turn; with whom it lies, null where that takes a look."""


@lru_cache(maxsize=10_000)
def _places(way: Way, stand: tuple[Steps, Steps, Steps, bool]) -> tuple[_Place, ...]:
    """The listed steps that may have a task. `stand` are the steps begun, ready and skipped, and whether the case is over."""
    begun, ready, skipped, is_over = stand
    found = []
    for step in way.listed:
        is_due = step.id in ready and step.id not in skipped
        waits = not (is_over or is_due or step.optional or step.id in skipped)
        if step.id in begun or is_due or waits:
            is_plain = step.each is None and step.delegate is None and not (step.by or "").startswith("unit:")
            lies = ("holder" if step.by == "holder" else "lead") if is_plain else None
            found.append((step, step.id, is_due, waits, lies))
    return tuple(found)


def _done(doing: list[Any], row: list[Any] | None) -> list[Any]:
    at, actor, unit = doing[:3]
    if row is not None and row[0] == "done" and row[3] == at and row[2] == unit and row[4] == actor:
        return row
    return ["done", at if row is None or row[0] == "waiting" else row[1], unit, at, actor]


def _unit_of(state: State, step: Step, key: str) -> str | None:
    """The unit a task lies with: the one its step names, the holder, else the lead unit."""
    by = step.by or ""
    if by.startswith("unit:"):
        name = by.removeprefix("unit:")
        return key if key and name == step.as_ else state.fields.get(name)
    return state.holder_unit if by == "holder" else state.unit
