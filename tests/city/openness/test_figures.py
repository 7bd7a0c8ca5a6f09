"""Figures, pledges, institutions, results and missed limits, as everybody reads them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from tests.city.board import small_city
from tests.city.catalogue import stock
from tests.city.openness import gazette
from tests.city.openness.gazette import read
from yinuo.city.figures.models import Figure
from yinuo.city.openness import figures
from yinuo.city.pages.words import Words
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.supervision import commands
from yinuo.city.supervision.models import Finding

TODAY = date(2026, 3, 20)


def measured(
    clause, *, n, k, begin=date(2026, 2, 1), end=date(2026, 2, 28), institution="time-limit", unit="market", **given
):
    digest = Words().pack.digest
    Figure.objects.create(
        digest=digest, institution=institution, clause=clause, version="2025-07-01", unit=unit, period_start=begin, period_end=end,
        numerator=k, denominator=n, value=given.pop("value", k / n if n else None), scope=["market", "city"],
        measured_at=small_city.NOW, **given,
    )  # fmt: skip


def amended(institution, clause, since, **changes):
    """The words of the text in force with a further edition of one clause."""
    words = Words()
    ruling = words.edition(institution, clause)[0]
    last = ruling.editions[-1]
    edition = replace(last, start=since, clause=last.clause.model_copy(update=changes))
    made = replace(ruling, editions=(*ruling.editions[:-1], replace(last, until=since), edition))
    rulings = tuple(made if one is ruling else one for one in words.rules.rulings)
    words._found = replace(words.pack, rules=replace(words.rules, rulings=rulings))
    return words


@pytest.fixture
def empty(town):
    Figure.objects.all().delete()


@pytest.mark.holds("invariant 58", shows="/open/figures")
def test_invariant_58_each_figure_stands_with_n_interval_and_the_way_to_its_definition(empty):
    measured("on-time", n=40, k=38)
    measured("on-time", n=3, k=3, unit="housing")
    measured("on-time", n=900, k=1, begin=date(2026, 3, 1), end=date(2026, 3, 31))
    _status, page, said = read("/open/figures")
    assert "95.3 %" in said, "41 of 43, over both units; the month under way is not told"
    assert "2026-02-01 – 2026-02-28" in said
    assert "2026-03-31" not in said
    assert "/open/figures/time-limit/on-time" in page
    said = read("/open/figures/time-limit/on-time")[2]
    for word in ("怎么算的", "n = 43", "每月", "分子", "件数太少，不出数", "95.0 %"):
        assert word in said, word
    assert read("/open/figures/time-limit/no-such")[0] == 404
    assert read("/open/figures/shirking/anything")[0] == 404
    assert re.search(r"95\.3 % n = 43 · 区间 84\.5 % – 98\.7 % 2026-02-01 – 2026-02-28", read("/open")[2])


def test_what_stands_as_done_within_the_time_limit_is_that_and_not_how_content_people_are(empty):
    measured("satisfied", n=50, k=10, institution="rating")
    measured("on-time", n=40, k=38)
    page = read("/open/figures")[1]
    (tally,) = re.findall(r'<dt><a href="[^"]*time-limit/on-time">.*?</dd>', page, re.DOTALL)
    assert "95.0 %" in tally and "n = 40" in tally


@pytest.mark.holds("invariant 59", shows="/open/figures/time-limit/on-time")
def test_a_period_is_told_by_the_text_that_was_in_force_when_it_began(empty):
    measured("on-time", n=4, k=4, begin=date(2025, 5, 1), end=date(2025, 5, 31))
    measured("on-time", n=4, k=4)
    said = read("/open/figures/time-limit/on-time")[2]
    assert "2025-05-01 – 2025-05-31 100.0 % 51.0 % – 100.0 % 4" in said, "until July 2025 three were enough"
    assert "2026-02-01 – 2026-02-28 件数太少，不出数 — 4" in said, "since then it takes five"
    words = amended("time-limit", "on-time", date(2026, 2, 15), min_n=1)
    (found,) = figures.listed(words, today=TODAY, only=("time-limit/on-time",))
    assert (found.last.n, found.last.value, found.last.least) == (4, None, 5), "the old text wants five"
    measured("on-time", n=5, k=5, begin=date(2026, 2, 16), end=date(2026, 2, 28))
    (found,) = figures.listed(words, today=TODAY, only=("time-limit/on-time",))
    assert (found.last.n, found.last.value, found.last.least) == (5, 1.0, 1)


def test_what_the_text_will_hide_some_day_is_public_until_then(empty):
    later = amended("time-limit", "on-time", date(2026, 3, 21), public=False)
    assert "time-limit/on-time" in figures.public(later)
    assert "time-limit/on-time" not in figures.public(amended("time-limit", "on-time", TODAY, public=False))


@pytest.mark.holds("E039", "decision D21", shows="/open/figures#lanes")
def test_the_share_let_go_first_is_published_against_its_cap(empty):
    words = Words()
    assert figures.lanes(words, today=TODAY).share == 0
    measured("lane-uses", n=30, k=30, institution="priority-lanes", by='{"lane":"green"}', value=30.0)
    found = figures.lanes(words, today=TODAY)
    assert (found.granted, found.cap, found.by_lane) == (30, 0.1, (("green", 30),))
    assert found.is_above
    assert "已超过上限" in read("/open/figures")[2] and "绿色通道 30" in read("/open/figures")[2]
    assert "green channel 30" in read("/open/figures", language="en")[2]
    (_status, _page, said) = read("/open/figures/priority-lanes/lane-uses", language="en")
    assert "green channel" in said and "lane" in said


@pytest.mark.holds("E067", shows="/open/figures#convenience")
def test_convenience_counts_journeys_and_papers_and_efficiency_days(town):
    found = figures.convenience(TODAY)
    assert (found.items, found.from_home, found.visits, found.papers, found.compared) == (1, 0, 1.0, 3.0, 1)
    assert found.shorter == pytest.approx(13 / 20)
    said = read("/open/figures")[2]
    for word in ("便民、高效", "65.0 %", "3.0 份", "0 / 1 项"):
        assert word in said, word


@pytest.mark.holds("E047", shows="/open/pledges")
def test_a_pledge_stands_beside_what_was_kept_of_it(empty):
    quarter = {"begin": date(2025, 10, 1), "end": date(2025, 12, 31), "institution": "service-pledge", "unit": None}
    said = read("/open/pledges")[2]
    for word in (
        "食品经营许可",
        "7 个工作日",
        "20 个工作日",
        "当面道歉并专人跟办",
        "2025-01-10",
        "市政府网站",
        "不足 2 件",
    ):
        assert word in said, word
    measured("pledges-kept", n=10, k=9, item="food-permit", **quarter)
    said = read("/open/pledges")[2]
    assert "90.0 %" in said
    assert "9 / 10 件" in said
    assert "食品经营许可" not in read("/open/pledges", unit="housing")[2]


@pytest.mark.holds("decision D52", shows="/open/pledges")
def test_d52_every_unit_may_pledge_and_who_enforces_must(empty):
    stock.publish("dig-fine", unit="housing", zh="占道处罚", type="02", pledge={})
    stock.publish("sign", unit="transport", zh="站牌服务", type="20", pledge={})
    said = read("/open/pledges")[2]
    assert re.findall(r"1 个执法部门应当承诺，还没有公布 ： (\S+)", said) == ["市住房和城乡建设局"], (
        "who only serves may, and need not"
    )
    pledge = {"effect": "当面道歉", "published_on": "2026-03-01", "published_in": "网站"}
    stock.publish("dig-permit", unit="housing", zh="占道许可", pledge=pledge)
    said = read("/open/pledges")[2]
    assert "个执法部门应当承诺" not in said
    assert "占道许可" in said


def test_only_what_is_published_by_today_counts_as_pledged(empty):
    stock.publish(
        "advert",
        unit="housing",
        zh="户外广告",
        pledge={"effect": "道歉", "published_on": "2026-03-21", "published_in": "网站"},
    )
    stock.publish("sign", unit="government-office", zh="店招", pledge={})
    _status, page, said = read("/open/pledges")
    assert "食品经营许可" in said
    assert "户外广告" not in said, "published tomorrow"
    assert re.findall(r'<option value="([a-z-]+)"', page.partition("<form")[2]) == ["market"], (
        "only who pledges is offered"
    )


@pytest.mark.holds("peer 91", shows="/open/missed")
def test_a_missed_limit_is_told_with_its_reason_and_without_its_applicant(town):
    card = Finding.objects.filter(clause="promised", why_code="late", status="open", level="yellow").first()
    assert "没有公布过逾期原因" in read("/open/missed")[2]
    head = small_city.actor("chen")
    commands.publish_reason(card.card, reason="现场核查遇暴雨推迟<b>两天</b>", actor=head, now=small_city.NOW)
    _status, page, said = read("/open/missed")
    assert "现场核查遇暴雨推迟" in said
    assert "<b>两天" not in page
    for secret in (card.case_id, "王小敏", "party-", head.name):
        assert secret not in page
    unit = read(f"/open/units/{card.unit}")[2]
    assert "现场核查遇暴雨推迟" in unit


@pytest.mark.holds("E222", shows="/open/results")
def test_results_say_what_was_decided_in_how_many_days_and_not_for_whom(town):
    status, page, said = read("/open/results")
    assert status == 200
    for word in ("已准予", "按时完成", "食品经营许可", "7 个工作日"):
        assert word in said, word
    assert not [secret for secret in ("王小敏", "party-", "D00", "13912345678") if secret in page]
    assert read("/open/results", unit="water-company")[2].count("已准予") == 0
    assert read("/open/results", page="99999999")[0] == 200


@pytest.mark.holds("E224", shows="/open/institutions")
def test_institutions_in_force_say_their_source_and_since_when(town):
    said = read("/open/institutions")[2]
    for word in ("限时办结制", "示例市限时办结制", "自 2025-01-01 起", "政府信息公开"):
        assert word in said, word
    said = read("/open/institutions/time-limit")[2]
    for word in ("法定时限", "行政许可法第四十二条", "可以延长", "期限"):
        assert word in said, word
    assert read("/open/institutions/nothing")[0] == 404
    assert "Every matter has its time limit" in read("/open/institutions/time-limit", language="en")[2]


def test_a_page_a_reader_has_already_is_not_sent_again(town):
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    tag = client.get("/open/institutions")["ETag"]
    assert client.get("/open/institutions", HTTP_IF_NONE_MATCH=tag).status_code == 304
    assert client.get("/open/calendar", HTTP_IF_NONE_MATCH=tag).status_code == 200
    english = client.get("/open/institutions", HTTP_IF_NONE_MATCH=tag, HTTP_ACCEPT_LANGUAGE="en")
    assert english.status_code == 200


def test_a_page_is_sent_again_when_the_catalogue_or_a_unit_changed(town):
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    path = "/open/calendar?item=food-permit"
    tag = client.get(path)["ETag"]
    stock.publish(since=date(2026, 3, 20), promised="5 workdays", steps=())
    after = client.get(path, HTTP_IF_NONE_MATCH=tag)
    assert after.status_code == 200
    assert client.get(path, HTTP_IF_NONE_MATCH=after["ETag"]).status_code == 304
    people.rename_unit(
        "market", zh="市场局", en="market", type_="department", rank="", since=TODAY, actor=OPERATOR, now=small_city.NOW
    )
    assert client.get(path, HTTP_IF_NONE_MATCH=after["ETag"]).status_code == 200


@pytest.mark.holds("E269", shows="/open")
def test_the_front_page_leads_to_services_beside_approvals(town):
    gazette.subject("抽检结果", out=[(1, 6)])
    small_city.supervised()
    _status, page, said = read("/open")
    assert "便民服务" in said
    assert "/matters?type=20" in page
    assert "1 项已过期" in said
    for path in (
        "/open/disclosure",
        "/open/pledges",
        "/open/requests",
        "/open/calendar",
        "/open/units",
        "/open/answers",
    ):
        assert f'href="{path}"' in page, path
    assert "Open government" in read("/open", language="en")[2]
