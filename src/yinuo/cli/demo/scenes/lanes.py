"""Lanes asked for with an application over the year, granted where the text gives one and it is kept, else refused (E039, E056)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from yinuo.city.hall.queue.tickets import midnight
from yinuo.cli.demo.plan import Demand, Planned
from yinuo.cli.demo.scenes.ratings import DECIDED

KIND = "lane-request"
BY_DAYS: Sequence[tuple[int, str, Mapping[str, str], str]] = (
    (2, "fast", {"asked_lane": "好事", "ground": "开业投产"}, "厂房已租，设备到位，等证开业"),
    (3, "green", {"asked_lane": "绿色通道", "ground": "抢险救灾"}, "汛期抢修所需，先行办理"),
    (5, "special", {"asked_lane": "特事", "ground": "历史遗留"}, "原单位已撤销，档案需逐件核对"),
)
"""A decision within so many working days keeps this lane: what is asked for, and why it is granted."""
URGENT = {"asked_lane": "急事", "ground": "证照将失效"}
NOT_URGENT = "核实证照有效期还有三个月，按正常时限办理不受影响"


def beside(acts: Sequence[Planned], demand: Demand) -> list[Planned]:
    """The request for a lane that goes with this application, if there is one: asked, answered within the hour, finished."""
    opening, rng = acts[0], Random(f"{demand.seed}/{acts[0].case_id}/lane")
    accepted = next((act for act in acts if act.activity == "accepted"), None)
    decided = next((act for act in acts if act.activity in DECIDED), None)
    if rng.random() >= demand.shares.lanes or accepted is None or decided is None:
        return []
    zone = ZoneInfo(demand.office.calendar.zone)
    begin, end = (demand.office.number(act.at.astimezone(zone).date()) for act in (accepted, decided))
    if end == begin:
        return []
    case_id, unit = f"JJ{opening.case_id[2:]}", str(opening.unit)
    answered = accepted.at + timedelta(minutes=rng.randrange(10, 50))
    signed = {"lane_approver": f"{unit}-section"}
    head = f"approver:{unit}"
    given = next((row for row in BY_DAYS if end - begin <= row[0]), None)
    if given is None:
        told = signed | {"lane_reason": NOT_URGENT}
        return [
            _asked(case_id, opening, accepted.at, URGENT),
            Planned(answered, 1, case_id, "lane_refused", head, told),
        ]
    _days, lane, asked, reason = given
    granted = signed | {"lane": lane, "lane_reason": reason}
    return [
        _asked(case_id, opening, accepted.at, asked),
        Planned(answered, 1, case_id, "lane_granted", head, granted),
        Planned(decided.at + timedelta(seconds=40), 2, case_id, "lane_finished", f"handler:{unit}"),
    ]


def waiting(acts: Sequence[Planned], *, shown: str, now: datetime) -> list[Planned]:
    """A request of this morning that nobody has answered, about an application under way; of the unit that is shown if it has one."""
    begin = midnight(now)
    opened = {act.case_id: act for act in acts if act.kind == "application"}
    accepted = [act for act in acts if act.activity == "accepted" and act.at < begin]
    over = {act.case_id for act in acts if act.at < now and act.activity in {*DECIDED, "withdrawn"}}
    under_way = [opened[act.case_id] for act in accepted if act.case_id not in over and act.case_id in opened]
    if not under_way:
        return []
    about = next((one for one in reversed(under_way) if one.unit == shown), under_way[-1])
    return [_asked(f"JJ{begin:%Y%m%d}", about, begin + (now - begin) * 0.95, URGENT)]


def _asked(case_id: str, about: Planned, at: datetime, asked: Mapping[str, str]) -> Planned:
    fields = {"about": about.case_id, **asked}
    at = at + timedelta(seconds=20)
    return Planned(at, 0, case_id, "lane_asked", f"window:{about.unit}", fields, kind=KIND, unit=about.unit)
