"""The sweep: cases something happened to and cases whose moment came are judged, and what changed is said (design 5)."""

from __future__ import annotations

import gc
import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl
from django.db import OperationalError, transaction

from yinuo.city.cases import projection
from yinuo.city.cases.relisting import relist
from yinuo.city.ledger.events import NewEvent
from yinuo.city.supervision import handovers, opening, telling
from yinuo.city.supervision.cards import Card, Saying, text_of
from yinuo.city.supervision.compare import Cause, compare, in_order, reprojected
from yinuo.city.supervision.desk import USUAL, Desk
from yinuo.city.supervision.looking import Looked, cases_in, look
from yinuo.city.supervision.store import (
    SOURCE,
    cards_of,
    due_dates_of,
    event_of,
    project,
    put_clocks,
    put_holdings,
    put_moments,
    run,
    said_stream,
    write,
)
from yinuo.engine.log import INSTANT
from yinuo.kernel.instants import as_instant

log = logging.getLogger(__name__)
OPEN = ("running", "paused", "overdue")
LARGE = 1_000
"""Cases from which a batch is large."""
ONE_BY_ONE = 50
"""Cases of a failed transaction that are tried singly at a time: their locks are not held for long."""
_RETRY = timedelta(minutes=5)
"""When a case that failed is tried again, times how often it failed, an hour at most."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did. `late_most`, `late_p99` are seconds from the moment a case waited for to the sweep."""

    cases: int = 0
    clocks: int = 0
    raised: int = 0
    cleared: int = 0
    withdrawn: int = 0
    reprojected: int = 0
    failed: int = 0
    moments: int = 0
    escalated: int = 0
    opened: int = 0
    fallbacks: int = 0
    """Whether the cases had to be served one by one (ten times slower): a fault to be looked into."""
    late_most: float = 0.0
    late_p99: float = 0.0

    @property
    def is_idle(self) -> bool:
        """Whether there was nothing to do."""
        return self == Swept()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A case this transaction holds: what it waited for, and how it was looked at last."""

    case_id: str
    next_at: datetime | None
    evaluated_at: datetime | None
    evaluated_version: int
    text_digest: str
    happened: bool = False


def sweep(now: datetime, limit: int = USUAL, *, worker: str = "", desk: Desk | None = None) -> Swept:
    """Serve at most `limit` cases in one transaction, then tell who left a card unanswered.

    1. Idle it is one query. Any number of workers may sweep at once; what one has claimed the others skip.
    2. What is said, shown, told and opened is written with the claim: a worker that is killed has done nothing.
    3. A case that cannot be evaluated is recorded (supervision_failure) and tried again later; if writing fails, the
       cases are served one by one and only the one that fails is left.
    """
    now = now.astimezone(UTC)
    happened, come, unanswered = run("peek", now=now)[0]
    if not (happened or come or unanswered):
        return Swept()
    desk = desk or Desk.in_force()
    swept = Swept()
    if happened or come:
        try:
            with transaction.atomic():
                claims = _claim(now, limit, happened=happened)
                swept = serve(claims, now, desk=desk, worker=worker)
        except OperationalError:
            raise
        except Exception as error:
            log.exception("a sweep failed as a whole; its cases are served one by one")
            swept = _one_by_one(now, min(limit, ONE_BY_ONE), desk=desk, worker=worker, error=error)
    if unanswered:
        with transaction.atomic():
            swept = replace(swept, escalated=telling.escalate(now, desk, limit=limit))
    return swept


def _one_by_one(now: datetime, limit: int, *, desk: Desk, worker: str, error: Exception) -> Swept:
    """Serve the same cases each in a savepoint; what still fails is recorded on its case."""
    with transaction.atomic():
        parts, failed = [], {}
        for claim in _claim(now, limit, happened=True):
            try:
                with transaction.atomic():
                    parts.append(serve([claim], now, desk=desk, worker=worker))
            except Exception as own:
                log.exception("a case could not be supervised: case=%s", claim.case_id)
                failed[claim.case_id] = f"{type(own).__name__}: {own}"
        if not parts and not failed:
            raise error
        _fail(failed, now)
    return _sum([*parts, Swept(cases=len(failed), failed=len(failed), fallbacks=1)])


def _claim(now: datetime, limit: int, *, happened: bool) -> list[Claimed]:
    """Lock cases: those whose moment came (soonest, then gravest first), and those something happened to: a quarter at least."""
    mine = limit - limit // 4 if happened else limit
    claimed = {row[0]: _claimed(row) for row in run("claim_moments", now=now, limit=mine)}
    room = limit - len(claimed)
    if happened and room > 0:
        looks: dict[str, bool] = dict(run("claim_looks", limit=room))
        run("meet_cases", case_ids=sorted(looks))
        for row in run("lock_cases", case_ids=sorted(looks)):
            claimed[row[0]] = _claimed(row, happened=looks[row[0]])
        missed = [case_id for case_id in looks if case_id not in claimed]
        if missed:
            run("look_again", case_ids=missed, happened=[looks[case_id] for case_id in missed])
    return list(claimed.values())


def _claimed(row: tuple[Any, ...], *, happened: bool = False) -> Claimed:
    case_id, next_at, evaluated_at, version, digest = row
    return Claimed(case_id, _instant(next_at), _instant(evaluated_at), version, digest, happened)


@lru_cache(maxsize=10_000)
def _instant(at: int | None) -> datetime | None:
    """Many cases have one moment in common."""
    return None if at is None else as_instant(at)


def serve(claims: Sequence[Claimed], now: datetime, *, desk: Desk, worker: str = "") -> Swept:
    """Judge the cases claimed, say what changed, and write down when to look next. A transaction is open.

    A case is never judged as of an earlier moment than it was before, even when the clock has gone backwards.
    """
    groups: dict[datetime, list[Claimed]] = {}
    for claim in claims:
        groups.setdefault(max(now, claim.evaluated_at or now), []).append(claim)
    with _uncollected(len(claims)):
        parts = [_serve(group, now, as_of=as_of, desk=desk) for as_of, group in sorted(groups.items())]
    if not parts:
        return Swept()
    swept = replace(_sum(parts), **_lateness(claims, now))
    own = {name: getattr(swept, name) for name in Swept.__slots__ if name not in ("escalated", "opened", "fallbacks")}
    run("put_run", at=now, worker=worker, **own)
    run("revise")
    return swept


def reproject(now: datetime, *, limit: int = 5_000, worker: str = "", desk: Desk | None = None) -> Swept:
    """Judge every case with a running clock by the text in force now, when it was last judged by another.

    Each due moment that moved is an event of its case. Large transactions: one evaluation of many cases is far cheaper
    than many of few, and who works on a case waits for none of them. Several workers may do it at once.
    """
    now = now.astimezone(UTC)
    desk = desk or Desk.in_force()
    parts: list[Swept] = []
    after = ""
    while True:
        with transaction.atomic():
            rows = run("claim_outdated", after=after, digest=desk.digest, limit=limit)
            if not rows:
                return _sum(parts) if parts else Swept()
            parts.append(serve([_claimed(row) for row in rows], now, desk=desk, worker=worker))
        after = rows[-1][0]


@contextmanager
def _uncollected(size: int) -> Iterator[None]:
    """No search for circular garbage while a large batch is served: it makes little, and the search is a sixth of the time."""
    is_pausing = size >= LARGE and gc.isenabled()
    if is_pausing:
        gc.disable()
    try:
        yield
    finally:
        if is_pausing:
            gc.enable()


def forget_runs(before: datetime) -> None:
    """Drop the traces of sweeps before a moment."""
    run("forget_runs", before=before)


def _lateness(claims: Iterable[Claimed], now: datetime) -> dict[str, Any]:
    waited = [
        (now - claim.next_at).total_seconds()
        for claim in claims
        if claim.next_at is not None and claim.next_at <= now and not claim.happened
    ]
    if not waited:
        return {"moments": 0}
    return {"moments": len(waited), "late_most": max(waited), "late_p99": float(np.quantile(waited, 0.99))}


def _sum(parts: Sequence[Swept]) -> Swept:
    if len(parts) == 1:
        return parts[0]
    most: dict[str, Any] = {
        name: max((getattr(part, name) for part in parts), default=0.0) for name in ("late_most", "late_p99")
    }
    rest = [name for name in Swept.__slots__ if name not in most]
    return Swept(**{name: sum(getattr(part, name) for part in parts) for name in rest}, **most)


def _relist(looked: Looked, cases: pl.DataFrame, *, before: Collection[str], as_of: datetime) -> dict[str, str]:
    """What silence did is somebody's task now, and no longer another's; what it had done and did not, is undone.

    Of which cases the tasks could not be listed, and why.
    """
    clocks = looked.said.clocks
    silent = set(clocks.filter(clocks["state"].cast(pl.String) == "deemed")["case_id"])
    silent &= set(cases.filter(pl.col("status") == "open")["case_id"])
    silent |= set(before)
    return relist(dict.fromkeys(silent, as_of), projection.ways_in_force()) if silent else {}


def _serve(claims: Sequence[Claimed], now: datetime, *, as_of: datetime, desk: Desk) -> Swept:
    cases = _cases(claims)
    looked = look([claim.case_id for claim in claims], desk.read, desk.rules, as_of=as_of)
    judged = [claim for claim in claims if claim.case_id not in looked.failures]
    ids = [claim.case_id for claim in judged]
    before = cards_of(ids)
    sayings = _compared(judged, before, looked, now=now, desk=desk)
    moved = _reprojections(judged, looked, desk=desk)
    events = [event_of(saying) for saying in sayings] + list(_projections(moved, now=now, desk=desk))
    stored = write(events, now)
    payloads = {event.event_id: event.payload for event in events}
    cards = project(stored, cards={card.card: card for card in before}, payloads=payloads, cases=cases)
    silent = put_clocks(ids, looked.said.clocks, cases=cases)
    _put_holdings(judged, looked, cases=cases)
    put_moments(_moments(judged, looked, cases=cases, as_of=as_of, desk=desk), as_of=as_of, digest=desk.digest)
    run("put_scopes", case_ids=sorted({card.content["case_id"] for card in before}))
    _look_beside(judged, looked, changed={event.stream.partition("/")[2] for event in events})
    raised = [cards[one.card] for one in sayings if one.activity == "finding_raised"]
    telling.tell(raised, now, desk=desk)
    handovers.tell_handovers(looked, cases, now=now, desk=desk)
    opening.propose(raised, cases=cases, now=now, desk=desk)
    opened = opening.open_cases(looked, cases, now=now, desk=desk)
    over = set(cases.filter(pl.col("status") == "ended")["case_id"])
    fresh = {claim.case_id for claim in judged if claim.evaluated_at is None}
    ended = {claim.case_id for claim in judged if claim.happened and claim.case_id in over}
    opening.mirror(fresh, ended, now=now, desk=desk)
    unlisted = _relist(looked, cases, before=silent, as_of=as_of)
    failures = {**opened.refused, **unlisted, **looked.failures}
    run("forget_failures", case_ids=[case_id for case_id in ids if case_id not in failures])
    _fail(failures, now)
    said = Counter(saying.activity for saying in sayings)
    return Swept(
        cases=len(claims), clocks=len(looked.said.clocks), raised=said["finding_raised"],
        cleared=said["finding_cleared"], withdrawn=said["finding_withdrawn"], reprojected=len(moved),
        failed=len({**looked.failures, **unlisted}), opened=opened.count,
    )  # fmt: skip


def _cases(claims: Iterable[Claimed]) -> pl.DataFrame:
    rows = run("cases_now", case_ids=[claim.case_id for claim in claims])
    schema: dict[str, Any] = {
        "case_id": pl.String, "kind": pl.String, "item": pl.String, "version": pl.Int64, "scope": pl.String,
        "status": pl.String, "unit": pl.String, "opened_at": pl.Int64,
    }  # fmt: skip
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    found = pl.DataFrame(dict(zip(schema, map(list, columns), strict=True)), schema=schema)
    return found.with_columns(pl.col("opened_at").cast(INSTANT))


def _compared(
    claims: Sequence[Claimed], before: Sequence[Card], looked: Looked, *, now: datetime, desk: Desk
) -> list[Saying]:
    """What has to be said; a card that wants an answer says until when (E071)."""
    moved = {claim.case_id for claim in claims if _is_outdated(claim, desk)}
    sayings: list[Saying] = []
    causes: tuple[tuple[Cause, bool], ...] = (("recorded_late", False), ("text_changed", True))
    rows = looked.said.findings.to_dicts()
    for cause, is_moved in causes if moved else causes[:1]:
        cards = [card for card in before if (card.content["case_id"] in moved) == is_moved]
        found = [row for row in rows if (row["case_id"] in moved) == is_moved]
        sayings += compare(cards, found, at=now, cause=cause)
    answer_by = text_of(telling.answer_by(now, desk)) if sayings else None
    sayings = in_order(sayings) if moved else sayings
    return [one.asking(answer_by) if telling.wants_answer(one, desk.rules) else one for one in sayings]


def _is_outdated(claim: Claimed, desk: Desk) -> bool:
    return claim.evaluated_at is not None and claim.text_digest != desk.digest


def _reprojections(claims: Sequence[Claimed], looked: Looked, *, desk: Desk) -> pl.DataFrame:
    """Running clocks that another text or calendar moved."""
    moved = [claim.case_id for claim in claims if _is_outdated(claim, desk)]
    if not moved:
        return pl.DataFrame()
    now = looked.said.clocks.filter(pl.col("case_id").is_in(moved))
    return reprojected(due_dates_of(moved), now)


def _projections(moved: pl.DataFrame, *, now: datetime, desk: Desk) -> Iterable[NewEvent]:
    """One event a clock that moved: from which due moment to which, and under which text."""
    if moved.is_empty():
        return
    at = text_of(now)
    same = {"v": 1, "text": desk.digest, "cause": "text_changed"}
    columns = [name for name in moved.columns if name != "case_id"]
    for case_id, *values in moved.select("case_id", *columns).iter_rows():
        row = dict(zip(columns, values, strict=True))
        names = (case_id, row["institution"], row["clause"], row["opener"], row["key"] or "", row["thread"] or "")
        name = ":".join(("moved", *names, desk.digest, at or ""))
        yield NewEvent(said_stream(case_id), SOURCE, name, "clock_reprojected", now, {**same, **row})


def _put_holdings(claims: Sequence[Claimed], looked: Looked, *, cases: pl.DataFrame) -> None:
    versions = dict(cases.select("case_id", "version").iter_rows())
    changed = [one.case_id for one in claims if versions.get(one.case_id) != one.evaluated_version]
    if changed:
        put_holdings(changed, looked.said.holdings.filter(pl.col("case_id").is_in(changed)))


def _moments(
    claims: Sequence[Claimed], looked: Looked, *, cases: pl.DataFrame, as_of: datetime, desk: Desk
) -> pl.DataFrame:
    """When each case is looked at next: a clock changes by itself, or an event known already comes to be."""
    ranks = {name: level.rank for name, level in desk.rules.levels.items()}
    clocks = looked.said.clocks.select(
        pl.col("case_id").cast(pl.String), pl.col("next_at"), pl.col("state").cast(pl.String).is_in(OPEN).alias("is_open"),
        pl.col("level").cast(pl.String).replace_strict(ranks, default=0, return_dtype=pl.Int32).alias("rank"),
    ).group_by("case_id").agg(
        pl.col("next_at").min(), pl.col("is_open").sum().alias("open_clocks"),
        pl.col("rank").filter(pl.col("is_open")).max().alias("next_rank"),
    )  # fmt: skip
    coming = looked.log.events.select("case_id", pl.max_horizontal("at", "recorded_at").alias("known_from"))
    waits = coming.filter(pl.col("known_from") > as_of).group_by("case_id").agg(pl.col("known_from").min())
    rows = pl.DataFrame({"case_id": [claim.case_id for claim in claims]}, schema={"case_id": pl.String})
    for beside in (clocks, waits, cases.select("case_id", evaluated_version="version")):
        rows = rows.join(beside, on="case_id", how="left", maintain_order="left")
    return rows.with_columns(
        pl.min_horizontal("next_at", "known_from").alias("next_at"),
        pl.col("next_rank", "open_clocks", "evaluated_version").fill_null(0),
    )


def _look_beside(claims: Sequence[Claimed], looked: Looked, *, changed: Collection[str]) -> None:
    """The other cases of a thread are looked at again when something happened to, or was said of, one of them."""
    active = {claim.case_id for claim in claims if claim.happened} | set(changed)
    members = [member for member in looked.members if member[2] in active]
    others = cases_in(members) - {claim.case_id for claim in claims}
    if others:
        run("look_again", case_ids=sorted(others), happened=[False] * len(others))


def _fail(failures: Mapping[str, str], now: datetime) -> None:
    """Show the cases that could not be evaluated, say so on each the first time, and try them again later."""
    if not failures:
        return
    times = dict(run("put_failures", case_ids=list(failures), errors=list(failures.values()), now=now))
    events = [
        NewEvent(
            said_stream(case_id), SOURCE, f"failed:{case_id}:{text_of(now)}", "evaluation_failed", now,
            {"v": 1, "error": failures[case_id]},
        )
        for case_id, count in times.items()
        if count == 1
    ]  # fmt: skip
    write(events, now)
    for case_id, count in times.items():
        run("retry", case_id=case_id, next_at=now + min(_RETRY * count, timedelta(hours=1)))
