"""One case with everything a person may ask of it: where it stands, every promise, who held it, what was said and why."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import polars as pl

from yinuo.city.board.timeline import Scale, Segment, Tick, clock_segments
from yinuo.city.cases.deciding.ways import OWN_FIELDS
from yinuo.city.cases.logs import line_of, log_of
from yinuo.city.cases.projection import ways_of
from yinuo.city.ledger import read
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.pages.clauses import Clause, clause_text
from yinuo.city.pages.keeping import minute_of
from yinuo.city.pages.showing import Called, called, shown
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log, Said
from yinuo.engine.stretches import stretches

ClockKey = tuple[str, str, str, int]
MOMENTS = frozenset({
    "due_since", "done_at", "offered_at", "answered_at", "raised_at", "cleared_at", "withdrawn_at", "cancelled_at", "said_at",
    "answer_by", "explained_at", "appealed_at", "decided_at", "published_at",
})  # fmt: skip
KEPT = 256
"""Judgements a process keeps: while nothing happens and the minute lasts, a page looked at again costs nothing."""
_JUDGED: dict[Any, Judged] = {}
ORDER = {"overdue": 0, "running": 1, "paused": 2, "late": 3, "kept": 4, "deemed": 5, "void": 6}


@dataclass(frozen=True)
class Judged:
    """A case's log and what the text in force says of it at a moment."""

    log: Log
    said: Said
    pauses: pl.DataFrame


@dataclass(frozen=True)
class Promised:
    """One clock: allowed, used, paused, extended and left in its own unit, its sentence, its line, its text."""

    row: Mapping[str, Any]
    name: str
    left: float | None
    over: float | None
    reasons: tuple[str, ...]
    segments: tuple[Segment, ...]
    due: Tick | None
    text: Clause | None

    @property
    def is_open(self) -> bool:
        """Whether it still runs, stands still or is overdue."""
        return self.row["state"] in ("running", "paused", "overdue")


@dataclass(frozen=True)
class Entry:
    """One thing that happened: by whom, what was written down, its digest in the ledger."""

    event: StoredEvent
    at: datetime
    word: str
    unit: str
    actor: str
    fields: tuple[tuple[str, str], ...]
    person: Mapping[str, Any] | None
    is_late_entry: bool


