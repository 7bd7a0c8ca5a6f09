"""`measure`: the figures of a text over what was said of a log (grammar part 2, 2.1). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from yinuo.engine.clauses.conditions import Condition
from yinuo.engine.clauses.indicator import Indicator, Mapped
from yinuo.engine.columns import Bool
from yinuo.engine.context import references
from yinuo.engine.deriving import with_derived
from yinuo.engine.entries import with_entries
from yinuo.engine.figures import compared
from yinuo.engine.log import INDICATOR_COLUMNS, Log, Said
from yinuo.engine.matching import Matcher, Rows, Tables
from yinuo.engine.periods import period_begin, period_end
from yinuo.engine.populations import Population, population
from yinuo.engine.rules import Edition, Rules, Ruling
from yinuo.engine.statistics import wilson
from yinuo.engine.tables import Table
from yinuo.kernel.instants import DAY, Int64, day_number, microseconds

SUBJECTS = {"unit": "unit", "item": "item", "person": "actor"}
OVER_FIGURES = frozenset({"ratio", "cut", "change", "streak", "score"})


@dataclass(frozen=True, eq=False)
class _Scope:
    """Everything a figure is measured on."""

    log: Log
    said: Said
    rules: Rules
    matcher: Matcher
    today: int


def measure(log: Log, said: Said, rules: Rules, *, as_of: datetime) -> pl.DataFrame:
    """All indicators of the rules, columns INDICATOR_COLUMNS: one row per figure, subject, breakdown and period.

    A period takes the edition in force on its first day; `period_end` is its last day; an empty denominator, or fewer
    than `min_n`, has no value. With `exempt` a second figure `<id>/without-exempt` is given beside the headline.
    """
    log = with_entries(with_derived(log, rules), rules)
    tables = Tables({name: Table(frame) for name, frame in log.tables.items()}, references(rules))
    clock = rules.calendar.clock
    today = int(clock.local(np.array([microseconds(as_of)]))[0] // DAY)
    scope = _Scope(log, said, rules, Matcher(tables, clock), today)
    every = [(ruling, index) for ruling in rules.of_kind("indicator") for index in range(len(ruling.editions))]
    plain = [_figure(scope, *one) for one in every if _measure(*one) not in OVER_FIGURES]
    result = pl.concat([pl.DataFrame(schema=INDICATOR_COLUMNS), *plain])
    shares = frozenset(
        (one.name, one.editions[index].version) for one, index in every if _measure(one, index) == "share"
    )
    later = sorted((one for one in every if _measure(*one) in OVER_FIGURES), key=lambda one: _measure(*one) == "score")
    for ruling, index in later:
        result = pl.concat([result, compared(result, ruling, ruling.editions[index], today=today, shares=shares)])
    return result.sort("institution", "clause", "period_start", "unit", "item", "by", nulls_last=False)


def _measure(ruling: Ruling, index: int) -> str:
    clause = ruling.editions[index].clause
    assert isinstance(clause, Indicator)
    return clause.measure


def _figure(scope: _Scope, ruling: Ruling, index: int) -> pl.DataFrame:
    edition = ruling.editions[index]
    indicator = edition.clause
    assert isinstance(indicator, Indicator)
    rows = population(indicator, scope.log, said=scope.said, rules=scope.rules)
    counted = (
        _stock(scope, indicator, rows=rows, edition=edition)
        if indicator.stock
        else _flow(scope, indicator, rows=rows, edition=edition)
    )
    frames = [_summed(scope, ruling, edition=edition, counted=counted, name=ruling.id)]
    if indicator.exempt is not None:
        frames.append(
            _summed(
                scope,
                ruling,
                edition=edition,
                counted=counted.filter(~pl.col("exempt")),
                name=f"{ruling.id}/without-exempt",
            )
        )
    return pl.concat(frames)


def _flow(scope: _Scope, indicator: Indicator, *, rows: Population, edition: Edition) -> pl.DataFrame:
    """Rows of the population with their period, subject, and whether they count."""
    if indicator.period == "all":
        day = np.full(len(rows.frame), 0, np.int64)
        dated = np.full(len(rows.frame), _in_force(edition, scope.today))
        begin = day
    else:
        dated = rows.day.is_not_null().to_numpy()
        begin = period_begin(rows.day.fill_null(0).to_numpy(), indicator.period)
        dated &= (begin >= day_number(edition.start)) & (begin <= scope.today)
        if edition.until is not None:
            dated &= begin < day_number(edition.until)
    keep = np.flatnonzero(dated).astype(np.int64)
    return _counted(
        scope, indicator, frame=rows.frame, keep=keep, begin=begin[keep], day=rows.day.fill_null(scope.today).to_numpy()
    )


def _in_force(edition: Edition, day: int) -> bool:
    return day_number(edition.start) <= day and (edition.until is None or day < day_number(edition.until))


def _stock(scope: _Scope, indicator: Indicator, *, rows: Population, edition: Edition) -> pl.DataFrame:
    """The state at the end of each period since the log begins: rows in force, open or running on its last day."""
    first = _first_day(scope)
    start = max(first, day_number(edition.start))
    stop = scope.today if edition.until is None else min(scope.today, day_number(edition.until) - 1)
    begins = np.unique(period_begin(np.arange(start, stop + 1), indicator.period))
    begins = begins[begins >= day_number(edition.start)]
    since, until = span(rows.frame, scope.rules)
    parts = []
    for begin in begins:
        last = min(int(period_end(np.array([begin]), indicator.period)[0]) - 1, scope.today)
        keep = np.flatnonzero((since <= last) & (last < until)).astype(np.int64)
        parts.append(
            _counted(
                scope,
                indicator,
                frame=rows.frame,
                keep=keep,
                begin=np.full(keep.size, begin),
                day=np.full(len(rows.frame), last, np.int64),
            )
        )
    return (
        pl.concat(parts)
        if parts
        else _counted(
            scope,
            indicator,
            frame=rows.frame,
            keep=np.empty(0, np.int64),
            begin=np.empty(0, np.int64),
            day=np.zeros(len(rows.frame), np.int64),
        )
    )


def _first_day(scope: _Scope) -> int:
    first = scope.log.events["at"].dt.epoch("us").min()
    at = np.array([first if isinstance(first, int) else scope.today * DAY])
    return int(scope.rules.calendar.clock.local(at)[0] // DAY)


def span(frame: pl.DataFrame, rules: Rules) -> tuple[Int64, Int64]:
    """From which day until before which day each row counts as there."""
    for begin, end in (
        ("from", "until"),
        ("started_at", "ended_at"),
        ("opened_at", "closed_at"),
        ("raised_at", "cleared_at"),
    ):
        if begin in frame.columns:
            return _days(frame, begin, rules=rules, default=-(2**40)), _days(frame, end, rules=rules, default=2**40)
    return np.full(len(frame), -(2**40)), np.full(len(frame), 2**40)


def _days(frame: pl.DataFrame, name: str, *, rules: Rules, default: int) -> Int64:
    if name not in frame.columns:
        return np.full(len(frame), default, np.int64)
    series = frame[name]
    if series.dtype == pl.Date:
        return series.to_physical().cast(pl.Int64).fill_null(default).to_numpy()
    local = rules.calendar.clock.local(series.dt.epoch("us").fill_null(0).to_numpy()) // DAY
    return np.where(series.is_null().to_numpy(), default, local)


def _counted(
    scope: _Scope, indicator: Indicator, *, frame: pl.DataFrame, keep: Int64, begin: Int64, day: Int64
) -> pl.DataFrame:
    records = Rows(frame, day)
    inside = scope.matcher.holds(indicator.for_, records, rows=keep) & scope.matcher.holds(
        indicator.where, records, rows=keep
    )
    keep, begin = keep[inside], begin[inside]
    name = SUBJECTS.get(indicator.subject.partition(":")[0], indicator.subject)
    size = keep.size

    def text(field: str) -> pl.Series:
        return scope.matcher.value(field, records, rows=keep).series().cast(pl.String)

    subject = pl.Series([None] * size, dtype=pl.String) if name == "city" else text(name)
    by = (
        pl.DataFrame({field: text(field) for field in sorted(indicator.by)}).select(
            pl.struct(pl.all()).struct.json_encode().alias("by")
        )["by"]
        if indicator.by and size
        else (pl.Series([None] * size, dtype=pl.String))
    )
    return pl.DataFrame({
        "subject": subject, "by": by, "begin": begin,
        "counts": _holds(scope, indicator.count, records=records, keep=keep),
        "exempt": _holds(scope, indicator.exempt, records=records, keep=keep) if indicator.exempt else np.zeros(size, np.bool_),
        "value": _values(scope, indicator, records=records, keep=keep),
    })  # fmt: skip


def _holds(scope: _Scope, condition: Condition | None, *, records: Rows, keep: Int64) -> Bool:
    return scope.matcher.holds(condition, records, rows=keep)


def _values(scope: _Scope, indicator: Indicator, *, records: Rows, keep: Int64) -> pl.Series:
    value = indicator.value
    if value is None:
        return pl.Series([None] * keep.size, dtype=pl.Float64)
    series = scope.matcher.value(value if isinstance(value, str) else value.field, records, rows=keep).series()
    if isinstance(value, Mapped) and value.map:
        codes = {str(code): float(number) for code, number in value.map.items()}
        return series.cast(pl.String).replace_strict(codes, default=None, return_dtype=pl.Float64)
    if indicator.measure == "distinct":
        return series if isinstance(series.dtype, pl.List) else _listed(series.cast(pl.String))
    if series.dtype == pl.Duration:
        return series.dt.total_microseconds().cast(pl.Float64) / DAY
    return series.cast(pl.Float64, strict=False)


def _listed(series: pl.Series) -> pl.Series:
    """Each value as a list of one, so that one way of counting serves both; null stays null."""
    return pl.select(pl.when(pl.lit(series).is_not_null()).then(pl.concat_list(pl.lit(series)))).to_series()


def _summed(scope: _Scope, ruling: Ruling, *, edition: Edition, counted: pl.DataFrame, name: str) -> pl.DataFrame:
    indicator = edition.clause
    assert isinstance(indicator, Indicator)
    value = pl.col("value").filter(pl.col("counts"))
    numerators = {
        "count": pl.col("counts").sum(), "share": pl.col("counts").sum(), "sum": value.sum(), "mean": value.mean(),
        "median": value.quantile(0.5, interpolation="lower"), "p90": value.quantile(0.9, interpolation="lower"),
        "min": value.min(), "max": value.max(), "distinct": value.explode().drop_nulls().n_unique(),
    }  # fmt: skip
    summed = counted.group_by("subject", "by", "begin").agg(
        numerators[indicator.measure].cast(pl.Float64).alias("numerator"),
        (pl.len() if indicator.measure in ("count", "share") else value.count()).cast(pl.Float64).alias("denominator"),
        pl.col("exempt").sum().cast(pl.Int64).alias("excluded"),
    )
    if indicator.measure in ("median", "p90"):
        summed = _observed(counted, summed, part=0.5 if indicator.measure == "median" else 0.9)
    summed = _with_everyone(scope, indicator, summed=summed)
    return _rows(ruling, edition, indicator=indicator, summed=summed, name=name)


def _observed(counted: pl.DataFrame, summed: pl.DataFrame, *, part: float) -> pl.DataFrame:
    """Median and p90 are observed values: numpy's inverted_cdf."""
    values = (
        counted.filter(pl.col("counts") & pl.col("value").is_not_null())
        .group_by("subject", "by", "begin")
        .agg(pl.col("value").sort().get(((pl.len() * part).ceil() - 1).clip(0).cast(pl.Int64)).alias("observed"))
    )
    return (
        summed.join(values, on=["subject", "by", "begin"], how="left", nulls_equal=True)
        .with_columns(pl.col("observed").alias("numerator"))
        .drop("observed")
    )


