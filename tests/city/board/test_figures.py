"""Figures: n, interval, and lists behind them that are as long as n (E076, E077, D05)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.city.board import small_city
from tests.city.board.test_shown import reported, text
from yinuo.city.figures.commands import _reopened, measure_figures
from yinuo.city.figures.models import Figure
from yinuo.city.supervision.models import Clock


@pytest.mark.holds("decision D05", "peer 72", "E077", shows="/figures/time-limit/on-time")
def test_d05_what_is_overdue_and_still_open_counts_against_the_rate(city, db):
    wanted = Clock.objects.filter(
        institution="time-limit", clause="promised", unit="medical-insurance", due_at__lte=small_city.NOW
    )
    march = wanted.filter(due_at__year=2026, due_at__month=3, state__in=["kept", "late", "overdue"])
    assert march.filter(state="overdue").exists()
    figure = Figure.objects.get(clause="on-time", unit="medical-insurance", period_start="2026-03-01")
    assert figure.denominator == march.count()
    assert figure.numerator == march.filter(state="kept").count()


@pytest.mark.holds("invariant 58", shows="/figures/<institution>/<clause>/cases")
def test_the_list_behind_a_value_is_as_long_as_its_n(sign_in):
    client = sign_in("chen")
    looked = 0
    for figure in Figure.objects.filter(denominator__gt=0).exclude(unit=None, item=None):
        asked = {"period": figure.period_start, **({"unit": figure.unit} if figure.unit else {"item": figure.item})}
        text = client.get(f"/figures/{figure.institution}/{figure.clause}/cases", asked).content.decode()
        assert int(re.search(r"背后 (\d+) 条", text).group(1)) == figure.denominator, (figure.clause, asked)
        looked += 1
    assert looked > 20


def test_measuring_again_changes_nothing_and_keeps_closed_periods(city, db):
    def values():
        return sorted(
            Figure.objects.values_list("clause", "unit", "item", "period_start", "numerator", "denominator"), key=str
        )

    before = values()
    measure_figures(small_city.NOW)
    assert values() == before
    measure_figures(small_city.NOW, whole=True)
    assert values() == before


def test_the_quarter_before_this_one_is_measured_again():
    assert str(_reopened(small_city.NOW.date())) == "2025-10-01"
    assert str(_reopened(small_city.NOW.date().replace(month=11))) == "2026-07-01"


@pytest.mark.holds("regression 21", shows="/figures/time-limit/on-time")
def test_a_figure_without_a_unit_of_ones_own_is_not_shown(sign_in):
    page = text(sign_in("sun").get("/figures/time-limit/on-time"))
    assert re.search(r"市市场监督管理局 (?:[\d.]+ %|不足) ", page), page
    assert "市医疗保障局" not in page
    outside = {"period": "2026-03-01", "unit": "medical-insurance"}
    assert sign_in("sun").get("/figures/time-limit/on-time/cases", outside).status_code == 403
    assert sign_in("zhao").get("/figures").status_code == 403


def test_a_figure_the_text_does_not_have_is_not_found(sign_in):
    for address in ("/figures/time-limit/nothing", "/figures/x/y", "/figures/time-limit/on-time?period=soon"):
        assert sign_in("chen").get(address).status_code == 404


@pytest.mark.holds("invariant 59", "regression 20", shows="/figures/time-limit/on-time")
def test_four_cases_of_a_month_are_a_rate_where_the_text_of_the_month_wanted_three_and_none_where_it_wanted_five(
    sign_in,
):
    done = (("received", {"applicant": "甲"}), ("accepted", {}), ("granted", {}))
    for month in (5, 8):
        for number in range(4):
            began = datetime(2025, month, 12 + number % 3, 2, tzinfo=UTC)
            reported(f"then-{month}-{number}", "application", *done, item="food-permit", began=began)
    measure_figures(small_city.NOW, whole=True)
    pages = [text(sign_in("chen").get(f"/figures/time-limit/on-time?period=2025-{month:02}-01")) for month in (5, 8)]
    assert "不足 3 的不出数" in pages[0] and "市市场监督管理局 100.0 % 51.0 % – 100.0 % 4 4" in pages[0]
    assert "不足 5 的不出数" in pages[1] and "市市场监督管理局 不足 51.0 % – 100.0 % 4 4" in pages[1]


@pytest.mark.holds("invariant 59", shows="/institutions/<name>")
def test_each_version_of_an_institution_says_since_when_its_figures_are_counted_by_it(sign_in):
    page = text(sign_in("chen").get("/institutions/time-limit"))
    versions = re.findall(
        r"(20\d\d-\d\d-\d\d) (现行 )?(?=示例市|行政许可法)(.*?)(?= 20\d\d-|$)", page.partition(" 版本 ")[2]
    )
    found = {day: (is_now.strip(), said) for day, is_now, said in versions}
    assert found["2025-07-01"][0] == "现行" and found["2025-01-01"][0] == ""
    assert "一个月不足五件的单位不出率 按时办结率" in found["2025-07-01"][1]
    assert "按时办结率" in found["2025-01-01"][1]
    assert "不足 5 的不出数" in page.partition("按时办结率")[2]
