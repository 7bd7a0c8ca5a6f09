"""The rows a promise says: its clocks, its findings, and the events its silence brings about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from yinuo.engine.clauses.common import Rung
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.columns import Bool
from yinuo.engine.context import Context
from yinuo.engine.findings import (
    answerers,
    as_json,
    empty_clocks,
    empty_findings,
    finding_frame,
    id_list,
    instants,
)
from yinuo.engine.log import CLOCK_COLUMNS, WORD
from yinuo.engine.promises.ladder import Climb, Raised, climb
from yinuo.engine.promises.openings import openings
from yinuo.engine.promises.running import Running, Void, running
from yinuo.engine.promises.spending import spent
from yinuo.engine.rules import Ruling
from yinuo.kernel.instants import NEVER, Int64

STATES = ("running", "paused", "kept", "late", "overdue", "deemed", "void")
RUNNING, PAUSED, KEPT, LATE, OVERDUE, DEEMED, VOID = range(7)


@dataclass(frozen=True, eq=False)
class Lapse:
    """Clocks that lapsed unanswered: what `lapsed` events and silence are made of."""

    opener: Int64
    at: Int64
    due: Int64


@dataclass(frozen=True, eq=False)
class PromiseSaid:
    """What one promise says."""

    clocks: pl.DataFrame
    findings: pl.DataFrame
    lapses: list[tuple[Promise, Lapse]]


@dataclass(frozen=True, eq=False)
class Judged:
    """How each clock stands at `as_of`: state, when it ended (NEVER: not), and what it used."""

    state: Int64
    ended: Int64
    deemed: Bool
    lapsed: Bool
    used: Int64
    paused: Int64
    wakes: Int64
    """When a capped pause ends by itself; NEVER when none is running."""


def say(context: Context, ruling: Ruling) -> PromiseSaid:
    """Evaluate one promise through all its editions."""
    clocks: list[pl.DataFrame] = []
    findings: list[pl.DataFrame] = []
    lapses: list[tuple[Promise, Lapse]] = []
    for opened in openings(context, ruling):
        for group in running(context, opened):
            judged = judge(context, group)
            rungs = _rungs(context, group.clause)
            climbed = climb(context, group, rungs=rungs, ended=judged.ended) if rungs else None
            clocks.append(_clock_frame(context, ruling, clocks=group, judged=judged, climbed=climbed, rungs=rungs))
            if not group.clause.party:
                if climbed is not None and climbed.raised.clock.size and not group.clause.soft:
                    findings.append(_raised_frame(context, ruling, clocks=group, raised=climbed.raised, rungs=rungs))
                findings.extend(_void_frame(context, ruling, clocks=group, void=void) for void in group.voids)
            gone = judged.lapsed
            lapses.append((group.clause, Lapse(group.opened.opener[gone], group.due[gone] + 1, group.due[gone])))
    return PromiseSaid(
        pl.concat(clocks) if clocks else empty_clocks(), pl.concat(findings) if findings else empty_findings(), lapses
    )


def _rungs(context: Context, clause: Promise) -> tuple[Rung, ...]:
    if isinstance(clause.levels, str):
        return tuple(context.rules.ladders[clause.levels])
    return clause.levels


def judge(context: Context, clocks: Running) -> Judged:
    """The state of each clock (grammar 2.3, 2.4)."""
    history, opened, due = context.history, clocks.opened, clocks.due
    as_of = history.as_of
    has_end = opened.ender >= 0
    ended = np.where(has_end, history.at[np.maximum(opened.ender, 0)], NEVER)
    ended = np.maximum(ended, opened.started) if clocks.clause.dated else ended
    silent = clocks.clause.silence is not None
    lapsed = due < np.minimum(ended, as_of)
    deemed = lapsed if silent else np.zeros(due.size, np.bool_)
    wakes, asleep = _sleep(clocks, as_of)
    state = np.select(
        [deemed, has_end & (ended > due), has_end & opened.void, has_end, lapsed, asleep],
        [DEEMED, LATE, VOID, KEPT, OVERDUE, PAUSED],
        RUNNING,
    )
    ended = np.where(deemed, due + 1, ended)
    until = np.minimum(np.where(deemed, due, ended), as_of)
    used, paused = clocks.terms.used(clocks.terms.scale.position(until), clocks.pauses)
    used = np.where(deemed & ~clocks.fixed, clocks.need, used)
    return Judged(state, ended, deemed, lapsed, used, paused, np.where(state == PAUSED, wakes, NEVER))


def _sleep(clocks: Running, as_of: int) -> tuple[Int64, Bool]:
    """For each clock when its running pause ends by itself, and whether one is running now."""
    size = clocks.number.size
    wakes, asleep = np.full(size, NEVER, np.int64), np.zeros(size, np.bool_)
    touched = clocks.suspended
    if touched is None or touched.owner.size == 0:
        return wakes, asleep
    scale = clocks.terms.scale
    cap = touched.cap
    step = 1 if scale.counts_dates else 0
    up = np.where(cap == NEVER, NEVER, scale.begin(np.where(cap == NEVER, 0, cap) + step))
    live = (touched.end_place < 0) & (up > as_of)
    live &= ~clocks.fixed[touched.owner]
    owner = touched.owner[live]
    asleep[owner] = True
    latest = np.full(size, -NEVER, np.int64)
    np.maximum.at(latest, owner, up[live])
    return np.where(asleep, latest, wakes), asleep


def _clock_frame(
    context: Context, ruling: Ruling, *,
    clocks: Running, judged: Judged, climbed: Climb | None, rungs: tuple[Rung, ...],
) -> pl.DataFrame:  # fmt: skip
    history, opened, clause, due = context.history, clocks.opened, clocks.clause, clocks.due
    grain = float(clocks.grain)
    moment = np.minimum(np.minimum(judged.ended, np.where(judged.lapsed, due + 1, NEVER)), history.as_of)
    who = answerers(context, clause.answers, opener=opened.opener, moment=moment)
    levels = np.full(due.size, -1, np.int64) if climbed is None else climbed.shown
    running_now = np.isin(judged.state, (RUNNING, PAUSED, OVERDUE))
    next_at = np.minimum(np.where((due >= history.as_of) & (judged.state == RUNNING), due + 1, NEVER), judged.wakes)
    next_at = next_at if climbed is None else np.minimum(next_at, climbed.next_at)
    next_at = np.where((judged.state == PAUSED) & (due == NEVER), NEVER, next_at)
    frame = pl.DataFrame({
        "case_id": history.log.cases["case_id"][history.case[opened.opener]],
        "thread": context.thread_json(clause.thread, opened.opener),
        "key": _key_json(context, clause, rows=opened.opener),
        "opener": history.event_ids(opened.opener),
        "occurrence": opened.occurrence.astype(np.int32),
        "started_at": instants(opened.started),
        "due_at": instants(due),
        "ended_at": instants(judged.ended),
        "state": _words(STATES, judged.state),
        "allowed": clocks.need / grain,
        "used": judged.used / grain,
        "paused": judged.paused / grain,
        "extended": _extension(clocks) / grain,
        "level": _words(tuple(rung.level for rung in rungs), levels),
        "unit": who.unit.series(),
        "next_at": instants(np.where(running_now, next_at, NEVER)),
        "provisional": _provisional(context, clocks),
    })  # fmt: skip
    same = {
        "institution": ruling.institution, "clause": ruling.id, "version": opened.edition.version, "basis": clause.basis,
        "measure": clocks.measure,
    }  # fmt: skip
    return frame.select(
        (pl.lit(same[name]) if name in same else pl.col(name)).cast(kind).alias(name)
        for name, kind in CLOCK_COLUMNS.items()
    )


def _extension(clocks: Running) -> Int64:
    """How much longer the limit has become, on the scale."""
    return clocks.need - clocks.phases[0].need


def _words(words: tuple[str, ...], codes: NDArray[np.int64]) -> pl.Series:
    table = pl.Series([*words, None], dtype=WORD)
    return table[np.where(codes < 0, len(words), codes)]


def _key_json(context: Context, clause: Promise, *, rows: Int64) -> pl.Series:
    if not clause.match:
        return pl.Series(dtype=pl.String).clear(rows.size)
    return context.json(tuple(clause.match), rows)


def _provisional(context: Context, clocks: Running) -> pl.Series:
    """Whether the due moment rests on a calendar not yet published."""
    calendar, due = context.rules.calendar, clocks.due
    if not clocks.terms.scale.depends_on_calendar or clocks.fixed.all():
        return pl.Series(np.zeros(due.size, np.bool_))
    day = calendar.clock.local(np.where(due == NEVER, clocks.opened.started, due)) // (86_400 * 1_000_000)
    return pl.Series(((day >= calendar.known_until) | (day < calendar.known_from)) & ~clocks.fixed)


def _raised_frame(
    context: Context, ruling: Ruling, *, clocks: Running, raised: Raised, rungs: tuple[Rung, ...]
) -> pl.DataFrame:
    history, opened = context.history, clocks.opened
    row, at = raised.clock, raised.at
    due = np.stack([phase.due for phase in clocks.phases])[raised.phase, row]
    need = np.stack([phase.need for phase in clocks.phases])[raised.phase, row]
    who = answerers(
        context,
        clocks.clause.answers,
        opener=opened.opener[row],
        moment=np.minimum(raised.at, np.where(due == NEVER, NEVER, due + 1)),
    )
    late = np.array([rung.late is not None for rung in rungs])[raised.rung] if row.size else np.zeros(0, np.bool_)
    grain = float(clocks.grain)
    moment = np.minimum(at, history.as_of) - late.astype(np.int64)
    used, paused = _used_at(clocks, row, position=clocks.terms.scale.position(moment))
    why = pl.DataFrame({
        "limit": need / grain, "unit": pl.Series([clocks.measure] * row.size, dtype=pl.String),
        "used": used / grain, "paused": paused / grain, "due_at": instants(due).dt.to_string("%Y-%m-%dT%H:%M:%S%.fZ"),
        "holder": who.unit.series(),
    })  # fmt: skip
    held = spent(context, clocks, row, moment=moment)
    return finding_frame(institution=ruling.institution, clause=ruling.id, size=row.size, columns={
        "case_id": history.log.cases["case_id"][history.case[opened.opener[row]]],
        "thread": context.thread_json(clocks.clause.thread, opened.opener[row]),
        "key": _key_json(context, clocks.clause, rows=opened.opener[row]),
        "opener": history.event_ids(opened.opener[row]),
        "occurrence": pl.Series(opened.occurrence[row].astype(np.int32)),
        "version": opened.edition.version,
        "level": _words(tuple(rung.level for rung in rungs), raised.rung),
        "raised_at": instants(at),
        "cleared_at": instants(raised.cleared),
        "unit": who.unit.series(), "actor": who.actor.series(),
        "why_code": _words(("due_soon", "late"), late.astype(np.int64)),
        "why_args": _told(why, held), "evidence": id_list(history.event_ids(opened.opener[row])),
    })  # fmt: skip


def _told(why: pl.DataFrame, held: pl.DataFrame | None) -> pl.Series:
    """What the sentences are made of as JSON; `held` only where there is something to say."""
    if held is None:
        return as_json(why)
    places = held["place"]
    return as_json(why).scatter(places, as_json(why[places].with_columns(held["held"])))


def _used_at(clocks: Running, row: Int64, *, position: Int64) -> tuple[Int64, Int64]:
    """Used and paused of some clocks (a clock may come twice) at positions."""
    terms = clocks.terms.select(row)
    if clocks.suspended is None or clocks.suspended.owner.size == 0:
        return terms.used(position, clocks.pauses if row.size == 0 else clocks.pauses.none())
    used, paused = np.zeros(row.size, np.int64), np.zeros(row.size, np.int64)
    order = np.argsort(row, kind="stable")
    turn = np.arange(row.size) - np.searchsorted(row[order], row[order])
    for number in range(int(turn.max(initial=-1)) + 1):
        chosen = order[turn == number]
        pauses = clocks.suspended.select(row[chosen], clocks.number.size).united()
        used[chosen], paused[chosen] = terms.select(chosen).used(position[chosen], pauses)
    return used, paused


def _void_frame(context: Context, ruling: Ruling, *, clocks: Running, void: Void) -> pl.DataFrame:
    spec = clocks.clause.extend
    if spec is None or spec.if_void is None:
        return empty_findings()
    history, opened = context.history, clocks.opened
    opener = opened.opener[void.clock]
    who = answerers(context, clocks.clause.answers, opener=opener, moment=history.at[void.row])
    at = np.maximum(history.at[void.row], history.earliest(opener))
    cause, _, name = void.why.partition(":")
    why = pl.DataFrame(
        {"cause": [cause] * void.row.size, "field": [name or None] * void.row.size},
        schema={"cause": pl.String, "field": pl.String},
    )
    return finding_frame(institution=ruling.institution, clause=ruling.id, size=void.row.size, columns={
        "case_id": history.log.cases["case_id"][history.case[opener]],
        "thread": context.thread_json(clocks.clause.thread, opener),
        "key": _key_json(context, clocks.clause, rows=opener),
        "opener": history.event_ids(opener),
        "occurrence": pl.Series(opened.occurrence[void.clock].astype(np.int32)),
        "version": opened.edition.version, "level": spec.if_void,
        "raised_at": instants(at), "cleared_at": instants(np.full(at.size, NEVER, np.int64)),
        "unit": who.unit.series(), "actor": who.actor.series(),
        "why_code": "void_extension", "why_args": as_json(why),
        "evidence": id_list(history.event_ids(opener), history.event_ids(void.row)),
    })  # fmt: skip
