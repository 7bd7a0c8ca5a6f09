"""The worst cases as time lines: what ran, what was paused, what was over, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from markupsafe import Markup

from yinuo.cli.report.numbers import Number, both, both_of, count, link, quantity
from yinuo.cli.report.sentences import CLOCK, Clock, Reason
from yinuo.cli.report.words import STATES, Name, Names, length, measure_name, moment, span

MOST_CASES = 30
MOST_EVENTS = 60
_PLACES = 500
"""Places of a time line at which a dot can be told from the next."""
_MICROSECOND = timedelta(microseconds=1)
_ENOUGH = 10_000
"""Late clocks among which the worst MOST_CASES cases surely are, unless a few cases hold them all."""


@dataclass(frozen=True)
class Step:
    """One event of a case, for the list below its line."""

    at: str
    activity: Markup | str
    unit: Markup | str
    actor: str


@dataclass(frozen=True)
class Case:
    """One clock that ended late or is overdue, ready to be shown."""

    case_id: str
    title: Markup | str
    source: str
    version: str
    unit: Markup | str
    level: str
    state: str
    sentence: Markup
    reasons: tuple[Reason, ...]
    line: Markup
    started: str
    due: str
    ended: str | None
    used: Number
    allowed: Number
    paused: Number
    measure: Name
    steps: tuple[Step, ...]
    more_steps: int
    href: str
    late_clocks: Number


@dataclass(frozen=True)
class Behind:
    """What the lines are drawn from beside the clocks. `pauses`: CLOCK, from, to."""

    events: pl.DataFrame
    pauses: pl.DataFrame
    reasons: Mapping[Clock, tuple[Reason, ...]]
    names: Names
    activities: Mapping[str, str]
    as_of: datetime
    zone: str


def worst(clocks: pl.DataFrame, ranks: Mapping[str, int]) -> pl.DataFrame:
    """Of each case its worst clock: highest level first, then longest over; limits that bind the citizen are left out.

    `late_clocks` is how many clocks of the case are late or overdue.
    """
    rank = pl.col("level").replace_strict(dict(ranks), default=-1, return_dtype=pl.Int32)
    late = clocks.filter(pl.col("over").is_not_null() & ~pl.col("party")).with_columns(rank.alias("rank"))
    order = ["rank", "over", *CLOCK]
    descending = [True, True, False, False, False, False]
    top = late.top_k(_ENOUGH, by=["rank", "over"]) if late.height > 2 * _ENOUGH else late
    if top["case_id"].n_unique() < MOST_CASES:
        top = late
    first = top.sort(order, descending=descending, nulls_last=True).unique("case_id", keep="first", maintain_order=True)
    chosen = first.head(MOST_CASES)
    own = late.filter(pl.col("case_id").is_in(chosen["case_id"].implode()))
    counts = own.group_by("case_id").agg(pl.len().alias("late_clocks"))
    return chosen.join(counts, on="case_id", maintain_order="left")


def cases(chosen: pl.DataFrame, behind: Behind) -> tuple[Case, ...]:
    """The chosen clocks as the page shows them."""
    ids = chosen["case_id"].unique().to_list()
    events = behind.events.filter(pl.col("case_id").is_in(ids)).sort("at", maintain_order=True)
    by_case = {str(key[0]): part for key, part in events.partition_by("case_id", as_dict=True).items()}
    pauses = (
        behind.pauses.join(chosen.select(CLOCK), on=CLOCK, how="semi", nulls_equal=True)
        if behind.pauses.height
        else behind.pauses
    )
    return tuple(_case(row, behind, by_case.get(row["case_id"]), pauses) for row in chosen.iter_rows(named=True))


def _case(row: dict[str, Any], behind: Behind, events: pl.DataFrame | None, pauses: pl.DataFrame) -> Case:
    own = [
        (begin, end or behind.as_of)
        for *key, begin, end in pauses.select([*CLOCK, "from", "to"]).iter_rows()
        if key == [row[column] for column in CLOCK]
    ]
    events = behind.events.clear() if events is None else events
    reasons = behind.reasons.get((row["case_id"], row["clause"], row["opener"], row["occurrence"]), ())
    href = link("clocks", case=row["case_id"], clause=row["clause"])
    fact = f"worst/{row['case_id']}/{row['clause']}/{row['occurrence']}"
    return Case(
        case_id=row["case_id"],
        title=both_of(behind.names.clause(row["clause"])),
        source=behind.names.source(row["clause"], row["version"]),
        version=row["version"],
        unit=both_of(behind.names.unit(row["unit"])) if row["unit"] else "",
        level=row["level"],
        state=row["state"],
        sentence=both_of(clock_sentence(row, behind.as_of, behind.zone)),
        reasons=reasons,
        line=line(row, own, events, behind),
        started=moment(row["started_at"], behind.zone),
        due=moment(row["due_at"], behind.zone),
        ended=moment(row["ended_at"], behind.zone) if row["ended_at"] else None,
        used=quantity(f"{fact}/used", row["used"], href=href),
        allowed=quantity(f"{fact}/allowed", row["allowed"], href=href),
        paused=quantity(f"{fact}/paused", row["paused"], href=href),
        measure=measure_name(row["measure"]),
        steps=tuple(_steps(events, behind)),
        more_steps=max(0, events.height - MOST_EVENTS),
        href=href,
        late_clocks=count(f"{fact}/late-clocks", row["late_clocks"], href=_late_clocks(row["case_id"])),
    )


def _late_clocks(case_id: str) -> str:
    return link("clocks", case=case_id, state=("late", "overdue"), party=0)


def _steps(events: pl.DataFrame, behind: Behind) -> Iterator[Step]:
    for row in events.head(MOST_EVENTS).iter_rows(named=True):
        zh = behind.activities.get(row["activity"])
        activity = both(zh, row["activity"]) if zh else row["activity"]
        yield Step(
            moment(row["at"], behind.zone),
            activity,
            both_of(behind.names.unit(row["unit"])) if row.get("unit") else "",
            row.get("actor") or "",
        )


def clock_sentence(row: Mapping[str, Any], as_of: datetime, zone: str) -> Name:
    """Due when, done when, over by how much, and how much of the limit was used."""
    due, end = moment(row["due_at"], zone), moment(row["ended_at"], zone)
    over = span((row["ended_at"] or as_of) - row["due_at"])
    zh = f"应于 {due} 前办结"
    en = f"Due {due}"
    if row["ended_at"] is not None:
        zh += f"，{end} 才办结，晚了 {over.zh}"
        en += f", done {end}: {over.en} late"
    else:
        zh += f"，至今未办结，已超 {over.zh}"
        en += f", still not done: {over.en} over"
    if row["allowed"] is not None and row["used"] is not None:
        used, allowed = length(row["used"], row["measure"]), length(row["allowed"], row["measure"])
        zh += f"；期限 {allowed.zh}，用了 {used.zh}"
        en += f"; {used.en} used of {allowed.en}"
    if row["paused"]:
        paused = length(row["paused"], row["measure"])
        zh += f"，另有 {paused.zh}不计入"
        en += f", {paused.en} more paused"
    return Name(zh + "。", en + ".")


def line(
    row: Mapping[str, Any], pauses: list[tuple[datetime, datetime]], events: pl.DataFrame, behind: Behind
) -> Markup:
    """The drawing: one bar from start to end, hatched where paused, red beyond the due instant, dots for events.

    A pause begun after the due instant does not touch the clock and is not drawn.
    """
    start, due = row["started_at"], row["due_at"]
    end = row["ended_at"] or behind.as_of
    last = max(end, due)
    whole = (last - start).total_seconds() or 1.0

    def x(at: datetime) -> float:
        part: float = (at - start).total_seconds() / whole
        return round(1 + 98 * min(max(part, 0.0), 1.0), 2)

    def bar(kind: str, since: datetime, until: datetime, title: Name) -> Markup:
        text = both(f"{title.zh}：{span(until - since).zh}", f"{title.en}: {span(until - since).en}")
        shape = '<rect class="{}" x="{}%" width="{}%" y="12" height="14"><title>{}</title></rect>'
        return Markup(shape).format(  # noqa: S704 - a literal of ours
            kind, x(since), max(round(x(until) - x(since), 2), 0.15), text.striptags()
        )

    def parts() -> Iterator[Markup]:
        yield Markup('<line class="axis" x1="1%" x2="99%" y1="19" y2="19"/>')
        yield bar("ran", start, min(end, due), _RAN)
        if end > due:
            yield bar("over", due, end, _OVER)
        for begin, stop in pauses:
            if begin < min(end, due) and stop > start:
                yield bar("stood", max(begin, start), min(stop, end), _STOOD)
        yield Markup('<line class="due" x1="{0}%" x2="{0}%" y1="4" y2="34"/>').format(x(due))
        for at, activity in _apart(events, start, last=last).iter_rows():
            title = f"{moment(at, behind.zone)} {behind.activities.get(activity, activity)}"
            yield Markup('<circle class="event" cx="{}%" cy="38" r="2.5"><title>{}</title></circle>').format(
                x(at), title
            )

    state = STATES.get(row["state"], Name(row["state"], row["state"]))
    label = f"{row['case_id']}: {state.zh} / {state.en}"
    return Markup('<svg class="time" role="img" aria-label="{}" height="44" width="100%">{}</svg>').format(
        label, Markup("").join(parts())
    )


def _apart(events: pl.DataFrame, start: datetime, *, last: datetime) -> pl.DataFrame:
    """`at, activity` of the events that can be told apart on a line: of those at the same place the first."""
    place = ((pl.col("at") - start).dt.total_microseconds() * _PLACES // max((last - start) // _MICROSECOND, 1)).alias(
        "x"
    )
    within = events.filter(pl.col("at").is_between(start, last)).select("at", "activity", place)
    return within.unique("x", keep="first", maintain_order=True).select("at", "activity")


_RAN = Name("期限内", "within the limit")
_OVER = Name("超出期限", "over")
_STOOD = Name("暂停，不计时", "paused, not counted")
