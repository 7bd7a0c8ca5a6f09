"""Which clocks a promise opens, and what ends each (grammar 2.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from yinuo.engine.clauses.promise import Promise
from yinuo.engine.columns import NO_UNIT, Bool, as_number, codes_of
from yinuo.engine.context import Context
from yinuo.engine.promises.limits import limits
from yinuo.engine.rules import Edition, Ruling
from yinuo.kernel.instants import DAY, NEVER, Int64
from yinuo.kernel.limits import Limit
from yinuo.kernel.segments import equal_range, first_index, is_first, merged


@dataclass(frozen=True, eq=False)
class Openings:
    """The clocks of one edition: the event that opened each and the one that ended it (-1: none)."""

    edition: Edition
    opener: Int64
    started: Int64
    """The instant counted from."""
    ender: Int64
    void: Bool
    """Whether the ender only ends without fulfilling."""
    thread: Int64
    key: Int64
    occurrence: Int64

    def where(self, rows: Bool | Int64) -> Openings:
        """Some of these clocks."""
        return Openings(
            self.edition,
            self.opener[rows],
            self.started[rows],
            self.ender[rows],
            self.void[rows],
            self.thread[rows],
            self.key[rows],
            self.occurrence[rows],
        )


def openings(context: Context, ruling: Ruling) -> list[Openings]:
    """The clocks of a promise, edition by edition; an earlier edition's running clock counts for a later's `again`."""
    found: list[Openings] = []
    clauses = [edition.clause for edition in ruling.editions]
    chosen: list[tuple[Edition, Promise, Int64, Int64]] = []
    for index, clause in enumerate(clauses):
        assert isinstance(clause, Promise)
        rows, started, day = _openers(context, clause)
        mine = context.edition_of(ruling, context.governing_day(clause.applies_by, rows, default=day)) == index
        mine[mine] = context.applies(clause, rows[mine])
        mine[mine] = _has_limit(context, clause, openers=rows[mine])
        if mine.any():
            chosen.append((ruling.editions[index], clause, rows[mine], started[mine]))
    for edition, clause, rows, started in chosen:
        found.append(_clocks(context, edition, clause=clause, openers=rows, started=started))
    return found if len(found) < 2 else _across_editions(context, found)


def _openers(context: Context, clause: Promise) -> tuple[Int64, Int64, Int64]:
    """Events matching `on`, the instant each clock counts from, and its local day. A null date opens nothing."""
    history = context.history
    rows = context.found(clause.on)
    if clause.dated is None:
        return rows, history.at[rows], history.days(rows)
    column = context.matcher.value(clause.dated, history, rows=rows)
    rows = rows[column.known]
    column = column.take(column.known)
    clock = context.rules.calendar.clock
    if column.kind == "date":
        return rows, clock.utc(column.values.astype(np.int64) * DAY), column.values.astype(np.int64)
    at = column.values.astype(np.int64) if column.kind == "instant" else history.at[rows]
    return rows, at, clock.local(at) // DAY


def _has_limit(context: Context, clause: Promise, *, openers: Int64) -> Bool:
    """A null limit (or date) opens no clock, and so stands in no other's way."""
    if clause.due_on is not None:
        return context.matcher.value(clause.due_on, context.history, rows=openers).known
    if all(isinstance(row.limit, Limit) for row in clause.within) and clause.within[-1].when is None:
        return np.ones(openers.size, np.bool_)
    found: Bool = limits(context, clause.within, events=openers).unit != NO_UNIT
    return found


@dataclass(frozen=True, eq=False)
class _Side:
    """Openers or enders in order of their groups (thread and key) and, inside them, of time."""

    row: Int64
    place: Int64
    """Comparable between both sides; an ender stands before an opener of the same event."""
    group: Int64


def _clocks(context: Context, edition: Edition, *, clause: Promise, openers: Int64, started: Int64) -> Openings:
    kept, voided = context.found(clause.until), context.found(clause.void)
    enders = merged(kept, voided) if voided.size else kept
    if clause.thread == ("case",) and not clause.match:
        case = context.history.case
        left, right = _Side(openers, openers, case[openers]), _Side(enders, enders, case[enders])
        thread, key = left.group, np.zeros(openers.size, np.int64)
    else:
        left, right, started, thread, key = _grouped(context, clause, openers=openers, enders=enders, started=started)
    found = _paired(
        edition,
        clause,
        left=left,
        right=right,
        started=started,
        thread=thread,
        key=key,
        keeps=np.isin(right.row, kept) if voided.size else np.ones(right.row.size, np.bool_),
    )
    return _ended_with_case(context, found, kept=kept, enders=enders) if clause.match else found


