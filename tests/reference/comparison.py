"""Puts one log and one text before the engine and before the reference, and says where they differ."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from tests.reference import constraints, evaluator, holdings
from tests.reference.place import Place, Record, read
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import CASE_COLUMNS, EVENT_COLUMNS, Log, Said
from yinuo.engine.rules import Conventions, Edition, Level, Rules, Ruling
from yinuo.kernel.calendars import Calendar, CalendarText

CALENDAR = Path(__file__).parents[2] / "packs/cn-national/calendars/cn.toml"
RANKS = {"notice": 1, "warning": 2, "yellow": 3, "red": 4, "extension-void": 5, "broken": 6}
MODELS = {"promise": Promise, "constraint": Constraint, "flow": Flow}
LAST = 2**31
"""Where silence stands among simultaneous events: after what people did."""
CLOCK_FIELDS = ("case_id", "opener", "started_at", "due_at", "ended_at", "state")
NUMBERS = ("allowed", "used", "paused", "extended")
FINDING_FIELDS = ("case_id", "opener", "level", "raised_at", "cleared_at")
HOLDING_FIELDS = ("case_id", "unit", "actor", "from", "to", "used")


@dataclass(frozen=True)
class Text:
    """One clause through time, as its text gives it: (first day, until, raw keys)."""

    id: str
    kind: str
    editions: tuple[tuple[date, date | None, Mapping[str, Any]], ...]

    @classmethod
    def always(cls, id: str, kind: str, **raw: Any) -> Text:
        """A clause with one edition, in force since 2009."""
        return cls(id, kind, ((date(2009, 1, 1), None, {"zh": id, **raw}),))

    def clauses(self) -> tuple[tuple[date, date | None, Any], ...]:
        """Its editions as models."""
        return tuple((start, until, MODELS[self.kind].model_validate(raw)) for start, until, raw in self.editions)


@dataclass(frozen=True)
class History:
    """A log as plain rows. Every event has case_id, activity, at, recorded_at, event_id, sequence, unit, actor."""

    events: Sequence[Mapping[str, Any]]
    cases: Sequence[Mapping[str, Any]]
    as_of: datetime
    known_at: datetime | None = None

    def log(self) -> Log:
        """The same rows as the tables the engine reads."""
        return Log(events=_frame(self.events, EVENT_COLUMNS), cases=_frame(self.cases, CASE_COLUMNS))


@dataclass(frozen=True)
class Differences:
    """What the engine and the reference say differently; empty is right. `texts` names the clause of each row."""

    engine_only: list[tuple[Any, ...]] = field(default_factory=list)
    reference_only: list[tuple[Any, ...]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.engine_only or self.reference_only)

    def __str__(self) -> str:
        lines = [f"engine    {row}" for row in self.engine_only[:8]]
        return "\n".join(["", *lines, *(f"reference {row}" for row in self.reference_only[:8])])


LAYER = CalendarText.model_validate(tomllib.loads(CALENDAR.read_text(encoding="utf-8")))
CHINA = Calendar.build(zone="Asia/Shanghai", layers=[LAYER], name="cn")


@cache
def _china() -> Place:
    return Place(CALENDAR, "Asia/Shanghai")


@dataclass(frozen=True)
class Custom:
    """How a place counts and which levels and ladders it has."""

    conventions: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(
        default_factory=lambda: {name: Level(zh=name, rank=rank) for name, rank in RANKS.items()}
    )
    ladders: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def place(self) -> Place:
        """China as the reference knows it."""
        settled = Conventions.model_validate(self.conventions).model_dump()
        ranks = {name: level.rank for name, level in self.levels.items()}
        return _china().of(conventions=settled, ranks=ranks, ladders=self.ladders)

    def rules(self, texts: Iterable[Text]) -> Rules:
        """China and these clauses as the engine knows them."""
        rulings = (
            Ruling(
                "test",
                text.kind,
                text.id,
                tuple(Edition(start, until, clause) for start, until, clause in text.clauses()),
            )
            for text in texts
        )
        return Rules(
            calendar=CHINA,
            conventions=Conventions.model_validate(self.conventions),
            levels=self.levels,
            ladders=self.ladders,
            rulings=tuple(rulings),
        )


def engine_says(history: History, texts: Sequence[Text], custom: Custom) -> Said:
    """The engine's answer."""
    return evaluate(history.log(), custom.rules(texts), as_of=history.as_of, known_at=history.known_at)


