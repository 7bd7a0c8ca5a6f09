"""Wall clocks against the standard library's: the hours that occur twice, and those that never occur."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yinuo.kernel.instants import Zone, as_instant, microseconds

ZONES = ["America/New_York", "Europe/Amsterdam", "Asia/Shanghai", "Australia/Lord_Howe", "UTC"]
BOUNDS = (datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2199-12-31"))
INSTANTS = st.lists(st.datetimes(*BOUNDS), min_size=1, max_size=20)


def naive(text: str) -> np.ndarray:
    """A wall-clock time as the zone reads it."""
    return np.array([microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))], np.int64)


def read(found: np.ndarray) -> str:
    return f"{as_instant(found[0]):%Y-%m-%d %H:%M:%S}"


@pytest.mark.parametrize("name", ZONES)
@settings(max_examples=40, deadline=None)
@given(moments=INSTANTS)
def test_every_instant_has_the_wall_clock_of_the_standard_library_and_comes_back(name, moments):
    zone = ZoneInfo(name)
    aware = [moment.replace(tzinfo=UTC) for moment in moments]
    at = np.array([microseconds(one) for one in aware], np.int64)
    local = Zone.of(name).local(at)
    walls = [one.astimezone(zone) for one in aware]
    assert [as_instant(one).replace(tzinfo=None) for one in local] == [one.replace(tzinfo=None) for one in walls]
    first, last = Zone.of(name).utc(local), Zone.of(name).utc(local, last=True)
    assert [as_instant(one) for one in first] == [one.replace(fold=0).astimezone(UTC) for one in walls]
    assert [as_instant(one) for one in last] == [one.replace(fold=1).astimezone(UTC) for one in walls]
    assert ((first == at) | (last == at)).all()


@pytest.mark.parametrize("year", [1987, 2006, 2007, 2026, 2100])
@pytest.mark.parametrize("name", ["America/New_York", "Europe/Amsterdam"])
def test_the_offset_changes_at_the_second_the_standard_library_says(name, year):
    zone, table = ZoneInfo(name), Zone.of(name)
    inside = [as_instant(at) for at in table.changes if as_instant(at).year == year]
    assert len(inside) == 2
    for turn in inside:
        before, after = turn - timedelta(microseconds=1), turn
        assert before.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset()


@pytest.mark.parametrize(
    ("name", "wall", "first", "last"),
    [
        ("America/New_York", "2026-11-01 00:59:59", "2026-11-01 04:59:59", "2026-11-01 04:59:59"),
        ("America/New_York", "2026-11-01 01:00:00", "2026-11-01 05:00:00", "2026-11-01 06:00:00"),
        ("America/New_York", "2026-11-01 01:59:59", "2026-11-01 05:59:59", "2026-11-01 06:59:59"),
        ("America/New_York", "2026-11-01 02:00:00", "2026-11-01 07:00:00", "2026-11-01 07:00:00"),
        ("Europe/Amsterdam", "2026-10-25 01:59:59", "2026-10-24 23:59:59", "2026-10-24 23:59:59"),
        ("Europe/Amsterdam", "2026-10-25 02:00:00", "2026-10-25 00:00:00", "2026-10-25 01:00:00"),
        ("Europe/Amsterdam", "2026-10-25 02:59:59", "2026-10-25 00:59:59", "2026-10-25 01:59:59"),
        ("Europe/Amsterdam", "2026-10-25 03:00:00", "2026-10-25 02:00:00", "2026-10-25 02:00:00"),
    ],
)
def test_an_hour_that_occurs_twice_has_a_first_and_a_last(name, wall, first, last):
    zone = Zone.of(name)
    assert read(zone.utc(naive(wall))) == first
    assert read(zone.utc(naive(wall), last=True)) == last


@pytest.mark.parametrize(
    ("name", "wall", "utc"),
    [
        ("America/New_York", "2026-03-08 01:59:59", "2026-03-08 06:59:59"),
        ("America/New_York", "2026-03-08 02:30:00", "2026-03-08 07:30:00"),
        ("America/New_York", "2026-03-08 03:00:00", "2026-03-08 07:00:00"),
        ("Europe/Amsterdam", "2026-03-29 02:30:00", "2026-03-29 01:30:00"),
        ("Europe/Amsterdam", "2026-03-29 03:00:00", "2026-03-29 01:00:00"),
    ],
)
def test_an_hour_that_never_occurs_is_read_with_the_offset_before(name, wall, utc):
    assert read(Zone.of(name).utc(naive(wall))) == utc


def test_a_zone_of_no_such_name_is_refused():
    with pytest.raises(ValueError, match="IANA"):
        Zone.of("Asia/Chengdu")


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="aware"):
        microseconds(datetime.fromisoformat("2026-03-02"))