def _with_everyone(scope: _Scope, indicator: Indicator, *, summed: pl.DataFrame) -> pl.DataFrame:
    """All units (or items) in force on a period's first day get a row, those without any record included.

    Periods run from the first to the last in which anyone has a record.
    """
    kind, _, part = indicator.subject.partition(":")
    table = scope.log.tables.get({"unit": "units", "item": "items"}.get(kind, ""))
    if table is None or indicator.by or table.is_empty() or summed.is_empty():
        return summed
    begins = pl.DataFrame({"begin": _all_begins(indicator, summed["begin"].to_numpy())})
    since, until = (
        _days(table, "from", rules=scope.rules, default=-(2**40)),
        _days(table, "until", rules=scope.rules, default=2**40),
    )
    members = table.select(
        pl.col("id").cast(pl.String).alias("subject"), *((pl.col("type"),) if "type" in table.columns else ())
    ).with_columns(pl.Series("since", since), pl.Series("until_day", until))
    if part and "type" in members.columns:
        members = members.filter(pl.col("type") == part)
        summed = summed.filter(pl.col("subject").is_in(members["subject"].implode()))
    day = pl.col("begin") if indicator.period != "all" else pl.lit(scope.today)
    everyone = members.join(begins, how="cross").filter((pl.col("since") <= day) & (day < pl.col("until_day")))
    missing = everyone.select("subject", "begin").unique().join(summed, on=["subject", "begin"], how="anti")
    zeros = missing.select(
        "subject",
        pl.lit(None, dtype=pl.String).alias("by"),
        "begin",
        pl.lit(0.0).alias("numerator"),
        pl.lit(0.0).alias("denominator"),
        pl.lit(0, dtype=pl.Int64).alias("excluded"),
    )
    return pl.concat([summed, zeros])


