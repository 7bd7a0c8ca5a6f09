"""好差评 as everybody reads it: by unit and item, by grade, with n and interval; nothing of who rated."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.openness import gazette
from tests.city.openness.gazette import read
from tests.city.together import browser_of
from yinuo.city.cases.models import Case
from yinuo.city.figures.commands import measure_figures
from yinuo.city.figures.models import Figure
from yinuo.city.ledger.read import stream
from yinuo.city.openness import ratings
from yinuo.city.pages.words import Words
from yinuo.city.portal import rating
from yinuo.city.supervision.sweep import sweep

LATER = gazette.at(4, 10)
"""When these pages are read: March is over."""
TODAY = date(2026, 4, 10)
SAID = "窗口那位王女士态度不好，我的电话是13912345678"


def decided(unit, count):
    """Matters of a unit that were granted by the 18th of March."""
    found = Case.objects.filter(unit=unit, kind="application", ended_at__lt=gazette.at(3, 18), stage="granted")
    assert found.count() >= count, unit
    return list(found.order_by("ended_at")[:count])


@pytest.fixture(autouse=True)
def later(today, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


def rated(case, grade, said=""):
    """Whoever holds its receipt rates it an hour later."""
    at = case.ended_at + timedelta(hours=1)
    rating.rate(case.case_id, grade=grade, said=said, actor=rating.holder_of_receipt(case, now=at), now=at)
    return at


def put_right(case, at, *, close=True):
    """The unit asks, mends and answers; the supervising office calls back."""
    bad = Case.objects.get(kind="bad-rating", fields__about=case.case_id).case_id
    gazette.act(bad, "rater_contacted", "zhao", at + timedelta(hours=1), contact_said="属实")
    gazette.act(
        bad, "rating_rectified", "zhao", at + timedelta(hours=2), measure="增开两个窗口", reply="已增开，谢谢指出"
    )
    if close:
        gazette.act(bad, "bad_rating_closed", "chen", at + timedelta(hours=3), said_on_call="满意")


@pytest.fixture
def told(town):
    """Three ratings of a department, one of them bad and put right; two of another; all measured."""
    one, two, three = decided("market", 3)
    rated(one, "非常满意")
    rated(two, "基本满意")
    put_right(three, rated(three, "非常不满意", SAID))
    for case in decided("housing", 2):
        rated(case, "满意")
    measure_figures(LATER)
    return three


@pytest.mark.holds("peer 86", "peer 87", "invariant 58", shows="/open/ratings")
def test_ratings_stand_by_grade_with_n_and_interval_by_unit_and_item(told):
    found = ratings.measured(Words(), today=TODAY, units=None)
    assert found.grades == rating.GRADES
    assert (found.begin, found.last) == (date(2025, 4, 1), date(2026, 3, 31))
    for lines, subject in ((found.units, "market"), (found.items, "food-permit")):
        line = next(one for one in lines if one.subject == subject)
        assert (line.given, line.by_grade) == (3, (1, 0, 1, 0, 1))
        assert round(line.good.value, 4) == 0.6667
        assert (round(line.good.low, 3), round(line.good.high, 3)) == (0.208, 0.939), "Wilson, 95 %"
    status, page, said = read("/open/ratings")
    assert status == 200
    assert "市场监督管理局 1 0 1 0 1 3 66.7 % 20.8 % – 93.9 % 0" in said
    assert 'href="/open/figures/rating/satisfied"' in page


@pytest.mark.holds("decision D07", shows="/open/ratings")
def test_below_the_smallest_n_only_n_is_told(told):
    line = next(one for one in ratings.measured(Words(), today=TODAY, units=None).units if one.subject == "housing")
    assert (line.given, line.by_grade, line.good.value) == (2, None, None)
    assert "— — — — — 2 件数太少，不出数 —" in read("/open/ratings")[2]


@pytest.mark.holds("peer 86", shows="/open/ratings")
def test_what_counts_by_default_stands_apart_and_makes_nothing_better(told):
    for clause, subject in (("rated-share", {"unit": "market"}), ("item-rated-share", {"item": "food-permit"})):
        Figure.objects.create(
            digest=Words().pack.digest, institution="rating", clause=clause, version="2025-01-01", **subject,
            period_start=date(2026, 2, 1), period_end=date(2026, 2, 28), numerator=1, denominator=8, value=1 / 8,
            scope=["city"], measured_at=small_city.NOW,
        )  # fmt: skip
    found = ratings.measured(Words(), today=TODAY, units=None)
    for lines, subject in ((found.units, "market"), (found.items, "food-permit")):
        line = next(one for one in lines if one.subject == subject)
        assert (line.given, line.default, round(line.good.value, 4)) == (3, 7, 0.6667)


@pytest.mark.holds("peer 87", shows="/open/ratings")
def test_what_was_put_right_is_told_and_nothing_of_who_rated(told):
    _status, page, said = read("/open/ratings")
    assert "增开两个窗口" in said and "已增开，谢谢指出" in said and "回访了结" in said
    for secret in (
        SAID,
        "王女士",
        "13912345678",
        told.case_id,
        told.receipt,
        f"party-{told.case_id}",
        "王小敏",
        "属实",
    ):
        assert secret not in page, secret


def test_a_reply_is_told_once_the_matter_is_closed(town):
    case = decided("market", 1)[0]
    put_right(case, rated(case, "不满意", SAID), close=False)
    assert "增开两个窗口" not in read("/open/ratings")[1]


@pytest.mark.holds("invariant 58", shows="/open/ratings")
def test_a_rating_found_void_on_appeal_counts_no_more_and_is_told_beside(told):
    case = decided("market", 1)[0]
    at = rated(case, "不满意") + timedelta(hours=1)
    measure_figures(LATER)
    assert satisfied("market")[:2] == (2, 4)
    bad = Case.objects.get(kind="bad-rating", fields__about=case.case_id).case_id
    gazette.act(bad, "rating_appealed", "zhou", at, appeal_ground="点错了")
    gazette.act(bad, "rating_excluded", "chen", at, appeal_decision="评价人确认点错")
    for _twice in range(2):
        sweep(LATER)
    measure_figures(LATER)
    assert [event.activity for event in stream(f"case/{case.case_id}")].count("rating_voided") == 1
    assert satisfied("market")[:2] == (2, 3)
    found = ratings.measured(Words(), today=TODAY, units=None)
    assert found.excluded == 1
    for lines, subject in ((found.units, "market"), (found.items, "food-permit")):
        line = next(one for one in lines if one.subject == subject)
        assert (line.given, line.by_grade, round(line.good.value, 4)) == (3, (1, 0, 1, 0, 1), 0.6667)
    said = read("/open/ratings")[2]
    assert "有 1 件差评经申诉认定无效，不计入下面的件数和好评率" in said
    assert "市场监督管理局 1 0 1 0 1 3 66.7 %" in said
    last = satisfied("market")[2]
    asked = {"period": last.period_start, "unit": "market"}
    behind = browser_of("chen").get("/figures/rating/satisfied/cases", asked).content.decode()
    assert f"背后 {last.denominator:.0f} 条" in behind
    assert case.receipt not in behind, "the list is as long as n"
    assert "评价作废" in read("/open/figures/rating/satisfied")[2], "the definition says so"


def satisfied(unit):
    """How many ratings are good, of how many, and in the month of the last."""
    found = Figure.objects.filter(institution="rating", clause="satisfied", unit=unit).order_by("period_start")
    return sum(one.numerator for one in found), sum(one.denominator for one in found), found.last()


def test_a_void_rating_is_no_bad_rating_that_was_put_right(town):
    case = decided("market", 1)[0]
    at = rated(case, "不满意") + timedelta(hours=1)
    bad = Case.objects.get(kind="bad-rating").case_id
    gazette.act(bad, "rating_appealed", "zhou", at, appeal_ground="点错了")
    gazette.act(bad, "rating_excluded", "chen", at, appeal_decision="评价人确认点错")
    measure_figures(LATER)
    assert ratings.measured(Words(), today=TODAY, units=["housing"]).excluded == 0
    assert "还没有了结的差评" in read("/open/ratings")[2], "what is void was not put right"


def test_one_unit_is_told_alone(told):
    status, page, said = read("/open/ratings", unit="housing")
    assert (status, "住房" in said, "增开两个窗口" in page) == (200, True, False)
    assert [one.subject for one in ratings.measured(Words(), today=TODAY, units=["housing"]).units] == ["housing"]
    assert 'href="/open/ratings?unit=market"' in read("/open/units/market")[1]
    assert "市场监督管理局 1 0 1 0 1" in read("/open/ratings", unit="nowhere")[2], "a unit nobody knows is none"


def test_without_ratings_the_page_says_so(town):
    Figure.objects.all().delete()
    _status, _page, said = read("/open/ratings")
    assert said.count("这段时间没有评价") == 2 and "还没有了结的差评" in said
