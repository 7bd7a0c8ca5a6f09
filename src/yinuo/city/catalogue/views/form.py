"""The form of an item: its fields in groups, what may be chosen in each, and how the others are written."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from yinuo.city.catalogue import words
from yinuo.city.catalogue.lists import below
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import reaching

LONG: Mapping[str, int] = {
    "basis": 2, "content": 3, "standard": 3, "conditions": 4, "steps": 6, "materials": 6, "fees": 2, "points": 3, "questions": 3,
}  # fmt: skip
"""Fields of several lines, and how many are seen at once."""
DATES = {"entered_on"}
NUMBERS = {"visits"}
SHORT = {
    "code", "type", "case_type", "level", "statutory", "promised", "pays_online", "visits", "depth", "by_mail", "consult_phone",
    "complaint_phone", "retention", "entered_on", "zh", "en", "unit", "themes", "aliases", "visits_reason",
}  # fmt: skip
"""Fields of which two stand beside each other on a wide page."""


def groups() -> Mapping[str, tuple[str, ...]]:
    """The fields under their headings, all of them, in the order a clerk fills them in."""
    return {
        _("是什么事项"): ("zh", "en", "unit", "code", "type", "case_type", "level", "aliases", "themes", "audiences"),
        _("依据、内容、标准、结果（缺一不能发布）"): ("basis", "content", "standard", "result"),
        _("多久办好、怎么办"): ("statutory", "promised", "unlimited", "steps"),
        _("什么情形、要什么条件和材料、收多少钱"): ("situations", "conditions", "materials", "fees", "pays_online"),
        _("到哪里办、问谁"): (
            "visits", "visits_reason", "depth", "by_mail", "points", "consult_phone", "complaint_phone", "questions",
        ),
        _("承诺、进驻和授权"): ("pledge", "entered_on", "retention", "letter", "exemption"),
    }  # fmt: skip


def choices(actor: Actor, said: Words, chosen: str) -> Mapping[str, Mapping[str, str]]:
    """What may be chosen, by field: units are those the actor drafts for, and the one chosen before."""
    flags = {"是": _("是"), "否": _("否")}
    units = dict.fromkeys([*below(said, reaching(actor, "item.draft")), *([chosen] if chosen else [])])
    return {
        "unit": {unit: said.unit(unit) for unit in units},
        "type": words.types(),
        "case_type": words.case_types(),
        "level": words.levels(),
        "depth": {str(depth): word for depth, word in words.depths().items()},
        "retention": words.retentions(),
        "pays_online": flags,
        "by_mail": flags,
    }


def hints() -> Mapping[str, str]:
    """How a field is written."""
    return {
        "code": _("国家或者省统一的编码"),
        "aliases": _("群众常用的说法，用顿号隔开"),
        "themes": _("国家规定的主题，如：准营准办、社会保障；用顿号隔开"),
        "basis": _("每行一部：法律名称 | 条款"),
        "result": _("名称 | 类型（证照、批文、批复、其他、无）| 样本"),
        "statutory": _("例如：20个工作日；当场办结写“即办”"),
        "promised": _("例如：5个工作日；当场办结写“即办”。不得长于法定时限"),
        "unlimited": _("法律没有规定时限的，写明是哪部法律没有规定"),
        "conditions": _("每行一条：条件 | 适用情形；不写情形就是都适用"),
        "steps": _("每行一个：环节 | 办理人 | 时限"),
        "situations": _("用顿号隔开，如：新办、变更、延续"),
        "materials": _("每行一份：材料 | 形式 | 份数 | 可不交 | 可信等级A–D | 来源 | 适用情形"),
        "fees": _("每行一项：项目 | 标准 | 金额（元）| 依据；不收费就空着"),
        "visits_reason": _("到现场次数不是0的，说明为什么"),
        "points": _("每行一处：名称 | 层级（市级、镇级、村级、流动、派出）| 地址 | 时间 | 电话"),
        "complaint_phone": _("不能和咨询电话相同"),
        "questions": _("每行一问：问题 | 回答"),
        "pledge": _("后果 | 公布日期 | 公布载体；三样齐全才算作出承诺"),
        "letter": _("文号 | 生效日期 | 失效日期"),
        "exemption": _("理由 | 批准人 | 到期日期；没有进驻中心的才填"),
    }
