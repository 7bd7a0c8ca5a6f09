"""`entitled`: what a table gives may be given, nothing else; the refusal names what the nearest row lacks."""

from __future__ import annotations

import numpy as np
import polars as pl

from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.table import TableRow
from yinuo.engine.columns import Bool, as_text
from yinuo.engine.constraints.scene import Scene, Violations
from yinuo.engine.context import Context
from yinuo.engine.deciding import first_row, holding, nearest
from yinuo.kernel.instants import Int64


def entitled(scene: Scene) -> Violations:
    """Each giving for which no row holds, or which says another result than the row that holds."""
    rows = scene.accusable(scene.clause.event)
    if rows.size == 0:
        return Violations.none()
    return Violations.of(rows[~_rightly(scene.context, scene.clause, rows)])


def _rightly(context: Context, clause: Constraint, rows: Int64) -> Bool:
    held = holding(clause.rows, context.matcher, context.history, at=rows)
    agreed = np.stack([agrees(context, row, rows) for row in clause.rows], axis=1)
    if clause.match == "all":
        return np.asarray((held & agreed).any(axis=1), np.bool_)
    first = first_row(held)
    return (first >= 0) & agreed[np.arange(rows.size), np.maximum(first, 0)]


def agrees(context: Context, row: TableRow, rows: Int64) -> Bool:
    """Whether what each event itself says of the results is what the row gives; what it does not say agrees."""
    result = np.ones(rows.size, np.bool_)
    for name, wanted in row.then.items():
        column = as_text(context.own(name, rows)) if context.history.has(name) else None
        if column is not None:
            words = str(wanted).lower() if isinstance(wanted, bool) else str(wanted)
            same = np.array([word == words for word in column.words] + [False])
            result &= ~column.known | same[column.values]
    return result


def reasons(context: Context, clause: Constraint, rows: Int64) -> pl.DataFrame:
    """For each wrong giving the row it comes nearest to (from 1), what fails there, and what that row would give."""
    near = nearest(clause.rows, context.matcher, context.history, at=rows)
    given = [
        {name: str(value) for name, value in clause.rows[one.row].then.items()} if not one.lacks else {} for one in near
    ]
    lack = pl.Struct({"field": pl.String, "test": pl.String, "wanted": pl.String, "found": pl.String})
    pair = pl.Struct({"field": pl.String, "wanted": pl.String})
    return pl.DataFrame({
        "row": pl.Series([one.row + 1 for one in near], dtype=pl.Int32),
        "lacks": pl.Series([list(one.lacks) for one in near], dtype=pl.List(lack)),
        "gives": pl.Series(
            [[{"field": name, "wanted": value} for name, value in one.items()] for one in given], dtype=pl.List(pair)
        ),
    })  # fmt: skip
