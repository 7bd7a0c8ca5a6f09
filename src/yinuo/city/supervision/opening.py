"""Cases that open by themselves: a broken limit gets its order, once (grammar 1.2 `opened_by`, `once_per`; invariant 22)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from yinuo.city.cases import commands as case_commands
from yinuo.city.cases.acts import Act, Done
from yinuo.city.cases.deciding.conditions import Tester
from yinuo.city.ledger.events import NewEvent
from yinuo.city.notices.commands import Telling, tell_many
from yinuo.city.people import units
from yinuo.city.people.actor import Actor, Grant
from yinuo.city.supervision import telling
from yinuo.city.supervision.cards import Card, text_of
from yinuo.city.supervision.desk import ORDER_WITHIN, STATEMENT_WITHIN, Desk
from yinuo.city.supervision.looking import Looked
from yinuo.city.supervision.rebuilding import show_measures
from yinuo.city.supervision.store import SOURCE, run, units_of, write
from yinuo.engine.clauses.conditions import Event
from yinuo.engine.clauses.flow import Flow, OpenedBy
from yinuo.engine.clauses.promise import Promise
from yinuo.kernel.limits import Limit
from yinuo.rulebook.loader import Pack

_AFTER = timedelta(microseconds=1)
"""What a lapse brings about comes after it: of two events at one instant the engine reads the one people wrote first."""
_LAPSED = ("overdue", "deemed", "late")
_CLOCK = ("case_id", "institution", "clause", "opener", "key")
"""What a card and the clock it is of have in common."""
_OF_FACT = ("case_id", "institution", "clause", "unit", "level", "actor")
_TYPES = {"clause": "text", "institution": "text", "level": "text", "unit": "unit", "holder": "text", "due": "text"}


@dataclass(frozen=True)
class Kind:
    """A kind of case as the text in force does it, and who owns its institution."""

    name: str
    clause: Flow
    owner: str | None


def flows_in_force(desk: Desk, now: datetime) -> dict[str, Kind]:
    """The kinds of case by name."""
    today = now.astimezone(ZoneInfo(desk.rules.zone)).date()
    found: dict[str, Kind] = {}
    for ruling in desk.rules.of_kind("flow"):
        for edition in ruling.editions:
            is_now = edition.start <= today and (edition.until is None or today < edition.until)
            if is_now and isinstance(edition.clause, Flow):
                home = desk.pack.institutions.get(ruling.institution) if desk.pack else None
                found[ruling.id] = Kind(ruling.id, edition.clause, home.owner or None if home else None)
    return found


def system(now: datetime, desk: Desk) -> Actor:
    """Who opens a case by itself: the system, over the whole tree."""
    roots = units.tree(now.astimezone(ZoneInfo(desk.rules.zone)).date()).roots
    return Actor(SOURCE, "电子监察", tuple(Grant("system", root) for root in roots), is_system=True)


@dataclass(frozen=True)
class Due:
    """A case to be opened: its kind, the key under which it is opened once, and the act."""

    kind: Kind
    key: str
    about: str
    act: Act


def open_cases(looked: Looked, cases: pl.DataFrame, *, now: datetime, desk: Desk) -> Opened:
    """Open what the text opens for what is now so of these cases; each key once, whoever sweeps.

    A limit that was broken in a case which is over by now opens nothing: there is nobody left to urge.
    """
    kinds = [kind for kind in flows_in_force(desk, now).values() if kind.clause.opened_by]
    if not kinds or desk.pack is None:
        return Opened()
    due = {(one.kind.name, one.key): one for one in _due(kinds, looked, cases, now=now, desk=desk)}
    if not due:
        return Opened()
    given = {
        "kinds": [kind for kind, _ in due], "keys": [key for _, key in due], "abouts": [one.about for one in due.values()],
    }  # fmt: skip
    mine = [due[kind, key] for kind, key in run("open_once", at=now, **given)]
    results = case_commands.record([one.act for one in mine], actor=system(now, desk), now=now) if mine else []
    opened: list[tuple[str, str, str | None]] = []
    refused: dict[str, str] = {}
    tellings: list[Telling] = []
    who = telling.answering(now, desk)
    for one, done in zip(mine, results, strict=True):
        if isinstance(done, Done):
            opened.append((one.kind.name, one.key, done.case_id))
            tellings.append(_telling(one, done, who=who, now=now, desk=desk))
        else:
            opened.append((one.kind.name, one.key, None))
            refused[one.about] = f"{one.kind.clause.zh}：{done}"
    if opened:
        names, keys, ids = (list(column) for column in zip(*opened, strict=True))
        run("opened", kinds=names, keys=keys, case_ids=ids)
    tell_many(tellings, now=now)
    return Opened(len(opened) - len(refused), refused)


@dataclass(frozen=True)
class Opened:
    """How many cases were opened, and for which cases that was refused, with the sentence."""

    count: int = 0
    refused: Mapping[str, str] = field(default_factory=dict)


def _due(kinds: Sequence[Kind], looked: Looked, cases: pl.DataFrame, *, now: datetime, desk: Desk) -> Iterator[Due]:
    assert desk.pack is not None
    running = dict(cases.filter(pl.col("status") == "open").select("case_id", "kind").iter_rows())
    tester = _tester(desk.pack)
    wanted = frozenset(
        name for kind in kinds for by in kind.clause.opened_by for event in by.on for name in event.activities
    )
    today = now.astimezone(ZoneInfo(desk.rules.zone)).date()
    reads = sorted({name for kind in kinds for by in kind.clause.opened_by for name in _reads(by)})
    known: dict[tuple[Any, ...], list[tuple[Kind, OpenedBy]]] = {}
    for fact in _facts(looked, desk, wanted):
        if fact["case_id"] not in running:
            continue
        of = running[fact["case_id"]]
        alike = (of, fact["activity"], *map(fact.get, reads))
        if alike not in known:
            known[alike] = [
                (kind, by)
                for kind in kinds
                if kind.name != of  # a kind opened by findings is never opened by findings about itself (grammar 2.4)
                for by in kind.clause.opened_by
                if any(_matches(event, fact, tester=tester, day=today) for event in by.on)
            ]
        for kind, by in known[alike]:
            yield _opening(kind, by, _with_own(fact, by, looked), now=now, desk=desk)


def _reads(by: OpenedBy) -> Iterator[str]:
    """The fields of a fact that decide whether it opens a case."""
    for event in by.on:
        if event.where is not None:
            yield from event.where.fields()


def _tester(pack: Pack) -> Tester:
    """One tester a text: it remembers its answers."""
    if pack.digest not in _TESTERS:
        _TESTERS.clear()
        _TESTERS[pack.digest] = Tester.of(pack)
    return _TESTERS[pack.digest]


_TESTERS: dict[str, Tester] = {}


def _facts(looked: Looked, desk: Desk, wanted: Collection[str]) -> Iterator[dict[str, Any]]:
    """The reserved events (grammar 2.4) of what was just said: lapsed, raised, found; those that are wanted."""
    if "lapsed" in wanted:
        yield from _lapses(looked, desk)
    if "raised" in wanted or "found" in wanted:
        yield from _raises(looked, desk)


def _lapses(looked: Looked, desk: Desk) -> Iterator[dict[str, Any]]:
    zone = ZoneInfo(desk.rules.zone)
    late = looked.said.findings.filter(pl.col("why_code").cast(pl.String) == "late").select(*_CLOCK, "unit", "actor")
    lapsed_by = {tuple(key): (unit, actor) for *key, unit, actor in late.iter_rows()}
    clocks = looked.said.clocks.filter(pl.col("state").cast(pl.String).is_in(_LAPSED) & pl.col("due_at").is_not_null())
    for *key, own, due_at in clocks.select(*_CLOCK, "unit", "due_at").iter_rows():
        unit, actor = lapsed_by.get(tuple(key), (own, None))
        case_id, institution, clause, *_rest = key
        yield {
            "case_id": case_id,
            "institution": institution,
            "clause": clause,
            "activity": "lapsed",
            "at": due_at + _AFTER,
            "unit": unit,
            "holder": actor or unit,
            "due": due_at.astimezone(zone).date().isoformat(),
        }


def _raises(looked: Looked, desk: Desk) -> Iterator[dict[str, Any]]:
    promises = {(one.institution, one.id) for one in desk.rules.of_kind("promise")}
    named = {"finding_id": "finding", "raised_at": "at"}
    open_ = looked.said.findings.filter(pl.col("cleared_at").is_null()).select(*_OF_FACT, *named).rename(named)
    for row in open_.iter_rows(named=True):
        activity = "raised" if (row["institution"], row["clause"]) in promises else "found"
        yield {**row, "activity": activity}


def _matches(event: Event, fact: Mapping[str, Any], *, tester: Tester, day: date) -> bool:
    if fact["activity"] not in event.activities:
        return False
    return event.where is None or tester.holds(event.where, fact, types=_TYPES, day=day)


def _with_own(fact: Mapping[str, Any], by: OpenedBy, looked: Looked) -> Mapping[str, Any]:
    """The fact with what its case says of the fields to copy that it does not say itself: the last value of each."""
    names = [name for name in by.copy_.values() if name not in (*fact, "case") and name in looked.log.events.columns]
    if not names:
        return fact
    own = looked.log.events.filter(pl.col("case_id") == fact["case_id"]).sort("at", "sequence")
    last = own.select(pl.col(name).drop_nulls().last() for name in names)
    return {**{name: _plain(value) for name, value in last.row(0, named=True).items()}, **fact}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _opening(one: Kind, by: OpenedBy, fact: Mapping[str, Any], *, now: datetime, desk: Desk) -> Due:
    """The case a fact opens, and its key."""
    fields = {name: fact["case_id"] if source == "case" else fact.get(source) for name, source in by.copy_.items()}
    key = json.dumps([fields.get(name) for name in one.clause.once_per or tuple(fields)], ensure_ascii=False)
    fields = {name: value for name, value in fields.items() if value is not None}
    act = Act(
        None, one.clause.opens, max(now, fact["at"] + _AFTER), {**fields, **_days(one.clause, fields, now=now, desk=desk)},
        kind=one.name, unit=one.owner or fact["unit"], source=SOURCE, event_id=_event_id(one.name, key),
    )  # fmt: skip
    return Due(one, key, fact["case_id"], act)


def _telling(one: Due, done: Done, *, who: telling.Answering, now: datetime, desk: Desk) -> Telling:
    """Tell the units the new case names: there is something for them to do, and until when."""
    types, fields = one.kind.clause.fields, one.act.fields
    named = [value for name, value in fields.items() if name in types and types[name].is_ == "unit"]
    days = [value for name, value in fields.items() if name in types and types[name].is_ == "date"]
    zone = ZoneInfo(desk.rules.zone)
    due = datetime.combine(date.fromisoformat(days[0]), time.max, zone) if days else desk.after(now, ORDER_WITHIN)
    persons = tuple(sorted({person for unit in named for person in who.responsible(unit)}))
    zh = one.kind.clause.zh
    args = {
        "kind": one.kind.name, "kind_zh": zh, "kind_en": one.kind.clause.en or zh, "due": text_of(due),
        "case": done.case_id,
    }  # fmt: skip
    return Telling(persons, "case_opened", f"opened:{done.case_id}", args, done.case_id)


def propose(cards: Iterable[Card], *, cases: pl.DataFrame, now: datetime, desk: Desk) -> int:
    """Propose what the text says shall be considered for cards just raised (`then` of a rung; D43): nothing takes effect.

    `to` in the text names who decides; the party is the unit that answers. Returns how many proposals were made.
    """
    scopes = dict(cases.select("case_id", "scope").iter_rows())
    who = telling.answering(now, desk)
    events, tellings = [], []
    for card in cards:
        rung = telling.rung_of(card.content, desk.rules)
        if card.status != "open" or rung is None or not rung.then or "propose" not in rung.then:
            continue
        scope = units_of(scopes.get(card.content["case_id"]))
        event = _proposal(card, rung.then, scope=scope, now=now, desk=desk)
        events.append(event)
        name, what = event.stream.partition("/")[2], event.payload["what"]
        told = {"measure": name, "what": what, "what_zh": what, "what_en": what, "card": card.card}
        told["statement_by"] = event.payload["statement_by"]
        persons = who.responsible(card.content["unit"])
        tellings.append(Telling(persons, "measure_proposed", f"measure:{name}", told, card.content["case_id"]))
    show_measures(write(events, now))
    tell_many(tellings, now=now)
    return len(events)


def _proposal(card: Card, then: Mapping[str, Any], *, scope: Collection[str], now: datetime, desk: Desk) -> NewEvent:
    content, proposed = card.content, then["propose"]
    what = " / ".join(proposed) if isinstance(proposed, list) else str(proposed)
    heard = Limit.parse(then["statement"]) if isinstance(then.get("statement"), str) else STATEMENT_WITHIN
    name = measure_id(card.card, what, content["unit"], None)
    payload = {
        "v": 1, "card": card.card, "case_id": content["case_id"], "institution": content["institution"],
        "clause": content["clause"], "what": what, "grounds": str(then.get("basis") or content["clause"]),
        "against_unit": content["unit"], "against_person": None, "by": SOURCE,
        "statement_by": text_of(desk.after(now, heard)), "scope": sorted(scope),
    }  # fmt: skip
    return NewEvent(f"measure/{name}", SOURCE, f"measure:{name}:proposed", "measure_proposed", now, payload)


def measure_id(card: str, what: str, unit: str | None, person: str | None) -> str:
    """The name of a proposal: the same thing against the same party on the same card is one."""
    return hashlib.sha256("\0".join(("measure", card, what, unit or "", person or "")).encode()).hexdigest()[:16]


def _event_id(kind: str, key: str) -> str:
    return f"opened:{kind}:{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def _days(flow: Flow, fields: Mapping[str, Any], *, now: datetime, desk: Desk) -> dict[str, str]:
    """The days the first step asks for and nothing gave: the standing term for orders (ORDER_WITHIN)."""
    asked: Iterable[str] = next((step.ask for step in flow.steps if flow.opens in step.does), ())
    missing = [name for name in asked if name not in fields and name in flow.fields and flow.fields[name].is_ == "date"]
    if not missing:
        return {}
    due = desk.after(now, ORDER_WITHIN).astimezone(ZoneInfo(desk.rules.zone))
    return dict.fromkeys(missing, due.date().isoformat())


def mirror(fresh: Collection[str], ended: Collection[str], *, now: datetime, desk: Desk) -> int:
    """Write the opening and the end of children, or what ended them, on their parents' threads, once each (grammar 1.2 `mirror`).

    `fresh` are cases seen for the first time, `ended` those that are over. The parent's event carries the child's fields
    that its own kind has.
    """
    kinds = flows_in_force(desk, now)
    wanted = sorted(kind.name for kind in kinds.values() if kind.clause.mirror)
    ids = sorted({*fresh, *ended})
    found = run("children", case_ids=ids, kinds=wanted) if wanted and ids else []
    rows = [(case_id, kind, json.loads(fields), set(seen), moments) for case_id, kind, fields, seen, *moments in found]
    parents = {fields.get(kinds[kind].clause.mirror["to"]) for _, kind, fields, _, _ in rows}
    above = dict(run("kinds_of", case_ids=sorted(filter(None, parents)))) if parents else {}
    acts: list[Act] = []
    for case_id, name, fields, seen, (opened_at, ended_at) in rows:
        told = kinds[name].clause.mirror
        parent = fields.get(told["to"])
        shared = kinds[above[parent]].clause.fields if above.get(parent) in kinds else {}
        copied = {field: value for field, value in fields.items() if field in shared and field != told["to"]}
        happened = [("opened", opened_at)] if case_id in fresh else []
        happened += [(what, ended_at) for what in ("ended", *sorted(seen & told.keys())) if case_id in ended]
        for what, at in happened:
            if parent in above and what in told:
                event_id = f"mirror:{case_id}:{what}"
                unit = kinds[name].owner
                acts.append(
                    Act(parent, told[what], at, copied, unit=unit, source=SOURCE, event_id=event_id, is_own=True)
                )
    if acts:
        for done in case_commands.record(acts, actor=system(now, desk), now=now):
            if not isinstance(done, Done):
                raise done
    return len(acts)


def is_promise_with_reason(clause: object) -> bool:
    """Whether missing this limit obliges the unit to publish its reason (优化营商环境条例 36)."""
    return isinstance(clause, Promise) and clause.public_reason
