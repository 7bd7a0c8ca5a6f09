"""What indicators count, read from the tables supervision and cases keep: the log and what was said of it, for a stretch of days."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import orjson
import polars as pl
from django.db import connection

from yinuo.city.cases import queries
from yinuo.city.figures.catalogued import COLUMNS, tables_of
from yinuo.city.ledger.statements import sql
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.context import references
from yinuo.engine.log import (
    CASE_COLUMNS,
    CLOCK_COLUMNS,
    EVENT_COLUMNS,
    FINDING_COLUMNS,
    HOLDING_COLUMNS,
    INSTANT,
    Log,
    Said,
)
from yinuo.engine.matching import Matcher, Rows, Tables
from yinuo.engine.measure import SUBJECTS, span
from yinuo.engine.populations import FACTS, population
from yinuo.engine.rules import Rules
from yinuo.engine.tables import Table
from yinuo.kernel.instants import day_number
from yinuo.rulebook.loader import Pack

SCHEMAS = {
    "cases": {**CASE_COLUMNS, "parent": pl.String()},
    "clocks": CLOCK_COLUMNS,
    "findings": FINDING_COLUMNS,
    "holdings": HOLDING_COLUMNS,
}


BY_APPLICANT = frozenset({"applicant", "filer"})
"""Who does the steps for which somebody comes to a counter, unless he sends them."""
VISIT = """coalesce(e.payload::jsonb -> 'fields' ->> 'visit', CASE WHEN e.activity = ANY(%(met)s)
    AND coalesce(e.actor, '') NOT LIKE 'resident:%%' AND coalesce(e.payload::jsonb -> 'fields' ->> 'channel', '窗口') = '窗口'
    THEN (e.at AT TIME ZONE %(zone)s)::date::text END)"""
"""One visit a day: what was taken in by staff at a counter, not sent by post, telephone or the portal (E060)."""


@dataclass(frozen=True, eq=False)
class Measured:
    """A log with what was said of it."""

    log: Log
    said: Said


def window(
    pack: Pack, *, since: datetime, until: datetime, unit: str | None = None, over: Indicator | None = None
) -> Measured:
    """Everything whose own moments lie in the stretch or that is still open, by what supervision said last.

    Cards that an appeal cancelled or a correction withdrew are not counted. `unit` keeps only clocks, cards and cases of
    one unit; `over` leaves empty what that one indicator does not read. Events carry no fields but those an indicator of the
    pack reads.
    """
    asked = {"since": since, "until": until, "unit": unit}
    read = {*SCHEMAS, "events"} if over is None else _read_by(over)
    frames = {
        name: _copied(name, asked, schema=schema) if name in read else pl.DataFrame(schema=schema)
        for name, schema in SCHEMAS.items()
    }
    fields = _fields(pack.rules)
    met = sorted(_met(pack.rules))
    schema = {**EVENT_COLUMNS, **dict.fromkeys(fields, pl.String())}
    is_read = "events" in read
    about = {**asked, "fields": fields, "met": met, "zone": pack.rules.zone}
    events = _copied("events", about, schema=schema) if is_read else pl.DataFrame(schema=schema)
    books = queries.books(queries.ways_in_force()) if over is None or _reads_books(over) else {}
    counted = tables_of(pack) if over is None else tables_of(pack, [over.over])
    log = Log(events.drop("sequence").with_row_index("sequence"), frames["cases"], {**pack.tables, **books, **counted})
    return Measured(log, Said(frames["clocks"], frames["findings"], frames["holdings"]))


def _reads_books(indicator: Indicator) -> bool:
    return indicator.over.startswith("register:") or indicator.over in COLUMNS


def _read_by(indicator: Indicator) -> set[str]:
    """The tables an indicator is counted from; events also where it reads what happened to a case."""
    rows = indicator.over.partition(":")[0]
    tests = (indicator.for_, indicator.where, indicator.count, indicator.exempt)
    fields = {name for condition in tests if condition is not None for name in condition.fields()}
    facts = rows in ("cases", "uses") or fields & FACTS or indicator.at in FACTS
    return {"cases", rows} | ({"events"} if facts else set())


def _met(rules: Rules) -> set[str]:
    """The activities for which somebody comes: what opens a case, and what the applicant does."""
    flows = [flow for editions in rules.flows().values() for flow in editions]
    done = {one for flow in flows for step in flow.steps if step.by in BY_APPLICANT for one in step.does}
    return done | {flow.opens for flow in flows}


def _field(name: str) -> str:
    return f"(e.payload::jsonb -> 'fields' ->> '{name}')"


def _copied(name: str, asked: dict[str, Any], *, schema: Any) -> pl.DataFrame:
    """The rows of a statement by COPY; instants come as microseconds since 1970."""
    fields = asked.get("fields", [])
    columns = "".join(f', {VISIT if field == "visit" else _field(field)} AS "{field}"' for field in fields)
    text = sql(__file__, f"counted_{name}").replace("/* fields */", columns)
    with connection.cursor() as cursor:
        whole = cursor.cursor.mogrify(text, asked) if hasattr(cursor.cursor, "mogrify") else text
        buffer = io.BytesIO()
        with cursor.cursor.copy(f"COPY ({whole}) TO STDOUT (FORMAT csv, HEADER)") as copy:
            for part in copy:
                buffer.write(part)
    buffer.seek(0)
    raw = {
        key: pl.Int64() if kind == INSTANT else pl.String() if kind == pl.Boolean() else kind
        for key, kind in schema.items()
    }
    frame = pl.read_csv(buffer, schema_overrides=raw, infer_schema=False)
    made = [
        pl.col(key).cast(INSTANT) if kind == INSTANT
        else (pl.col(key) == "t") if kind == pl.Boolean()
        else pl.col(key).cast(kind)
        for key, kind in schema.items() if key in frame.columns
    ]  # fmt: skip
    return frame.select(made)


def _fields(rules: Rules) -> list[str]:
    """The fields of events that some indicator over events, cases or uses of a table reads, by name."""
    known = {
        *EVENT_COLUMNS,
        *CASE_COLUMNS,
        *CLOCK_COLUMNS,
        *FINDING_COLUMNS,
        *FACTS,
        "dwell",
        "city",
        "person",
    }
    read: set[str] = set()
    for ruling in rules.of_kind("indicator"):
        for edition in ruling.editions:
            one = edition.clause
            if not isinstance(one, Indicator) or not one.over.startswith(("events", "cases", "uses")):
                continue
            for condition in (one.for_, one.where, one.count, one.exempt):
                read |= {name.partition(".")[0] for name in (condition.fields() if condition else ())}
            read |= {name for name in (one.value, one.subject, *one.by) if isinstance(name, str)}
    read |= {"visit"} if read & {"visits", "doors", "persons"} else set()
    return sorted(name for name in read - known if name.isidentifier())


SHOWN = ("case_id", "of_item", "due_at", "ended_at", "closed_at", "raised_at", "state", "unit", "level", "exempt_reason", "entered_on")  # fmt: skip


def _named(frame: pl.DataFrame, over: str) -> pl.DataFrame:
    """What a row is about under one name: case_id, of_item, or unit."""
    if "case_id" in frame.columns or "id" not in frame.columns:
        return frame
    if over == "departments":
        return frame.drop("id")
    if "item" in frame.columns:
        return frame.drop("id").rename({"item": "of_item"})
    return frame.rename({"id": "of_item" if over == "items" else "case_id"})


@dataclass(frozen=True)
class Behind:
    """What stands behind one value: one line for each row counted."""

    rows: pl.DataFrame
    """case_id (of items of_item), counts (in the numerator); clocks also due_at, ended_at, state, unit."""


@dataclass(frozen=True)
class Slice:
    """Whose value over which days: of a unit, an item, or everybody, and one breakdown (JSON as in Figure.by)."""

    begin: date
    end: date
    unit: str | None = None
    item: str | None = None
    by: str | None = None


def behind(indicator: Indicator, found: Measured, rules: Rules, *, of: Slice) -> Behind:
    """Which rows make up the value of a figure: its denominator, each with whether it is in the numerator."""
    rows = population(indicator, found.log, said=found.said, rules=rules)
    frame = rows.frame
    last = day_number(of.end)
    if indicator.stock:
        since, until = span(frame, rules)
        inside, day = (since <= last) & (last < until), np.full(len(frame), last, np.int64)
    else:
        inside = rows.day.is_between(day_number(of.begin), last).fill_null(False).to_numpy()
        day = rows.day.fill_null(0).to_numpy()
    keep = np.flatnonzero(inside).astype(np.int64)
    tables = Tables({name: Table(table) for name, table in found.log.tables.items()}, references(rules))
    matcher = Matcher(tables, rules.calendar.clock)
    records = Rows(frame, day)
    chosen = matcher.holds(indicator.for_, records, rows=keep) & matcher.holds(indicator.where, records, rows=keep)
    keep = keep[chosen]
    subject = indicator.subject.partition(":")[0]
    wanted = of.unit if subject == "unit" else of.item if subject == "item" else None
    if wanted is not None:
        names = matcher.value(SUBJECTS.get(subject, subject), records, rows=keep).series().cast(pl.String)
        keep = keep[(names == wanted).fill_null(False).to_numpy()]
    for name, value in (orjson.loads(of.by) if of.by else {}).items():
        held = matcher.value(name, records, rows=keep).series().cast(pl.String)
        keep = keep[held.eq_missing(pl.Series([value], dtype=pl.String)).to_numpy()]
    counts = matcher.holds(indicator.count, records, rows=keep)
    frame = _named(frame, indicator.over)
    shown = [name for name in SHOWN if name in frame.columns]
    return Behind(frame.select(shown)[keep].with_columns(pl.Series("counts", counts)))
