"""What everybody reads: the search and an item with everything disclosed."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client

from tests.city.catalogue import stock
from yinuo.city.catalogue import commands, queries
from yinuo.city.people.actor import OPERATOR


def read(path, **asked):
    answer = Client(HTTP_ACCEPT_LANGUAGE=asked.pop("language", "zh-hans")).get(path, asked)
    return answer.status_code, answer.content.decode()


@pytest.mark.holds("invariant 1", "peer 2", "E223", shows="/matters/<item>")
def test_an_item_published_by_command_is_read_by_everybody(town):
    stock.publish()
    status, page = read("/matters/food-permit")
    assert status == 200
    for word in (
        "食品安全法", "第三十五条", "从事食品销售", "场所、设备和制度", "食品经营许可证", "7 个工作日", "20 个工作日", "示例路1号",
        "申请书", "不收费", "当面道歉", "10年", "要体检吗", "0500-1234502", "示政发〔2025〕7号",
    ):  # fmt: skip
        assert word in page, word
    assert "food business permit" in read("/matters/food-permit", language="en")[1]
    assert read("/matters/no-such-item")[0] == 404


@pytest.mark.holds("invariant 2", shows="/matters/<item>")
def test_a_pledge_that_was_published_nowhere_is_none_on_the_page(town):
    stock.publish()
    made = stock.FOOD["pledge"]
    assert made["effect"] in read("/matters/food-permit")[1]
    stock.publish("shop-food", zh="小餐饮登记", pledge=made | {"published_in": ""})
    status, page = read("/matters/shop-food")
    assert status == 200 and "小餐饮登记" in page and made["effect"] not in page


@pytest.mark.holds("E267", shows="/matters")
def test_a_search_finds_by_two_characters_initials_aliases_and_codes(town):
    stock.publish()
    stock.publish("road-dig", zh="占用、挖掘城市道路审批", en="digging up a road", aliases=(), unit="housing", code="")
    for asked, found in (
        ("食品", {"food-permit"}), ("经营", {"food-permit"}), ("审批", {"road-dig"}), ("挖掘道路", set()), ("城市 审批", {"road-dig"}),
        ("spjy", {"food-permit"}), ("SP", {"food-permit", "road-dig"}), ("csdl", {"road-dig"}), ("开饭馆", {"food-permit"}),
        ("dig", {"road-dig"}), ("11320000014000000140001310020", {"food-permit"}), ("批", {"road-dig"}), ("审", {"road-dig"}),
        ("许可证明", set()), ("", {"food-permit", "road-dig"}), ("'); drop table", set()), ("& | ! :*", {"food-permit", "road-dig"}),
    ):  # fmt: skip
        page = read("/matters", q=asked)[1]
        assert {key for key in ("food-permit", "road-dig") if f"/matters/{key}" in page} == found, asked


def test_a_search_is_narrowed_by_unit_audience_and_type(town):
    stock.publish()
    stock.publish("road-dig", zh="占用道路审批", unit="housing", audiences=("company",), type="20")
    for asked, found in (
        ({"unit": "housing"}, {"road-dig"}), ({"unit": "city"}, {"food-permit", "road-dig"}), ({"for": "person"}, {"food-permit"}),
        ({"type": "20"}, {"road-dig"}), ({"unit": "nowhere"}, set()), ({"page": "9999"}, set()), ({"page": "x"}, {"food-permit", "road-dig"}),
    ):  # fmt: skip
        page = read("/matters", **asked)[1]
        assert {key for key in ("food-permit", "road-dig") if f"/matters/{key}" in page} == found, asked
    assert "首先接待您的人" in read("/matters", q="没有的事")[1]


def test_each_day_has_its_version(town):
    stock.publish(since=date(2025, 1, 1), promised="10 workdays")
    stock.publish(since=date(2025, 7, 1))
    stock.publish(since=date(2026, 6, 1), promised="5 workdays")
    for day, word in (("", "7 个工作日"), ("2025-02-01", "10 个工作日"), ("2026-06-01", "5 个工作日")):
        assert (
            word in read("/matters/food-permit", **({"on": day} if day else {}))[1].partition('class="limits"')[2][:300]
        )
    assert "那一天还没有" not in read("/matters/food-permit")[1]
    assert read("/matters/food-permit", on="yesterday")[0] == 404
    commands.withdraw("food-permit", until=date(2026, 7, 1), reason="并入综合许可", actor=OPERATOR, now=stock.NOW)
    assert "并入综合许可" in read("/matters/food-permit", on="2026-07-01")[1]
    assert queries.search("食品", day=date(2026, 7, 1)).rows == []


def test_materials_and_conditions_are_those_of_the_situation(town):
    only_new = {"zh": "场所未被列入限期拆除", "situations": ("新办",)}
    stock.publish(conditions=("有食品安全管理人员", only_new))
    page = read("/matters/food-permit", situation="变更")[1]
    for word, is_asked in (
        ("原许可证", True),
        ("场所平面图", False),
        ("有食品安全管理人员", True),
        ("限期拆除", False),
    ):
        assert (word in page) is is_asked, word
    page = read("/matters/food-permit")[1]
    assert "限期拆除" in page
    assert "限：新办" in page


def test_a_page_takes_few_queries(town, django_assert_max_num_queries):
    stock.publish()
    read("/matters")
    with django_assert_max_num_queries(6):
        read("/matters", q="食品")
    with django_assert_max_num_queries(6):
        read("/matters/food-permit")
