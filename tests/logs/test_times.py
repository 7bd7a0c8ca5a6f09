"""Times: with and without offsets, other formats, the hours a clock skips or repeats, bounds."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from yinuo.logs import LogError

HEAD = "case_id,activity,at\n"


def instants(found) -> list[str]:
    return [at.astimezone(UTC).isoformat() for at in found.log.events["at"]]


def times(*cells: str) -> str:
    return HEAD + "".join(f"c{n},a,{cell}\n" for n, cell in enumerate(cells))


def test_iso_8601_with_and_without_offset_and_to_the_microsecond(read, csv):
    cells = (
        "2026-02-11 09:30:00+08:00", "2026-02-11T09:30:00", "2026-02-11T01:30:00Z", "2026-02-11T09:30:00.123456+0800",
        "2026-02-11 09:30", "2026-02-11T09:30+08", "2026-02-11T02:30:00.5+01:00", "2026-02-11T09:30:00.1234567",
    )  # fmt: skip
    found = read(csv(times(*cells)))
    base = "2026-02-11T01:30:00"
    seconds = ["", "", "", ".123456", "", "", ".500000", ".123456"]
    assert instants(found) == [f"{base}{part}+00:00" for part in seconds]
    assert not len(found.rejected)


def test_twelve_hour_american_times(read, csv):
    path = csv(times("03/01/2011 02:27:57 PM", "03/01/2011 12:00:00 AM", "13/01/2011 02:27:57 PM"))
    found = read(path, format="%m/%d/%Y %I:%M:%S %p", zone="America/New_York")
    assert instants(found) == ["2011-03-01T19:27:57+00:00", "2011-03-01T05:00:00+00:00"]
    assert found.rejected.select("line", "column", "value", "reason", "kept").rows() == [
        (4, "at", "13/01/2011 02:27:57 PM", 'not a time of the format "%m/%d/%Y %I:%M:%S %p"', False)
    ]


def test_fractions_of_a_second_in_a_format(read, csv):
    found = read(csv(times("11.02.2026 09:30:00.25")), format="%d.%m.%Y %H:%M:%S.%f")
    assert instants(found) == ["2026-02-11T01:30:00.250000+00:00"]


@pytest.mark.parametrize(
    ("ambiguous", "hours"), [("first", ["05:30"]), ("last", ["06:30"]), ("reject", [])], ids=["first", "last", "reject"]
)
def test_the_hour_that_occurs_twice(read, csv, ambiguous, hours):
    path = csv(times("2015-11-01 01:30:00", "2015-11-01 12:00:00"))
    found = read(path, zone="America/New_York", ambiguous=ambiguous)
    assert [at[11:16] for at in instants(found)] == [*hours, "17:00"]
    if ambiguous == "reject":
        assert "occurs twice in America/New_York" in found.rejected["reason"][0]


def test_the_hour_that_never_occurs_is_rejected(read, csv):
    path = csv(times("2015-03-08 02:30:00", "2015-03-08 03:00:00"))
    found = read(path, zone="America/New_York", ambiguous="first")
    assert instants(found) == ["2015-03-08T07:00:00+00:00"]
    assert "never occurs in America/New_York" in found.rejected["reason"][0]


def test_dates_only_are_asked_for_and_then_begin_the_local_day(read, csv):
    path = csv(times("2026-02-11", "2026-02-12"))
    with pytest.raises(LogError, match=r'times = "date"'):
        read(path)
    assert instants(read(path, times="date")) == ["2026-02-10T16:00:00+00:00", "2026-02-11T16:00:00+00:00"]


def test_where_only_dates_count_an_instant_is_its_local_date(read, csv):
    found = read(csv(times("2026-02-10T23:00:00Z", "2026-02-10 23:00:00")), times="date")
    assert instants(found) == ["2026-02-10T16:00:00+00:00", "2026-02-09T16:00:00+00:00"]


def test_a_day_whose_midnight_the_clock_skips_begins_at_one(read, csv):
    found = read(csv(times("2018-11-04")), times="date", zone="America/Sao_Paulo")
    assert instants(found) == ["2018-11-04T03:00:00+00:00"]


def test_not_before_is_a_local_date_and_years_have_bounds(read, csv):
    path = csv(times("1999-12-31T15:59:59Z", "1999-12-31T16:00:00Z", "1899-12-31T00:00:00Z", "2200-01-02T00:00:00Z"))
    found = read(path, not_before=date(2000, 1, 1))
    assert instants(found) == ["1999-12-31T16:00:00+00:00"]
    assert found.rejected["reason"].to_list() == [
        "earlier than not_before = 2000-01-01",
        "outside the years 1900–2199",
        "outside the years 1900–2199",
    ]


def test_a_1900_date_without_not_before_is_believed(read, csv):
    assert instants(read(csv(times("1900-01-01T00:00:00")))) == ["1899-12-31T15:54:17+00:00"]


@pytest.mark.parametrize("nonsense", ["soon", "2026-13-01T00:00:00", "2026-02-30T00:00:00", "11/02/2026", "1770773400"])
def test_nonsense_is_no_time(read, csv, nonsense):
    found = read(csv(times("2026-02-11T00:00:00", nonsense)))
    assert found.counts["events"] == 1
    assert found.rejected["value"].to_list() == [nonsense]
    assert found.rejected["reason"][0].startswith("not a time in ISO 8601")


def test_seconds_since_1970_are_asked_for(read, tmp_path):
    path = tmp_path / "log.parquet"
    pl.DataFrame({"case_id": ["a"], "activity": ["b"], "at": [1770773400]}).write_parquet(path)
    with pytest.raises(LogError, match=r"holds Int64, not times.*epoch_s"):
        read(path)
    assert instants(read(path, format="epoch_s")) == ["2026-02-11T01:30:00+00:00"]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_instants_of_parquet_keep_microseconds(read, tmp_path, unit):
    path = tmp_path / "log.parquet"
    at = pl.Series([datetime.fromisoformat("2026-02-11T09:30:00.123")]).cast(pl.Datetime(unit))
    pl.DataFrame({"case_id": ["a"], "activity": ["b"], "at": at}).write_parquet(path)
    found = read(path)
    assert instants(found) == ["2026-02-11T01:30:00.123000+00:00"]
    assert found.log.events.schema["at"] == pl.Datetime("us", "UTC")


def test_dates_of_parquet_are_no_instants_unless_said(read, tmp_path):
    path = tmp_path / "log.parquet"
    pl.DataFrame({"case_id": ["a"], "activity": ["b"], "at": [date(2026, 2, 11)]}).write_parquet(path)
    with pytest.raises(LogError, match=r'Column "at" holds dates without a time'):
        read(path)
    assert instants(read(path, times="date")) == ["2026-02-10T16:00:00+00:00"]


def test_a_zone_nobody_knows_is_refused(read, csv):
    with pytest.raises(LogError, match=r'"Peking" is no time zone'):
        read(csv(times("2026-02-11T00:00:00")), zone="Peking")


def test_recorded_at_defaults_to_at_and_is_read_like_it(read, csv):
    text = "case_id,activity,at,recorded_at\nc,a,2026-02-11T00:00:00Z,\nc,b,2026-02-11T00:00:00Z,2026-02-12T00:00:00Z\nc,d,2026-02-11T00:00:00Z,x\n"
    found = read(csv(text))
    assert [at.day for at in found.log.events["recorded_at"]] == [11, 12]
    assert found.rejected.select("line", "column").rows() == [(4, "recorded_at")]