class Dossier:
    """Reads on asking. Queries: the case with all its rows, its streams, the text in force."""

    def __init__(self, case: Mapping[str, Any], words: Words, *, now: datetime, actor: Actor | None) -> None:
        self.case = case
        self.actor = actor
        self.words = words
        self.now = now

    @cached_property
    def judged(self) -> Judged:
        """What the one evaluator says of the case now."""
        as_of = max(minute_of(self.now, self.case["case_id"]), self.case["changed_at"])
        digest = self.words.pack.digest
        names = [f"case/{one}" for one in (self.case["case_id"], *self.case["beside"])]
        versions = tuple((name, len(self.streams[name])) for name in names)
        kept = _JUDGED.get((versions, digest, as_of))
        if kept is None:
            kept = judge([event for name in names for event in self.streams[name]], digest=digest, as_of=as_of)
            _JUDGED[versions, digest, as_of] = kept
            while len(_JUDGED) > KEPT:
                _JUDGED.pop(next(iter(_JUDGED)))
        return kept

    @cached_property
    def streams(self) -> Mapping[str, tuple[StoredEvent, ...]]:
        """What people did and what was said of it, as the ledger holds it; and the cases its threads share, if any."""
        case_id = self.case["case_id"]
        wanted = [f"case/{case_id}", f"said/{case_id}", *(f"case/{other}" for other in self.case["beside"])]
        return dict.fromkeys(wanted, ()) | read.streams(wanted)

    @cached_property
    def cards(self) -> list[dict[str, Any]]:
        """Every card of the case, with its sentence."""
        return [self._card(one) for one in self.case["cards"]]

    def _card(self, one: Mapping[str, Any]) -> dict[str, Any]:
        found = self.words.edition(one["institution"], one["clause"], one["version"])
        must = found is not None and isinstance(found[1].clause, Promise) and found[1].clause.public_reason
        return {
            **one,
            "why": self.words.why(one, self.case["people"]),
            "text": self.text(one),
            "may_publish": must and one["why_code"] == "late",
        }

    def moved(self, row: Mapping[str, Any]) -> list[tuple[datetime, datetime | None, datetime | None]]:
        """When another text moved this clock: the moment it was judged anew, its due moment before and after."""
        found = []
        for event in self.streams[f"said/{self.case['case_id']}"]:
            if event.activity != "clock_reprojected":
                continue
            said = json.loads(event.payload)
            if all(said.get(name) == row[name] for name in ("institution", "clause", "opener")):
                found.append((event.at, _moment(said["old_due_at"]), _moment(said["due_at"])))
        return found

    def person(self, actor: str | None) -> str:
        """A person's name, or what acted by itself."""
        return self.words.actor(actor, self.case["people"])

    @cached_property
    def scale(self) -> Scale:
        """The scale of all lines."""
        clocks = self.judged.said.clocks
        moments: list[datetime | None] = [self.case["opened_at"], self.case["ended_at"]]
        if self.case["status"] == "open":
            moments.append(self.now)
        for name in ("started_at", "due_at", "ended_at"):
            moments += clocks.filter(pl.col("state") != "void")[name].drop_nulls().to_list()
        moments += [event.at for event in self.streams[f"case/{self.case['case_id']}"]]
        return Scale.over(moments, now=self.now)

    @cached_property
    def promises(self) -> tuple[Promised, ...]:
        """Every clock of the case, those that press first."""
        paused: dict[ClockKey, list[tuple[datetime, datetime | None]]] = {}
        for row in self.judged.pauses.iter_rows(named=True):
            paused.setdefault(_key(row), []).append((row["from"], row["to"]))
        why: dict[ClockKey, list[str]] = {}
        for one in self.cards:
            if one["status"] == "open":
                why.setdefault(_key(one), []).append(one["why"])
        found = self.judged.said.clocks.filter(pl.col("case_id") == self.case["case_id"]).to_dicts()
        made = [self._promised(row, paused.get(_key(row), []), why.get(_key(row), [])) for row in found]
        return tuple(sorted(made, key=lambda one: (ORDER.get(one.row["state"], 9), one.row["due_at"] or self.now)))

    def _promised(
        self, row: Mapping[str, Any], pauses: Sequence[tuple[datetime, datetime | None]], reasons: Sequence[str]
    ) -> Promised:
        whole = None if row["allowed"] is None else row["allowed"] + (row["extended"] or 0)
        rest = None if whole is None or row["used"] is None else whole - row["used"]
        is_over = row["state"] in ("overdue", "late")
        return Promised(
            row=row,
            name=self.words.clause(row["institution"], row["clause"]),
            left=rest if rest is not None and rest >= 0 and not is_over else None,
            over=-rest if rest is not None and rest < 0 else None,
            reasons=tuple(reasons[:1]),
            segments=clock_segments(row, pauses, scale=self.scale, now=self.now),
            due=None if row["due_at"] is None else self.scale.tick(row["due_at"], ""),
            text=self.text(row),
        )

    def text(self, row: Mapping[str, Any]) -> Clause | None:
        """The clause a clock or card is about, in the version that applied."""
        return clause_text(self.words, row["institution"], row["clause"], row["version"])

    @cached_property
    def holdings(self) -> list[dict[str, Any]]:
        """Who held the case when, with the place of each stretch on the line."""
        found = self.judged.said.holdings.filter(pl.col("case_id") == self.case["case_id"]).sort("from").to_dicts()
        for one in found:
            name = self.words.unit(one["unit"]) or self.person(one["actor"])
            one["name"] = name
            one["segment"] = self.scale.segment(
                "held", one["from"], one["to"] or self.case["ended_at"] or self.now, name
            )
        return found

    @cached_property
    def entries(self) -> list[Entry]:
        """What happened, the first first."""
        events = sorted(self.streams[f"case/{self.case['case_id']}"], key=lambda event: (event.at, event.version))
        return [self._entry(event) for event in events]

    def _entry(self, event: StoredEvent) -> Entry:
        payload = json.loads(event.payload)
        fields = tuple((name, self._value(name, value)) for name, value in _fields(event).items())
        late = (event.recorded_at - event.at).total_seconds() > 86_400
        return Entry(
            event, event.at, self.words.activity(event.activity), self.words.unit(event.unit), self.person(event.actor),
            fields, payload.get("person"), late,
        )  # fmt: skip

    def _value(self, name: str, value: Any) -> str:
        if name == "broken_clause":
            return next(
                (
                    self.words.clause(one.institution, one.id)
                    for one in self.words.rules.rulings
                    if value in (one.id, one.name)
                ),
                str(value),
            )
        type_ = self._types.get(name)
        if (
            type_ is None
            and isinstance(value, str)
            and (value in self.words.tree.units or value in self.words.tree.others)
        ):
            return self.words.unit(value)
        return shown(value, type_, self.words, names=self.called)

    @cached_property
    def _types(self) -> Mapping[str, FieldType]:
        flow = self.words.flow(self.case["kind"], self.case["opened_at"])
        return {**OWN_FIELDS, **(flow.fields if flow is not None else {})}

    @cached_property
    def called(self) -> Called:
        """The names of the persons, cases and files that any event names."""
        told = (pair for event in self.streams[f"case/{self.case['case_id']}"] for pair in _fields(event).items())
        return called(((self._types.get(name), value) for name, value in told), actor=self.actor)

    @cached_property
    def said(self) -> list[Entry]:
        """What supervision said and what people answered, the first first."""
        return [self._entry(event) for event in self.streams[f"said/{self.case['case_id']}"]]

    def evidence(self, card: Mapping[str, Any]) -> list[Entry]:
        """The events of this case behind a card."""
        wanted = set(json.loads(card["evidence"] or "[]"))
        named = {
            (one.event.event_id if one.event.source == "yinuo" else f"{one.event.source}:{one.event.event_id}"): one
            for one in self.entries
        }
        return [one for name, one in named.items() if name in wanted]

    @property
    def now_at(self) -> Tick:
        """Where now lies on the lines."""
        return self.scale.tick(self.now, "")

    def marks(self) -> list[Tick]:
        """The events as marks of the axis."""
        return [self.scale.tick(entry.at, entry.word) for entry in self.entries]


