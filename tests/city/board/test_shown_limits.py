"""What is asked of limits, standstills and cards is seen on the page of a case: taken away, each of these is missed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.board.test_shown import reported, text
from tests.city.supervision.test_reproject import install
from yinuo.city.board import polling
from yinuo.city.cases.models import Case
from yinuo.city.ledger import read
from yinuo.city.supervision.models import Clock, Finding
from yinuo.city.supervision.sweep import reproject

BUTTON = r'<summary class="btn">(.*?)</summary>'


def offered(client, case_id):
    """The acts that somebody is offered on a case's page."""
    answer = client.get(f"/cases/{case_id}")
    assert answer.status_code == 200
    return set(re.findall(BUTTON, answer.content.decode()))


@pytest.fixture
def chen(sign_in):
    return sign_in("chen")


@pytest.fixture
def later(sign_in, monkeypatch):
    """So many days on, everything is judged anew; whoever looks signs in again."""

    def come(days):
        now = small_city.NOW + timedelta(days=days)
        monkeypatch.setattr(timezone, "now", lambda: now)
        small_city.supervised(now)
        return sign_in("chen")

    return come


@pytest.mark.holds("peer 45", "peer 46", "peer 47", shows="/cases/<id>")
def test_a_standstill_is_shown_with_its_type_its_paper_and_what_is_left(chen):
    page = text(chen.get("/cases/D006"))
    assert "法定时限 法定 暂停计时 时限 20 个工作日 已用 0 个工作日 暂停 26 个工作日 剩余 20 个工作日" in page
    for said in (
        "特别程序 鉴定",
        "告知书文号 示告〔2026〕9号",
        "特别程序依据 工伤保险条例第二十条",
        "所需时间 30 个工作日",
    ):
        assert said in page.partition("办理经过")[2], said
    stood = {"special": "一", "declared": "10 workdays", "notice_no": "示告〔2026〕1号", "special_basis": "内部规定"}
    opening = (("received", {"applicant": "甲"}), ("accepted", {}))
    reported("other-1", "application", *opening, ("special_started", {**stood, "procedure": "其他"}))
    page = text(chen.get("/cases/other-1"))
    assert "法定时限 法定 在办 时限 20 个工作日 已用 6 个工作日 暂停 0 个工作日" in page, "no law names this type"


@pytest.mark.holds("peer 48", "decision D30", shows="/cases/<id>")
def test_an_extension_is_shown_with_its_reason_and_after_expiry_there_is_none(sign_in, chen):
    zhou, more = sign_in("zhou"), {"step": "prolong", "days": "5 workdays", "notified_on": "2026-03-20"}
    assert zhou.post("/cases/D055/do/extension_granted", more).status_code == 422, "no reason"
    assert "延长" not in text(chen.get("/cases/D055")).partition("亮灯和说明")[0].partition("承诺和时限")[2].replace(
        "延长期限", ""
    )
    granted = zhou.post("/cases/D055/do/extension_granted", {**more, "extension_reason": "需要专家论证"})
    assert granted.status_code == 302
    small_city.supervised()
    page = text(chen.get("/cases/D055"))
    assert re.search(r"承诺时限 承诺 在办 时限 12 个工作日 .*? 延长 5 个工作日", page)
    assert "批准延期 市市场监督管理局 周局" in page and "需要专家论证" in page
    zhou.post("/cases/D005/do/extension_granted", {**more, "extension_reason": "来不及"})
    small_city.supervised()
    page = text(chen.get("/cases/D005"))
    assert "时限 7 个工作日" in page and "逾期未完成" in page, "what has lapsed is not made longer"


