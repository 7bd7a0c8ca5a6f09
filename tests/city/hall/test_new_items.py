"""An item drafted and put in force on the form of the catalogue takes cases the next minute: no text has to be installed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.catalogue import stock
from tests.city.hall.test_intake import ALL, before, li, made, said, sent
from yinuo.city.cases import commands, queries
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.kept import kept_row
from yinuo.city.catalogue import commands as catalogue
from yinuo.city.catalogue import sheet
from yinuo.city.catalogue.checks import held
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import OPERATOR
from yinuo.city.portal.items import item_of
from yinuo.city.supervision.desk import Desk
from yinuo.city.supervision.models import Clock
from yinuo.city.supervision.queries import Naming
from yinuo.city.supervision.sweep import sweep
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate

__all__ = ["before", "li"]

PAPERS = ("申请书 | 原件", "犬只免疫证明 | 复印件 | 1 | 是 | D")
STEPS = "收件 | 窗口\n受理 | 窗口 | 1个工作日\n审查 | 局 | 1个工作日\n决定 | 局 | 1个工作日\n送达 | 窗口"


@pytest.fixture
def pet_licence(sign_in):
    """Drafted by the head of a department on the item form, and put in force from today."""
    head = sign_in("zhou")
    assert "pet-licence" not in in_force.pack().tables["items"]["id"]
    texts = sheet.write(
        stock.item(zh="养犬登记", en="dog licence", aliases=(), situations=(), conditions=("有固定住所",))
    )
    texts |= {"key": "pet-licence", "promised": "3个工作日", "statutory": "10个工作日", "steps": STEPS}
    texts |= {"materials": "\n".join(PAPERS)}
    answer = head.post("/catalogue/new", texts)
    assert answer.status_code == 302, said(answer)
    day = {"since": str(small_city.NOW.date()), "authority": "示市监〔2026〕9号"}
    assert head.post("/catalogue/items/pet-licence/publish", day).status_code == 302
    return "pet-licence"


@pytest.mark.holds("E033", "invariant 3", shows="/window")
def test_an_item_of_the_catalogue_alone_is_taken_in_at_a_window_the_next_minute(pet_licence, li, before):
    assert "养犬登记" in said(li.get("/window/choices?typed=养犬"))
    assert "犬只免疫证明" in said(li.get(f"/window/papers?item={pet_licence}"))
    answer = sent(li, "accept", item=pet_licence, typed="养犬登记", given=["pet-licence-1", "pet-licence-2"])
    assert answer.status_code == 302, said(answer)
    case = made(before).get()
    assert (case.item, case.unit, case.holder_unit) == ("pet-licence", "market", "market")
    assert case.title.startswith("养犬登记")
    assert "养犬登记" in said(li.get(answer["Location"]))
    sweep(small_city.NOW)
    clocks = {one.clause: one for one in Clock.objects.filter(case_id=case.case_id, institution="time-limit")}
    assert (clocks["promised"].allowed, clocks["statutory"].allowed) == (3, 10)
    replayed = evaluate(queries.log([case.case_id]), in_force.pack().rules, as_of=small_city.NOW).clocks
    assert {one.due_at for one in clocks.values()} == set(replayed.filter(institution="time-limit")["due_at"])
    assert "养犬登记" in said(li.get("/open/calendar"))


def test_what_a_clause_refuses_is_judged_by_the_catalogue(pet_licence):
    opening = Act(
        None,
        "pledge_drafted",
        small_city.NOW,
        {"item": pet_licence, "limit": "20 workdays", "effect": "道歉"},
        kind="pledge",
        unit="market",
    )
    case_id = commands.act(opening, actor=small_city.actor("zhao"), now=small_city.NOW).case_id
    verified = Act(case_id, "pledge_verified", small_city.NOW, source="office", event_id="verified")
    commands.record([verified], actor=small_city.SYSTEM, now=small_city.NOW)
    told = {"medium": "网站", "published_on": "2026-03-20"}
    with pytest.raises(Refused, match="承诺时限不得长于法定时限"):
        commands.act(
            Act(case_id, "pledge_published", small_city.NOW, told), actor=small_city.actor("li"), now=small_city.NOW
        )


def test_an_item_that_nobody_put_in_force_takes_no_case(li, before, sign_in):
    catalogue.draft("only-a-draft", stock.item(zh="草稿事项"), actor=OPERATOR, now=stock.NOW)
    opening = Act(
        None, "received", small_city.NOW, {"applicant": "甲"}, kind="application", item="only-a-draft", unit="market"
    )
    with pytest.raises(Refused, match="事项清单里没有"):
        commands.act(opening, actor=small_city.actor("li"), now=small_city.NOW)


def test_withdrawn_again_it_takes_no_more(pet_licence, monkeypatch):
    until = small_city.NOW.date() + timedelta(days=7)
    catalogue.withdraw(pet_licence, until=until, reason="取消", actor=OPERATOR, now=stock.NOW)
    pack = in_force.pack()
    assert kept_row(pack, "items", pet_licence, until - timedelta(days=1))["promised"] == "3 workdays"
    assert kept_row(pack, "items", pet_licence, until) is None
    assert kept_row(pack, "items", pet_licence, small_city.NOW.date() - timedelta(days=1)) is None
    later = small_city.NOW + timedelta(days=7)
    opening = Act(None, "received", later, {"applicant": "甲"}, kind="application", item=pet_licence, unit="market")
    monkeypatch.setattr(timezone, "now", lambda: later)
    with pytest.raises(Refused, match="不在用"):
        commands.act(opening, actor=small_city.actor("li"), now=later)


@pytest.mark.holds("E034", shows="/window")
def test_an_item_of_the_text_that_is_withdrawn_takes_no_more_and_what_runs_goes_on(li, before, sign_in):
    sent(li, "accept", item="food-permit", given=ALL)
    running = made(before).get(kind="application")
    today = small_city.NOW.date()
    stock.publish()
    catalogue.withdraw("food-permit", until=today, reason="示府发〔2026〕5号", actor=OPERATOR, now=stock.NOW)
    assert kept_row(in_force.pack(), "items", "food-permit", today) is not None, "the text still knows it"
    refused = sent(li, "accept", item="food-permit", given=ALL, form="9" * 32)
    assert refused.status_code == 422
    assert f"这个事项自 {today} 起停止办理，不再受理；依据：示府发〔2026〕5号。已经受理的继续办。" in said(refused)
    assert list(made(before)) == [running]
    asking = Act(None, "inquired", small_city.NOW, {"need": "还办吗", "channel": "窗口"}, kind="inquiry", item="food-permit", unit="market")  # fmt: skip
    assert commands.act(asking, actor=small_city.actor("li"), now=small_city.NOW).is_new, "it may still be asked about"
    later = small_city.NOW + timedelta(minutes=5)
    assert commands.act(Act(running.case_id, "reviewed", later), actor=small_city.actor("zhao"), now=later).version == 3


def test_withdrawn_and_put_in_force_again_it_takes_cases_again(city, db):
    today = small_city.NOW.date()
    stock.publish()
    catalogue.withdraw("food-permit", until=today, reason="取消", actor=OPERATOR, now=stock.NOW)
    assert held.withdrawn("food-permit", today - timedelta(days=1)) == ""
    assert "取消" in held.withdrawn("food-permit", today)
    stock.publish(since=today + timedelta(days=2), promised="6 workdays")
    assert "取消" in held.withdrawn("food-permit", today + timedelta(days=1))
    assert held.withdrawn("food-permit", today + timedelta(days=2)) == ""


def test_the_portal_and_the_window_ask_for_the_same_papers(pet_licence):
    words = Words()
    asked = [one.zh for one in item_of(pet_licence, words, day=small_city.NOW.date()).papers]
    kept = kept_row(words.pack, "materials", "pet-licence-2", small_city.NOW.date())
    assert asked == ["申请书", "犬只免疫证明"]
    assert (kept["zh"], kept["later"]) == ("犬只免疫证明", "承诺")
    assert words.item(pet_licence) == "养犬登记"
    assert Naming((), desk=Desk.in_force(), now=small_city.NOW).item(pet_licence) == ("养犬登记", "dog licence")
