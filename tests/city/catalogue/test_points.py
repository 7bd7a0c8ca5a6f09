"""The network of service points: what everybody reads of it, the nearest first, how far it reaches, what it took in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from tests.city.board import small_city
from tests.city.cases import town as cases_town
from tests.city.catalogue import stock
from yinuo.city.cases import commands as cases
from yinuo.city.cases.acts import Act, Done
from yinuo.city.catalogue.network import points
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR, Actor, Grant
from yinuo.city.people.units import Span

KIND = "service-network/access-point"
BEGAN = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
CLERK = Actor("clerk", "登记员", (Grant("administrator", "city", True),), "service-centre")
CHECKER = replace(CLERK, id="checker")
UNITS = (
    ("town-linjiang", "临江镇人民政府", "town", "city"),
    ("town-linjiang-centre", "临江镇便民服务中心", "centre", "town-linjiang"),
    ("town-linjiang-v01", "上坪村便民服务室", "village", "town-linjiang"),
    ("town-linjiang-v02", "下桥村便民服务室", "village", "town-linjiang"),
)
WORKS = {"phase": "运行", "opening": "工作日 8:30–17:00", "opened_on": "2025-03-01"}
POINTS = {
    "centre": {**WORKS, "title": "市政务服务中心", "tier": "市级", "run_by": "service-centre", "address": "示例路1号", "takes_all": True, "east": 119.40, "north": 31.20, "all_hours": True, "duty_phone": "0500-12345"},
    "town": {**WORKS, "title": "临江镇便民服务中心", "tier": "镇级", "run_by": "town-linjiang-centre", "address": "临江街1号", "items": ["food-permit"], "east": 119.50, "north": 31.20},
    "room": {**WORKS, "title": "上坪村便民服务室", "tier": "村级", "run_by": "town-linjiang-v01", "address": "上坪村部", "items": ["food-permit"], "agent": "李梅", "also": ["党员服务站", "农家书屋"], "east": 119.52, "north": 31.21},
    "to-come": {"phase": "规划", "title": "下桥村便民服务室", "tier": "村级", "run_by": "town-linjiang-v02", "address": "", "east": 119.53, "north": 31.22},
    "tax": {**WORKS, "title": "纳税服务中心", "tier": "分中心", "run_by": "market", "department": "market", "address": "税务路1号", "items": ["food-permit"], "east": 119.41, "north": 31.20},
    "branch": {**WORKS, "title": "开发区办事处", "tier": "派出", "run_by": "housing", "department": "housing", "address": "港口路1号", "items": ["road-dig"], "east": 119.60, "north": 31.30},
    "bus": {**WORKS, "title": "一号流动服务车", "tier": "流动", "run_by": "transport", "address": "流动", "timetable": "每月5日：上坪村\n每月15日：下桥村", "items": ["food-permit"]},
}  # fmt: skip


@pytest.fixture
def network(town):
    """The book of points, checked, but for one that somebody only entered."""
    for unit, name, type_, parent in UNITS:
        people.open_unit(Span(unit, small_city.START, None, parent, name, "", type_), actor=OPERATOR, now=stock.NOW)
    acts = [
        Act(
            f"point-{key}",
            "entered",
            BEGAN,
            {"number": key, **{k: v for k, v in said.items() if v != ""}},
            kind=KIND,
            unit="service-centre",
            event_id=f"{key}-1",
        )
        for key, said in {**POINTS, "unchecked": {**POINTS["room"], "title": "没审过的"}}.items()
    ]
    assert all(isinstance(one, Done) for one in cases.record(acts, actor=CLERK, now=stock.NOW))
    checks = [Act(f"point-{key}", "verified", BEGAN, event_id=f"{key}-2") for key in POINTS]
    assert all(isinstance(one, Done) for one in cases.record(checks, actor=CHECKER, now=stock.NOW))
    stock.publish()


def read(path, **asked):
    answer = Client(HTTP_ACCEPT_LANGUAGE=asked.pop("language", "zh-hans")).get(path, asked)
    return answer.status_code, answer.content.decode()


def receive(clerk, *, days_ago=0):
    at = stock.NOW - timedelta(days=days_ago)
    opening = Act(
        None,
        "received",
        at,
        {"item": "food-permit", "applicant": "王敏"},
        kind="application",
        item="food-permit",
        unit="market",
    )
    return cases.act(opening, actor=clerk, now=at)


@pytest.mark.holds("E025", shows="/points")
def test_the_network_is_listed_by_tier_with_what_works_of_what_is_owed(network):
    status, page = read("/points")
    assert status == 200
    order = [page.index(f">{POINTS[key]['title']}</a>") for key in ("centre", "town", "tax", "branch", "bus")]
    assert order == sorted(order)
    assert "上坪村便民服务室</a>" not in page
    assert "上坪村便民服务室</a>" in read("/points", tier="村级")[1]
    assert "另有 1 个村便民服务室" in page
    assert "没审过的" not in page
    assert "下桥村便民服务室</a>" not in page
    found = {
        one.tier: (one.working, one.owed)
        for one in points.coverage(points.on(stock.DAY), tree(), since=BEGAN, until=stock.NOW)
    }
    assert found == {"市级": (1, 1), "镇级": (1, 1), "村级": (1, 2), "分中心": (1, 1), "派出": (1, 1), "流动": (1, 1)}
    assert "50" in page[page.index("网络覆盖") :]
    assert "Service points" in read("/points", language="en")[1]


def tree():
    from yinuo.city.people.units import tree as tree_on

    return tree_on(stock.DAY)


@pytest.mark.holds("E026", "E027", "E066", shows="/points/<point>")
def test_a_point_says_when_it_is_open_what_it_takes_in_and_who_is_there(network):
    page = read("/points/point-town")[1]
    for word in ("临江街1号", "工作日 8:30–17:00", "食品经营许可", "/matters/food-permit", "附近的网点"):
        assert word in page, word
    page = read("/points/point-room")[1]
    assert "代办员" in page
    assert "李梅" in page
    page = read("/points/point-centre")[1]
    assert "受理全部进驻事项" in page
    assert "全天开放" in page
    assert "0500-12345" in page
    assert "这个网点现在不开放（规划中）" in read("/points/point-to-come")[1]
    assert read("/points/nowhere")[0] == read("/points/point-unchecked")[0] == 404


@pytest.mark.holds("decision D51", shows="/points/<point>")
def test_d51_one_place_may_hold_several_roles(network):
    page = read("/points/point-room")[1]
    assert "村级" in page or "村便民服务室" in page
    assert "党员服务站、农家书屋" in page
    assert "同时是" not in read("/points/point-town")[1]
    room = next(one for one in points.on(stock.DAY) if one.number == "room")
    assert (room.tier, room.also) == ("村级", ("党员服务站", "农家书屋"))


@pytest.mark.holds("E025", "E026", "E029", "E030", shows="/points/<point>")
def test_what_a_point_took_in_is_counted_by_month(network):
    room = cases_town.person("李梅", "window_clerk", "city", works_in="town-linjiang-v01")
    bus = cases_town.person("老王", "window_clerk", "city", works_in="transport")
    for days in (0, 1, 28, 29):
        receive(room, days_ago=days)
    receive(bus, days_ago=28)
    found = points.by_month(
        "town-linjiang-v01", since=BEGAN, until=stock.NOW + timedelta(minutes=1), zone="Asia/Shanghai"
    )
    assert [(row["first"], row["n"]) for row in found] == [
        (date(2026, 3, 1), 2),
        (date(2026, 2, 1), 2),
        (date(2026, 1, 1), 0),
    ]
    page = " ".join(re.sub(r"<[^>]+>", " ", read("/points/point-room")[1]).split())
    assert re.search(r"每月经手的办件 月份 办件 2026-03 \d 2026-02 2 2026-01 0\b", page)
    said = points.coverage(
        points.on(stock.DAY),
        tree(),
        since=datetime(2026, 2, 1, tzinfo=BEGAN.tzinfo),
        until=datetime(2026, 3, 1, tzinfo=BEGAN.tzinfo),
    )
    assert {one.tier: one.taken for one in said} == {
        "市级": None,
        "镇级": 0,
        "村级": 2,
        "分中心": 3,
        "派出": 0,
        "流动": 1,
    }


@pytest.mark.holds("E031", shows="/points")
def test_the_nearest_point_that_takes_an_item_in_comes_first(network):
    page = read("/points", near="point-town", item="food-permit")[1]
    listed = page[page.index('<ul class="matters">') : page.index("网络覆盖")]
    order = [listed.index(f">{POINTS[key]['title']}</a>") for key in ("town", "room", "tax", "centre")]
    assert order == sorted(order)
    assert "约 2.2 公里" in listed
    assert "开发区办事处" not in listed
    assert "一号流动服务车" not in listed
    page = read("/points", near="point-town", tier="派出")[1]
    assert "开发区办事处" in page
    assert (
        "没有这样的网点" in read("/points", item="no-such")[1] or "市政务服务中心" in read("/points", item="no-such")[1]
    )
    assert 'href="/points?item=food-permit"' in read("/matters/food-permit")[1]


def test_the_pages_take_few_queries(network, django_assert_max_num_queries):
    read("/points")
    with django_assert_max_num_queries(6):
        read("/points", near="point-town", item="food-permit")
    with django_assert_max_num_queries(6):
        read("/points/point-town")
