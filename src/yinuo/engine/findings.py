"""Findings as rows: who answers, which evidence, and the id under which all versions of the answer agree (design 4)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from yinuo.engine.columns import Column
from yinuo.engine.context import Context
from yinuo.engine.log import CLOCK_COLUMNS, FINDING_COLUMNS, INSTANT
from yinuo.kernel.instants import NEVER, Int64


@dataclass(frozen=True, eq=False)
class Answerers:
    """The unit and actor who answer, row by row."""

    unit: Column
    actor: Column


def instants(values: Int64) -> pl.Series:
    """UTC instants as polars shows them; NEVER is null."""
    return pl.Series(values).set(pl.Series(values == NEVER), None).cast(INSTANT)


def answerers(context: Context, answers: str, *, opener: Int64, moment: Int64) -> Answerers:
    """Who answers: the holder of the case at each moment, a field of the opener, or a role by its name.

    Without a holder the opener's unit answers, else the case's.
    """
    history = context.history
    if answers != "holder":
        return _named(context, answers, opener=opener)
    own = Answerers(history.column("unit", opener), Column.missing(opener.size))
    if context.holdings.row.size == 0:
        return own
    index = context.holdings.at(history.case[opener], moment)
    held = np.maximum(index, 0)
    unit = context.holdings.unit.take(held).where_known(index >= 0)
    actor = context.holdings.actor.take(held).where_known(index >= 0)
    return Answerers(unit.otherwise(own.unit) if not unit.known.all() else unit, actor)


def _named(context: Context, answers: str, *, opener: Int64) -> Answerers:
    history = context.history
    nobody = Column.missing(opener.size)
    if not history.knows(answers):
        role = Column("text", np.zeros(opener.size, np.int32), np.ones(opener.size, np.bool_), (answers,))
        return Answerers(role, nobody)
    named = history.column(answers, opener)
    is_person = context.matcher.tables.references.get(answers) in ("people", "posts")
    return Answerers(history.column("unit", opener), named) if is_person else Answerers(named, nobody)


def finding_frame(
    *, institution: str, clause: str, columns: Mapping[str, pl.Series | str | int | None], size: int
) -> pl.DataFrame:
    """Findings of one clause. `columns` may hold a value for all rows; `finding_id` is computed here."""
    if size == 0:
        return empty_findings()
    given = {"institution": institution, "clause": clause, **columns}
    frame = pl.DataFrame({name: value for name, value in given.items() if isinstance(value, pl.Series)})
    frame = frame.with_columns(
        pl.lit(value, dtype=FINDING_COLUMNS[name]).alias(name)
        for name, value in given.items()
        if not isinstance(value, pl.Series)
    )
    ids = _identities(frame)
    return frame.with_columns(ids.alias("finding_id")).select(
        pl.col(name).cast(kind) for name, kind in FINDING_COLUMNS.items()
    )


def _identities(frame: pl.DataFrame) -> pl.Series:
    """The first 16 hex digits of SHA-256 over the parts of a finding's identity, each ended by a zero byte."""
    parts = ("institution", "clause", "case_id", "thread", "key", "opener", "level")
    joined = frame.select(
        pl.concat_str([pl.col(name).fill_null("") for name in parts], separator="\0").alias("joined")
    )["joined"]
    return pl.Series([hashlib.sha256(text).hexdigest()[:16] for text in joined.cast(pl.Binary).to_list()])


@cache
def empty_findings() -> pl.DataFrame:
    """No findings."""
    return pl.DataFrame(schema=FINDING_COLUMNS)


@cache
def empty_clocks() -> pl.DataFrame:
    """No clocks."""
    return pl.DataFrame(schema=CLOCK_COLUMNS)


def as_json(frame: pl.DataFrame) -> pl.Series:
    """Each row as a JSON object."""
    return frame.select(pl.struct(pl.all()).struct.json_encode().alias("json"))["json"]


def id_list(*ids: pl.Series) -> pl.Series:
    """Event ids as a JSON list, nulls left out."""
    frame = pl.DataFrame({f"id{index}": series for index, series in enumerate(ids)})
    quoted = [
        pl.lit('"') + pl.col(name).str.replace_all('"', '\\"', literal=True) + pl.lit('"') for name in frame.columns
    ]
    return frame.select(
        (pl.lit("[") + pl.concat_str(quoted, separator=",", ignore_nulls=True) + pl.lit("]")).alias("ids")
    )["ids"]
