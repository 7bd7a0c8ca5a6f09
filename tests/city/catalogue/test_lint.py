"""Each lint rule notices what it is for, and only that."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.city.catalogue import stock
from yinuo.city.catalogue import commands, queries
from yinuo.city.catalogue.item import Item
from yinuo.city.catalogue.lint import Around, in_place, lint
from yinuo.city.people.actor import OPERATOR

HELD = {"statutory": "20 workdays", "promised": "7 workdays"}
AROUND = Around(stock.DAY, HELD)


def rules(around=AROUND, **changes):
    return {fault.rule for fault in lint(stock.item(**changes), around)}


def test_a_whole_item_has_no_fault():
    assert lint(stock.item(), AROUND) == ()
    assert lint(stock.item(themes=("准营准办", "社会保障"), audiences=("person",)), AROUND) == ()


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("INV-1", {"basis": ()}),
        ("INV-1", {"content": ""}),
        ("INV-1", {"standard": " "}),
        ("INV-1", {"result": None}),
        ("INV-1", {"audiences": ()}),
        ("LIMIT", {"promised": "soon"}),
        ("LINT-11", {"promised": "21 workdays", "steps": ()}),
        ("LINT-11", {"promised": ""}),
        ("LINT-11", {"statutory": ""}),
        ("LINT-11", {"steps": ({"zh": "审查", "limit": "8 workdays"},)}),
        ("LINT-01", {"case_type": "immediate"}),
        ("LINT-02", {"promised": "0 workdays", "steps": ()}),
        ("LINT-03", {"result": {"zh": "许可证", "kind": "document", "sample": "一"}}),
        ("LINT-04", {"visits_reason": ""}),
        ("LINT-04", {"visits": 0}),
        ("LINT-05", {"visits": 0, "visits_reason": "", "depth": 0}),
        ("LINT-06", {"depth": 4}),
        ("LINT-07", {"fees": ({"zh": "工本费", "standard": "10元"},), "pays_online": True}),
        ("LINT-07", {"fees": ({"zh": "工本费", "fen": 1000, "basis": "示价〔2025〕1号"},)}),
        ("LINT-07", {"pays_online": True}),
        ("LINT-08", {"complaint_phone": "0500-1234501"}),
        ("LINT-09", {"themes": ("婚姻登记",), "audiences": ("company",)}),
        ("LINT-09", {"themes": ("年检年审",), "audiences": ("person",)}),
        ("LINT-09", {"themes": ("吃喝玩乐",)}),
        ("LINT-10", {"steps": ()}),
        ("LINT-10", {"questions": ()}),
        ("LINT-10", {"result": {"zh": "食品经营许可证", "kind": "certificate"}}),
        ("LINT-12", {"conditions": ("法律法规规定的其他条件",)}),
        ("LINT-12", {"materials": ({"zh": "其他材料"},)}),
        ("SITUATION", {"situations": ()}),
        ("SITUATION", {"conditions": ({"zh": "有固定的经营场所", "situations": ("迁移",)},)}),
        ("INV-2", {"pledge": {"effect": "道歉"}}),
        ("INV-18", {"letter": {"number": "一", "since": "2025-01-01", "until": "2026-03-20"}}),
        ("INV-19", {"entered_on": "2026-03-21"}),
        ("D06", {"entered_on": None, "exemption": {"reason": "涉密", "approver": "市长", "until": "2026-03-20"}}),
        ("POINT", {"points": ()}),
    ],
)
@pytest.mark.holds("E223", "invariant 4", shows="/catalogue")
def test_each_rule_notices_its_fault(rule, changes):
    assert rule in rules(**changes)


def test_an_exemption_in_time_is_no_fault():
    changes = {"entered_on": None, "letter": None}
    exempt = {"reason": "涉密", "approver": "市长", "until": "2026-03-21"}
    assert rules(**changes, exemption=exempt) == set()


@pytest.mark.holds("invariant 19", "invariant 18", "E022", shows="/catalogue/items/<item>")
def test_invariant_19_in_place_is_entered_and_authorised_and_supervised(sign_in):
    assert all(in_place(stock.item(), AROUND).values())
    assert in_place(stock.item(entered_on=None), AROUND)["entered"] is False
    letter = {"number": "一", "since": "2025-01-01", "until": "2026-03-20"}
    assert in_place(stock.item(letter=letter), AROUND)["authorised"] is False
    assert in_place(stock.item(), Around(stock.DAY, None))["supervised"] is False
    assert "INV-20" in rules(Around(stock.DAY, None))
    stock.publish()
    stock.publish("road-dig", zh="占用道路审批", unit="housing", entered_on="2026-03-21")
    stock.publish("birth-subsidy", zh="生育津贴", unit="medical-insurance", letter=letter)
    stock.publish("no-such-rule", zh="没有制度的事项", unit="transport")
    reader, entered, authorised, supervised = sign_in("zhao"), "进驻到位", "授权到位", "监察到位"
    for item, missing in (
        ("food-permit", ()), ("road-dig", (entered,)), ("birth-subsidy", (authorised,)), ("no-such-rule", (supervised,)),
    ):  # fmt: skip
        page = reader.get(f"/catalogue/items/{item}").content.decode()
        ticks = " ".join(re.sub(r"<[^>]+>", " ", page.partition('class="ticks"')[2].partition("</p>")[0]).split())
        words = [word + (" 还没有" if word in missing else "") for word in (entered, authorised, supervised)]
        assert ticks.endswith(" ".join(words)), (item, ticks)


@pytest.mark.holds("invariant 1", "E223", shows="/catalogue")
@pytest.mark.parametrize("field", ["basis", "content", "standard", "result"])
def test_invariant_1_without_its_four_disclosures_nothing_is_published(sign_in, field):
    missing = {"basis": (), "result": None}.get(field, "")
    with pytest.raises(commands.NotFit) as refusal:
        stock.publish(**{field: missing})
    assert refusal.value.field == field
    assert queries.versions("food-permit") == []
    commands.draft("food-permit", stock.item(**{field: missing}), actor=OPERATOR, now=stock.NOW)
    page = sign_in("zhou").get("/catalogue").content.decode()
    (row,) = (one for one in page.split("<tr>") if 'href="/catalogue/items/food-permit"' in one)
    assert "1 处不能发布" in row and refusal.value.sentence in row


@pytest.mark.holds("invariant 4", "peer 2", "E042", shows="/catalogue")
def test_invariant_4_no_promise_is_longer_than_the_law(town):
    with pytest.raises(commands.NotFit, match="比法定时限"):
        stock.publish(promised="21 workdays", steps=())
    with pytest.raises(commands.NotFit, match="比法定时限"):
        stock.publish(promised="21 workdays", statutory="20 days", steps=())


@pytest.mark.holds("invariant 4", "peer 2", "E042", shows="/catalogue")
def test_a_draft_that_promises_longer_than_the_law_is_marked_in_the_list(sign_in):
    zhou = sign_in("zhou")
    for promised, is_marked in (("20 workdays", False), ("21 workdays", True)):
        commands.draft("long", stock.item(zh="许诺过长", promised=promised, steps=()), actor=OPERATOR, now=stock.NOW)
        page = zhou.get("/catalogue?state=draft").content.decode()
        row = next(one for one in page.split("<tr>") if "许诺过长" in one)
        limits = re.findall(r'data-label="(承诺时限|法定时限)">([^<]+)<', row)
        assert limits == [("承诺时限", promised.replace("workdays", "个工作日")), ("法定时限", "20 个工作日")]
        assert ("1 处不能发布" in row) is is_marked
        assert ("承诺时限 21 workdays 比法定时限 20 workdays 长，不能发布" in row) is is_marked


@pytest.mark.holds("invariant 2", shows="/matters/<item>")
def test_invariant_2_a_pledge_counts_once_it_is_published():
    assert Item.model_validate(stock.FOOD).pledge.is_made
    for field in ("effect", "published_on", "published_in"):
        assert not stock.item(
            pledge=stock.FOOD["pledge"] | {field: None if field == "published_on" else ""}
        ).pledge.is_made


def test_the_text_of_the_day_is_what_the_catalogue_is_held_to(town):
    assert queries.text_of("food-permit", date(2025, 3, 1))["promised"] == "10 workdays"
    assert queries.text_of("food-permit", date(2026, 3, 1))["promised"] == "7 workdays"
    assert queries.text_of("nothing", stock.DAY) is None