def dossier(case_id: str, words: Words, *, actor: Actor | None, now: datetime) -> Dossier | None:
    """A case, when this person may see it."""
    condition, parameters = row_filter(actor, "case.read", "c.scope")
    found = rows(__file__, "case", {**parameters, "case_id": case_id}, case_rows=condition)
    if not found:
        return None
    case = found[0]
    for name in ("tasks", "handovers", "relatives", "cards", "people"):
        case[name] = json.loads(case[name])
    for part in (*case["tasks"], *case["handovers"], *case["cards"]):
        part |= {name: datetime.fromisoformat(part[name]) for name in part if name in MOMENTS and part[name]}
    return Dossier(case, words, now=now, actor=actor)


def case_of_card(card: str, *, actor: Actor | None) -> str | None:
    """The case of a card, when this person may see the card."""
    condition, parameters = row_filter(actor, "finding.read", "f.scope")
    found = rows(__file__, "case_of_card", {**parameters, "card": card}, card_rows=condition)
    return found[0]["case_id"] if found else None


def judge(events: Sequence[StoredEvent], *, digest: str, as_of: datetime) -> Judged:
    """What the text says of these histories at a moment."""
    ways = ways_of(digest)
    log = log_of([line_of(event) for event in events], ways)
    rules = ways.pack.rules
    return Judged(log, evaluate(log, rules, as_of=as_of), stretches(log, rules, as_of=as_of))


def _fields(event: StoredEvent) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(event.payload).get("fields") or {}
    return found


def _key(row: Mapping[str, Any]) -> ClockKey:
    return row["institution"], row["clause"], row["opener"], row["occurrence"]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
