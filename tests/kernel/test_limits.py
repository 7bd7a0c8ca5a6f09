"""Lengths of time as a text writes them."""

import pytest

from yinuo.kernel.limits import Limit, Unit


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("count", [0, 1, 2, 99])
def test_what_is_written_is_read_back(unit, count):
    limit = Limit(count, unit)
    assert Limit.parse(str(limit)) == limit


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("20 workdays", Limit(20, Unit.WORKDAYS)),
        ("1 workday", Limit(1, Unit.WORKDAYS)),
        ("1 month", Limit(1, Unit.MONTHS)),
        ("3  days", Limit(3, Unit.DAYS)),
        (" 24 hours ", Limit(24, Unit.HOURS)),
        ("1 office hour", Limit(1, Unit.OFFICE_HOURS)),
        ("30 office minutes", Limit(30, Unit.OFFICE_MINUTES)),
        ("1 half-workday", Limit(1, Unit.HALF_WORKDAYS)),
        ("0 days", Limit(0, Unit.DAYS)),
    ],
)
def test_one_and_many_are_both_read(text, limit):
    assert Limit.parse(text) == limit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20",
        "workdays",
        "20workdays",
        "20wd",
        "-1 days",
        "1.5 hours",
        "two days",
        "20 Workdays",
        "5 fortnights",
        "5 workdays later",
        "5 office days",
    ],
)
def test_what_is_no_length_is_refused_with_the_units_there_are(text):
    with pytest.raises(ValueError, match="is not a length of time") as refused:
        Limit.parse(text)
    assert f'"{text}"' in str(refused.value)
    assert all(unit.value in str(refused.value) for unit in Unit)
