"""Entries of registers as dated tables: what the book said on any past day (grammar 1.6, 2.7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl

from yinuo.engine.clauses.register import ACTIVITIES, CHANGED, CLOSED, ENTERED, MOVED, STRUCK, VERIFIED, Register
from yinuo.engine.fieldtypes import column_type
from yinuo.engine.log import Log
from yinuo.engine.rules import Rules, Ruling

STATES: Mapping[str, str] = {ENTERED: "entered", VERIFIED: "verified", CLOSED: "closed", STRUCK: "struck"}
"""The state of an entry after the activity that leads to it."""
DATED: Mapping[str, pl.DataType] = {"id": pl.String(), "from": pl.Date(), "until": pl.Date()}


def with_entries(log: Log, rules: Rules) -> Log:
    """The log with every register of the text among its dated tables: the rows handed in, and its own entries instead of theirs.

    A register that checks counts what is verified, any other what is entered; a row holds from the local day of that
    event (a change opens a new row) until the day the entry is closed or struck. Events that carry none of a register's
    fields say nothing of what its entries hold: then the rows handed in stand.
    """
    books = rules.of_kind("register")
    if not books or log.cases.is_empty() or "kind" not in log.cases.columns:
        return log
    parents = children_of(rules)
    there = set(log.cases["kind"].unique().to_list())
    tables = dict(log.tables)
    for ruling in books:
        if ruling.name in there and _is_told(ruling, log):
            own = entries(log, ruling, zone=rules.zone)
            given = tables.get(ruling.id)
            if given is not None and not given.is_empty():
                told = log.cases.filter(pl.col("kind") == ruling.name)["case_id"]
                rest = given.filter(~pl.col("id").cast(pl.String).is_in(told.implode()))
                own = pl.concat([rest, own], how="diagonal_relaxed")
            tables[ruling.id] = own
            if ruling.id in parents:
                tables[f"{ruling.id}:open"] = entries(log, ruling, zone=rules.zone, is_open=True)
    return Log(log.events, log.cases, tables)


def children_of(rules: Rules) -> frozenset[str]:
    """The registers whose open entries keep an entry of another from being closed."""
    clauses = (one for ruling in rules.of_kind("register") for one in registers(ruling))
    named = (one.close.children for one in clauses if one.close is not None)
    return frozenset(child_of(name)[0] for name in named if name is not None)


def child_of(children: str) -> tuple[str, str]:
    """`register:issue.project` as the id of the register and the field that names the parent."""
    book, _, field = children.removeprefix("register:").rpartition(".")
    return book, field


def registers(ruling: Ruling) -> tuple[Register, ...]:
    """The editions of a register, in order of date."""
    return tuple(edition.clause for edition in ruling.editions if isinstance(edition.clause, Register))


def _is_told(ruling: Ruling, log: Log) -> bool:
    fields = {name for clause in registers(ruling) for name in clause.fields}
    return ruling.id not in log.tables or bool(fields & {*log.events.columns, *log.cases.columns})


def by_edition(log: Log, ruling: Ruling, *, zone: str) -> Iterator[tuple[Register, Log]]:
    """Each edition of a register with the cases held to it: the entries of its days, by the local day of their first event."""
    clauses = registers(ruling)
    if len(clauses) == 1:
        yield clauses[0], log
        return
    mine = log.cases.filter(pl.col("kind") == ruling.name)
    begun = (
        log.events.join(mine.select("case_id"), on="case_id", how="semi").group_by("case_id").agg(pl.col("at").min())
    )
    begun = begun.with_columns(pl.col("at").dt.convert_time_zone(zone).dt.date())
    starts = [edition.start for edition in ruling.editions]
    for clause, since, until in zip(clauses, [date.min, *starts[1:]], [*starts[1:], date.max], strict=True):
        its = begun.filter((pl.col("at") >= since) & (pl.col("at") < until))
        yield clause, Log(log.events, mine.join(its, on="case_id", how="semi"), log.tables)


def entries(log: Log, ruling: Ruling, *, zone: str, is_open: bool = False) -> pl.DataFrame:
    """The entries of one register: columns id, from, until (local dates), unit, state and its fields.

    Each by the edition of the day it was entered. With `is_open` every entry from its first day on, verified or not. Derived
    fields are as the events carry them.
    """
    words = {name: word for clause in registers(ruling) for name, word in clause.columns().items()}
    schema = {**DATED, **{name: column_type(word) for name, word in words.items()}}
    return pl.concat(
        _rows(told(its, ruling.name, clause, zone=zone), clause, schema, is_open=is_open)
        for clause, its in by_edition(log, ruling, zone=zone)
    )


def _rows(events: pl.DataFrame, clause: Register, schema: Mapping[str, pl.DataType], *, is_open: bool) -> pl.DataFrame:
    touched = [ENTERED, CHANGED, MOVED]
    counted = pl.col("activity").is_in([*touched, VERIFIED] if is_open else [VERIFIED] if clause.verify else touched)
    over = (
        events.filter(pl.col("activity").is_in([CLOSED, STRUCK])).group_by("id").agg(pl.col("day").min().alias("over"))
    )
    rows = events.filter(counted).join(over, on="id", how="left")
    following = pl.col("day").shift(-1).over("id")
    rows = rows.with_columns(pl.col("day").alias("from"), pl.min_horizontal(following, "over").alias("until"))
    rows = rows.filter(pl.col("until").is_null() | (pl.col("from") < pl.col("until")))
    missing = [pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in rows.columns]
    return rows.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in schema.items())


def told(log: Log, kind: str, clause: Register, *, zone: str) -> pl.DataFrame:
    """The events of a register's entries in order, each with what the entry held after it."""
    fields = [name for name in clause.fields if name in log.events.columns]
    given = [name for name in clause.fields if name in log.cases.columns and name != "unit"]
    cases = log.cases.filter(pl.col("kind") == kind).select(
        "case_id", *(pl.col(name).alias(f"case:{name}") for name in given)
    )
    named = pl.col("activity").is_in(list(ACTIVITIES))
    order = [name for name in ("at", "sequence", "event_id") if name in log.events.columns]
    events = log.events.filter(named).join(cases, on="case_id", how="inner").sort("case_id", *order)
    holder = clause.holder if clause.holder in fields else "unit"
    carried = [pl.col(name).forward_fill().over("case_id").alias(name) for name in fields]
    events = events.with_columns(*carried, pl.col("activity").replace_strict(STATES, default=None).alias("state"))
    taken = [pl.coalesce(name, f"case:{name}").alias(name) for name in given if name in fields]
    taken += [pl.col(f"case:{name}").alias(name) for name in given if name not in fields]
    unit = pl.col(holder) if holder in events.columns else pl.lit(None, dtype=pl.String)
    own_unit = () if "unit" in clause.fields else (unit.first().over("case_id").alias("unit"),)
    return events.with_columns(
        *taken, *own_unit,
        pl.col("case_id").alias("id"),
        pl.col("state").forward_fill().over("case_id"),
        pl.col("at").dt.convert_time_zone(zone).dt.date().alias("day"),
    )  # fmt: skip
