"""What moves the limit of a running clock: nothing but the events its text names for it (invariant 3)."""

from __future__ import annotations

import numpy as np

from yinuo.engine.clauses.promise import Promise
from yinuo.engine.columns import NO_UNIT, Limits
from yinuo.engine.context import Context
from yinuo.engine.promises.limits import limits
from yinuo.engine.promises.openings import Openings
from yinuo.kernel.instants import NEVER, Int64
from yinuo.kernel.segments import equal_range, search


def moved_limits(context: Context, clause: Promise, opened: Openings) -> Limits:
    """The limit of each clock as of what moved it last; as of its opener where nothing did, or none was known then."""
    found = limits(context, clause.within, events=opened.opener)
    at = _read_at(context, clause, opened)
    moved = np.flatnonzero(at != opened.opener)
    if moved.size == 0:
        return found
    new = limits(context, clause.within, events=at[moved])
    is_known = new.unit != NO_UNIT
    found.number[moved[is_known]], found.unit[moved[is_known]] = new.number[is_known], new.unit[is_known]
    return found


def _read_at(context: Context, clause: Promise, opened: Openings) -> Int64:
    """The event as of which each clock's limit is read: the last that moved it while it ran, else its opener."""
    moves = context.found(clause.moved)
    if moves.size == 0 or opened.opener.size == 0:
        return opened.opener
    code, _known = context.threads(clause.thread, np.concatenate([opened.opener, moves]))
    mine, theirs = code[: opened.opener.size], code[opened.opener.size :]
    place = context.places(clause.thread, moves)
    order = np.lexsort((place, theirs))
    low, high = equal_range(theirs[order], mine)
    over = np.where(opened.ender >= 0, context.places(clause.thread, opened.ender), NEVER)
    last = search(place[order], low, high=high, wanted=over) - 1
    move = moves[order][np.maximum(last, 0)]
    begun = context.places(clause.thread, opened.opener)
    is_moved = (last >= low) & (place[order][np.maximum(last, 0)] > begun)
    return np.where(is_moved, move, opened.opener)