@pytest.mark.holds("peer 50", "peer 61", "invariant 22", shows="/cases/<id>")
def test_an_order_runs_from_the_handing_out_and_climbs_the_ladder_of_its_text(chen, later):
    broken = Finding.objects.filter(status="open", level="yellow", clause="promised").first().case_id
    (order,) = Case.objects.filter(kind="order", fields__about=broken, fields__broken_clause="promised")
    page = text(chen.get(f"/cases/{broken}"))
    lapsed = page.count("下达督办 市政府督查室（效能办） 自动监察")
    assert page.count("督办单 · 未结") == lapsed >= 1, "one order for each limit broken"
    page = text(chen.get(f"/cases/{order.case_id}"))
    assert "签收督办单 待办" in page, "nobody has signed"
    assert "督办限期 指定 在办 时限 7 日 已用 0 日" in page, "it runs all the same"
    for days, level in ((8, "黄牌"), (13, "红牌"), (16, "移送问责")):
        chen = later(days)
        page = text(chen.get(f"/cases/{order.case_id}"))
        assert f"督办限期 指定 逾期未完成 {level}" in page, level


@pytest.mark.holds("peer 60", shows="/cases/<id>")
def test_a_warning_is_shown_while_there_is_still_time(later):
    chen = later(5)
    late = {row.case_id for row in Clock.objects.filter(clause="promised", state="overdue")}
    cards = Finding.objects.filter(status="open", clause="promised", level__in=["prompt", "warning"])
    card = cards.exclude(case_id__in=late).first()
    page = text(chen.get(f"/cases/{card.case_id}"))
    word = {"prompt": "提示", "warning": "预警"}[card.level]
    assert re.search(rf"承诺时限 承诺 在办 {word} 时限 \d+ \S+ 已用 \d+ \S+ 暂停 \d+ \S+ 剩余 \d+", page)


@pytest.mark.holds("decision D11", "decision D21", "E039", shows="/cases/<id>")
def test_a_lane_has_its_own_limit_and_moves_nobody_elses(chen):
    def limits(case_id):
        said = text(chen.get(f"/cases/{case_id}")).partition("承诺和时限")[2].partition("亮灯和说明")[0]
        return re.findall(r"(\S+) (?:承诺|法定|环节) \S+ .*?到期 ([\d: -]+)", said)

    before = {one: limits(one) for one in ("D005", "D055")}
    assert all(before.values())
    asked = {"about": "D055", "asked_lane": "急事", "ground": "救治病人"}
    given = {"lane": "urgent", "lane_reason": "急诊", "lane_approver": "zhou"}
    began = small_city.NOW - timedelta(hours=2)
    reported("lane-1", "lane-request", ("lane_asked", asked), ("lane_granted", given), began=began)
    page = text(chen.get("/cases/lane-1"))
    assert "通道 急事急办" in page and limits("lane-1"), page.partition("承诺和时限")[2][:600]
    assert "理由 急诊" in page and "批准人 周局" in page, page
    assert {one: limits(one) for one in before} == before


@pytest.mark.holds("peer 52", shows="/cases/<id>")
def test_a_calendar_published_late_is_said_beside_each_limit_it_moved(chen, tmp_path):
    clock = Clock.objects.filter(clause="statutory", state="running", measure="workdays", kind="application").first()
    old = f"{timezone.localtime(clock.due_at):%Y-%m-%d %H:%M}"
    assert "制度文本改动后重新计算" not in text(chen.get(f"/cases/{clock.case_id}"))
    install(tmp_path, "2026-03-23", at=small_city.NOW)
    assert reproject(small_city.NOW, limit=1000).reprojected
    moved = Clock.objects.get(case_id=clock.case_id, clause="statutory")
    new = f"{timezone.localtime(moved.due_at):%Y-%m-%d %H:%M}"
    page = text(chen.get(f"/cases/{clock.case_id}"))
    assert old != new and f"2026-03-20 10:00 制度文本改动后重新计算：到期由 {old} 改为 {new}。" in page


