"""Periods of the local calendar: the day each begins and the day after it ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yinuo.kernel.instants import Int64

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def period_begin(day: Int64, period: str) -> Int64:
    """The day number on which the period of each day begins. `all` has one period, begun at day 0."""
    if period == "all":
        return np.zeros_like(day)
    if period == "day":
        return day
    if period == "week":
        return day - (day + 3) % 7
    size = MONTHS[period]
    month: NDArray[np.int64] = day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    first = month - month % size
    return first.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def period_end(begin: Int64, period: str) -> Int64:
    """The day number after the last day of the period that begins on each day."""
    if period == "all":
        return begin
    if period in ("day", "week"):
        return begin + (1 if period == "day" else 7)
    month = begin.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + MONTHS[period]
    return month.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
