"""Calendars: layers, days off and on, windows, and what is not known yet (rules.md 1.7, grammar 1.7)."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from tests.conftest import ROOT
from tests.reference.comparison import CHINA
from yinuo.kernel.calendars import Calendar, CalendarText, parse_windows
from yinuo.kernel.instants import FIRST_DATE, LAST_DATE, as_date, as_instant, day_number, microseconds
from yinuo.rulebook.calendars import read_calendar
from yinuo.rulebook.refusals import PackRefused

OFFICE = ["09:00-12:00", "13:00-17:00"]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu"), OFFICE) | {"fri": ["09:00-12:00"]}


def layer(**text) -> CalendarText:
    return CalendarText.model_validate(text)


def made(*layers: CalendarText) -> Calendar:
    return Calendar.build(zone="Asia/Shanghai", layers=[layer(week=WEEK), *layers])


def days(*texts: str) -> np.ndarray:
    return np.array([day_number(date.fromisoformat(text)) for text in texts], np.int64)


def local(*texts: str) -> np.ndarray:
    """Wall-clock times as the calendar counts them."""
    return np.array([microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in texts], np.int64)


def walls(values: np.ndarray) -> list[str]:
    return [f"{as_instant(at):%Y-%m-%d %H:%M:%S.%f}".removesuffix(".000000") for at in values]


def working(calendar: Calendar, *texts: str) -> list[bool]:
    return calendar.is_workday(days(*texts)).tolist()


def test_a_day_without_windows_rests():
    assert working(made(), "2026-03-06", "2026-03-07", "2026-03-08", "2026-03-09") == [True, False, False, True]


@pytest.mark.holds("peer 53", shows="yinuo due")
def test_what_a_layer_says_of_a_day_wins_over_what_it_extends():
    base = layer(off={"2026-03-02": "rest", "2026-03-03": "rest"}, on={"2026-03-07": "work", "2026-03-08": "work"})
    own = layer(off={"2026-03-07": "fair"}, on={"2026-03-03": "no fair"})
    calendar = made(base, own)
    assert working(calendar, "2026-03-02", "2026-03-03", "2026-03-07", "2026-03-08") == [False, True, False, True]
    assert calendar.describe(day_number(date(2026, 3, 7))) == "fair"
    assert calendar.describe(day_number(date(2026, 3, 2))) == "rest"
    assert calendar.describe(day_number(date(2026, 3, 4))) == ""


def test_a_layer_without_a_week_keeps_the_one_below_and_one_with_a_week_replaces_it():
    weekend = layer(week={"sat": OFFICE, "sun": OFFICE})
    assert working(made(layer(zh="own")), "2026-03-06", "2026-03-07") == [True, False]
    assert working(made(weekend), "2026-03-06", "2026-03-07") == [False, True]


def test_a_make_up_day_has_mondays_windows_or_its_own():
    calendar = made(layer(on={"2026-03-07": "make-up", "2026-03-08": {"zh": "half", "windows": ["08:00-11:30"]}}))
    assert walls(calendar.closing(days("2026-03-06", "2026-03-07", "2026-03-08"))) == [
        "2026-03-06 12:00:00",
        "2026-03-07 17:00:00",
        "2026-03-08 11:30:00",
    ]
    assert calendar.describe(day_number(date(2026, 3, 8))) == "half"


def test_the_counter_closes_at_the_end_of_the_last_window_and_a_rest_day_at_its_last_instant():
    around = made(layer(on={"2026-03-07": {"windows": ["00:00-24:00"]}}))
    assert walls(around.closing(days("2026-03-05", "2026-03-07", "2026-03-08"))) == [
        "2026-03-05 17:00:00",
        "2026-03-07 23:59:59.999999",
        "2026-03-08 23:59:59.999999",
    ]


@pytest.mark.parametrize(
    ("wall", "opening"),
    [
        ("2026-03-05 08:59:59", "2026-03-05 09:00:00"),
        ("2026-03-05 09:00:00", "2026-03-05 09:00:00"),
        ("2026-03-05 11:59:59", "2026-03-05 11:59:59"),
        ("2026-03-05 12:30:00", "2026-03-05 13:00:00"),
        ("2026-03-05 16:59:59", "2026-03-05 16:59:59"),
        ("2026-03-05 17:00:01", "2026-03-06 09:00:00"),
        ("2026-03-06 12:00:01", "2026-03-09 09:00:00"),
        ("2026-03-07 10:00:00", "2026-03-09 09:00:00"),
    ],
)
def test_the_next_opening_is_now_while_open_else_the_next_window(wall, opening):
    assert walls(made().next_opening(local(wall))) == [opening]


def test_open_time_counts_only_inside_windows_and_is_found_again():
    calendar = made()
    marks = local("2026-03-05 08:00", "2026-03-05 09:30", "2026-03-05 12:40", "2026-03-05 18:00", "2026-03-07 10:00")
    passed = (calendar.open_through(marks) - calendar.open_through(marks[:1])) / 3_600_000_000
    assert passed.tolist() == [0, 0.5, 3, 7, 10]
    inside = local("2026-03-05 09:30", "2026-03-05 12:00", "2026-03-05 13:00:01", "2026-03-06 12:00")
    assert walls(calendar.local_after_open(calendar.open_through(inside))) == walls(inside)


def test_a_count_of_working_days_finds_its_day_again():
    every = CHINA.workdays
    assert (CHINA.nth_workday(CHINA.count_workdays(every)) == every).all()
    assert (np.diff(CHINA.count_workdays(np.arange(CHINA.first, day_number(LAST_DATE) + 1))) >= 0).all()
    assert FIRST_DATE.year < 1900
    assert LAST_DATE.year == 2200


def test_a_rest_day_rolls_to_the_next_or_to_the_last_working_day():
    spring = days("2026-02-13", "2026-02-14", "2026-02-16", "2026-02-23", "2026-02-24")
    assert [str(as_date(day)) for day in CHINA.roll(spring)] == [
        "2026-02-13",
        "2026-02-14",
        "2026-02-24",
        "2026-02-24",
        "2026-02-24",
    ]
    assert [str(as_date(day)) for day in CHINA.roll(spring, backwards=True)] == [
        "2026-02-13",
        "2026-02-14",
        "2026-02-14",
        "2026-02-14",
        "2026-02-24",
    ]


def test_a_day_is_known_from_the_first_published_day_until_before_the_first_unpublished():
    calendar = made(layer(known={"from": "2025-01-01", "until": "2027-01-01"}))
    asked = ("2024-12-31", "2025-01-01", "2026-12-31", "2027-01-01")
    assert [calendar.is_known(day_number(date.fromisoformat(day))) for day in asked] == [False, True, True, False]
    assert made().is_known(day_number(date(2100, 1, 1)))


def off_in(year: int) -> list[str]:
    """The Mondays to Fridays of a year on which China rests."""
    every = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    return [f"{day:%m-%d}" for day in every if day.weekday() < 5 and not working(CHINA, str(day))[0]]


@pytest.mark.parametrize(
    ("year", "off", "on"),
    [
        (2026, ["01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01", "05-04", "05-05",
                "06-19", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07"],
         ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"]),
        (2025, ["01-01", "01-28", "01-29", "01-30", "01-31", "02-03", "02-04", "04-04", "05-01", "05-02", "05-05", "06-02",
                "10-01", "10-02", "10-03", "10-06", "10-07", "10-08"],
         ["01-26", "02-08", "04-27", "09-28", "10-11"]),
    ],
    ids=["CAL-06", "CAL-07"],
)  # fmt: skip
def test_the_holidays_of_a_year(year, off, on):
    assert off_in(year) == off
    every = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    weekend = [str(day) for day in every if day.weekday() > 4]
    assert [day[5:] for day, works in zip(weekend, working(CHINA, *weekend), strict=True) if works] == on
    assert sum(working(CHINA, *map(str, every))) == 248


def test_cal_08_a_year_without_a_notice_is_not_known():
    assert [CHINA.is_known(day_number(day)) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [True, False]


@pytest.mark.holds("peer 53", shows="yinuo due")
def test_cal_09_a_place_lays_its_own_rest_day_over_the_national_calendar(tmp_path: Path):
    (tmp_path / "calendars").mkdir()
    path = tmp_path / "calendars/own.toml"
    path.write_text(
        'extends = "cn-national/cn"\n[off]\n2026-03-03 = "三月三"\n[on]\n2026-02-16 = "值班"\n', encoding="utf-8"
    )
    calendar = read_calendar("own", tmp_path, zone="Asia/Shanghai", find_pack=lambda name: ROOT / "packs" / name)
    assert working(calendar, "2026-03-02", "2026-03-03", "2026-02-16", "2026-02-17") == [True, False, True, False]
    assert not calendar.is_known(day_number(date(2027, 1, 1)))


@pytest.mark.parametrize(
    "windows", [["8:30-17:00"], ["08:30-17:60"], ["08:30 - 17:00"], ["17:00-08:30"], ["08:30-08:30"], ["08:30-24:01"],
                ["24:00-24:00"], ["08:30-12:00", "11:59-17:00"], ["14:00-17:30", "08:30-12:00"], [""]],
)  # fmt: skip
def test_malformed_windows_are_refused(windows):
    with pytest.raises(ValueError, match="window"):
        parse_windows(windows)
    with pytest.raises(ValidationError):
        layer(week={"mon": windows})
    with pytest.raises(ValidationError):
        layer(on={"2026-03-07": {"windows": windows}})


def test_windows_may_touch_and_reach_midnight():
    assert parse_windows(["00:00-12:00", "12:00-24:00"]) == ((0, 720), (720, 1440))


@pytest.mark.parametrize("text", [
    "week = { monday = [] }", "weeks = {}", "known = { until = 'soon' }", "known = { to = 2027-01-01 }", "off = { holiday = 'x' }",
    "off = { 2026-02-30 = 'x' }", "on = { 2026-03-07 = { zh = 'x' } }", "on = { 2026-03-07 = { windows = [], hours = 8 } }",
])  # fmt: skip
def test_malformed_text_is_refused(text):
    with pytest.raises((ValidationError, tomllib.TOMLDecodeError)):
        CalendarText.model_validate(tomllib.loads(text))


def test_a_calendar_without_a_week_is_refused():
    with pytest.raises(ValueError, match=r"no layer has a \[week\]"):
        Calendar.build(zone="Asia/Shanghai", layers=[layer(off={"2026-03-02": "rest"})], name="own")


@pytest.mark.parametrize(("text", "says"), [
    ('extends = "own"', "extends itself"), ('extends = "cn-national/none"', "none.toml"), ("week = { mo = [] }", "mo"),
])  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_its_path(tmp_path: Path, text: str, says: str):
    (tmp_path / "calendars").mkdir()
    (tmp_path / "calendars/own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PackRefused) as refused:
        read_calendar("own", tmp_path, zone="Asia/Shanghai", find_pack=lambda name: ROOT / "packs" / name)
    assert says in str(refused.value)
    assert "calendars" in str(refused.value)
