"""In whose hands the time of a clock went by, for the sentence of its finding (grammar 2.4)."""

from __future__ import annotations

import numpy as np
import polars as pl

from yinuo.engine.context import Context
from yinuo.engine.promises.running import Running
from yinuo.kernel.instants import Int64
from yinuo.kernel.segments import is_first


def spent(context: Context, clocks: Running, row: Int64, *, moment: Int64) -> pl.DataFrame | None:
    """For those of some clocks that went through several hands up to a moment: place in `row`, who, how much each.

    Counted like the clock itself, pauses not deducted; who held it for nothing is left out. Null when none of them did.
    """
    holdings, history, scale = context.holdings, context.history, clocks.terms.scale
    case, started = history.case[clocks.opened.opener[row]], clocks.opened.started[row]
    place, change = holdings.during(case, started, until=moment)
    at = history.at[holdings.row[change]]
    first, last = clocks.terms.start[row[place]], scale.position(moment[place])
    begin = np.where(at <= started[place], first, np.clip(scale.position(at), first, last))
    end = np.where(np.append(is_first(place)[1:], True), last, np.append(begin[1:], 0))
    by = holdings.unit.take(change).otherwise(holdings.actor.take(change))
    hands = place * (len(by.words) + 1) + by.values
    _, one, group = np.unique(hands, return_index=True, return_inverse=True)
    used = np.bincount(group, weights=scale.count(end) - scale.count(begin), minlength=one.size)
    one = np.sort(one[(used > 0) & by.known[one]])
    _, again, hands_of = np.unique(place[one], return_inverse=True, return_counts=True)
    one = one[hands_of[again] > 1]
    if one.size == 0:
        return None
    return (
        pl.DataFrame({
            "place": place[one], "by": by.take(one).series(), "used": used[group[one]] / float(clocks.grain),
        })
        .group_by("place", maintain_order=True)
        .agg(pl.struct("by", "used").alias("held"))
    )  # fmt: skip
