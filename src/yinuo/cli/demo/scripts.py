"""What happens to one case of the demonstration from its first event to its last."""

from __future__ import annotations

from random import Random

from yinuo.cli.demo.diary import Diary
from yinuo.cli.demo.names import applicant
from yinuo.cli.demo.plan import Demand, Planned, arrivals
from yinuo.cli.demo.scenes import lanes, ratings

PAPERS = ("申请表第二页", "场地使用证明", "法定代表人身份证复印件", "平面布局图", "委托书")
LAWFUL = {
    "ground": "不符合法定条件",
    "basis": "行政许可法第三十八条第二款",
    "alternative": "补齐所缺条件后可以重新申请，窗口可免费指导",
    "forbidden_by": "行政许可法第三十八条",
}
NEEDS = (
    "孩子上学怎么登记",
    "开小吃店要办哪些证",
    "老人高龄补贴怎么领",
    "公积金怎么提取",
    "房子过户要带什么",
    "残疾证在哪里办",
)


def plan(demand: Demand) -> list[Planned]:
    """Every act of every case that begins within the office's days, in the order of time."""
    acts: list[Planned] = []
    for number, (day, minute) in enumerate(arrivals(demand)):
        rng = Random(f"{demand.seed}/{number}")
        script = inquiry if rng.random() < demand.shares.inquiries else application
        name = f"{demand.office.days[day]:%Y%m%d}{number:06}"
        told = script(demand, rng, name=name, day=day, minute=minute)
        acts += [*ratings.beside(told, demand), *lanes.beside(told, demand)] if script is application else told
    return sorted(acts, key=lambda act: (act.at, act.case_id, act.number))


def application(demand: Demand, rng: Random, *, name: str, day: int, minute: int) -> list[Planned]:
    """From receipt at the window to the decision, with what may come between."""
    item = rng.choices(demand.items, weights=[one.weight for one in demand.items])[0]
    diary = Diary(demand, rng, f"SL{name}", day, minute)
    person = applicant(rng)
    window, desk = f"window:{item.unit}", f"handler:{item.unit}"
    head = window if item.is_immediate else f"approver:{item.unit}"
    diary.do(
        "received", window, item=item.id, applicant=f"SQ{name[-6:]}",
        opening={"kind": "application", "item": item.id, "unit": item.unit, "person": person},
    )  # fmt: skip
    if diary.often(demand.shares.supplemented):
        diary.do("supplement_requested", window, after=rng.randrange(3), cause="材料缺失", papers=rng.choice(PAPERS))
        diary.do("supplemented", "applicant", after=rng.randrange(1, 6))
    late = diary.often(demand.shares.late)
    diary.do("accepted", window, after=0 if item.promised < 2 else rng.randrange(3))
    allowed = item.promised
    if late:
        _miss(diary, allowed, who=desk)
        diary.do("granted", head, after=rng.randrange(1, 4))
        return diary.acts
    if item.promised > 3 and diary.often(demand.shares.transferred):
        others = [unit for unit in demand.units if unit != item.unit]
        diary.do("transferred", desk, to_unit=rng.choice(others))
        diary.do("transferred", "handler:" + diary.acts[-1].fields["to_unit"], to_unit=item.unit)
    if item.promised > 4 and diary.often(demand.shares.suspended):
        allowed -= _suspend(diary, desk)
    _finish(diary, max(allowed, 0), is_reviewed=item.has_review, desk=desk, head=head)
    return diary.acts


def _suspend(diary: Diary, desk: str) -> int:
    """A special procedure that does not count; returns the working days spent before it."""
    before = diary.rng.randrange(2)
    what = {
        "special": "1",
        "procedure": diary.rng.choice(("听证", "检验", "检测", "专家评审")),
        "declared": "10 workdays",
        "notice_no": f"特告〔{diary.date().year}〕{diary.rng.randrange(1, 900)}号",
        "special_basis": "行政许可法第四十五条",
    }
    diary.do("special_started", desk, after=before, **what)
    diary.do("special_ended", desk, after=diary.rng.randrange(3, 10), **what)
    return before


def _finish(diary: Diary, allowed: int, *, is_reviewed: bool, desk: str, head: str) -> None:
    """Review and decision within the days still allowed; most of the time early, often on the last day but one."""
    rng, shares = diary.rng, diary.demand.shares
    spend = min(allowed, round(allowed * rng.choice((0.2, 0.3, 0.4, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9))))
    if allowed > 5 and diary.often(shares.extended):
        told = {"days": "5 workdays", "extension_reason": "需外市协查", "notified_on": diary.date(1).isoformat()}
        diary.do("extension_granted", f"head:{desk.partition(':')[2]}", after=1, **told)
        spend = allowed + rng.randrange(1, 3)
    if diary.often(shares.withdrawn):
        diary.do("withdrawn", "applicant", after=spend // 2)
        return
    if is_reviewed:
        first = min(spend // 2, 3)
        diary.do("reviewed", desk, after=first)
        spend = min(spend - first, 2)
    if diary.often(shares.refused):
        diary.do("refused", head, after=spend, **LAWFUL)
    else:
        diary.do("granted", head, after=spend)


def _miss(diary: Diary, allowed: int, *, who: str) -> None:
    """The promised day passes; an order is opened and the reason is given the days after."""
    due = diary.date(allowed).isoformat()
    diary.do("order_opened", "supervising-office", after=allowed + 1, broken_clause="promised", broken_due=due)
    diary.do(
        "explained",
        who,
        after=1,
        reason=diary.rng.choice(("系统切换期间未及时办理", "经办人调岗，未办交接", "外单位意见迟迟未复")),
    )


def inquiry(demand: Demand, rng: Random, *, name: str, day: int, minute: int) -> list[Planned]:
    """Somebody asks; who is asked answers, or hands on and stays responsible until the next unit has signed."""
    diary = Diary(demand, rng, f"SW{name}", day, minute)
    opening = {"kind": "inquiry", "unit": "service-centre", "person": applicant(rng)}
    first = "window:service-centre"
    channel = rng.choice(("窗口", "窗口", "电话", "网上"))
    diary.do("inquired", first, opening=opening, need=rng.choice(NEEDS), channel=channel)
    holder, offers = first, 0
    while offers < 2 and diary.often(demand.shares.handed_on if not offers else 0.1):
        offers += 1
        slip, unit = f"{diary.case_id}-Y{offers}", rng.choice(demand.units)
        diary.do("handover_offered", holder, to_unit=unit, handover=slip)
        if diary.often(demand.shares.returned):
            diary.do("handover_returned", f"handler:{unit}", handover=slip, return_reason="不属本单位职责")
        else:
            diary.do("handover_acknowledged", f"handler:{unit}", handover=slip)
            holder = f"handler:{unit}"
    late = diary.often(demand.shares.late)
    diary.do("answered", holder, after=4 if late else rng.choice((0, 0, 0, 1, 1, 2)))
    return diary.acts
