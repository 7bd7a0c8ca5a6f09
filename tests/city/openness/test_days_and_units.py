"""The calendar of working days, what is due when, and the page of each unit."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

import pytest

from tests.city.board import small_city
from tests.city.catalogue import stock
from tests.city.openness import gazette
from tests.city.openness.gazette import read
from yinuo.city.cases.kept import kept_tables
from yinuo.city.openness import days
from yinuo.city.openness.records import CATALOGUE
from yinuo.city.pages.words import Words
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.units import Span
from yinuo.engine.evaluate import evaluate
from yinuo.kernel.instants import day_number


def test_the_calendar_has_feasts_and_the_days_worked_instead(town):
    year = days.year_of(Words().pack.digest, 2026)
    marked = {str(day.on): (day.is_feast, day.is_extra) for day in year.named}
    assert marked["2026-02-28"] == (False, True), "a Saturday worked instead"
    assert marked["2026-10-01"] == (True, False)
    assert marked["2026-09-08"] == (True, False), "the city's own day"
    assert year.worked == sum(month.worked for month in year.months) == 247
    assert year.is_known
    assert not days.year_of(Words().pack.digest, 2031).is_known
    said = read("/open/calendar")[2]
    for word in ("2026 年：247 个工作日", "调休上班", "示例市建市纪念日"):
        assert word in said, word
    assert "按周一至周五推算" in read("/open/calendar", year="2031")[2]
    for wrong in ("1850", "x", "99999", "２０２６", "020260", "02026"):
        assert read("/open/calendar", year=wrong)[0] == 404


def test_what_is_accepted_on_a_day_is_due_as_the_engine_says(town):
    found = {one.title: one for one in days.due(Words(), "food-permit", date(2026, 2, 11))}
    assert str(found["承诺时限"].due_at.date()) == "2026-02-27", "the Saturday worked instead counts"
    assert found["承诺时限"].allowed == 7
    assert set(found) == {"承诺时限", "法定时限"}
    said = read("/open/calendar", item="food-permit", on="2026-02-11")[2]
    assert "2026-02-27" in said
    assert "不是日期" in read("/open/calendar", item="food-permit", on="2026-02-30")[2]
    assert "没有这个事项" in read("/open/calendar", item="no-such")[2]
    assert "<script" not in read("/open/calendar", item="food-permit", on='"><script>')[1].partition("<main")[2]


def test_the_engine_is_asked_once_for_an_item_and_a_day_until_the_catalogue_changes(town, monkeypatch):
    asked = []

    def counted(log, rules, *, as_of):
        asked.append(len(rules.rulings))
        return evaluate(log, rules, as_of=as_of)

    monkeypatch.setattr(days, "evaluate", counted)
    days._clocks.cache_clear()
    first = days.due(Words(), "food-permit", date(2026, 3, 23))
    assert days.due(Words(), "food-permit", date(2026, 3, 23)) == first
    read("/open/calendar", item="food-permit", on="2026-03-23")
    (clauses,) = asked
    assert clauses < len(Words().rules.rulings) / 5, "only what sets a limit to an application is evaluated"
    stock.publish(since=date(2026, 3, 21), promised="5 workdays", steps=())
    (promised,) = [one for one in days.due(Words(), "food-permit", date(2026, 3, 23)) if one.basis == "promised"]
    assert (len(asked), promised.allowed) == (2, 5)


def test_the_clocks_of_a_day_are_those_of_the_whole_text(town):
    words, day = Words(), date(2026, 2, 11)
    moment = datetime(2026, 2, 11, 1, tzinfo=UTC)
    tables = {**words.pack.tables, **kept_tables(words.pack)}
    said = evaluate(days._log("food-permit", moment, tables), words.rules, as_of=moment).clocks
    whole = said.filter(said["basis"].is_in(days.LIMITS) & said["ended_at"].is_null() & said["due_at"].is_not_null())
    found = {(words.clause(row["institution"], row["clause"]), row["due_at"]) for row in whole.to_dicts()}
    assert found == {(one.title, one.due_at) for one in days.due(words, "food-permit", day)}
    calendar = words.rules.calendar
    assert days._opening(calendar, day) == time(
        *divmod(calendar.windows[calendar.pattern[day_number(day) - calendar.first]][0][0], 60)
    )
    assert days._opening(calendar, date(2026, 10, 1)) == time.min, "nobody opens on a feast"


def test_no_link_leads_to_a_unit_without_a_page(town):
    for key, type_ in (("school", "other"), ("county", "county")):
        span = Span(key, small_city.START, None, "city", key, key, type_)
        people.open_unit(span, actor=OPERATOR, now=small_city.NOW)
        small_city.employ(f"h-{key}", key, key, "agency_head", key)
        fields = {"subject": f"{key}的事", "class": "政务", "owner": key, "interval": "1 month", "legal_basis": "条例"}
        entry = gazette.act(None, "entered", f"h-{key}", gazette.at(1, 5), kind=CATALOGUE, unit=key, **fields)
        gazette.act(entry, "verified", "gao", gazette.at(1, 6))
    page = read("/open/disclosure")[1]
    assert "school的事" in page
    assert "county的事" in page
    for link in set(re.findall(r'href="(/open/units/[^"]+)"', page)):
        assert read(link)[0] == 200, link


@pytest.mark.holds("E224", "E227", shows="/open/units/<unit>")
def test_a_unit_says_who_does_what_within_which_limits_with_which_results(town):
    said = read("/open/units/market")[2]
    for word in ("权力事项", "食品经营许可", "7 个工作日", "《食品安全法》第三十五条", "岗位", "承办", "行政审批科"):
        assert word in said, word
    assert not [name for _key, name, *_rest in small_city.STAFF if name in said], "posts, not names"
    assert "Powers" in read("/open/units/market", language="en")[2]
    section = read("/open/units/market-approval")
    assert section[0] == 200
    assert "市市场监督管理局" in section[2]


@pytest.mark.holds("E270", shows="/open/units/<unit>")
def test_each_unit_has_a_page_from_one_store_and_its_stale_entries_are_told(town):
    entry = gazette.subject("抽检结果", begun=(1, 5), out=[(1, 6)])
    gazette.release("抽检公告", entry, day=(1, 7))
    gazette.answer("要办证吗？", "要。", interval="1 year")
    small_city.supervised()
    said = read("/open/units/market")[2]
    for word in ("这一页有 1 项过期没有更新", "抽检公告", "要办证吗", "三十天没有更新"):
        assert word in said, word
    assert "还没有公开过内容" in read("/open/units/housing")[2]
    gazette.subject("村务", unit="town-linjiang-v01", class_="村务", begun=(1, 5))
    small_city.supervised()
    listed = read("/open/units")[1]
    for unit in ("market", "town-linjiang"):
        assert "1 项已过期" in listed.partition(f'"/open/units/{unit}"')[2].partition("</li>")[0], unit
    assert "已过期" not in listed.partition('"/open/units/housing"')[2].partition("</li>")[0]
    assert "/open/units/market" in listed
    assert "/open/units/town-linjiang" in listed
    for nobody in ("nowhere", "market-window", "..%2fcity"):
        assert read(f"/open/units/{nobody}")[0] == 404
