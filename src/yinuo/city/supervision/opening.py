"""Cases that open by themselves: a broken limit gets its order, once (grammar 1.2 `opened_by`, `once_per`; invariant 22)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from yinuo.city.cases import commands as case_commands
from yinuo.city.cases import queries
from yinuo.city.cases.acts import Act, Done
from yinuo.city.cases.deciding.conditions import Tester
from yinuo.city.notices.commands import tell
from yinuo.city.people import units
from yinuo.city.people.actor import Actor, Grant
from yinuo.city.supervision import telling
from yinuo.city.supervision.cards import text_of
from yinuo.city.supervision.desk import ORDER_WITHIN, Desk
from yinuo.city.supervision.looking import Looked
from yinuo.city.supervision.store import SOURCE, run
from yinuo.engine.clauses.conditions import Event
from yinuo.engine.clauses.flow import Flow, OpenedBy
from yinuo.engine.clauses.promise import Promise

_AFTER = timedelta(microseconds=1)
"""What a lapse brings about comes after it: of two events at one instant the engine reads the one people wrote first."""
_LAPSED = ("overdue", "deemed", "late")
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


def open_cases(looked: Looked, cases: pl.DataFrame, *, now: datetime, desk: Desk) -> int:
    """Open what the text opens for what is now so of these cases; each key once, whoever sweeps. Returns how many.

    A limit that was broken in a case which is over by now opens nothing: there is nobody left to urge.
    """
    found = [kind for kind in flows_in_force(desk, now).values() if kind.clause.opened_by]
    if not found or desk.pack is None:
        return 0
    kinds = dict(cases.select("case_id", "kind").iter_rows())
    running = set(cases.filter(pl.col("status") == "open")["case_id"])
    facts = [fact for fact in _facts(looked, desk) if fact["case_id"] in running]
    tester = Tester.of(desk.pack)
    opened = 0
    for one in found:
        for fact in facts:
            if kinds.get(fact["case_id"]) == one.name:
                continue  # a kind opened by findings is never opened by findings about itself (grammar 2.4)
            for by in one.clause.opened_by:
                if any(_matches(event, fact, tester=tester, now=now) for event in by.on):
                    opened += _open(one, by, fact, now=now, desk=desk)
    return opened


def _facts(looked: Looked, desk: Desk) -> Iterator[dict[str, Any]]:
    """The reserved events (grammar 2.4) of what was just said: lapsed, raised, found."""
    promises = {(one.institution, one.id) for one in desk.rules.of_kind("promise")}
    cards = looked.said.findings.to_dicts()
    lapsed_by = {
        (row["case_id"], row["institution"], row["clause"], row["opener"], row["key"]): row
        for row in cards
        if row["why_code"] == "late"
    }
    zone = ZoneInfo(desk.rules.zone)
    clocks = looked.said.clocks.filter(pl.col("state").cast(pl.String).is_in(_LAPSED) & pl.col("due_at").is_not_null())
    for row in clocks.iter_rows(named=True):
        card = lapsed_by.get((row["case_id"], row["institution"], row["clause"], row["opener"], row["key"]))
        unit = row["unit"] if card is None else card["unit"]
        due = row["due_at"].astimezone(zone).date().isoformat()
        yield {
            **_named(row),
            "activity": "lapsed",
            "unit": unit,
            "holder": (card or row).get("actor") or unit,
            "due": due,
        }
    for row in cards:
        if row["cleared_at"] is None:
            activity = "raised" if (row["institution"], row["clause"]) in promises else "found"
            extra = {"level": row["level"], "finding": row["finding_id"], "actor": row["actor"]}
            yield {**_named(row), "activity": activity, "unit": row["unit"], **extra}


def _named(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("case_id", "institution", "clause")}


def _matches(event: Event, fact: Mapping[str, Any], *, tester: Tester, now: datetime) -> bool:
    if fact["activity"] not in event.activities:
        return False
    return event.where is None or tester.holds(event.where, fact, types=_TYPES, day=now.date())


def _open(one: Kind, by: OpenedBy, fact: Mapping[str, Any], *, now: datetime, desk: Desk) -> int:
    """Open the case unless its key was used before: the row inserted first is the lock."""
    fields = {name: fact["case_id"] if source == "case" else fact.get(source) for name, source in by.copy_.items()}
    key = json.dumps([fields.get(name) for name in one.clause.once_per or tuple(fields)], ensure_ascii=False)
    if not run("open_once", kind=one.name, key=key, about=fact["case_id"], at=now):
        return 0
    fields = {name: value for name, value in fields.items() if value is not None}
    act = Act(
        None, one.clause.opens, now + _AFTER, {**fields, **_days(one.clause, fields, now=now, desk=desk)},
        kind=one.name, unit=one.owner or fact["unit"], source=SOURCE, event_id=_event_id(one.name, key),
    )  # fmt: skip
    done = case_commands.record([act], actor=system(now, desk), now=now)[0]
    if not isinstance(done, Done):
        raise done
    run("opened", kind=one.name, key=key, case_id=done.case_id)
    _tell(one, act.fields, done, now=now, desk=desk)
    return 1


def _tell(one: Kind, fields: Mapping[str, Any], done: Done, *, now: datetime, desk: Desk) -> None:
    """Tell the units the new case names: there is something for them to do, and until when."""
    types = one.clause.fields
    named = [value for name, value in fields.items() if name in types and types[name].is_ == "unit"]
    days = [value for name, value in fields.items() if name in types and types[name].is_ == "date"]
    zone = ZoneInfo(desk.rules.zone)
    due = datetime.combine(date.fromisoformat(days[0]), time.max, zone) if days else desk.after(now, ORDER_WITHIN)
    on = now.astimezone(zone).date()
    persons = sorted({person for unit in named for person in telling.persons_responsible(unit, on)})
    zh = one.clause.zh
    args = {"kind": one.name, "kind_zh": zh, "kind_en": one.clause.en or zh, "due": text_of(due), "case": done.case_id}
    tell(persons, kind="case_opened", key=f"opened:{done.case_id}", args=args, case_id=done.case_id, now=now)


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


def mirror(cases: pl.DataFrame, changed: Collection[str], *, now: datetime, desk: Desk) -> int:
    """Write the opening and the end of a child on its parent's thread, once each (grammar 1.2 `mirror`).

    `changed` are the cases something happened to. The parent's event carries the child's fields that its own kind has.
    """
    kinds = flows_in_force(desk, now)
    acts: list[Act] = []
    for row in cases.filter(pl.col("case_id").is_in(list(changed))).iter_rows(named=True):
        kind = kinds.get(row["kind"])
        if kind is not None and kind.clause.mirror:
            acts += _mirrored(row, kind, kinds=kinds, now=now)
    if acts:
        for done in case_commands.record(acts, actor=system(now, desk), now=now):
            if not isinstance(done, Done):
                raise done
    return len(acts)


def _mirrored(row: Mapping[str, Any], kind: Kind, *, kinds: Mapping[str, Kind], now: datetime) -> Iterator[Act]:
    case_id, told = row["case_id"], kind.clause.mirror
    state = queries.state_of(case_id)
    parent = None if state is None else state.fields.get(told["to"])
    above = queries.state_of(parent) if parent else None
    if state is None or above is None:
        return
    shared = kinds[above.kind].clause.fields if above.kind in kinds else {}
    fields = {name: value for name, value in state.fields.items() if name in shared and name != told["to"]}
    moments = [("opened", True), ("ended", row["status"] == "ended")]
    for name, is_due in moments:
        if name in told and is_due:
            yield Act(
                parent,
                told[name],
                now + _AFTER,
                fields,
                unit=kind.owner,
                source=SOURCE,
                event_id=f"mirror:{case_id}:{name}",
            )


def is_promise_with_reason(clause: object) -> bool:
    """Whether missing this limit obliges the unit to publish its reason (优化营商环境条例 36)."""
    return isinstance(clause, Promise) and clause.public_reason
