"""Who came by the net and who rates: a seeded share of what was decided; a bad rating is asked about and put right (E126)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from yinuo.city.people.actor import Actor, Grant
from yinuo.cli.demo.cast import CITY, OFFICE
from yinuo.cli.demo.diary import Diary
from yinuo.cli.demo.plan import Demand, Planned

RATER = "rater"
"""What the plan calls whoever holds the receipt of an application."""
ONLINE = "网上"
DECIDED = frozenset({"granted", "refused"})
WAIT = (1, 1, 1, 2, 3, 5, 7)
"""Working days until somebody rates: all within the ten after which it counts by default."""
GOOD = (("非常满意", 11), ("满意", 6), ("基本满意", 2))
BAD = (("不满意", 4), ("非常不满意", 1))
PRAISE = ("", "", "", "办得快", "讲得清楚", "一次就办好了", "")
COMPLAINTS = (
    ("排队等了一个多小时", "上午十点到十一点窗口少，等候超过一小时", "高峰时段加开一个窗口", "已加开窗口，高峰等候时间已经缩短"),
    ("要的材料和指南上写的不一样", "指南里少写一份材料，情况属实", "改正办事指南并重新培训", "指南已经改正，多要的材料已经退还"),
    ("电话一直没人接", "咨询电话转接未设好，情况属实", "重设电话转接，安排专人值守", "电话已有专人接听，欢迎监督"),
    ("工作人员说话不耐烦", "当时排队的人多，解释不够耐心", "当面道歉，组织服务礼仪学习", "已当面向您道歉"),
)  # fmt: skip
"""What was said, what was found on asking, what was put right, what was replied."""


def beside(acts: Sequence[Planned], demand: Demand) -> list[Planned]:
    """The acts of an application, with the channel it came by, and its rating if somebody rates it."""
    shares, opening = demand.shares, acts[0]
    rng = Random(f"{demand.seed}/{opening.case_id}/rating")
    is_online = rng.random() < shares.online
    if is_online:
        acts = [replace(opening, fields={**opening.fields, "channel": ONLINE}), *acts[1:]]
    share = shares.rated_online if is_online else shares.rated
    if acts[-1].activity not in DECIDED or rng.random() >= share:
        return list(acts)
    decided = acts[-1].at.astimezone(ZoneInfo(demand.office.calendar.zone)).date()
    diary = Diary(demand, rng, opening.case_id, demand.office.number(decided), 0, list(acts))
    if rng.random() >= shares.rated_badly:
        said = rng.choice(PRAISE)
        _rated(diary, opening, {"grade": _one(rng, GOOD), **({"rating_said": said} if said else {})})
        return diary.acts
    return _badly(diary, opening)


def _rated(diary: Diary, opening: Planned, rating: Mapping[str, str]) -> None:
    """The rating, of the unit whose matter it was, as the portal writes it."""
    diary.do("rated", RATER, after=diary.rng.choice(WAIT), opening={"unit": opening.unit}, **rating)


def _one(rng: Random, grades: Sequence[tuple[str, int]]) -> str:
    return rng.choices([grade for grade, _ in grades], weights=[weight for _, weight in grades])[0]


def _badly(diary: Diary, opening: Planned) -> list[Planned]:
    """Asked about by the next working day, appealed now and then, put right and the rater called back, all in time."""
    rng, unit = diary.rng, str(opening.unit)
    complaint, found, measure, reply = rng.choice(COMPLAINTS)
    rating = {"grade": _one(rng, BAD), "rating_said": complaint}
    _rated(diary, opening, rating)
    bad = Diary(diary.demand, rng, f"CP{opening.case_id[2:]}", diary.day, diary.minute)
    begun = {"kind": "bad-rating", "unit": unit}
    bad.do("bad_rating_received", RATER, opening=begun, about=opening.case_id, **rating)
    bad.acts[0] = replace(bad.acts[0], at=diary.acts[-1].at + timedelta(seconds=5))
    if rng.random() < 0.3:
        bad.do("rater_contacted", f"handler:{unit}", after=1, contact_said="评价人说是点错了档次")
        bad.do("rating_appealed", f"head:{unit}", after=1, appeal_ground="评价人自述误评，有通话记录")
        if rng.random() < 0.7:
            bad.do("rating_excluded", OFFICE, after=rng.randrange(1, 4), appeal_decision="向评价人核实，确系误评，不计")
            return [*diary.acts, *bad.acts]
        bad.do("rating_upheld", OFFICE, after=rng.randrange(1, 4), appeal_decision="评价人坚持原评价，维持")
    else:
        bad.do("rater_contacted", f"handler:{unit}", after=1, contact_said=found)
    bad.do("rating_rectified", f"handler:{unit}", after=rng.randrange(2, 8), measure=measure, reply=reply)
    if rng.random() < 0.15:
        bad.do("bad_rating_returned", OFFICE, after=1, said_on_call="说还没有看到改变")
        bad.do(
            "rating_rectified",
            f"handler:{unit}",
            after=rng.randrange(2, 5),
            measure=f"{measure}，负责人上门说明",
            reply=reply,
        )
    bad.do("bad_rating_closed", OFFICE, after=rng.randrange(1, 3), said_on_call="对整改满意")
    return [*diary.acts, *bad.acts]


def rater(case_id: str, *, receipt: str) -> Actor:
    """Whoever holds the receipt of an application: party to this one and no other."""
    return Actor(f"receipt:{receipt}", "", (Grant("applicant", CITY),), cases=frozenset({case_id}))
