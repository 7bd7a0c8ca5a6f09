"""Searching inside many short sorted stretches of one array at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yinuo.kernel.instants import Int64


def search(values: Int64, low: Int64, *, high: Int64, wanted: Int64, after: bool = False) -> Int64:
    """For each row i the first index j in [low[i], high[i]) with values[j] ≥ wanted[i] (> when `after`), else high[i].

    Every stretch values[low[i]:high[i]] must be sorted.
    """
    low, high = low.copy(), high.copy()
    while True:
        open_ = low < high
        if not open_.any():
            return low
        middle = (low + high) >> 1
        probe = values[np.minimum(middle, values.size - 1)]
        right = open_ & ((probe <= wanted) if after else (probe < wanted))
        high = np.where(open_ & ~right, middle, high)
        low = np.where(right, middle + 1, low)


def bounds(owners: Int64, count: int) -> tuple[Int64, Int64]:
    """Where the rows of each owner 0…count-1 begin and end in the sorted array `owners`."""
    edges = np.zeros(count + 1, np.int64)
    np.cumsum(np.bincount(owners, minlength=count), out=edges[1:])
    return edges[:-1], edges[1:]


def equal_range(keys: Int64, wanted: Int64) -> tuple[Int64, Int64]:
    """Where the rows equal to each wanted value begin and end in the sorted array `keys`."""
    if keys.size and keys[0] >= 0 and keys[-1] < 2 * (keys.size + wanted.size):
        reach = int(keys[-1]) + 1
        edges = np.zeros(reach + 3, np.int64)
        np.cumsum(np.bincount(keys + 1, minlength=reach + 2), out=edges[1:])
        place = np.clip(wanted, -1, reach) + 1
        return edges[place], edges[place + 1]
    return np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, side="right")


def spread(low: Int64, high: Int64) -> tuple[Int64, Int64]:
    """Every index of the stretches [low[i], high[i]): (the i of each, the index)."""
    lengths = high - low
    owners = np.repeat(np.arange(low.size, dtype=np.int64), lengths)
    first = np.cumsum(lengths) - lengths
    return owners, np.arange(int(lengths.sum()), dtype=np.int64) - np.repeat(first, lengths) + np.repeat(low, lengths)


def merged(left: Int64, right: Int64) -> Int64:
    """Two sorted arrays as one, each value once."""
    both = np.sort(np.concatenate([left, right]), kind="stable")
    return both[is_first(both)]


def is_ordered(owners: Int64, values: Int64) -> bool:
    """Whether rows come by owner, and by value within each."""
    rises = (values[1:] >= values[:-1]) & (owners[1:] == owners[:-1])
    return bool((rises | (owners[1:] > owners[:-1])).all())


def running_max(owners: Int64, values: Int64) -> Int64:
    """The largest value so far within each owner; `owners` sorted."""
    if is_ordered(owners, values):
        return values
    order = np.argsort(values, kind="stable")
    rank = np.empty(values.size, np.int64)
    rank[order] = np.arange(values.size)
    best = np.maximum.accumulate(owners * np.int64(values.size + 1) + rank) - owners * np.int64(values.size + 1)
    result: Int64 = values[order][best]
    return result


def first_index(owners: NDArray[np.int64]) -> Int64:
    """For each row the index of the first row of its owner; `owners` sorted."""
    index = np.arange(owners.size, dtype=np.int64)
    return np.maximum.accumulate(np.where(is_first(owners), index, 0)) if owners.size else index


def is_first(owners: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each row is the first of its owner; `owners` sorted."""
    first = np.ones(owners.size, np.bool_)
    first[1:] = owners[1:] != owners[:-1]
    return first
