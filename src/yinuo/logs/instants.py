"""Their times as instants: whole columns at once, and null for every cell that is not surely one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from yinuo.engine.log import INSTANT
from yinuo.logs.tables import LogError

LOCAL = pl.Datetime("us")
FIRST_YEAR, LAST_YEAR = 1900, 2199
_EPOCHS: dict[str, Literal["us", "ms"]] = {"epoch_s": "ms", "epoch_ms": "ms", "epoch_us": "us"}
_ISO = tuple(
    f"%Y-%m-%d{between}%H:%M{seconds}{offset}"
    for seconds in (":%S%.f", "")
    for offset in ("%#z", "")
    for between in ("T", " ")
)
_ISO_DATE = "%Y-%m-%d"


@dataclass(frozen=True)
class Clockwork:
    """How the times of one log are written: `zone, format, times, ambiguous, not_before` of `[log]`."""

    zone: str
    format: str | None = None
    dates: bool = False
    ambiguous: Literal["first", "last", "reject"] = "reject"
    not_before: date | None = None

    def __post_init__(self) -> None:
        """Raises LogError for a zone there is none of."""
        try:
            pl.Series([], dtype=LOCAL).dt.replace_time_zone(self.zone)
        except pl.exceptions.PolarsError as error:
            raise LogError(
                f'"{self.zone}" is no time zone. Write an IANA name such as "Asia/Shanghai" as zone in [log].'
            ) from error

    @property
    def low(self) -> date:
        """The first local date that is believed."""
        first = date(FIRST_YEAR, 1, 1)
        return max(first, self.not_before) if self.not_before else first


def read_instants(raw: pl.Series, clock: Clockwork, *, bounded: bool = True) -> pl.Series:
    """UTC instants in microseconds; null where the cell is empty or is no instant inside the bounds."""
    exact, local = _parsed(raw, clock)
    if clock.dates:
        local = local if exact is None else pl.select(pl.coalesce(local, _wall(exact, clock))).to_series()
        found = _midnights(local.dt.truncate("1d"), clock)
    else:
        found = _localised(local, clock, which=clock.ambiguous)
        found = found if exact is None else pl.select(pl.coalesce(exact, found)).to_series()
    return _within(found, clock, bounded=bounded).rename(raw.name)


def read_dates(raw: pl.Series, clock: Clockwork) -> pl.Series:
    """Local dates of dates or instants; null where the cell is neither."""
    if raw.dtype == pl.Date:
        found = raw
    elif raw.dtype == pl.String:
        found = raw.str.to_date(_ISO_DATE, strict=False)
        if found.null_count() > raw.null_count():
            exact, local = _parsed(raw, clock)
            walls = local if exact is None else pl.select(pl.coalesce(local, _wall(exact, clock))).to_series()
            found = pl.select(pl.coalesce(found, walls.dt.date())).to_series()
    else:
        exact, local = _parsed(raw, clock)
        found = (local if exact is None else _wall(exact, clock)).dt.date()
    years = found.dt.year()
    believed = (years >= FIRST_YEAR) & (years <= LAST_YEAR)
    return found.set(~believed, None).rename(raw.name) if not believed.all() else found.rename(raw.name)


def why_no_instant(raw: pl.Series, clock: Clockwork) -> pl.Series:
    """For cells `read_instants` gave up, the reason in words."""
    exact, local = _parsed(raw, clock)
    parsed = local if exact is None else pl.select(pl.coalesce(local, _wall(exact, clock))).to_series()
    once = _localised(local, clock, which="first")
    reasons = pl.DataFrame({"parsed": parsed, "local": local, "once": once, "day": _bare_dates(raw)})
    return reasons.select(
        pl.when(pl.col("parsed").is_null() & pl.col("day") & (not clock.dates))
        .then(pl.lit('a date without a time; say times = "date" in [log] if all are'))
        .when(pl.col("parsed").is_null())
        .then(pl.lit(_expected(clock)))
        .when(~pl.col("parsed").dt.year().is_between(FIRST_YEAR, LAST_YEAR))
        .then(pl.lit(f"outside the years {FIRST_YEAR}–{LAST_YEAR}"))
        .when(pl.col("parsed") < clock.low)
        .then(pl.lit(f"earlier than not_before = {clock.not_before}"))
        .when(pl.col("local").is_not_null() & pl.col("once").is_null())
        .then(pl.lit(f"a time that never occurs in {clock.zone}: the clock was put forward over it"))
        .otherwise(pl.lit(f'a time that occurs twice in {clock.zone}; say ambiguous = "first" or "last" in [log]'))
    ).to_series()


def _expected(clock: Clockwork) -> str:
    if clock.format:
        return f'not a time of the format "{clock.format}"'
    return "not a time in ISO 8601 (such as 2026-02-11 09:30:00+08:00)"


def _bare_dates(raw: pl.Series) -> pl.Series:
    if raw.dtype != pl.String:
        return pl.repeat(value=False, n=len(raw), eager=True)
    return raw.str.to_date(_ISO_DATE, strict=False).is_not_null()


def _parsed(raw: pl.Series, clock: Clockwork) -> tuple[pl.Series | None, pl.Series]:
    """The cells that carry an offset as UTC instants (None when none can), and those without as wall times."""
    kind = raw.dtype
    if kind == pl.Datetime:
        if kind.time_zone is None:  # type: ignore[attr-defined]
            return None, raw.cast(LOCAL)
        return raw.dt.convert_time_zone("UTC").cast(INSTANT), pl.repeat(None, len(raw), dtype=LOCAL, eager=True)
    if kind == pl.Date and clock.dates:
        return None, raw.cast(LOCAL)
    if kind == pl.Null:
        return None, raw.cast(LOCAL)
    if clock.format in _EPOCHS and (kind.is_integer() or kind == pl.String):
        return _epochs(raw, clock.format), pl.repeat(None, len(raw), dtype=LOCAL, eager=True)
    if kind != pl.String:
        raise _no_times(raw)
    return _from_text(raw, clock)


def _no_times(raw: pl.Series) -> LogError:
    if raw.dtype == pl.Date:
        return LogError(f'Column "{raw.name}" holds dates without a time. Say times = "date" in [log] of pack.toml.')
    remedy = 'say format = "epoch_s", "epoch_ms" or "epoch_us" in [log]' if raw.dtype.is_integer() else "store times"
    return LogError(f'Column "{raw.name}" holds {raw.dtype}, not times: {remedy}.')


def _epochs(raw: pl.Series, unit: str) -> pl.Series:
    counted = raw.cast(pl.Int64, strict=False)
    counted = counted * 1000 if unit == "epoch_s" else counted
    return counted.cast(pl.Datetime(_EPOCHS[unit])).dt.replace_time_zone("UTC").cast(INSTANT)


def _from_text(raw: pl.Series, clock: Clockwork) -> tuple[pl.Series | None, pl.Series]:
    exact = pl.repeat(None, len(raw), dtype=INSTANT, eager=True)
    local = pl.repeat(None, len(raw), dtype=LOCAL, eager=True)
    for pattern in _likeliest(raw, _patterns(clock)):
        left = raw.null_count() + exact.len() - exact.null_count() + local.len() - local.null_count() < len(raw)
        if not left:
            break
        fresh = exact.null_count() == len(raw) == local.null_count()
        todo = raw if fresh else raw.set(exact.is_not_null() | local.is_not_null(), None)
        found = todo.str.to_datetime(pattern, strict=False, time_unit="us")
        if found.dtype == LOCAL:
            local = found if fresh else pl.select(pl.coalesce(local, found)).to_series()
        else:
            exact = found if fresh else pl.select(pl.coalesce(exact, found)).to_series()
    return (None if exact.null_count() == len(raw) else exact), local


def _patterns(clock: Clockwork) -> tuple[str, ...]:
    if clock.format:
        return (clock.format.replace(".%f", "%.f"),)
    return (*_ISO, _ISO_DATE) if clock.dates else _ISO


def _likeliest(raw: pl.Series, patterns: tuple[str, ...]) -> list[str]:
    """The patterns, those that fit the first cells first: on a uniform column one pass is enough."""
    if len(patterns) == 1:
        return list(patterns)
    sample = raw.drop_nulls().head(50)
    hits = {one: sample.str.to_datetime(one, strict=False, time_unit="us").null_count() for one in patterns}
    return sorted(patterns, key=hits.__getitem__)


def _localised(local: pl.Series, clock: Clockwork, *, which: str) -> pl.Series:
    words: dict[str, Literal["earliest", "latest", "null"]] = {"first": "earliest", "last": "latest", "reject": "null"}
    zoned = local.dt.replace_time_zone(clock.zone, ambiguous=words[which], non_existent="null")
    return zoned.dt.convert_time_zone("UTC")


def _midnights(days: pl.Series, clock: Clockwork) -> pl.Series:
    """The first instant of each local day, also where the clock jumps over midnight."""
    found = _localised(days, clock, which="first")
    if found.null_count() == days.null_count():
        return found
    return pl.select(pl.coalesce(found, _localised(days + timedelta(hours=1), clock, which="first"))).to_series()


def _wall(exact: pl.Series, clock: Clockwork) -> pl.Series:
    return exact.dt.convert_time_zone(clock.zone).dt.replace_time_zone(None)


def _within(found: pl.Series, clock: Clockwork, *, bounded: bool) -> pl.Series:
    lowest = clock.low if bounded else date(FIRST_YEAR, 1, 1)
    edges = pl.Series([lowest, date(LAST_YEAR + 1, 1, 1)]).cast(LOCAL)
    low, high = _midnights(edges, clock).to_physical()
    counted = found.to_physical()  # an instant of the year 0 is a number here, but no datetime of Python
    first, last = counted.min(), counted.max()
    if first is None or (first >= low and last < high):
        return found
    return found.set((counted < low) | (counted >= high), None)
