"""Ask the one evaluator before a command is written: would it break a clause that refuses, and what silence did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.deciding.decide import Standing
from yinuo.city.cases.deciding.guards import Silence
from yinuo.city.cases.deciding.states import Happened, State, fold, local_day
from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.city.cases.kept import kept_names, kept_tables
from yinuo.city.cases.logs import PREFIX, Line, line_of, log_of
from yinuo.city.ledger import read
from yinuo.engine.clauses.conditions import Test
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.evaluate import evaluate
from yinuo.engine.explain import explain
from yinuo.engine.rules import Ruling
from yinuo.kernel.instants import microseconds

_SECOND = 1_000_000


def may_have_lapsed(state: State, silences: Sequence[Silence], at: int) -> list[Silence]:
    """Of these silences those that can have done something by an instant, judged from the state alone."""
    found = []
    for silence in silences:
        opened = [state.seen[name] for name in silence.openers if name in state.seen]
        if not opened:
            continue
        soonest = int(silence.soonest.total_seconds()) * _SECOND
        first = min(one[1] for one in opened)
        kept = [state.seen[name][1] for name in silence.enders if name in state.seen]
        is_kept = sum(one[0] for one in opened) == 1 and any(first <= ended <= first + soonest for ended in kept)
        if at - first > soonest and not is_kept:
            found.append(silence)
    return found


def as_it_stands(state: State, ways: Ways, *, at: datetime, lines: Sequence[Line] | None = None) -> State:
    """A case with what silence did to it by an instant. `lines` is its history where it is known without reading it."""
    way = ways.way(state.kind, local_day(state.opened_at, ways.zone))
    lapsed = [] if way is None else may_have_lapsed(state, ways.guards.of_silence(way.kind), microseconds(at))
    if way is None or not lapsed:
        return state
    if lines is None:
        lines = [line_of(event) for event in read.stream(PREFIX + state.case_id)]
    return standing(state, lines, lapsed, way=way, ways=ways, at=at).deemed


def kept_for(ways: Ways, rulings: Sequence[Ruling]) -> Mapping[str, pl.DataFrame]:
    """The dated tables the city keeps itself, where one of these clauses may read one."""
    return kept_tables(ways.pack) if any(ways.guards.looks_up(name, rulings) for name in kept_names()) else {}


def standing(
    state: State, lines: Sequence[Line], silences: Sequence[Silence], *, way: Way, ways: Ways, at: datetime
) -> Standing:
    """The case with what silence did to it by an instant: the deemed events folded among its own."""
    rules = ways.guards.smallest([silence.ruling for silence in silences], way.kind)
    clocks = evaluate(log_of(lines, ways, kept_for(ways, rules.rulings)), rules, as_of=at).clocks
    by_name = {silence.ruling.name: silence.ruling for silence in silences}
    openers = {line.event_id: line for line in lines}
    deemed = []
    for row in clocks.filter(clocks["state"] == "deemed").iter_rows(named=True):
        ruling = by_name.get(f"{row['institution']}/{row['clause']}")
        opener = openers.get(row["opener"])
        if ruling is not None and opener is not None and row["case_id"] == state.case_id:
            deemed.append(_deemed(ruling, row, opener))
    if not deemed:
        return Standing(state, state)
    real = [_happened(line) for line in lines if line.case_id == state.case_id]
    after = State(state.case_id)
    after.version = 0
    zone = ways.zone
    for event in sorted([*real, *deemed], key=lambda one: (one.at, one.version)):
        fold(after, event, way=way, day=local_day(event.at, zone))
    after.version = state.version
    return Standing(state, after, frozenset(event.activity for event in deemed))


def _happened(line: Line) -> Happened:
    return Happened(line.activity, microseconds(line.at), line.version, line.actor, line.unit, line.payload)


def _deemed(ruling: Ruling, row: dict[str, Any], opener: Line) -> Happened:
    """The event a silence deems: with the attributes of its opener, dated at its start or at the lapse."""
    edition = next(one for one in ruling.editions if one.version == row["version"])
    clause = edition.clause
    assert isinstance(clause, Promise)
    assert clause.silence is not None
    silence = clause.silence
    at = microseconds(opener.at) if silence.dated == "start" else microseconds(row["ended_at"])
    fields = {**(opener.payload.get("fields") or {}), **silence.with_}
    return Happened(silence.means, at, 2**31 - 1, None, opener.unit, {"fields": fields})


UNKNOWN = Test(known=False)


@dataclass(frozen=True, slots=True)
class Broken:
    """A clause that an act would break, and the field that is missing where that is why."""

    clause: str
    sentence: str
    field: str | None = None


def broken(
    lines: Sequence[Line],
    proposed: Sequence[Line],
    rulings: Sequence[Ruling],
    *,
    kind: str,
    ways: Ways,
    now: datetime,
    lang: str,
    books: Mapping[str, pl.DataFrame] | None = None,
) -> Broken | None:
    """The first `block` clause the history with the proposed events breaks anew and without them does not (grammar 2.5).

    `books` are the registers these clauses look up, and the tables the city keeps itself.
    """
    rules = ways.guards.smallest(rulings, kind)
    moment = max(now, *(line.at for line in proposed)).astimezone(UTC)
    blocking = {ruling.name: ruling for ruling in rulings}
    found = _findings(lines, proposed, blocking, books, ways=ways, as_of=moment, rules=rules)
    if not found:
        return None
    known = (
        {row["finding_id"] for row in _findings(lines, (), blocking, books, ways=ways, as_of=moment, rules=rules)}
        if lines
        else set()
    )
    for row in found:
        if row["finding_id"] not in known:
            sentence = explain(row, ways.pack.rules, lang="en" if lang.startswith("en") else "zh")
            name = f"{row['institution']}/{row['clause']}"
            return Broken(name, sentence, _absent(blocking[name], proposed[-1], row["version"]))
    return None


def _absent(ruling: Ruling, proposed: Line, version: str) -> str | None:
    """The first field that a clause forbids to be unknown on this act and that was not given; null when it asks for none."""
    given = proposed.payload.get("fields") or {}
    for edition in ruling.editions:
        clause = edition.clause
        if edition.version != version or not isinstance(clause, Constraint) or clause.rule != "absence":
            continue
        for event in clause.event:
            tests = () if event.where is None or proposed.activity not in event.activities else event.where.tests()
            for name, test in tests:
                if test == UNKNOWN and name not in given:
                    return str(name)
    return None


def _findings(
    lines: Sequence[Line],
    proposed: Sequence[Line],
    blocking: dict[str, Ruling],
    books: Mapping[str, pl.DataFrame] | None,
    *,
    ways: Ways,
    as_of: datetime,
    rules: Any,
) -> list[dict[str, Any]]:
    said = evaluate(log_of([*lines, *proposed], ways, books), rules, as_of=as_of)
    found = []
    for row in said.findings.iter_rows(named=True):
        ruling = blocking.get(f"{row['institution']}/{row['clause']}")
        if ruling is not None and any(
            one.version == row["version"] and isinstance(one.clause, Constraint) and one.clause.block
            for one in ruling.editions
        ):
            found.append(row)
    return found


def refuse(found: Broken) -> Refused:
    """The refusal a broken clause means."""
    return Refused("blocked", found.sentence, clause=found.clause, field=found.field)
