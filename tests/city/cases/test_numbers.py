"""Receipt numbers: any number a day, several processes, over the turn of the year, and a slip of the pen shows (regression 17)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city.cases import town
from yinuo.city.cases import numbers, queries
from yinuo.city.cases.models import Case


@pytest.mark.holds("regression 17", shows="/cases")
def test_regression_17_more_than_ten_thousand_a_day_and_none_twice():
    found = [numbers.receipt(serial, date(2026, 3, 2)) for serial in numbers.serials(10_500)]
    assert len(set(found)) == 10_500
    assert all(numbers.is_receipt(one) for one in found)
    assert {one[:8] for one in found} == {"20260302"}


@pytest.mark.holds("regression 17", shows="/cases")
def test_regression_17_a_million_and_more_grow_by_a_digit():
    assert len(numbers.receipt(999_999, date(2026, 3, 2))) + 1 == len(numbers.receipt(1_000_000, date(2026, 3, 2)))


@pytest.mark.holds("regression 17", shows="/cases")
def test_regression_17_the_year_changes_and_numbers_do_not_begin_again():
    last, first = numbers.serials(2)
    old, new = numbers.receipt(last, date(2026, 12, 31)), numbers.receipt(first, date(2027, 1, 1))
    assert old[8:-2] != new[8:-2]
    assert (old[:4], new[:4]) == ("2026", "2027")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(1, 9_999_999), st.dates(date(2020, 1, 1), date(2099, 12, 31)), st.data())
def test_a_slip_of_the_pen_shows(serial, day, data):
    right = numbers.receipt(serial, day)
    place = data.draw(st.integers(0, len(right) - 1))
    other = data.draw(st.sampled_from([one for one in "0123456789" if one != right[place]]))
    assert not numbers.is_receipt(right[:place] + other + right[place + 1 :])
    if place + 1 < len(right) and right[place] != right[place + 1]:
        swapped = right[:place] + right[place + 1] + right[place] + right[place + 2 :]
        assert not numbers.is_receipt(swapped)


def test_the_format_is_a_setting(settings):
    settings.RECEIPT_FORMAT = "示例{day:%y}-{serial:08}"
    found = numbers.receipt(17, date(2026, 3, 2))
    assert found.startswith("示例26-00000017")
    assert numbers.is_receipt(found)


@pytest.mark.parametrize(
    "pattern", ["{day:%Y%m%d}{serial:06}", "{serial}/{day}", "A{{{day:%y}}}-{serial:>9}", "{{{serial}}}{day:%j}"]
)
def test_a_number_is_what_the_format_says(settings, pattern):
    settings.RECEIPT_FORMAT = pattern
    for serial in (1, 17, 12_345_678):
        assert numbers.receipt(serial, date(2026, 3, 2))[:-2] == pattern.format(day=date(2026, 3, 2), serial=serial)


def test_a_case_is_found_by_its_receipt_and_by_words():
    case_id = town.receive()
    receipt = Case.objects.get(case_id=case_id).receipt
    assert queries.case_of_receipt(receipt) == case_id
    assert [row.case_id for row in queries.find(town.HANDLER, queries.Wanted(text=receipt))] == [case_id]
    assert [row.case_id for row in queries.find(town.HANDLER, queries.Wanted(text="食品 许可"))] == [case_id]
    assert queries.find(town.HANDLER, queries.Wanted(text="道路")) == []
    assert queries.find(town.POLICE, queries.Wanted(text=receipt)) == []
    assert [row.case_id for row in queries.find(town.HANDLER, queries.Wanted(text=receipt[-8:]))] == [case_id]
    assert queries.find(town.HANDLER, queries.Wanted(text="99999999")) == []
    assert len(queries.find(town.HANDLER, queries.Wanted())) == 1
    assert queries.find(town.POLICE, queries.Wanted()) == []
