"""What a requirement asks to be seen is seen on the page that shows it: taken away, each of these is missed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.city.board import small_city
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Done
from yinuo.city.cases.models import Case
from yinuo.city.figures.models import Figure
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.staff import Appointment, Post
from yinuo.city.people.units import Span
from yinuo.city.supervision.models import Clock, Finding

BEGAN = small_city.NOW - timedelta(days=8)


def reported(case_id, kind, *told, item=None, began=BEGAN):
    """Facts of one case as a system reports them, an hour apart: (activity, fields)."""
    acts = [
        Act(case_id, activity, began + timedelta(hours=number), fields, source="hall", event_id=f"{case_id}-{number}", unit="market",
            **({} if number else {"kind": kind, "item": item}))
        for number, (activity, fields) in enumerate(told)
    ]  # fmt: skip
    results = commands.record(acts, actor=small_city.SYSTEM, now=small_city.NOW)
    assert all(isinstance(one, Done) for one in results), results
    small_city.supervised()


def text(answer):
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def by_unit(page, clause):
    """The state of each clock of a clause on a case's page, by who answers for it."""
    return {unit: state for state, unit in re.findall(rf"{clause} 环节 (\S+) .*?责任单位 (\S+)", page)}


@pytest.fixture
def chen(sign_in):
    return sign_in("chen")


@pytest.mark.holds("E036", "peer 28", "invariant 10", shows="/cases/<id>")
def test_a_consultation_shows_who_was_asked_who_answered_and_who_has_not(chen):
    invited = ["housing", "transport"]
    reported(
        "consult-1", "consultation", ("consultation_opened", {"question": "夜间施工", "invited": invited}),
        *(("opinion_sought", {"department": one}) for one in invited),
        ("consented", {"department": "housing", "opinion": "同意，限二十二时前"}),
    )  # fmt: skip
    page = text(chen.get("/cases/consult-1"))
    assert "邀请部门 市住房和城乡建设局、市交通运输局" in page and "意见 同意，限二十二时前" in page
    assert by_unit(page, "受邀部门三个工作日内出具意见") == {
        "市住房和城乡建设局": "按时完成",
        "市交通运输局": "视为完成",
    }


@pytest.mark.holds("E040", shows="/cases/<id>")
def test_a_joint_acceptance_shows_what_each_department_found(chen):
    places = ["housing", "transport"]
    reported(
        "accept-1", "joint-acceptance", ("acceptance_applied", {"project": "水厂", "applicant": "市水务公司"}),
        ("visit_arranged", {"visit_on": "2026-03-13", "departments": places}),
        ("inspected_fit", {"department": "housing"}),
        ("inspected_unfit", {"department": "transport", "defects": "井盖缺失"}),
    )  # fmt: skip
    page = text(chen.get("/cases/accept-1"))
    assert "问题清单 井盖缺失" in page and "2026-03-12 13:00 分项验收不通过" in page
    assert "联合验收十二个工作日内完成，整改时间不计 承诺 暂停计时" in page, "the clock stands still until it is mended"


@pytest.mark.holds("E044", shows="/cases/<id>")
def test_a_delegation_shows_its_letter_and_who_signed_it(chen):
    given = {"item": "food-permit", "to_unit": "housing", "power": "受理", "officers": 2, "trained": True}
    letter = {"why": "承接办法第三条", "approver": "zhou", "letter_no": "XF-2026-0007"}
    reported("letter-1", "delegation", ("delegation_asked", given), ("power_delegated", letter))
    page = text(chen.get("/cases/letter-1"))
    for said in (
        "承接单位 市住房和城乡建设局",
        "权限 受理",
        "委托书编号 XF-2026-0007",
        "批准人 周局",
        "到期 2028-03-13",
    ):
        assert said in page, said
    assert "“事项”应为residence-permit，现为food-permit" in page, "what the file does not entitle to is told"


@pytest.mark.holds("E042", "E043", shows="/cases/<id>")
def test_a_case_shows_both_limits_and_the_day_each_is_due(chen):
    page = text(chen.get("/cases/D006"))
    for clause, limit in (("promised", "9 个工作日"), ("statutory", "20 个工作日")):
        due = timezone.localtime(Clock.objects.get(case_id="D006", clause=clause).due_at)
        assert f"时限 {limit}" in page and f"到期 {due:%Y-%m-%d}" in page, clause


@pytest.mark.holds("E062", shows="/cases?kind=initiative")
def test_what_the_city_took_up_by_itself_is_listed(chen):
    voice = {"topic": "路灯不亮", "spot": "东门桥"}
    for number, reporter in enumerate("甲乙丙丁戊"):
        reported(f"voice-{number}", "voice", ("voiced", {**voice, "reporter": reporter}))
    (opened,) = Case.objects.filter(kind="initiative")
    page = text(chen.get("/cases?kind=initiative"))
    assert opened.receipt in page or opened.case_id in page
    assert "共 1 件" in page or "1 件" in page


