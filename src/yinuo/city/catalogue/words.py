"""What the values of an item are called on a page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.catalogue.lint import read
from yinuo.city.pages.words import Words
from yinuo.kernel.limits import Unit


def types() -> Mapping[str, str]:
    """Types of item."""
    return {
        "01": _("行政许可"), "02": _("行政处罚"), "03": _("行政强制"), "04": _("行政征收"), "05": _("行政给付"),
        "06": _("行政检查"), "07": _("行政确认"), "08": _("行政奖励"), "09": _("行政裁决"), "10": _("其他行政权力"),
        "20": _("公共服务"),
    }  # fmt: skip


def case_types() -> Mapping[str, str]:
    """Whether a case is done while the applicant waits."""
    return {"immediate": _("即办件"), "promised": _("承诺件")}


def audiences() -> Mapping[str, str]:
    """Whom an item is for."""
    return {
        "person": _("自然人"), "company": _("企业法人"), "institution": _("事业法人"), "association": _("社会组织"),
        "unincorporated": _("非法人企业"), "organ": _("行政机关"), "other": _("其他组织"),
    }  # fmt: skip


def results() -> Mapping[str, str]:
    """Kinds of result."""
    return {
        "certificate": _("证照"),
        "document": _("批文"),
        "reply": _("批复"),
        "other": _("其他结果"),
        "none": _("无需结果"),
    }


def depths() -> Mapping[int, str]:
    """How far it can be done online."""
    return {0: _("不能网办"), 1: _("网上咨询"), 2: _("网上申报"), 3: _("网上受理"), 4: _("全程网办")}


def retentions() -> Mapping[str, str]:
    """How long the file of a case is kept."""
    return {"": _("未定"), "10": _("10年"), "30": _("30年"), "permanent": _("永久")}


def levels() -> Mapping[str, str]:
    """At which level it is decided (E044)."""
    return {"": _("未定"), "city": _("市级"), "county": _("县级"), "town": _("镇级"), "village": _("村级")}


def tiers() -> Mapping[str, str]:
    """Tiers of access points."""
    return {"city": _("市级"), "town": _("镇级"), "village": _("村级"), "mobile": _("流动"), "branch": _("派出")}


def trusts() -> Mapping[str, str]:
    """Grades of trust in a material (国办函〔2016〕108号)."""
    return {"A": _("部门签发"), "B": _("窗口核验"), "C": _("自行上传，核对原件"), "D": _("申请人承诺")}


def fields() -> Mapping[str, str]:
    """The fields of an item."""
    return {
        "zh": _("事项名称"), "en": _("英文名称"), "aliases": _("别名"), "unit": _("实施单位"), "code": _("实施编码"),
        "type": _("事项类型"), "case_type": _("办件类型"), "audiences": _("服务对象"), "themes": _("主题"), "level": _("行使层级"),
        "basis": _("依据"), "content": _("内容"), "standard": _("标准"), "result": _("结果"), "statutory": _("法定时限"),
        "promised": _("承诺时限"), "unlimited": _("法律未设期限的说明"), "conditions": _("受理条件"), "steps": _("办理环节"),
        "situations": _("情形"), "materials": _("材料"), "fees": _("收费"), "pays_online": _("网上缴费"),
        "visits": _("到现场次数"), "visits_reason": _("到现场的原因"), "depth": _("网办深度"), "by_mail": _("可以邮寄"),
        "points": _("办理地点"), "consult_phone": _("咨询电话"), "complaint_phone": _("投诉电话"), "questions": _("常见问题"),
        "pledge": _("失诺后果"), "retention": _("档案保管期限"), "entered_on": _("进驻中心日期"), "letter": _("授权书"),
        "exemption": _("不进驻的例外"),
    }  # fmt: skip


def limit(words: Words, text: str) -> str:
    """A limit in the reader's language: “5 个工作日”, “at once” for none at all; a dash where nothing is said."""
    found = read(text)
    if found is None:
        return text or "—"
    if not found.count:
        return _("当场办结")
    measures = {Unit.WEEKS: _("%(number)s 周"), Unit.MONTHS: _("%(number)s 个月"), Unit.YEARS: _("%(number)s 年")}
    if found.unit in measures:
        return measures[found.unit] % {"number": found.count}
    return words.amount(found.count, found.unit.value)


def yuan(fen: int) -> str:
    """Fen as yuan."""
    return f"{fen // 100}" if fen % 100 == 0 else f"{fen / 100:.2f}"


def shown(words: Words) -> dict[str, Any]:
    """What every template of the catalogue needs of words."""
    return {
        "types": types(), "case_types": case_types(), "audiences": audiences(), "results": results(), "depths": depths(),
        "retentions": retentions(), "levels": levels(), "tiers": tiers(), "trusts": trusts(), "field_words": fields(),
        "limit": partial(limit, words), "yuan": yuan,
    }  # fmt: skip