def _ended_with_case(context: Context, found: Openings, *, kept: Int64, enders: Int64) -> Openings:
    """What ends a case ends its clocks of every key: who withdraws names no department."""
    assert isinstance(found.edition.clause, Promise)
    case = context.history.case
    endings = context.history.endings
    endings = endings[np.isin(endings, enders)]
    if found.edition.clause.thread != ("case",) or endings.size == 0:
        return found
    place = np.minimum(np.searchsorted(case[endings], case[found.opener]), endings.size - 1)
    ending = endings[place]
    sooner = (case[ending] == case[found.opener]) & (ending > found.opener)
    sooner &= (found.ender < 0) | (ending < found.ender)
    void = np.where(sooner, ~np.isin(ending, kept), found.void)
    return replace(found, ender=np.where(sooner, ending, found.ender), void=void)


def _grouped(
    context: Context, clause: Promise, *, openers: Int64, enders: Int64, started: Int64
) -> tuple[_Side, _Side, Int64, Int64, Int64]:
    crosses = "case" not in clause.thread
    both = np.concatenate([openers, enders])
    thread, known = context.threads(clause.thread, both)
    key = np.concatenate(context.paired(clause.match, openers, right=enders))
    place = context.time_rank[both] if crosses else both
    role = np.repeat([1, 0], [openers.size, enders.size])
    order = np.lexsort((role, place, key, thread))
    order = order[known[order]]
    thread, key, row, role = thread[order], key[order], both[order], role[order]
    group = np.cumsum(is_first(thread) | is_first(key))
    places = np.arange(order.size, dtype=np.int64)
    one, other = role == 1, role == 0
    return (
        _Side(row[one], places[one], group[one]),
        _Side(row[other], places[other], group[other]),
        started[order[one]],
        thread[one],
        key[one],
    )


def _paired(
    edition: Edition, clause: Promise, *,
    left: _Side, right: _Side, started: Int64, thread: Int64, key: Int64, keeps: Bool,
) -> Openings:  # fmt: skip
    """Pair each opener with the first ender after it in its group; an ender of the same event ends only older ones."""
    number = np.searchsorted(right.place, left.place, side="right")
    fits = number < right.row.size
    ahead = np.where(fits, number, 0)
    if right.row.size:
        fits &= right.group[ahead] == left.group
        ender = np.where(fits, right.row[ahead], -1)
        void = fits & ~keeps[ahead]
    else:
        ender, void = np.full(left.row.size, -1, np.int64), np.zeros(left.row.size, np.bool_)
    occurrence = np.arange(left.row.size, dtype=np.int64) - first_index(left.group) + 1
    segment_first = is_first(left.group) | is_first(number)
    if clause.again == "restart" and number.size:
        followed = ~np.append(segment_first[1:], True)
        ender = np.where(followed, np.append(left.row[1:], -1), ender)
        void = void | followed
    result = Openings(edition, left.row, started, ender, void, thread, key, occurrence)
    return result.where(segment_first) if clause.again == "ignore" else result


def _across_editions(context: Context, found: list[Openings]) -> list[Openings]:
    """Let clocks of earlier editions swallow (`ignore`) or be voided by (`restart`) later openers of their key."""
    result: list[Openings] = [found[0]]
    for later in found[1:]:
        clause = later.edition.clause
        assert isinstance(clause, Promise)
        keep = np.ones(later.opener.size, np.bool_)
        for index, earlier in enumerate(result):
            mine, theirs = _same_key(context, clause, earlier=earlier, later=later)
            end = np.where(earlier.ender[mine] >= 0, earlier.ender[mine], NEVER)
            over = (earlier.opener[mine] < later.opener[theirs]) & (later.opener[theirs] < end)
            if clause.again == "ignore":
                keep[theirs[over]] = False
            elif clause.again == "restart":
                result[index] = _restarted(earlier, mine[over], openers=later.opener[theirs[over]])
        result.append(later.where(keep))
    return result


def _same_key(context: Context, clause: Promise, *, earlier: Openings, later: Openings) -> tuple[Int64, Int64]:
    """Pairs (earlier clock, later clock) of one thread and key."""
    both = np.concatenate([earlier.opener, later.opener])
    names = tuple(clause.match)
    thread, _ = context.threads(clause.thread, both)
    columns = [context.matcher.value(name, context.history, rows=both) for name in names]
    code = thread if not columns else codes_of([as_number(thread), *columns])[0]
    left, right = code[: earlier.opener.size], code[earlier.opener.size :]
    order = np.argsort(left, kind="stable")
    low, high = equal_range(left[order], right)
    theirs = np.repeat(np.arange(right.size), high - low)
    first = np.cumsum(high - low) - (high - low)
    places = np.arange(int((high - low).sum())) - np.repeat(first, high - low) + np.repeat(low, high - low)
    return order[places], theirs


def _restarted(earlier: Openings, clocks: Int64, *, openers: Int64) -> Openings:
    ender, void = earlier.ender.copy(), earlier.void.copy()
    for clock, opener in zip(clocks[::-1], openers[::-1], strict=True):
        ender[clock], void[clock] = opener, True
    return Openings(
        earlier.edition, earlier.opener, earlier.started, ender, void, earlier.thread, earlier.key, earlier.occurrence
    )
