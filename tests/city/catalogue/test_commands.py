"""Publishing, drafting and withdrawing: what is refused, what is kept, what is rebuilt."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.utils import timezone

from tests.city.cases import town as cases_town
from tests.city.catalogue import stock
from yinuo.city.catalogue import commands, projection, queries
from yinuo.city.catalogue.changes import changes
from yinuo.city.catalogue.sheet import read, write
from yinuo.city.ledger.read import stream
from yinuo.city.people.actor import OPERATOR, NotAllowed
from yinuo.city.supervision.models import Clock
from yinuo.city.supervision.sweep import sweep

BY = {"actor": OPERATOR, "now": stock.NOW}
HEAD = cases_town.person("周局", "agency_head", "market")
HANDLER = cases_town.person("赵倩", "handler", "market")
OTHER = cases_town.person("钱局", "agency_head", "housing")


def tables():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT item, number, since, until, said, authority, withdrawn, into FROM catalogue_version ORDER BY item, number".replace(
                " into", ' "into"'
            )
        )
        found = cursor.fetchall()
        cursor.execute("SELECT item, said, drafted_at, actor FROM catalogue_draft ORDER BY item")
        return found, cursor.fetchall()


@pytest.mark.holds("peer 1", "E033", shows="/catalogue/items/<item>")
def test_a_version_in_force_is_never_edited(town):
    stock.publish(since=date(2025, 7, 1))
    for since in (date(2025, 6, 30), date(2025, 7, 1)):
        with pytest.raises(commands.Impossible, match="不能改写"):
            stock.publish(since=since, promised="6 workdays", steps=())
    with pytest.raises(commands.Impossible, match="没有不同"):
        stock.publish(since=date(2026, 1, 1))
    with pytest.raises(commands.Impossible, match="依据"):
        stock.publish(since=date(2026, 1, 1), promised="6 workdays", steps=(), authority=" ")


@pytest.mark.holds("E034", shows="/catalogue/items/<item>")
def test_an_item_is_withdrawn_once_and_may_come_back_afterwards(sign_in):
    stock.publish(since=date(2025, 7, 1))
    stock.publish("wide", since=date(2025, 7, 1), zh="综合许可")
    for wrong in ({"until": date(2025, 6, 1)}, {"reason": ""}, {"into": "nothing"}, {"into": "food-permit"}):
        with pytest.raises(commands.Impossible):
            commands.withdraw("food-permit", **{"until": date(2026, 5, 1), "reason": "合并", **BY, **wrong})
    commands.withdraw("food-permit", until=date(2026, 5, 1), reason="合并", into="wide", **BY)
    with pytest.raises(commands.Impossible, match="没有现行版本"):
        commands.withdraw("food-permit", until=date(2026, 6, 1), reason="再次", **BY)
    assert queries.version_on("food-permit", date(2026, 4, 30))["is_now"]
    assert queries.version_on("food-permit", date(2026, 5, 1))["into"] == "wide"
    page = sign_in("zhao").get("/catalogue/items/food-permit").content.decode()
    assert "到 2026-05-01 为止" in page and "停止办理：合并" in page
    assert '<a href="/catalogue/items/wide">并入的事项</a>' in page
    with pytest.raises(commands.Impossible, match="那天以后"):
        stock.publish(since=date(2026, 4, 1), promised="6 workdays", steps=())
    stock.publish(since=date(2026, 9, 1))
    assert not queries.version_on("food-permit", date(2026, 8, 1))["is_now"]
    assert queries.version_on("food-permit", date(2026, 9, 1))["is_now"]


def test_who_does_not_reach_the_unit_changes_nothing(town):
    for attempt in (
        lambda: commands.draft("food-permit", stock.item(), actor=OTHER, now=stock.NOW),
        lambda: stock.publish(actor=OTHER),
        lambda: stock.publish(actor=HANDLER),
    ):
        with pytest.raises(NotAllowed):
            attempt()
    commands.draft("food-permit", stock.item(), actor=HANDLER, now=stock.NOW)
    stock.publish(actor=HEAD)
    with pytest.raises(NotAllowed):
        commands.draft("food-permit", stock.item(unit="housing"), actor=OTHER, now=stock.NOW)
    with pytest.raises(commands.Impossible, match="没有编号为"):
        commands.draft("new", stock.item(unit="nowhere"), **BY)
    for key in ("Food", "a/b", "", "x" * 81):
        with pytest.raises(commands.Impossible, match="事项编号"):
            commands.draft(key, stock.item(), **BY)


@pytest.mark.holds("peer 1", shows="/catalogue/items/<item>")
def test_a_draft_may_be_incomplete_and_is_used_up_by_publishing(town):
    commands.draft("food-permit", stock.item(basis=(), steps=()), **BY)
    assert queries.version_on("food-permit", stock.DAY) is None
    commands.draft("food-permit", stock.item(), **BY)
    stock.publish()
    assert queries.draft_of("food-permit") is None
    with pytest.raises(commands.Impossible, match="没有草稿"):
        commands.drop_draft("food-permit", reason="不要了", **BY)
    commands.draft("food-permit", stock.item(promised="5 workdays", steps=()), **BY)
    commands.drop_draft("food-permit", reason="不要了", **BY)
    assert queries.draft_of("food-permit") is None


def test_the_tables_made_again_are_the_same(town):
    stock.publish(since=date(2025, 1, 1))
    stock.publish(since=date(2026, 1, 1), promised="5 workdays", steps=())
    stock.publish("road-dig", zh="占用道路审批", unit="housing")
    commands.withdraw("road-dig", until=date(2026, 5, 1), reason="取消", **BY)
    commands.draft("new-one", stock.item(zh="新事项"), **BY)
    before = tables()
    projection.reset()
    assert tables() == ([], [])
    projection.apply([event for key in ("food-permit", "road-dig", "new-one") for event in stream(f"catalogue/{key}")])
    assert tables() == before


@pytest.mark.holds("invariant 3", shows="/cases/<id>")
def test_invariant_3_a_change_of_the_catalogue_moves_no_running_case(sign_in):
    stock.publish(since=date(2025, 7, 1))
    case = cases_town.receive(at=stock.NOW)
    cases_town.accept(case, at=stock.NOW, actor=cases_town.CLERK)
    sweep(stock.NOW)
    due = list(Clock.objects.filter(case_id=case).order_by("clause").values_list("clause", "due_at"))
    assert due
    days = sorted(f"{timezone.localtime(at):%Y-%m-%d %H:%M}" for _clause, at in due)

    def shown():
        page = " ".join(re.sub(r"<[^>]+>", " ", sign_in("zhao").get(f"/cases/{case}").content.decode()).split())
        return sorted(re.findall(r"到期 (\d{4}-\d\d-\d\d \d\d:\d\d)", page.partition("承诺和时限")[2]))

    assert shown() == days
    stock.publish(since=date(2026, 3, 20), promised="3 workdays", steps=())
    sweep(stock.NOW)
    assert shown() == days
    assert list(Clock.objects.filter(case_id=case).order_by("clause").values_list("clause", "due_at")) == due


@pytest.mark.holds("E035", "E041", "E042", shows="/catalogue/items/<item>")
def test_what_changed_is_told_field_by_field_and_line_by_line():
    after = stock.item(
        promised="5 workdays", steps=stock.FOOD["steps"][:3], conditions=("有食品安全管理人员", "有固定的经营场所")
    )
    found = {change.field: change for change in changes(stock.item(), after)}
    assert set(found) == {"promised", "steps", "conditions"}
    assert (found["promised"].before, found["promised"].after) == (("7个工作日",), ("5个工作日",))
    assert found["steps"].before == ("决定 | 市场监管局 | 2个工作日", "送达 | 窗口")
    assert found["steps"].after == ()
    assert (found["conditions"].before, found["conditions"].after) == ((), ())


def test_what_is_written_is_read_as_the_same_item():
    whole = stock.item(
        fees=({"zh": "工本费", "standard": "每本", "fen": 1250, "basis": "示价〔2025〕1号"},), pays_online=True, by_mail=True,
        level="county", exemption={"reason": "场地", "approver": "市长", "until": "2026-12-31"},
    )  # fmt: skip
    assert read(write(whole)) == (whole, {})
    assert (
        read({"zh": "甲", "unit": "market", "type": "行政许可", "promised": "5个工作日", "statutory": "即办"})[
            0
        ].promised
        == "5 workdays"
    )


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("type", "许可"), ("audiences", "路人"), ("visits", "两次"), ("pays_online", "也许"), ("fees", "工本费 | 每本 | 十元"),
        ("materials", "申请书 | 原件 | 一份"), ("letter", "文号 | 昨天"), ("result", "证 | 证照 | 样本 | 多了"), ("zh", ""),
        ("zh", "长" * 201), ("letter", "只有文号"), ("points", " | 市级 | 地址"), ("depth", "9"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_field_named(field, text):
    made, faults = read({**write(stock.item()), field: text})
    assert made is None
    assert set(faults) == {field}
