"""The one order of the events of a log: by case, then at, sequence, step, event_id (grammar 2.1)."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from yinuo.engine.columns import SMALL
from yinuo.engine.rules import Rules
from yinuo.kernel.instants import Int64
from yinuo.kernel.segments import is_first

LAST = 2**31 - 1
"""The sequence of derived events: after every real one of the same instant."""


def case_codes(ids: pl.Series, cases: pl.Series) -> Int64:
    """The row of its case for every event. Raises ValueError for an event whose case has no row."""
    changed = (ids != ids.shift(1)).fill_null(True).to_numpy()
    heads = np.flatnonzero(changed)
    if 2 * heads.size > len(ids):
        return _rows_of(ids, cases)
    names = ids[heads]
    if len(names) == len(cases) and (names == cases).all():
        codes = np.arange(len(cases), dtype=np.int64)
    else:
        codes = _rows_of(names, cases)
    return np.repeat(codes, np.diff(np.append(heads, len(ids))))


def _rows_of(names: pl.Series, cases: pl.Series) -> Int64:
    """The row of each name: a table by hash guesses it, the name confirms it; what shares a place is guessed again."""
    if len(names) < SMALL or not len(cases):
        return _joined(names, cases)
    width = len(cases).bit_length() + 3
    table = np.zeros(1 << width, np.uint32)
    own, every = _leading(cases, width), np.arange(len(cases), dtype=np.uint32)
    table[own] = every
    guess = table[_leading(names, width)]
    wrong = (cases.gather(guess) != names).fill_null(True)
    rows: Int64 = guess.astype(np.int64)
    if wrong.any():
        lost = np.flatnonzero(table[own] != every)
        rows[wrong.to_numpy()] = lost[_rows_of(names.filter(wrong), cases[lost])]
    return rows


def _leading(names: pl.Series, width: int) -> NDArray[np.uint64]:
    """The first bits of the hash of each name."""
    return names.hash().to_numpy() >> np.uint64(64 - width)


def _joined(names: pl.Series, cases: pl.Series) -> Int64:
    places = cases.to_frame("id").with_row_index("place")
    found = names.to_frame("id").join(places, on="id", how="left", maintain_order="left")["place"]
    if found.null_count():
        lost = names.filter(found.is_null())[0]
        raise ValueError(f'the case "{lost}" has events but no row in the table of cases')
    return found.cast(pl.Int64).to_numpy()


def ranks(rules: Rules, words: tuple[str, ...]) -> Int64:
    """The place of each activity among equal instants: the order of the flows' steps, then of names."""
    steps: dict[str, int] = {}
    for editions in rules.flows().values():
        for flow in editions:
            for index, step in enumerate(flow.steps):
                for activity in step.does:
                    steps[activity] = min(index, steps.get(activity, index))
    order = sorted(range(len(words)), key=lambda code: (steps.get(words[code], LAST), words[code]))
    found = np.empty(len(words), np.int64)
    found[order] = np.arange(len(words))
    return found


def by_case_and_time(case: Int64, at: Int64) -> Int64 | None:
    """The rows by case, then at, equals as they came; null when they already are in order."""
    step = case[1:] - case[:-1]
    if ((step > 0) | ((step == 0) & (at[1:] >= at[:-1]))).all():
        return None
    width = at.size.bit_length()
    room = 63 - width
    since = at - at.min()
    above = max(int(since.max()).bit_length() - room, 0)
    if int(case.max()).bit_length() + above > room:
        return np.lexsort((at, case))
    later = _by_word(since & ((1 << room) - 1), width)
    return later[_by_word(((case << above) | (since >> room))[later], width)]


def _by_word(words: Int64, width: int) -> Int64:
    """The order of words that leave `width` bits free for the row: sorted together with it, faster than an argsort."""
    words <<= width
    words |= np.arange(words.size)
    words.sort()
    words &= (1 << width) - 1
    return words


def untied(
    events: pl.DataFrame, order: Int64 | None, *, case: Int64, at: Int64, activity: NDArray[np.int32], ranks: Int64
) -> Int64 | None:
    """The order with equal instants of a case by sequence, rank of the activity, event_id; `case`, `at` are in order."""
    tied = (case[1:] == case[:-1]) & (at[1:] == at[:-1])
    if not tied.any():
        return order
    inside = np.zeros(at.size, np.bool_)
    inside[1:] |= tied
    inside[:-1] |= tied
    places = np.flatnonzero(inside)
    rows = places if order is None else order[places]
    sequence, rank = sequences(events, rows, rank=ranks[activity[rows]])
    keys: list[NDArray[np.int64]] = [rank, sequence]
    if "event_id" in events.columns:
        keys.insert(0, events["event_id"][rows].rank("dense").fill_null(0).cast(pl.Int64).to_numpy())
    group = np.cumsum(is_first(case[places]) | is_first(at[places]))
    found = rows[np.lexsort((*keys, group))]
    if order is None and (found == rows).all():
        return None
    order = np.arange(at.size) if order is None else order
    order[places] = found
    return order


def sequences(events: pl.DataFrame, rows: Int64, *, rank: Int64) -> tuple[Int64, Int64]:
    """The sequence of these events, and the rank that orders those without one."""
    if "sequence" not in events.columns:
        return np.zeros(rows.size, np.int64), rank
    given = events["sequence"][rows]
    return given.fill_null(0).to_numpy(), np.where(given.is_null().to_numpy(), rank, 0)
