"""What an indicator counts over: cases, clocks, findings, events, items, units, register entries, as records with facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.register import Register
from yinuo.engine.clauses.table import Table
from yinuo.engine.columns import Column
from yinuo.engine.log import Log, Said
from yinuo.engine.rules import Rules
from yinuo.kernel.instants import DAY, day_number

DATED = {"cases": "closed_at", "clocks": "due_at", "findings": "raised_at", "events": "at", "uses": "at"}
FACTS = frozenset({
    "did", "did_not", "status", "visits", "doors", "persons", "passes", "events", "lasted", "span", "opened_at", "closed_at"
})  # fmt: skip
"""What `case_facts` adds to the fields of a case."""


@dataclass(frozen=True, eq=False)
class Population:
    """Rows to count, and the local day that puts each into a period (null = in none)."""

    frame: pl.DataFrame
    day: pl.Series


def population(indicator: Indicator, log: Log, *, said: Said, rules: Rules) -> Population:
    """The rows an indicator counts over. Raises ValueError for a source this engine does not know."""
    over, _, part = indicator.over.partition(":")
    frame = _source(indicator, over, part=part, log=log, said=said, rules=rules)
    if over == "register" and indicator.at is None:
        return Population(frame, _entry_day(frame, part, rules))
    return Population(frame, _day_by(frame, indicator.at or DATED.get(over, "from"), rules))


def _day_by(frame: pl.DataFrame, name: str, rules: Rules) -> pl.Series:
    if name not in frame.columns:
        return pl.Series([None] * len(frame), dtype=pl.Int64)
    return _local_day(frame[name], rules)


def _reads_facts(indicator: Indicator) -> bool:
    read = {indicator.value} if isinstance(indicator.value, str) else set()
    for condition in (indicator.for_, indicator.where, indicator.count, indicator.exempt):
        read |= condition.fields() if condition is not None else set()
    return bool(FACTS & {*read, *indicator.by, indicator.subject, indicator.at})


def _source(indicator: Indicator, over: str, *, part: str, log: Log, said: Said, rules: Rules) -> pl.DataFrame:
    if over == "cases":
        return case_facts(log, rules)
    rows = {"clocks": said.clocks, "findings": said.findings, "events": log.events, "holdings": said.holdings}
    if over in rows:
        cases = case_facts(log, rules) if _reads_facts(indicator) else log.cases
        taken = _of_clause(rows[over], part)
        own = cases.select("case_id", *(name for name in cases.columns if name not in taken.columns))
        joined = taken.join(own, on="case_id", how="left")
        return with_dwell(joined, rules) if over == "events" else joined
    if over == "uses":
        return _uses(log, part, rules=rules)
    name = part if over == "register" else over
    if name in log.tables:
        return log.tables[name]
    if over in ("items", "units", "people", "ratings", "register"):
        return pl.DataFrame(schema={"id": pl.String})
    raise ValueError(
        f'over = "{over}": an indicator counts cases, clocks, findings, events, holdings, items, units, '
        "people, ratings, register:<name> or uses:<table>"
    )


def _entry_day(frame: pl.DataFrame, register: str, rules: Rules) -> pl.Series:
    """The day that puts an entry into a period: the field its edition names, that of its first day; else the day its row begins."""
    editions = next((one.editions for one in rules.of_kind("register") if one.id == register), ())
    named = [(one.start, one.clause.date or "from") for one in editions if isinstance(one.clause, Register)]
    day = _day_by(frame, named[0][1] if named else "from", rules)
    for (_start, old), (start, name) in pairwise(named):
        if name != old and "from" in frame.columns:
            since = frame.select(pl.col("from").min().over("id") >= start).to_series()
            day = _day_by(frame, name, rules).zip_with(since.fill_null(value=False), day)
    return day


def _uses(log: Log, part: str, *, rules: Rules) -> pl.DataFrame:
    """The events by which a table was used, with the fields of their cases."""
    institution, _, id_ = part.rpartition("/")
    named = [one for one in rules.of_kind("table") if one.id == id_ and institution in ("", one.institution)]
    clauses = [edition.clause for one in named for edition in one.editions]
    gives = {name for one in clauses if isinstance(one, Table) for event in one.gives for name in event.activities}
    used = log.events.filter(pl.col("activity").is_in(sorted(gives)))
    used = used.join(log.cases, on="case_id", how="left", suffix=":case")
    both = [name for name in log.cases.columns if f"{name}:case" in used.columns]
    return used.with_columns(pl.coalesce(name, f"{name}:case").alias(name) for name in both)


def _of_clause(frame: pl.DataFrame, part: str) -> pl.DataFrame:
    if not part:
        return frame
    institution, _, clause = part.rpartition("/")
    chosen = frame.filter(pl.col("clause") == clause)
    return chosen.filter(pl.col("institution") == institution) if institution else chosen


def case_facts(log: Log, rules: Rules) -> pl.DataFrame:
    """Cases with what happened to them.

    opened_at, closed_at (by the end of its flow), did (activities), span (elapsed time from opening to end), lasted (local days from opening
    to end, 0 = the same day), events, passes (times its holder handed it to another unit); and where events carry the field
    `visit`: visits (its distinct values), doors and persons (distinct units and actors of those events).
    """
    events = log.events
    facts = [
        pl.col("at").min().alias("opened_at"),
        pl.col("activity").unique().alias("did"),
        pl.len().alias("events"),
    ]
    if "unit" in events.columns:
        facts.append(pl.col("unit").sort_by("at").drop_nulls().first().alias("first_unit"))
    if "visit" in events.columns:
        met = pl.col("visit").is_not_null()
        facts.append(pl.col("visit").drop_nulls().n_unique().alias("visits"))
        named = (("unit", "doors"), ("actor", "persons"))
        facts += [
            pl.col(of).filter(met).drop_nulls().n_unique().alias(fact) for of, fact in named if of in events.columns
        ]
    cases = log.cases.join(events.group_by("case_id").agg(facts), on="case_id", how="left")
    if "unit" in events.columns:
        own = [pl.col("unit")] if "unit" in cases.columns else []
        cases = cases.with_columns(pl.coalesce(*own, "first_unit").alias("unit")).drop("first_unit")
    if not any(flow.ends for flows in rules.flows().values() for flow in flows) or "kind" not in log.cases.columns:
        return cases.with_columns(pl.lit(None, dtype=pl.Datetime("us", "UTC")).alias("closed_at"))
    ways = cases.select("case_id", "kind", _way(cases, rules))
    closing = _in_ways(events.select("case_id", "activity", "at"), ways, rules, chosen=lambda flow: flow.ends)
    closed = closing.group_by("case_id").agg(pl.col("at").min().alias("closed_at"))
    passing = _in_ways(events.select("case_id", "activity"), ways, rules, chosen=_handing)
    passed = passing.group_by("case_id").agg(pl.len().cast(pl.Int64).alias("passes"))
    cases = cases.join(passed, on="case_id", how="left").with_columns(pl.col("passes").fill_null(0))
    cases = cases.join(closed, on="case_id", how="left")
    span = (pl.col("closed_at") - pl.col("opened_at")).alias("span")
    status = pl.when(pl.col("closed_at").is_null()).then(pl.lit("open")).otherwise(pl.lit("closed")).alias("status")
    lasted = (_local_day(cases["closed_at"], rules) - _local_day(cases["opened_at"], rules)).alias("lasted")
    return cases.with_columns(span, lasted, *(() if "status" in cases.columns else (status,)))


def _way(cases: pl.DataFrame, rules: Rules) -> pl.Expr:
    """Which edition of its flow each case is held to: that of the day it was opened (see `History.ways`)."""
    opened = _local_day(cases["opened_at"], rules)
    way = pl.lit(0, dtype=pl.Int64)
    for kind, editions in rules.ways().items():
        if len(editions) > 1:
            later = [(pl.lit(opened) >= day_number(start)).cast(pl.Int64) for start, _flow in editions[1:]]
            way = pl.when(pl.col("kind") == kind).then(pl.sum_horizontal(later)).otherwise(way)
    return way.alias("#way")


def _in_ways(
    events: pl.DataFrame, ways: pl.DataFrame, rules: Rules, *, chosen: Callable[[Flow], Iterable[str]]
) -> pl.DataFrame:
    """The events whose activity is among those chosen of the flow their case is held to."""
    rows = [
        (kind, index, activity)
        for kind, editions in rules.ways().items()
        for index, (_start, flow) in enumerate(editions)
        for activity in chosen(flow)
    ]
    names = {"kind": pl.String(), "#way": pl.Int64(), "activity": pl.String()}
    wanted = pl.DataFrame(rows, schema=names, orient="row")
    return events.join(ways, on="case_id").join(wanted, on=list(names), how="semi")


def _handing(flow: Flow) -> Iterator[str]:
    """The activities that hand a case to another unit: of steps its holder does that ask for a unit."""
    for step in flow.steps:
        if step.by == "holder" and any(_is_unit(flow, name) for name in step.ask):
            yield from step.does


def _is_unit(flow: Flow, name: str) -> bool:
    return name in flow.fields and flow.fields[name].is_ == "unit"


def with_dwell(events: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Events with `dwell`: working days since the event of the same case before it, 0 = none between; null for the first."""
    order = [name for name in ("at", "sequence", "event_id") if name in events.columns]
    sorted_ = events.sort("case_id", *order, maintain_order=True)
    day = _local_day(sorted_["at"], rules)
    passed = pl.Series("passed", rules.calendar.count_workdays(day.fill_null(rules.calendar.first).to_numpy()))
    return sorted_.with_columns(passed).with_columns(
        (pl.col("passed") - pl.col("passed").shift(1).over("case_id")).cast(pl.Int64).alias("dwell")
    ).drop("passed")  # fmt: skip


def _local_day(series: pl.Series, rules: Rules) -> pl.Series:
    if series.dtype == pl.Date:
        return series.to_physical().cast(pl.Int64)
    column = Column.of(series)
    days = rules.calendar.clock.local(column.values.astype(np.int64)) // DAY
    return pl.Series(days).set(pl.Series(~column.known), None)