def _all_begins(indicator: Indicator, begins: Int64) -> Int64:
    """The first days of all periods from the first to the last of these."""
    if indicator.period == "all":
        return np.zeros(1, np.int64)
    return np.unique(period_begin(np.arange(begins.min(), begins.max() + 1), indicator.period))


def _rows(ruling: Ruling, edition: Edition, *, indicator: Indicator, summed: pl.DataFrame, name: str) -> pl.DataFrame:
    begin, n, k = (summed[column].to_numpy() for column in ("begin", "denominator", "numerator"))
    low, high = wilson(np.nan_to_num(k), n) if indicator.measure == "share" else (np.full(n.size, np.nan),) * 2
    shown = (indicator.interval or ("wilson" if indicator.over == "ratings" else "none")) == "wilson"
    share = pl.col("numerator") / pl.col("denominator")
    value = share if indicator.measure == "share" else pl.col("numerator")
    always = indicator.min_n == 1 and indicator.measure in ("count", "sum", "distinct")
    enough = (pl.col("denominator") >= indicator.min_n) | pl.lit(always)
    subject = pl.col("subject")
    is_item = indicator.subject == "item"
    whole = indicator.period == "all"
    return summed.with_columns(
        pl.lit(ruling.institution).alias("institution"),
        pl.lit(name).alias("clause"),
        pl.lit(edition.version).alias("version"),
        (pl.lit(None) if is_item else subject).cast(pl.String).alias("unit"),
        (subject if is_item else pl.lit(None)).cast(pl.String).alias("item"),
        pl.when(pl.lit(not whole)).then(pl.Series(begin).cast(pl.Int32).cast(pl.Date)).alias("period_start"),
        pl.when(pl.lit(not whole))
        .then(pl.Series(period_end(begin, indicator.period) - 1).cast(pl.Int32).cast(pl.Date))
        .alias("period_end"),
        pl.when(enough).then(value).fill_nan(None).alias("value"),
        pl.when(pl.lit(shown) & enough).then(pl.Series(low)).fill_nan(None).alias("low"),
        pl.when(pl.lit(shown) & enough).then(pl.Series(high)).fill_nan(None).alias("high"),
    ).select(pl.col(column).cast(kind) for column, kind in INDICATOR_COLUMNS.items())