class Answer(NamedTuple):
    """What the reference says, in comparable rows."""

    clocks: list[tuple[Any, ...]]
    findings: list[tuple[Any, ...]]
    holdings: list[tuple[Any, ...]]


def reference_says(history: History, texts: Sequence[Text], custom: Custom) -> Answer:
    """The reference's clocks, findings and holdings; texts that follow from silence stand after it."""
    where, cases = custom.place(), {case["case_id"]: case for case in history.cases}
    flow = next((text.clauses()[0][2] for text in texts if text.kind == "flow"), None)
    events, deemed = list(history.events), []
    clocks, findings = [], []
    records = read(events, cases, as_of=history.as_of, known_at=history.known_at)
    for text in texts:
        editions = text.clauses()
        if text.kind == "promise":
            rows, raised, made = evaluator.promise(
                editions, records, where, as_of=history.as_of, ends=() if flow is None else flow.ends
            )
            clocks += [(text.id, *_clock(row, editions[0][2])) for row in rows]
            names = [f"{one['activity']}:deemed:test/{text.id}:{one['event_id']}" for one in made]
            deemed += [{**one, "event_id": name, "sequence": LAST} for one, name in zip(made, names, strict=True)]
            if made:
                records = read([*events, *deemed], cases, as_of=history.as_of, known_at=history.known_at)
        elif text.kind == "constraint":
            raised = constraints.constraint(editions, records, where, flow=flow)
        else:
            continue
        findings += [(text.id, *_fields(row, FINDING_FIELDS)) for row in raised]
    held = [] if flow is None else holdings.holdings(flow, records, where, as_of=history.as_of)
    return Answer(clocks, findings, [_fields(row, HOLDING_FIELDS) for row in held])


def compared(history: History, texts: Sequence[Text], custom: Custom | None = None) -> tuple[int, Differences]:
    """How many rows the reference says, and every row that only one of the two says."""
    custom = custom or Custom()
    said = engine_says(history, texts, custom)
    promises = {text.id: text.clauses()[0][2] for text in texts if text.kind == "promise"}
    engine = Answer(
        [(row["clause"], *_clock(row, promises[row["clause"]])) for row in said.clocks.iter_rows(named=True)],
        [(row["clause"], *_fields(row, FINDING_FIELDS)) for row in said.findings.iter_rows(named=True)],
        [_fields(row, HOLDING_FIELDS) for row in said.holdings.iter_rows(named=True)],
    )
    reference = reference_says(history, texts, custom)
    wrong = Differences(
        engine_only=[row for one, other in zip(engine, reference, strict=True) for row in _only(one, other)],
        reference_only=[row for one, other in zip(reference, engine, strict=True) for row in _only(one, other)],
    )
    return sum(map(len, reference)), wrong


def differences(history: History, texts: Sequence[Text], conventions: Mapping[str, str] | None = None) -> Differences:
    """Every row that only one of the two says, under these conventions."""
    return compared(history, texts, Custom(conventions=conventions or {}))[1]


def _clock(row: Record, clause: Promise) -> tuple[Any, ...]:
    numbers = [None if clause.due_on or row[name] is None else round(float(row[name]), 6) for name in NUMBERS]
    return (*(row[name] for name in CLOCK_FIELDS), *numbers)


def _fields(row: Record, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _only(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return list((Counter(one) - Counter(other)).elements())


def _frame(rows: Sequence[Mapping[str, Any]], known: Mapping[str, pl.DataType]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if not names:
        return pl.DataFrame(schema=dict(known))
    schema = {name: known.get(name, _dtype(rows, name)) for name in names}
    return pl.DataFrame([[row.get(name) for name in names] for row in rows], schema=schema, orient="row")


def _dtype(rows: Sequence[Mapping[str, Any]], name: str) -> pl.DataType:
    value = next((row[name] for row in rows if row.get(name) is not None), "")
    if isinstance(value, list):
        return pl.List(pl.String())
    if isinstance(value, datetime):
        return pl.Datetime("us", "UTC")
    return {date: pl.Date(), bool: pl.Boolean(), int: pl.Int64(), float: pl.Float64()}.get(type(value), pl.String())
