"""`evaluate`: what the text in force says of a log at a moment. The one evaluator (design 4)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from yinuo.engine.constraints.say import say as say_constraint
from yinuo.engine.context import Context
from yinuo.engine.derived import Wanted, appended, from_findings, from_lapses, from_silence
from yinuo.engine.deriving import with_derived
from yinuo.engine.findings import empty_clocks, empty_findings
from yinuo.engine.history import History
from yinuo.engine.log import Log, Said
from yinuo.engine.promises.clocks import say as say_promise
from yinuo.engine.rules import Rules, Ruling
from yinuo.engine.strata import kinds_of, needs, strata
from yinuo.kernel.instants import as_instant, microseconds

LARGE = 200_000
"""From this many events on, clauses are evaluated two at a time."""


def evaluate(log: Log, rules: Rules, *, as_of: datetime, known_at: datetime | None = None) -> Said:
    """Every clock, finding and holding of a log.

    1. Only events with at ≤ as_of, recorded_at ≤ known_at exist.
    2. Clauses are evaluated in strata; what an earlier stratum deems or says, a later one may start from.
    3. Nothing is remembered between calls: same input, same output, for one case or for ten million.

    Raises strata.Circle when clauses wait for each other, ValueError when an event's case has no row.
    """
    moment = microseconds(as_of)
    log = with_derived(log, rules)
    history = History.read(log, rules, as_of=moment, known_at=None if known_at is None else microseconds(known_at))
    context = Context.of(history)
    clocks: list[pl.DataFrame] = []
    findings: list[pl.DataFrame] = []
    for stratum in _strata(rules):
        derived: list[pl.DataFrame] = []
        for part in _each(context, stratum.about(context.history.log), wanted=stratum.wanted):
            clocks.append(part.clocks)
            findings.append(part.findings)
            derived += part.derived
        if derived:
            events = appended(context, derived).filter(
                pl.col("known_from").is_null() | (pl.col("known_from") <= pl.lit(as_instant(moment)))
            )
            context = Context.of(History.read(Log(events, log.cases, log.tables), rules, as_of=moment, known_at=None))
    return Said(_together(clocks, empty_clocks()), _together(findings, empty_findings()), context.holdings.frame())


@dataclass(frozen=True, eq=False)
class _Stratum:
    """The clauses of one layer, each with the kinds of case it is for (None: all), and what later layers read."""

    clauses: tuple[tuple[Ruling, frozenset[str] | None], ...]
    wanted: Wanted

    def about(self, log: Log) -> list[Ruling]:
        """Those that can say anything of a log: it has a case of a kind they are for. Of a large log all are asked."""
        if len(log.events) >= LARGE:
            return [ruling for ruling, _kinds in self.clauses]
        present: set[str | None] = set()
        for frame in (log.cases, log.events):
            if "kind" in frame.columns:
                present.update(frame["kind"].cast(pl.String).unique())
        return [ruling for ruling, kinds in self.clauses if kinds is None or not kinds.isdisjoint(present)]


def _strata(rules: Rules) -> tuple[_Stratum, ...]:
    """The layers of a text: they follow from it alone. Raises strata.Circle."""
    for known, made in tuple(_STRATA):
        if known is rules:
            return made
    layers = strata(rules.rulings)
    made = tuple(
        _Stratum(tuple((one, kinds_of(one)) for one in layer), _wanted(rules, layers[index + 1 :]))
        for index, layer in enumerate(layers)
    )
    _STRATA[:] = [(rules, made)]
    return made


_STRATA: list[tuple[Rules, tuple[_Stratum, ...]]] = []
"""Of the rules last evaluated by."""


@dataclass(frozen=True, eq=False)
class _Part:
    """What one clause says, and the events it brings about."""

    clocks: pl.DataFrame
    findings: pl.DataFrame
    derived: list[pl.DataFrame]


def _each(context: Context, layer: list[Ruling], *, wanted: Wanted) -> Iterator[_Part]:
    """The clauses of one layer, in their order; on a large log two at a time (the arrays let go of the interpreter)."""

    def say(ruling: Ruling) -> _Part:
        return (_promise if ruling.kind == "promise" else _constraint)(context, ruling, wanted=wanted)

    if len(context.history) < LARGE:
        yield from map(say, layer)
        return
    with ThreadPoolExecutor(max_workers=2) as threads:
        yield from threads.map(say, layer)


def _wanted(rules: Rules, later: list[list[Ruling]]) -> Wanted:
    """The derived events later clauses read; those that move a case or end its last holding are always wanted."""
    held = (flow for editions in rules.flows().values() for flow in editions if flow.holder)
    moves = {name for flow in held for name in (*flow.holder, *flow.ends)}
    read = [needs(ruling) for layer in later for ruling in layer]
    reserved = [one for one in read if one.reserved]
    every = any(not one.clauses for one in reserved)
    clauses = frozenset() if every else frozenset(name for one in reserved for name in one.clauses)
    return Wanted(frozenset(name for one in read for name in one.activities) | moves, clauses)


def _promise(context: Context, ruling: Ruling, *, wanted: Wanted) -> _Part:
    said = say_promise(context, ruling)
    derived: list[pl.DataFrame] = []
    for clause, lapse in said.lapses:
        if clause.silence is not None and {clause.silence.means, "any"} & wanted.activities:
            derived += _some(from_silence(context, ruling, clause=clause, lapse=lapse))
        if wanted.reserved("lapsed", ruling):
            derived += _some(from_lapses(context, ruling, clause=clause, lapse=lapse))
    if wanted.reserved("raised", ruling):
        derived += _some(from_findings(said.findings, "raised"))
    return _Part(said.clocks, said.findings, derived)


def _constraint(context: Context, ruling: Ruling, *, wanted: Wanted) -> _Part:
    findings = say_constraint(context, ruling)
    derived = _some(from_findings(findings, "found")) if wanted.reserved("found", ruling) else []
    return _Part(empty_clocks(), findings, derived)


def _some(frame: pl.DataFrame | None) -> list[pl.DataFrame]:
    return [] if frame is None else [frame]


def _together(parts: list[pl.DataFrame], empty: pl.DataFrame) -> pl.DataFrame:
    full = [part for part in parts if not part.is_empty()]
    return pl.concat(full) if full else empty