@pytest.mark.holds("peer 56", shows="/")
def test_overdue_is_what_the_events_say_and_is_so_no_more_when_they_say_otherwise(chen, monkeypatch):
    monkeypatch.setattr(polling, "FRESH", 0.0)

    def yellow():
        return int(re.search(r"红牌 \d+ 黄牌 (\d+) ", text(chen.get("/")))[1])

    before = yellow()
    card = Finding.objects.filter(status="open", level="yellow", clause="promised", unit="market").first()
    gone = Finding.objects.filter(status="open", level="yellow", case_id=card.case_id).count()
    accepted = next(one.at for one in read.stream(f"case/{card.case_id}") if one.activity == "accepted")
    facts = [small_city.fact_of(card.case_id, "market", accepted)("granted", 0.3)]
    results = small_city.commands.record(facts, actor=small_city.SYSTEM, now=small_city.NOW)
    small_city.supervised()
    left = list(
        Finding.objects.filter(status="open", level="yellow", case_id=card.case_id).values_list("clause", "level")
    )
    assert yellow() == before - gone, ("done in time, entered late", results, left, gone)


@pytest.mark.holds("decision D15", shows="/cases/<id>")
def test_four_kinds_of_limit_stand_side_by_side(chen):
    kinds = {row["case_id"]: set() for row in Clock.objects.values("case_id")}
    for row in Clock.objects.values("case_id", "basis"):
        kinds[row["case_id"]].add(row["basis"])
    case_id = next(one for one in sorted(kinds) if kinds[one] >= {"statutory", "promised", "step", "ordered"})
    page = text(chen.get(f"/cases/{case_id}"))
    for name, basis in (
        ("法定时限", "法定"),
        ("承诺时限", "承诺"),
        ("审查环节时限", "环节"),
        ("失诺后一个工作日内开出督办单", "指定"),
    ):
        assert re.search(rf"{name} {basis} \S+", page), name


@pytest.mark.holds("decision D25", shows="/cases/<id>")
def test_what_came_on_a_saturday_night_is_numbered_then_and_counted_from_monday(chen):
    saturday = timezone.make_aware(timezone.datetime(2026, 3, 14, 23, 40))
    reported("night-1", "application", ("received", {"applicant": "甲"}), item="food-permit", began=saturday)
    page = text(chen.get("/cases/night-1"))
    assert Case.objects.get(case_id="night-1").receipt in page and "收件 2026-03-14 23:40" in page
    assert "在办 时限 5 个工作日 已用 5 个工作日 暂停 0 个工作日 剩余 0 个工作日 到期 2026-03-20 23:59" in page


@pytest.fixture
def appealed(sign_in):
    """A card somebody appealed against."""
    card = Finding.objects.filter(status="open", level="yellow", unit="market", clause="promised").first()
    assert sign_in("sun").post(f"/findings/{card.card}/appeal", {"text": "系统停机"}).status_code == 302
    return card


def cancel(chen, card):
    answer = chen.post(f"/findings/{card.card}/cancel", {"text": "属实"})
    assert answer.status_code == 302, answer.content.decode()[-400:]


@pytest.mark.holds("peer 65", shows="/cases/<id>")
def test_a_cancelled_card_stays_on_its_case(chen, appealed):
    assert "系统停机" in text(chen.get(f"/cases/{appealed.case_id}"))
    cancel(chen, appealed)
    page = text(chen.get(f"/cases/{appealed.case_id}"))
    assert "申诉撤销" in page and "属实" in page


@pytest.mark.holds("peer 65", shows="/findings?status=cancelled")
def test_a_cancelled_card_stands_on_a_list_of_its_own(chen, appealed):
    receipt = Case.objects.get(case_id=appealed.case_id).receipt
    assert receipt not in text(chen.get("/findings?status=cancelled"))
    cancel(chen, appealed)
    assert receipt in text(chen.get("/findings?status=cancelled"))


@pytest.mark.holds("peer 99", "regression 22", shows="/cases/<id>/proof")
def test_each_line_of_the_proof_covers_the_one_before(chen):
    page = text(chen.get("/cases/D003/proof"))
    before = "0" * 12
    events = read.stream("case/D003")
    assert len(events) > 3
    for number, event in enumerate(events, start=1):
        digest = event.digest.hex()
        assert re.search(rf"{number} [\d: -]+ \S+ [\d: -]+ {before} {digest}", page), number
        before = digest[:12]
