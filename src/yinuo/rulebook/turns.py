"""Whether stories pin every turn: the last day in time and the first one late, and each rung on its two days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from yinuo.engine.clauses.common import Rung
from yinuo.engine.clauses.conditions import Condition
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.evaluate import evaluate
from yinuo.engine.log import Log
from yinuo.kernel.limits import Limit
from yinuo.rulebook.loader import Institution, Pack
from yinuo.rulebook.refusals import TextError
from yinuo.rulebook.telling import Teller, Telling

_WINDOW = {
    "minutes": timedelta(minutes=1), "office minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1), "office hours": timedelta(hours=1),
}  # fmt: skip
"""How near to its turn a story must be where no day is counted."""
_IN_TIME = frozenset({"running", "paused", "kept", "void"})


@dataclass
class _Pinned:
    """What the stories show of one promise."""

    in_time: bool = False
    late: bool = False
    before: set[str] = field(default_factory=set)
    raised: set[str] = field(default_factory=set)


def check_turns(pack: Pack, teller: Teller, tellings: Iterable[Telling]) -> Iterator[TextError]:
    """Every due instant and rung of the pack's promises that no story shows from both sides."""
    tellings = list(tellings)
    pinned: dict[str, _Pinned] = {}
    zone = ZoneInfo(pack.rules.zone)
    for telling in tellings:
        for _, row in telling.clocks:
            _pin_due(pinned.setdefault(_name(row), _Pinned()), telling, row, zone)
        for wanted, row in telling.findings:
            if "raised_at" in wanted or _day(telling.as_of, zone) == _day(row["raised_at"], zone):
                pinned.setdefault(_name(row), _Pinned()).raised.add(row["level"])
    wanted = {f"{home.id}/{one.id}": _levels(pack, one.edition.clause) for home, one in _promises(pack)}
    for telling in tellings:
        _pin_before(pinned, telling, teller, zone, wanted)
    for institution, one in _promises(pack):
        name = f"{institution.id}/{one.id}"
        shown = pinned.get(name, _Pinned())
        for message, remedy in _missing(shown, wanted[name]):
            yield institution.document.error(one.path, f"{one.id}: {message}", remedy)


def _promises(pack: Pack) -> Iterator[tuple[Institution, Any]]:
    """The last statement of each promise of the pack."""
    for institution in pack.institutions.values():
        last = {one.id: one for one in institution.statements if isinstance(one.edition.clause, Promise)}
        for one in last.values():
            yield institution, one


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['institution']}/{row['clause']}"


def _day(at: datetime, zone: ZoneInfo) -> int:
    return at.astimezone(zone).toordinal()


def _pin_due(pinned: _Pinned, telling: Telling, row: Mapping[str, Any], zone: ZoneInfo) -> None:
    due = row["due_at"]
    if due is None:
        return
    moment = row["ended_at"] or telling.as_of
    window = _WINDOW.get(row["measure"])
    if row["state"] in _IN_TIME:
        near = _day(moment, zone) == _day(due, zone) if window is None else due - moment <= window
        pinned.in_time |= near and moment <= due
    else:
        near = _day(moment, zone) <= _day(due, zone) + 1 if window is None else moment - due <= window
        pinned.late |= near


def _pin_before(
    pinned: dict[str, _Pinned], telling: Telling, teller: Teller, zone: ZoneInfo, wanted: Mapping[str, set[str]]
) -> None:
    """Which rungs a story stands just before: they would be raised by the next day if nobody did anything."""
    for _, row in telling.clocks:
        name = _name(row)
        shown = pinned.setdefault(name, _Pinned())
        if row["state"] == "deemed" or wanted.get(name, set()) <= shown.before:
            continue
        moment = row["ended_at"] or telling.as_of
        window = _WINDOW.get(row["measure"])
        until = moment + window if window else _end_of_next_day(moment, zone)
        log = _cut(teller.log(telling.story), moment, inclusive=row["ended_at"] is None)
        said = evaluate(log, teller.rules(telling.story), as_of=until)
        same = said.findings.filter(
            (pl.col("institution") == row["institution"])
            & (pl.col("clause") == row["clause"])
            & (pl.col("opener") == row["opener"])
            & (pl.col("raised_at") > moment)
        )
        shown.before |= set(same["level"])


def _end_of_next_day(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone) + timedelta(days=1)
    return local.replace(hour=23, minute=59, second=59, microsecond=999999).astimezone(moment.tzinfo)


def _cut(log: Log, moment: datetime, *, inclusive: bool) -> Log:
    """The events until a moment, with or without those of that very instant."""
    kept = pl.col("at") <= moment if inclusive else pl.col("at") < moment
    return Log(log.events.filter(kept), log.cases, log.tables)


def _levels(pack: Pack, clause: Promise) -> set[str]:
    """The levels a promise can reach."""
    rungs = pack.rules.ladders[clause.levels] if isinstance(clause.levels, str) else clause.levels
    if clause.party or clause.soft:
        return set()
    return {rung.level for rung in rungs if _reachable(rung, clause)}


def _reachable(rung: Rung, clause: Promise) -> bool:
    """Whether some limit of the promise can meet the rung's condition on the limit."""
    if rung.when is None or not clause.within:
        return True
    limits = [row.limit for row in clause.within]
    return any(not isinstance(limit, Limit) or _allows(rung.when, limit.count) for limit in limits)


def _allows(condition: Condition, count: int) -> bool:
    for row in condition.any_of:
        tests = [test for name, test in row if name == "limit"]
        if all(
            (not isinstance(test.min, int) or count >= test.min)
            and (not isinstance(test.max, int) or count <= test.max)
            and (not isinstance(test.above, int) or count > test.above)
            and (not isinstance(test.below, int) or count < test.below)
            for test in tests
        ):
            return True
    return False


def _missing(shown: _Pinned, levels: set[str]) -> Iterator[tuple[str, str]]:
    if not shown.in_time:
        yield "no story shows it on the last day (or in the last moment) in time", 'expect state = "kept" that day'
    if not shown.late:
        yield "no story shows it on the first day (or in the first moment) late", 'expect state = "late" or "overdue"'
    for level in sorted(levels - shown.raised):
        yield f"no story shows the level {level} on its day", f'expect a finding with level = "{level}" and raised'
    for level in sorted(levels - shown.before):
        yield f"no story shows the day before the level {level}", "expect its clock that day, without the finding"
