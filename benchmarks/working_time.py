"""Adding 8 working hours to a million instants, zone conversion included, beside the libraries that can do it."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from measured import Result, timed

HOLIDAYS = ("01-01", "01-19", "02-16", "04-20", "05-25", "07-03", "09-07", "10-12", "11-11", "11-26", "12-25")
YEARS = (2023, 2024, 2025)
ZONE = "America/New_York"
CLOCK = "%Y-%m-%d %H:%M:%S"


def run(*, smoke: bool) -> Result:
    """Our batches against pandas, businesstimedelta and chinesecalendar in the same minute, then against a day-walk."""
    result = Result("working_time", smoke)
    size = 10_000 if smoke else 1_000_000
    at = _instants(size)
    calendar = _plain_calendar()
    ours, due = timed(lambda: add_eight_hours(at, calendar), times=5)
    result.tell("yinuo: instants a second, batch of " + f"{size:,}", size / ours)
    for name, add, few in _peers():
        count = min(few, size) if not smoke else min(few, 1_000)
        begin = time.perf_counter()
        theirs = add(at[:count])
        rate = count / (time.perf_counter() - begin)
        result.tell(f"{name}: instants a second, {count:,}", rate)
        mine = (
            calendar.clock.utc(calendar.next_opening(calendar.clock.local(due))) if name.startswith("pandas") else due
        )
        result.check(f"same answers as {name}", int((theirs != mine[:count]).sum()), count)
        if name.startswith("pandas"):
            result.bar(f"times as fast as {name}", size / ours / rate, 500, at_least=True)
        else:
            result.tell(f"times as fast as {name}", size / ours / rate)
    _chinese(result, smoke=smoke)
    one = at[:1]
    calls, _ = timed(lambda: [add_eight_hours(one, calendar) for _ in range(1_000)], times=5)
    result.bar("one call, µs", calls * 1_000, 50)
    _day_walk(result, size)
    return result


def add_eight_hours(at: Any, calendar: Any, hours: int = 8) -> Any:
    """UTC microseconds in and out: through the zone to the wall clock, along the office windows, and back."""
    from yinuo.kernel.limits import Unit
    from yinuo.kernel.terms import Convention, Pauses, Terms

    terms = Terms.started(at, Convention(Unit.OFFICE_HOURS), calendar=calendar)
    need = terms.counted(np.full(at.shape, hours, np.int64))
    return terms.instant(terms.due(need, Pauses.none()))


def _instants(size: int) -> Any:
    draw = np.random.default_rng(8)
    first = int(datetime(2023, 1, 3, tzinfo=UTC).timestamp())
    return (first + draw.integers(0, 1_000 * 86_400, size)) * 1_000_000


def _holidays() -> list[str]:
    return [f"{year}-{day}" for year in YEARS for day in HOLIDAYS]


def _plain_calendar() -> Any:
    """One window a day and no make-up days: all that the peers can express."""
    from yinuo.kernel.calendars import Calendar, CalendarText

    week = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    text = CalendarText.model_validate({"week": week, "off": dict.fromkeys(_holidays(), "holiday")})
    return Calendar.build(zone=ZONE, layers=[text])


def _peers() -> list[tuple[str, Callable[[Any], Any], int]]:
    return [("pandas CustomBusinessHour", _pandas, 20_000), ("businesstimedelta", _businesstimedelta, 2_000)]


def _pandas(at: Any) -> Any:
    """What ends at closing time pandas shows at the next opening; ours is moved there before the two are compared."""
    import pandas as pd

    warnings.simplefilter("ignore")
    local = pd.DatetimeIndex(pd.to_datetime(at, unit="us", utc=True)).tz_convert(ZONE).tz_localize(None)
    moved = local + pd.offsets.CustomBusinessHour(8, start="09:00", end="17:00", holidays=_holidays())
    return moved.tz_localize(ZONE).tz_convert("UTC").tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)


def _businesstimedelta(at: Any) -> Any:
    from datetime import time as clock

    import businesstimedelta as peer
    import pytz

    days = {datetime.strptime(day, "%Y-%m-%d").date(): "holiday" for day in _holidays()}  # noqa: DTZ007
    hours = peer.WorkDayRule(
        start_time=clock(9), end_time=clock(17), working_days=[0, 1, 2, 3, 4], tz=pytz.timezone(ZONE)
    )
    rules = peer.Rules([hours, peer.HolidayRule(days, tz=pytz.timezone(ZONE))])
    eight = peer.BusinessTimeDelta(rules, hours=8)
    moved = [datetime.fromtimestamp(one / 1e6, UTC) + eight for one in at.tolist()]
    return np.array([int(one.timestamp()) * 1_000_000 for one in moved])


def _chinese(result: Result, *, smoke: bool) -> None:
    """Whole working days with make-up days, against chinesecalendar (it has no hours)."""
    from datetime import date

    import chinese_calendar as peer

    from tests.reference.comparison import CHINA
    from yinuo.kernel.instants import day_number

    days = [date(2023, 1, 1) + timedelta(days=n) for n in range(300 if smoke else 1_000)]
    begin = time.perf_counter()
    theirs = []
    for day in days:
        left, reached = 20, day
        while left:
            reached += timedelta(days=1)
            left -= peer.is_workday(reached)
        theirs.append(day_number(reached))
    rate = len(days) / (time.perf_counter() - begin)
    numbers = np.array([day_number(day) for day in days] * (1_000_000 // len(days)))
    ours, reached_by_us = timed(lambda: CHINA.nth_workday(CHINA.count_workdays(numbers) + 20))
    result.tell("chinesecalendar: 20 working days, a second", rate)
    result.tell("times as fast as chinesecalendar", numbers.size / ours / rate)
    result.check("same answers as chinesecalendar", int((reached_by_us[: len(days)] != theirs).sum()), len(days))


def _day_walk(result: Result, size: int) -> None:
    """Every answer again from the reference: windows of each day one after the other, Chinese make-up days included."""
    from tests.reference.comparison import CHINA, Custom
    from tests.reference.rulers import Moments
    from yinuo.kernel.limits import Unit

    at = _instants(size)
    due = add_eight_hours(at, CHINA)
    ruler = Moments(Custom().place(), Unit.OFFICE_HOURS)
    wrong = 0
    for begin, end in zip(at.tolist(), due.tolist(), strict=True):
        reached = ruler.reach(Fraction(8), datetime.fromtimestamp(begin // 1_000_000, UTC), [])
        wrong += reached is None or int(reached.timestamp()) * 1_000_000 != end
    result.check("same answers as a day-walk", wrong, size)
