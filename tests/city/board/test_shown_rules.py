"""What is asked of steps, signatures and refusals is seen on the page of a case: taken away, each of these is missed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.city.board import small_city
from tests.city.board.test_shown import reported, text
from tests.city.board.test_shown_limits import offered
from yinuo.city.cases.models import Case
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.units import Span

ASKED = {"papers": "平面图", "cause": "材料缺失"}
REASONS = {"ground": "材料不齐", "basis": "食品安全法第三十五条", "alternative": "补齐平面图后再来"}


@pytest.fixture
def chen(sign_in):
    return sign_in("chen")


def consultation(case_id, invited, *told, **opening):
    asked = (("opinion_sought", {"department": one}) for one in invited)
    first = ("consultation_opened", {"question": "夜间施工", "invited": list(invited)})
    reported(case_id, "consultation", first, *asked, *told, **opening)


@pytest.mark.holds("peer 25", "invariant 9", shows="/cases/<id>")
def test_a_conclusion_without_its_majority_is_a_card_that_names_who_said_what(chen):
    consultation(
        "consult-3", ("human-resources", "transport"), ("consented", {"department": "human-resources", "opinion": "同意"}),
        ("dissented", {"department": "transport", "opinion": "不", "basis": "公路法"}), ("consultation_settled", {"minutes": "硬办"}),
    )  # fmt: skip
    page = text(chen.get("/cases/consult-3"))
    assert "“会商作出结论”须有2家同意，现已同意1家（human-resources）；不同意1家（transport）" in page
    assert "征求会商意见 · 市人力资源和社会保障局 已完成" in page and "征求会商意见 · 市交通运输局 已完成" in page


@pytest.mark.holds("peer 27", "decision D20", "decision D24", "decision D49", shows="/cases/<id>")
def test_one_number_many_departments_each_with_its_own_act_and_the_giver_stays_named(sign_in, chen):
    consultation("consult-4", ("human-resources", "transport"), began=small_city.NOW - timedelta(hours=3))
    wu, zhou = sign_in("wu"), sign_in("zhou")
    assert {"会商同意", "委托他人出具意见"} <= offered(wu, "consult-4")
    assert "会商作出结论" not in offered(wu, "consult-4"), "the lead unit concludes"
    given = {"step": "opine-given", "department": "human-resources", "deputy": "zhao"}
    answer = wu.post("/cases/consult-4/do/opinion_entrusted", given)
    assert answer.status_code == 302, answer.content.decode()
    page = text(chen.get("/cases/consult-4"))
    assert re.search(r"委托他人出具意见 市人力资源和社会保障局 吴敏 .*?赵倩", page)
    assert "会商同意" not in offered(wu, "consult-4"), "exactly one named person does it"
    assert Case.objects.get(case_id="consult-4").receipt in page and "主办单位 市市场监督管理局" in page
    assert zhou.get("/cases/consult-4").status_code == 200


@pytest.mark.holds("peer 34", shows="/cases/<id>")
def test_of_two_who_send_the_same_form_one_is_on_the_page(sign_in, chen):
    zhao, sun = sign_in("zhao"), sign_in("sun")
    assert "审查" in offered(zhao, "D005") & offered(sun, "D005")
    seen = {"step": "review", "expected": Case.objects.get(case_id="D005").version}
    answers = [one.post("/cases/D005/do/reviewed", seen).status_code for one in (zhao, sun)]
    assert answers == [302, 422]
    history = text(chen.get("/cases/D005")).partition("办理经过")[2].partition("各环节")[0]
    assert len(re.findall(r"\d 审查 市市场监督管理局", history)) == 1 and "赵倩" in history and "孙伟" not in history


@pytest.mark.parametrize(
    ("item", "told", "card"),
    [
        pytest.param("food-permit", [("granted", {})], "未受理不得决定", marks=pytest.mark.holds("peer 62", shows="/cases/<id>")),
        pytest.param(
            "food-permit", [("supplement_requested", ASKED), ("supplemented", {}), ("supplement_requested", ASKED)], "一次性告知：第二次补正须经签批",
            marks=pytest.mark.holds("invariant 7", "decision D44", shows="/cases/<id>"),
        ),
        pytest.param(
            "food-permit", [("refused_acceptance", {**REASONS, "ground": "上级没有规定"})], "“上级没有规定、周边没有先例、领导没有交待”不得作为不办的理由",
            marks=pytest.mark.holds("invariant 13", shows="/cases/<id>"),
        ),
        pytest.param(
            "archive-copy", [("refused_acceptance", REASONS)], "服务事项：没有禁止性规定不得不办",
            marks=pytest.mark.holds("decision D36", shows="/cases/<id>"),
        ),
        pytest.param(
            "food-permit", [("refused_acceptance", {**REASONS, "alternative": ""})], "否定须写明依据，并告诉怎样才能办成",
            marks=pytest.mark.holds("invariant 14", shows="/cases/<id>"),
        ),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_a_card_on_its_case(chen, item, told, card):
    reported("broken-1", "application", ("received", {"applicant": "甲"}), *told, item=item)
    page = text(chen.get("/cases/broken-1"))
    assert re.search(rf"[黄红]牌 未结 {card} 2026-03-12", page), page.partition("亮灯和说明")[2][:300]


@pytest.mark.holds("peer 62", shows="/findings")
def test_a_card_that_is_none_of_time_stands_on_the_list(chen):
    reported("broken-2", "application", ("received", {"applicant": "甲"}), ("granted", {}), item="food-permit")
    page = text(chen.get("/findings?status=open&clause=accepted-first"))
    assert "未受理不得决定" in page and Case.objects.get(case_id="broken-2").receipt in page


@pytest.mark.holds("peer 64", "invariant 27", "invariant 28", shows="/cases/<id>")
def test_what_is_put_right_is_shown_with_its_day_and_who_may_look_again(chen):
    cause = {"finding_class": "体制机制制度", "breadth": "普遍性", "measure": "改流程"}
    reported(
        "right-1", "rectification", ("rectification_ordered", {"problem": "多头要材料", "deadline": "2026-03-30"}),
        ("planned", cause), ("rectified", {"evidence": "新流程"}), ("recheck_passed", {}),
    )  # fmt: skip
    page = text(chen.get("/cases/right-1"))
    assert (
        re.search(r"整改限期 指定 按时完成 .*?到期 2026-03-30", page) and "复查时限：七个工作日 环节 按时完成" in page
    )
    for card in ("复查人不得是整改人", "体制机制制度问题须有修改建议或者不改的理由"):
        assert re.search(rf"红牌 未结 {card} 2026-03-12", page), card


@pytest.mark.holds("invariant 23", "invariant 24", "invariant 25", shows="/cases/<id>")
def test_what_is_listed_stays_until_another_writes_it_off_with_evidence(sign_in, chen):
    listed = {"listing_kind": "投诉", "subject": "窗口推诿", "to_unit": "market", "deadline": "2026-03-16"}
    reported("listed-1", "listing", ("listed", listed))
    page = text(chen.get("/cases/listed-1"))
    assert (
        "listed-1"
        and "窗口推诿 " in page
        and " 未结 " in page
        and "挂牌限期 指定 逾期未完成" in page
        and "到期 2026-03-16" in page
    )
    assert "销号" not in offered(chen, "listed-1"), "nothing is settled yet"
    more = {"step": "prolong", "new_deadline": "2026-03-27", "approver": "chen"}
    assert chen.post("/cases/listed-1/do/listing_prolonged", more).status_code == 422, "no reason"
    zhao = sign_in("zhao")
    assert zhao.post("/cases/listed-1/do/settled", {"step": "settle"}).status_code == 422, "no evidence"
    assert zhao.post("/cases/listed-1/do/settled", {"step": "settle", "evidence": "和解书"}).status_code == 302
    assert "销号" not in offered(zhao, "listed-1") and "销号" in offered(chen, "listed-1")
    assert chen.post("/cases/listed-1/do/written_off", {"step": "write-off"}).status_code == 302
    page = text(chen.get("/cases/listed-1"))
    assert " 已办结 " in page and re.search(r"销号 市政府督查室（效能办） 陈刚", page)


@pytest.mark.holds("invariant 16", "invariant 8", shows="/cases/<id>")
def test_who_reviewed_is_not_offered_the_decision(sign_in):
    zhou = sign_in("zhou")
    assert {"审查", "准予"} <= offered(zhou, "D005") and "收件" not in offered(zhou, "D005")
    assert zhou.post("/cases/D005/do/reviewed", {"step": "review"}).status_code == 302
    assert {"审查", "准予", "不予许可"}.isdisjoint(offered(zhou, "D005"))


@pytest.mark.holds("invariant 6", shows="/cases/<id>")
def test_papers_are_asked_for_at_the_window_alone(sign_in):
    reported(
        "asked-1",
        "application",
        ("received", {"applicant": "甲"}),
        item="food-permit",
        began=small_city.NOW - timedelta(hours=1),
    )
    small_city.employ("ping", "平一", "market", "window_clerk", "market")
    assert "告知补正" in offered(sign_in("ping"), "asked-1")
    for key in ("zhao", "sun", "zhou"):
        assert "告知补正" not in offered(sign_in(key), "asked-1"), key


@pytest.mark.holds("invariant 31", shows="/cases/<id>")
def test_a_case_with_an_open_part_is_not_closed(sign_in):
    zhou = sign_in("zhou")
    reported(
        "part-2",
        "paper-promise",
        ("paper_promised", {"paper": "food-permit-3", "promised_on": "2026-03-27", "parent": "D055"}),
    )
    receipt = Case.objects.get(case_id="part-2").receipt
    assert zhou.post("/cases/D055/do/granted", {"step": "decide"}).status_code == 422
    page = text(zhou.get("/cases/D055"))
    assert f"{receipt} 容缺材料 · 未结" in page and "准予 待办" in page


@pytest.mark.holds("invariant 18", shows="/cases/<id>")
def test_a_power_used_without_its_letter_is_a_card(chen):
    given = {"item": "residence-permit", "to_unit": "housing", "power": "受理", "officers": 2, "trained": True}
    letter = {"why": "承接办法第三条", "approver": "zhou", "letter_no": "XF-2026-0002"}
    use = ("decided_below", {"done_below": "签注一件"})
    reported("letter-2", "delegation", ("delegation_asked", given), use)
    reported("letter-3", "delegation", ("delegation_asked", given), ("power_delegated", letter), use)
    cards = [text(chen.get(f"/cases/{one}")).partition("亮灯和说明")[2] for one in ("letter-2", "letter-3")]
    assert [bool(re.search(r"[黄红]牌 未结 ", one)) for one in cards] == [True, False], cards[0][:300]


@pytest.mark.holds("invariant 5", "invariant 32", "peer 66", "decision D27", shows="/units/<unit>")
def test_the_way_a_card_climbs_stands_on_the_page_of_the_unit(sign_in):
    guan = sign_in("guan")
    page = text(guan.get("/units/market"))
    assert "事项升级时将直接转到上一级" in page
    assert re.search(
        r"责任链 .*? 成员 市市场监督管理局 孙伟 、 赵倩 、 周局 主要负责人 市市场监督管理局 无人在岗", page
    )
    office = text(guan.get("/units/supervising-office"))
    assert re.search(r"责任链 .*?成员 市政府督查室（效能办） 陈刚", office)
    people.open_unit(
        Span("room", small_city.START, None, "market", "登记科", "", "section"), actor=OPERATOR, now=small_city.NOW
    )
    assert "登记科" in text(guan.get("/units/market"))


@pytest.mark.holds("decision D28", "decision D35", shows="/units")
def test_a_tree_of_any_depth_and_a_bureau_that_ended_keeps_its_name(sign_in):
    guan = sign_in("guan")
    for number, (unit, parent) in enumerate((("one", "market"), ("two", "one"), ("three", "two"), ("four", "three"))):
        people.open_unit(
            Span(unit, small_city.START, None, parent, f"第{number}层", "", "section"),
            actor=OPERATOR,
            now=small_city.NOW,
        )
    old = Span("commerce", small_city.START, None, "city", "市工商行政管理局", "", "department")
    people.open_unit(old, actor=OPERATOR, now=small_city.NOW)
    assert "市工商行政管理局" in text(guan.get("/units?all"))
    people.close_unit("commerce", until=small_city.NOW.date() - timedelta(days=30), actor=OPERATOR, now=small_city.NOW)
    page = text(guan.get("/units?all"))
    assert re.search(r"第0层 .*?第1层 .*?第2层 .*?第3层", page) and "市工商行政管理局" not in page
    assert "该机构今日不在设" in text(guan.get("/units/commerce")) and "市工商行政管理局" in text(
        guan.get("/units/commerce")
    )
