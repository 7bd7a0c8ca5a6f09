"""The Chinese calendar and the counting of days against sources made by others (rules.md 1.7, data of shared/data)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from tests.conftest import ROOT
from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import as_date, as_instant, day_number, microseconds
from yinuo.kernel.limits import Limit
from yinuo.kernel.terms import Convention, Pauses, Terms
from yinuo.rulebook.calendars import read_calendar

ZONE = ZoneInfo("Asia/Shanghai")
VECTORS = [
    ("2026-02-11", "5 workdays", "2026-02-25", "Saturday 14 February works, nine days off"),
    ("2026-02-11", "20 workdays", "2026-03-17", "Saturday 28 February works"),
    ("2026-02-16", "5 workdays", "2026-02-28", "start on a holiday, due on a working Saturday"),
    ("2026-04-30", "5 workdays", "2026-05-11", "9 May works"),
    ("2026-09-23", "10 workdays", "2026-10-14", "two holidays, 10 October works"),
    ("2025-12-30", "3 workdays", "2026-01-05", "across the year, Sunday 4 January works"),
    ("2025-01-24", "20 workdays", "2025-02-27", "26 January and 8 February work"),
    ("2026-08-07", "60 days", "2026-10-08", "rolls over the National Day holidays"),
    ("2026-04-02", "30 days", "2026-05-06", "rolls over the Labour Day holidays"),
]


@pytest.fixture(scope="module")
def cn() -> Calendar:
    packs = ROOT / "packs"
    return read_calendar("cn", packs / "cn-national", zone="Asia/Shanghai", find_pack=lambda name: packs / name)


def due_dates(calendar: Calendar, starts: list[datetime], limit: Limit) -> list[date]:
    """The local due dates of one limit from several starts, in one call."""
    at = np.array([microseconds(start) for start in starts], np.int64)
    terms = Terms.started(at, Convention(limit.unit), calendar=calendar)
    due = terms.instant(terms.due(terms.counted(np.full(at.size, limit.count, np.int64)), Pauses.none()))
    return [as_instant(one).astimezone(ZONE).date() for one in due.tolist()]


@pytest.mark.parametrize(("start", "limit", "due", "why"), VECTORS, ids=[f"{v[0]}+{v[1]}" for v in VECTORS])
def test_vectors_of_the_rules(cn: Calendar, start: str, limit: str, due: str, why: str) -> None:
    began = datetime.fromisoformat(start).replace(hour=10, tzinfo=ZONE)
    assert due_dates(cn, [began], Limit.parse(limit)) == [date.fromisoformat(due)], why


@pytest.mark.holds("peer 53", shows="yinuo due")
def test_the_hall_case_of_leqing(cn: Calendar) -> None:
    accepted = datetime(2014, 8, 19, 8, 59, 27, tzinfo=ZONE)
    assert due_dates(cn, [accepted], Limit.parse("11 workdays")) == [date(2014, 9, 3)]


def test_the_hall_case_of_leqing_as_published(cn: Calendar, real_data: Callable[[str], Path]) -> None:
    case = json.loads(real_data("samples/hall_case_leqing_deadline.json").read_text(encoding="utf-8"))
    accepted = datetime.fromisoformat(case["accept_time"]).replace(tzinfo=ZONE)
    due = due_dates(cn, [accepted], Limit.parse(f"{case['promise_workdays']} workdays"))
    assert due == [date.fromisoformat(case["promise_end"])]


def test_all_7305_days_of_three_sources(cn: Calendar, real_data: Callable[[str], Path]) -> None:
    table = pl.read_csv(real_data("calendars/cn_day_table_2007_2026.csv"), try_parse_dates=True)
    days = np.array([day_number(day) for day in table["date"]], np.int64)
    assert days.size == 7305
    assert [as_date(day) for day in days[cn.is_workday(days) != (table["is_workday"].to_numpy() == 1)]] == []


def test_all_2000_vectors(cn: Calendar, real_data: Callable[[str], Path]) -> None:
    vectors = pl.read_csv(real_data("calendars/cn_add_workdays_vectors.csv"), try_parse_dates=True)
    assert vectors.height == 2000
    wrong = []
    for (number,), group in vectors.group_by("n_workdays"):
        starts = [datetime(day.year, day.month, day.day, 10, tzinfo=ZONE) for day in group["start_date"]]
        due = due_dates(cn, starts, Limit.parse(f"{number} workdays"))
        wrong += [row for row, end in zip(group.rows(), due, strict=True) if row[3] != end]
    assert wrong == []
