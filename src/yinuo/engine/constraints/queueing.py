"""`in_order`: first come, first served within a thread of cases."""

from __future__ import annotations

import numpy as np

from yinuo.engine.constraints.scene import Scene, Violations
from yinuo.kernel.instants import NEVER, Int64
from yinuo.kernel.segments import is_first, running_max


def in_order(scene: Scene) -> Violations:
    """Each `then` of a case while a case of its thread with an earlier `first` still waits; the witness is that first.

    A case waits from its first `first` until its first `then` or its end.
    """
    history = scene.context.history
    first = scene.found(scene.clause.first)
    first = first[is_first(history.case[first])]
    first = first[scene.context.applies(scene.clause, first)]
    if first.size == 0:
        return Violations.none()
    rank = scene.context.time_rank
    (group,), known = scene.groups(first)
    first, group = first[known[0]], group[known[0]]
    then = _after(scene.found(scene.clause.then), first, case=history.case)
    leaves = np.minimum(rank_of(rank, then), rank_of(rank, _after(history.endings, first, case=history.case)))
    order = np.lexsort((rank[first], group))
    group, leaves, first, then = group[order], leaves[order], first[order], then[order]
    _, dense = np.unique(group, return_inverse=True)
    longest = running_max(dense.astype(np.int64), leaves)
    before = np.append(-1, longest[:-1])
    wrong = ~is_first(group) & (then >= 0) & (before > rank_of(rank, then))
    holder = _holder_of_longest(leaves, longest)
    witness = np.append(-1, first[holder][:-1])
    return Violations(then[wrong], witness[wrong])


def rank_of(rank: Int64, rows: Int64) -> Int64:
    """The time rank of events; NEVER for -1."""
    return np.where(rows >= 0, rank[np.maximum(rows, 0)], NEVER)


def _after(rows: Int64, first: Int64, *, case: Int64) -> Int64:
    """The first of `rows` after each case's first event, in the same case; -1 for none."""
    if rows.size == 0:
        return np.full(first.size, -1, np.int64)
    index = np.searchsorted(rows, first, side="right")
    found = rows[np.minimum(index, rows.size - 1)]
    return np.where((index < rows.size) & (case[found] == case[first]), found, -1)


def _holder_of_longest(leaves: Int64, longest: Int64) -> Int64:
    """For each row the index of the row that set the longest wait so far."""
    index = np.arange(leaves.size, dtype=np.int64)
    setter = leaves == longest
    return np.maximum.accumulate(np.where(setter, index, 0)) if leaves.size else index
