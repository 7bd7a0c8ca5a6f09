"""Which limit each clock has: a constant, a field, or the first row of a table whose conditions hold (grammar 1.3)."""

from __future__ import annotations

import numpy as np
import polars as pl

from yinuo.engine.clauses.common import FieldLimit
from yinuo.engine.clauses.promise import LimitRow
from yinuo.engine.columns import NO_UNIT, UNITS, Column, Limits, coded_limits, parsed_limit
from yinuo.engine.context import Context
from yinuo.kernel.instants import Int64
from yinuo.kernel.limits import Limit


def limits(context: Context, rows: tuple[LimitRow, ...], *, events: Int64) -> Limits:
    """The limit at each opener by the first row that holds; no row, or a null field, gives none."""
    result = Limits.none(events.size)
    left = np.arange(events.size, dtype=np.int64)
    for row in rows:
        holds = context.matcher.holds(row.when, context.history, rows=events[left])
        chosen = left[holds]
        found = limit_at(context, row.limit, events=events[chosen])
        result.number[chosen], result.unit[chosen] = found.number, found.unit
        left = left[~holds]
        if left.size == 0:
            break
    return result


def limit_at(context: Context, limit: Limit | FieldLimit, *, events: Int64, own: bool = False) -> Limits:
    """A constant limit, or the one a field holds as of each event (`own`: the event's own field), else its `or`."""
    if isinstance(limit, Limit):
        return Limits.constant(limit, events.size)
    column = (
        context.own(limit.field, events) if own else context.matcher.value(limit.field, context.history, rows=events)
    )
    found = _longest(column) if limit.take == "max" or column.kind == "list" else coded_limits(column)
    if limit.or_ is None:
        return found
    other = Limits.constant(limit.or_, events.size)
    missing = found.unit == NO_UNIT
    return Limits(np.where(missing, other.number, found.number), np.where(missing, other.unit, found.unit))


def _longest(column: Column) -> Limits:
    """The longest of a list of limits; lists of more than one unit have none."""
    if column.lists is None:
        return coded_limits(column)
    texts = column.lists.cast(pl.List(pl.String)).to_list()
    best: list[Limit | None] = []
    for words in texts:
        found = [limit for limit in (parsed_limit(word) for word in words or []) if limit is not None]
        same = len({limit.unit for limit in found}) == 1
        best.append(max(found, key=lambda limit: limit.count) if same else None)
    number = np.array([limit.count if limit else 0 for limit in best], np.int64)
    unit = np.array([UNITS.index(limit.unit) if limit else NO_UNIT for limit in best], np.int64)
    return Limits(number, unit)