@pytest.mark.holds("E071", shows="/findings")
def test_a_card_stands_on_the_list_with_the_day_to_answer_by(chen):
    card = Finding.objects.filter(status="open", answer_by__isnull=False, explained_at=None, unit="market").first()
    page = text(chen.get(f"/findings?status=open&unit=market&level={card.level}"))
    assert f"{timezone.localtime(card.answer_by):%Y-%m-%d %H:%M}" in page


@pytest.mark.holds("E071", shows="/")
def test_the_board_counts_every_open_card_of_a_level(chen):
    number = Finding.objects.filter(status="open", level="yellow").count()
    assert number
    assert re.search(rf"黄牌 {number}\b", text(chen.get("/")))


@pytest.mark.holds("E077", "peer 72", "decision D05", "regression 20", shows="/figures/time-limit/on-time")
def test_the_rate_of_what_was_on_time_is_told_with_its_n(chen):
    figure = Figure.objects.get(clause="on-time", unit="medical-insurance", period_start="2026-03-01")
    page = text(chen.get("/figures/time-limit/on-time?period=2026-03-01"))
    assert "分母：状态是按时完成、逾期完成、逾期未完成。" in page
    share, k, n = f"{100 * figure.numerator / figure.denominator:.1f}", int(figure.numerator), int(figure.denominator)
    assert re.search(rf"市医疗保障局 {share} % [\d. %–]+ {k} {n}\b", page), (share, k, n)


@pytest.mark.holds("E002", shows="/cases/<id>")
def test_what_a_meeting_decided_shows_its_owner_and_its_day(chen):
    told = {"resolution": "东门桥七月通车", "to_unit": "housing", "deadline": "2026-04-30"}
    reported("meeting-1", "resolution", ("resolved", told))
    page = text(chen.get("/cases/meeting-1"))
    assert "议定事项 东门桥七月通车" in page and "责任单位 市住房和城乡建设局" in page and "到期 2026-04-30" in page


@pytest.mark.holds("E002", shows="/registers/resolution/new")
@pytest.mark.parametrize(("missing", "word"), [("to_unit", "责任单位"), ("deadline", "截止期限")])
def test_what_a_meeting_decided_is_not_entered_without_owner_or_day(chen, missing, word):
    given = {"meeting": "推进会", "resolution": "东门桥七月通车", "to_unit": "housing", "deadline": "2026-04-30"}
    page = chen.post("/registers/resolution/new", {**given, missing: ""})
    assert page.status_code == 422 and re.findall("“([^”]+)”必须填写", page.content.decode()) == [word]
    assert chen.post("/registers/resolution/new", given).status_code == 302


@pytest.mark.holds("E005", shows="/units/<unit>")
def test_the_supervising_office_is_a_unit_with_its_people_like_any_other(chen):
    page = text(chen.get("/units/supervising-office"))
    assert "示例市人民政府 / 市政府督查室（效能办）" in page and "成员 陈刚" in page


@pytest.mark.holds("E008", shows="/units?headless")
def test_units_without_a_principal_are_listed(sign_in):
    people.open_post(Post("post-chief", "market", "局长", "post", "principal", (), small_city.START), actor=OPERATOR, now=small_city.NOW)  # fmt: skip
    on = Appointment("on-chief", "zhou", "post-chief", small_city.START)
    people.appoint(on, actor=OPERATOR, now=small_city.NOW)
    page = text(sign_in("guan").get("/units?headless"))
    assert "7 个机构没有主要负责人" in page and "市住房和城乡建设局 部门 未任命" in page
    assert "市市场监督管理局" not in page


@pytest.mark.holds("E009", shows="/cases/<id>")
def test_a_case_names_what_was_handed_down_from_it(chen):
    reported("part-1", "paper-promise", ("paper_promised", {"paper": "food-permit-3", "promised_on": "2026-03-27", "parent": "D004"}))  # fmt: skip
    child = Case.objects.get(case_id="part-1")
    assert child.parent == "D004" and child.receipt in text(chen.get("/cases/D004"))


@pytest.mark.holds("E012", "E013", "E015", shows="/units")
def test_the_tree_shows_every_level_with_its_type(sign_in):
    for unit, parent, name, type_ in (
        ("zone", "city", "经济开发区", "zone"), ("town", "city", "临江镇", "town"), ("room", "town", "上坪村", "village"),
        ("desk", "market", "登记科", "section"),
    ):  # fmt: skip
        one = Span(unit, small_city.START, None, parent, name, name, type_)
        people.open_unit(one, actor=OPERATOR, now=small_city.NOW)
    page = text(sign_in("guan").get("/units?all"))
    for line in (
        "市市场监督管理局 部门 未任命 1 登记科 科室 未任命",
        "临江镇 乡镇 未任命 1 上坪村 村 未任命",
        "经济开发区 开发区 未任命",
    ):
        assert line in page, line
