"""The catalogue looked over: departments, exemptions, items nobody used, what became less."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.city.cases import town as cases_town
from tests.city.catalogue import stock
from yinuo.city.cases import commands as cases
from yinuo.city.cases.acts import Act, Done
from yinuo.city.catalogue import commands
from yinuo.city.catalogue.checks import lists
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import OPERATOR

KIND = "three-concentrations/approval-section"
AT = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def section(department, *, in_centre=True):
    said = {
        "department": department,
        "section": "审批科",
        "in_centre": in_centre,
        "counter": "三楼",
        "entered_on": "2025-01-01",
    }
    entered = Act(
        f"section-{department}", "entered", AT, said, kind=KIND, unit="service-centre", event_id=f"{department}-1"
    )
    verified = Act(f"section-{department}", "verified", AT, event_id=f"{department}-2")
    cases.record([entered], actor=cases_town.SYSTEM, now=stock.NOW)
    cases.record([verified], actor=cases_town.person("核", "administrator", "city"), now=stock.NOW)


@pytest.mark.holds("E021", "E022", "invariant 19", shows="/catalogue/review")
def test_a_department_is_in_place_with_its_section_in_the_centre_and_all_three_ticks_of_all_items(sign_in):
    stock.publish()
    stock.publish("shop-food", zh="小餐饮登记", letter=None)
    stock.publish("road-dig", zh="占用道路审批", unit="housing")
    stock.publish("archive-look", zh="档案查阅", unit="transport", type="20")
    section("housing")
    found = {one.unit: one for one in lists.departments(Words("zh"), stock.DAY)}
    assert set(found) == {"market", "housing"}
    market, housing = found["market"], found["housing"]
    assert (market.section, market.is_in_centre, market.items, market.online, market.whole) == ("", False, 2, 2, 1)
    assert market.ticks == {"entered": 2, "authorised": 1, "supervised": 1}
    assert (housing.section, housing.is_in_centre, housing.whole, housing.is_done) == ("审批科", True, 1, True)
    page = sign_in("zhao").get("/catalogue/review").content.decode()
    told = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert (
        "市市场监督管理局 没有登记 未进驻 2 2 2 1 / 2 1 / 2 1 / 2 市住房和城乡建设局 审批科 已进驻 1 1 1 1 1 1 " in told
    )
    assert page.index("市市场监督管理局") < page.index("市住房和城乡建设局")
    assert "没有登记" in page
    assert "Not entered" in sign_in("zhao", "en").get("/catalogue/review").content.decode()


def test_exemptions_are_listed_those_that_ran_out_first(sign_in):
    why = {"reason": "涉密场所办理", "approver": "市长"}
    stock.publish(entered_on=None, exemption={**why, "until": "2026-12-31"})
    stock.publish("old", zh="过期的例外", entered_on=None, exemption={**why, "until": "2026-03-20"})
    assert [(row["item"], row["is_over"]) for row in lists.exempt(stock.DAY)] == [("old", True), ("food-permit", False)]
    assert "已到期" in sign_in("zhao").get("/catalogue/review").content.decode()


@pytest.mark.holds("E034", shows="/catalogue/review")
def test_an_item_nobody_used_for_a_year_is_looked_at(sign_in):
    stock.publish(since=date(2025, 1, 1))
    stock.publish("idle", zh="没人办的", since=date(2025, 1, 1))
    stock.publish("young", zh="新设的", since=date(2025, 4, 1))
    opening = Act(
        None,
        "received",
        stock.NOW,
        {"item": "food-permit", "applicant": "甲"},
        kind="application",
        item="food-permit",
        unit="market",
    )
    (done,) = cases.record([opening], actor=cases_town.SYSTEM, now=stock.NOW)
    assert isinstance(done, Done), done
    assert [row["item"] for row in lists.unused(stock.DAY)] == ["idle"]
    assert "一年没有办件的事项" in sign_in("zhao").get("/catalogue/review").content.decode()


@pytest.mark.holds("E033", "E034", "E041", "E042", shows="/catalogue/review")
def test_what_became_less_is_counted_by_year(sign_in):
    stock.publish(since=date(2025, 1, 1), promised="10 workdays")
    stock.publish(since=date(2025, 7, 1))
    stock.publish(since=date(2026, 1, 1), steps=stock.FOOD["steps"][:3], materials=stock.FOOD["materials"][:1])
    stock.publish("wide", zh="综合许可", since=date(2025, 1, 1))
    commands.withdraw("food-permit", until=date(2026, 3, 1), reason="合并", into="wide", actor=OPERATOR, now=stock.NOW)
    stock.publish("gone", zh="取消的", since=date(2025, 1, 1))
    commands.withdraw("gone", until=date(2026, 3, 1), reason="取消", actor=OPERATOR, now=stock.NOW)
    stock.publish("later", zh="以后取消的", since=date(2025, 1, 1))
    commands.withdraw("later", until=date(2026, 6, 1), reason="取消", actor=OPERATOR, now=stock.NOW)
    counted = [
        {name: len(value) if isinstance(value, list) else value for name, value in row.items()}
        for row in lists.cuts(stock.DAY)
    ]
    assert counted == [
        {"year": 2026, "withdrawn": 1, "merged": 1, "limit": 0, "steps": 1, "papers": 1},
        {"year": 2025, "withdrawn": 0, "merged": 0, "limit": 1, "steps": 0, "papers": 0},
    ]
    told = re.sub(r"<[^>]+>|\s+", " ", sign_in("zhao").get("/catalogue/review").content.decode())
    cut = "1 食品经营许可 示政发〔2025〕7号"
    said = f"2026 1 取消的 取消 1 食品经营许可 合并 0 {cut} {cut} 2025 0 0 {cut} 0 0"
    assert said in " ".join(told.partition("减少材料")[2].split()), told


def test_the_page_takes_few_queries(sign_in, django_assert_max_num_queries):
    stock.publish()
    client = sign_in("zhao")
    client.get("/catalogue/review")
    with django_assert_max_num_queries(14):
        client.get("/catalogue/review")
