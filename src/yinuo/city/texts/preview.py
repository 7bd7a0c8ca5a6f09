"""What another text would change: which clauses, and for which cases which clocks and levels. Nothing is installed by asking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl

from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log
from yinuo.engine.rules import Rules
from yinuo.rulebook.diff import Difference, difference
from yinuo.rulebook.loader import Pack

_BY = ["level", "unit"]


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause (`institution/clause`) that is new, changed or gone."""

    clause: str
    kind: str
    change: Literal["new", "changed", "gone"]


@dataclass(frozen=True)
class Preview:
    """The difference between two texts, on paper and on cases.

    `cards` counts findings by level and unit: columns level, unit, before, after.
    """

    clauses: tuple[ClauseChange, ...]
    cases: Difference
    cards: pl.DataFrame


def preview(before: Pack, after: Pack, log: Log, *, as_of: datetime) -> Preview:
    """Hold the same cases to both texts at one moment, each with its own dated tables."""
    old = evaluate(Log(log.events, log.cases, before.tables), before.rules, as_of=as_of)
    new = evaluate(Log(log.events, log.cases, after.tables), after.rules, as_of=as_of)
    return Preview(changed_clauses(before.rules, after.rules), difference(old, new), _cards(old.findings, new.findings))


def changed_clauses(before: Rules, after: Rules) -> tuple[ClauseChange, ...]:
    """The clauses whose editions differ, by name."""
    old = {ruling.name: ruling for ruling in before.rulings}
    new = {ruling.name: ruling for ruling in after.rulings}
    found = []
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            found.append(ClauseChange(name, new[name].kind, "new"))
        elif name not in new:
            found.append(ClauseChange(name, old[name].kind, "gone"))
        elif old[name].editions != new[name].editions:
            found.append(ClauseChange(name, new[name].kind, "changed"))
    return tuple(found)


def _cards(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    counts = [
        frame.select(pl.col(name).cast(pl.String) for name in _BY).group_by(_BY).len(side)
        for frame, side in ((old, "before"), (new, "after"))
    ]
    both = counts[0].join(counts[1], on=_BY, how="full", coalesce=True, nulls_equal=True)
    return both.with_columns(pl.col("before", "after").fill_null(0)).sort(_BY)
