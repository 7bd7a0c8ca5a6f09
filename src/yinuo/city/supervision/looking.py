"""Looking at cases: what the text in force says of them now, one failing case never hiding the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product

import polars as pl

from yinuo.city.supervision.store import run
from yinuo.engine.evaluate import evaluate
from yinuo.engine.findings import empty_clocks, empty_findings
from yinuo.engine.log import HOLDING_COLUMNS, Log, Said
from yinuo.engine.rules import Rules, Ruling
from yinuo.engine.strata import kinds_of

Member = tuple[str, str, str]
"""(clause, values of the thread's fields, case)."""
Spanning = tuple[Ruling, tuple[str, ...], frozenset[str] | None]
"""A clause whose threads span cases, the fields of the thread, and the kinds of case it is for (None: all)."""
Reader = Callable[[Sequence[str]], Log]
"""Cases' ids → everything that happened to them, and the dated tables."""


HALVINGS = 200
"""Evaluations spent on finding the cases that fail."""
_NOTHING = Said(empty_clocks(), empty_findings(), pl.DataFrame(schema=HOLDING_COLUMNS))


@dataclass(frozen=True)
class Looked:
    """What is so of some cases at a moment, and for those that could not be evaluated, why."""

    log: Log
    said: Said
    failures: Mapping[str, str] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    """Which threads that span cases the cases are in."""


def look(case_ids: Collection[str], read: Reader, rules: Rules, *, as_of: datetime) -> Looked:
    """Evaluate cases as of a moment, as known at that moment, together with the other cases of their threads.

    A case that makes the evaluation fail is found by halving and left out, with its error: the others are judged.
    """
    wanted = sorted(case_ids)
    log = read(wanted)
    members = tuple(_memberships(log, rules))
    beside = _beside(members)
    if beside - set(wanted):
        log = read(sorted({*wanted, *beside}))
    everybody = {*wanted, *beside}
    try:
        return Looked(log, _said(log, rules, wanted, as_of=as_of), members=members)
    except Exception as error:  # noqa: BLE001 - whatever a text does to one case, it becomes visible on that case
        failures = _failing(log, rules, sorted(everybody), as_of=as_of, error=error)
    rest = _part(log, everybody - failures.keys())
    judged = [case_id for case_id in wanted if case_id not in failures]
    try:
        return Looked(log, _said(rest, rules, judged, as_of=as_of), failures, members)
    except Exception as error:  # noqa: BLE001 - they fail only together: none of them can be judged
        return Looked(log, _NOTHING, failures | {case_id: _told(error) for case_id in judged}, members)


def _said(log: Log, rules: Rules, case_ids: Collection[str], *, as_of: datetime) -> Said:
    said = evaluate(log, rules, as_of=as_of, known_at=as_of)
    mine = pl.col("case_id").is_in(list(case_ids))
    return Said(said.clocks.filter(mine), said.findings.filter(mine), said.holdings.filter(mine))


def _failing(log: Log, rules: Rules, case_ids: Sequence[str], *, as_of: datetime, error: Exception) -> dict[str, str]:
    """Which of these cases make the evaluation fail, found by halving; after HALVINGS all that are left unsure count."""
    found: dict[str, str] = {}
    waiting: list[tuple[Sequence[str], Exception]] = [(case_ids, error)]
    tries = 0
    while waiting:
        some, why = waiting.pop()
        if len(some) == 1 or tries >= HALVINGS:
            found |= dict.fromkeys(some, _told(why))
            continue
        middle = len(some) // 2
        for half in (some[:middle], some[middle:]):
            tries += 1
            try:
                evaluate(_part(log, set(half)), rules, as_of=as_of, known_at=as_of)
            except Exception as failure:  # noqa: BLE001 - kept for the case it belongs to
                waiting.append((half, failure))
    return found


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _part(log: Log, case_ids: set[str]) -> Log:
    mine = pl.col("case_id").is_in(list(case_ids))
    return Log(log.events.filter(mine), log.cases.filter(mine), log.tables)


def spanning(rules: Rules) -> tuple[Spanning, ...]:
    """The clauses whose threads span cases: each with its fields and the kinds of case it is for (None: all)."""
    if not _SPANNING or _SPANNING[0][0] is not rules:
        _SPANNING[:] = [(rules, tuple(_spanning(rules)))]
    return _SPANNING[0][1]


def _spanning(rules: Rules) -> Iterator[Spanning]:
    for ruling in rules.rulings:
        threads = {tuple(getattr(edition.clause, "thread", ("case",))) for edition in ruling.editions}
        for names in sorted(threads):
            if "case" not in names:
                yield ruling, names, kinds_of(ruling)


_SPANNING: list[tuple[Rules, tuple[Spanning, ...]]] = []
"""Of the rules last asked about."""


def _beside(members: Sequence[Member]) -> frozenset[str]:
    """All cases of these threads; remembers who is in them.

    One worker at a time looks at a thread: the lock on it is held until the transaction ends.
    """
    if not members:
        return frozenset()
    clauses, keys, case_ids = (list(column) for column in zip(*members, strict=True))
    run("lock_threads", words=sorted({f"{clause} {key}" for clause, key, _ in members}))
    run("put_threads", clauses=clauses, keys=keys, case_ids=case_ids)
    return cases_in(members)


def cases_in(members: Sequence[Member]) -> frozenset[str]:
    """All cases known to be in these threads."""
    threads = sorted({(clause, key) for clause, key, _ in members})
    if not threads:
        return frozenset()
    clauses, keys = (list(column) for column in zip(*threads, strict=True))
    return frozenset(case_id for (case_id,) in run("cases_in_threads", clauses=clauses, keys=keys))


def _memberships(log: Log, rules: Rules) -> Iterator[Member]:
    """(clause, key, case) for every value the thread's fields ever had in a case."""
    present = set(log.cases["kind"].unique().to_list()) if "kind" in log.cases.columns else set()
    for ruling, names, kinds in spanning(rules):
        if kinds is not None and not kinds & present:
            continue
        mine = log.cases if kinds is None else log.cases.filter(pl.col("kind").is_in(list(kinds)))
        ids = mine["case_id"].to_list()
        values = [_values(log, mine, name) for name in names]
        for case_id in ids:
            for key in product(*(sorted(one.get(case_id, ())) for one in values)):
                yield ruling.name, json.dumps(key, ensure_ascii=False), case_id


def _values(log: Log, cases: pl.DataFrame, name: str) -> dict[str, set[str]]:
    """The values a field had in each case: as the case's own, or in any of its events."""
    found: dict[str, set[str]] = {}
    ids = cases["case_id"].implode()
    for frame in (cases, log.events):
        if name in frame.columns:
            known = frame.filter(pl.col(name).is_not_null() & pl.col("case_id").is_in(ids))
            for case_id, value in known.select("case_id", pl.col(name).cast(pl.String)).unique().iter_rows():
                found.setdefault(case_id, set()).add(value)
    return found
