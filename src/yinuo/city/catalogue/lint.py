"""What is wrong with a version of an item, in sentences (rules.md 5.4: LINT-01 … LINT-12; invariants 1, 2, 4, 19; D06)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from yinuo.city.catalogue.item import ORGANISATION_THEMES, PERSON_THEMES, Item
from yinuo.kernel.limits import Limit, Unit

CATCH_ALL = (
    "其他材料",
    "其它材料",
    "有关材料",
    "相关材料",
    "等材料",
    "规定的其他",
    "规定的其它",
    "其他需要",
    "视情况",
    "等等",
)
"""Words of a list without an end (LINT-12)."""
ENDINGS = {"证": "certificate", "文": "document", "批复": "reply"}
LICENCE, FEWEST_STEPS = "01", 5
ALL_ONLINE = 4


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: the rule, the field it is about, what to do; `blocks` = the version cannot be published."""

    rule: str
    field: str
    sentence: str
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """What a version is judged beside: the day, and what the text in force says of the item."""

    day: date
    text: Mapping[str, str | None] | None = None
    """`statutory` and `promised` as the text says them; None when the text does not know the item: nobody supervises it."""


Rule = Callable[[Item, Around], Iterator[Fault]]


def lint(item: Item, around: Around) -> tuple[Fault, ...]:
    """Every fault, those that block first, in the order of the rules."""
    found = [fault for rule in RULES for fault in rule(item, around)]
    return tuple(sorted(found, key=lambda fault: not fault.blocks))


def read(text: str) -> Limit | None:
    """A limit as written; None for an empty one or one that cannot be read."""
    try:
        return Limit.parse(text) if text else None
    except ValueError:
        return None


def is_longer(one: Limit, other: Limit) -> bool:
    """Whether one limit is surely longer than another: in one unit by count; n working days last n days at least."""
    if one.unit == other.unit or (one.unit, other.unit) == (Unit.WORKDAYS, Unit.DAYS):
        return one.count > other.count
    return False


def _disclosed(item: Item, _around: Around) -> Iterator[Fault]:
    words = {"basis": _("依据"), "content": _("内容"), "standard": _("标准"), "result": _("结果")}
    for field, is_there in item.disclosed.items():
        if not is_there:
            yield Fault("INV-1", field, _("没有公开%(what)s，不能发布；请填写。") % {"what": words[field]}, blocks=True)
    if not item.audiences:
        yield Fault("INV-1", "audiences", _("没有写明服务对象，不能发布；请至少选择一类。"), blocks=True)


def _readable(item: Item, _around: Around) -> Iterator[Fault]:
    limits = {"statutory": item.statutory, "promised": item.promised}
    for number, step in enumerate(item.steps, 1):
        limits[f"steps {number}"] = step.limit
    for field, text in limits.items():
        if text and read(text) is None:
            sentence = _("“%(text)s”不是时限，请写成“5 workdays”“20 days”这样的形式。") % {"text": text}
            yield Fault("LIMIT", field.partition(" ")[0], sentence, blocks=True)


def _promised_first(item: Item, _around: Around) -> Iterator[Fault]:
    statutory, promised = read(item.statutory), read(item.promised)
    if statutory and promised and is_longer(promised, statutory):
        sentence = _("承诺时限 %(promised)s 比法定时限 %(statutory)s 长，不能发布；请缩短承诺时限。")
        yield Fault("LINT-11", "promised", sentence % {"promised": promised, "statutory": statutory}, blocks=True)
    if not item.promised:
        yield Fault("LINT-11", "promised", _("没有承诺时限，公众不知道最迟何时办结；请填写承诺时限。"), blocks=True)
    if not item.statutory and not item.unlimited:
        yield Fault("LINT-11", "statutory", _("没有法定时限，也没有说明法律未设期限；请填写其一。"))
    limits = [limit for step in item.steps if (limit := read(step.limit))]
    if promised and limits and all(limit.unit == promised.unit for limit in limits):
        total = sum(limit.count for limit in limits)
        if total > promised.count:
            sentence = _("各环节时限合计 %(total)s，超过承诺时限 %(promised)s；请调整环节时限。")
            yield Fault("LINT-11", "steps", sentence % {"total": Limit(total, promised.unit), "promised": promised})


def _at_once(item: Item, _around: Around) -> Iterator[Fault]:
    promised = read(item.promised)
    if promised is None:
        return
    if item.case_type == "immediate" and promised.count:
        sentence = _("即办件的承诺时限应为 0（当场办结），现在是 %(promised)s。")
        yield Fault("LINT-01", "promised", sentence % {"promised": promised})
    if item.case_type == "promised" and not promised.count:
        yield Fault("LINT-02", "case_type", _("承诺当场办结的事项应为即办件，现在写的是承诺件。"))


def _result(item: Item, _around: Around) -> Iterator[Fault]:
    if item.result is None:
        return
    for ending, kind in ENDINGS.items():
        if item.result.zh.endswith(ending) and item.result.kind != kind:
            sentence = _("结果名称“%(name)s”与结果类型不符；请改正结果类型。") % {"name": item.result.zh}
            yield Fault("LINT-03", "result", sentence)
            break
    if item.result.kind != "none" and not item.result.sample:
        yield Fault("LINT-10", "result", _("有办理结果但没有结果样本；请附上样本。"))


def _visits(item: Item, _around: Around) -> Iterator[Fault]:
    if item.visits and not item.visits_reason:
        sentence = _("要求到现场 %(number)s 次，却没有说明原因；请说明，或改为 0 次。") % {"number": item.visits}
        yield Fault("LINT-04", "visits_reason", sentence)
    if not item.visits and item.visits_reason:
        yield Fault("LINT-04", "visits_reason", _("到现场次数为 0，不应再写到现场的原因；请删去。"))
    if not item.visits and item.depth <= 1 and not item.by_mail:
        yield Fault("LINT-05", "by_mail", _("不到现场又不能网办，就应允许邮寄；请开通其中一种。"))
    if item.depth == ALL_ONLINE and item.visits:
        yield Fault("LINT-06", "visits", _("全程网办的事项到现场次数应为 0。"))


def _fees(item: Item, _around: Around) -> Iterator[Fault]:
    for fee in item.fees:
        if not fee.basis:
            yield Fault("LINT-07", "fees", _("收费项目“%(name)s”没有依据；请写明文件。") % {"name": fee.zh})
        if not fee.standard and fee.fen is None:
            yield Fault("LINT-07", "fees", _("收费项目“%(name)s”没有标准；请写明金额。") % {"name": fee.zh})
    if item.fees and not item.pays_online:
        yield Fault("LINT-07", "pays_online", _("收费的事项应能网上缴费；请开通或说明。"))
    if not item.fees and item.pays_online:
        yield Fault("LINT-07", "pays_online", _("不收费的事项不应标为可网上缴费。"))


def _contact(item: Item, _around: Around) -> Iterator[Fault]:
    if item.consult_phone and item.consult_phone == item.complaint_phone:
        yield Fault("LINT-08", "complaint_phone", _("咨询电话和投诉电话相同；投诉电话应由另外的人接听。"))
    if not item.points:
        yield Fault("POINT", "points", _("没有写明到哪里办；请至少填写一个办理地点。"))


def _licence(item: Item, _around: Around) -> Iterator[Fault]:
    if item.type != LICENCE:
        return
    if len(item.steps) < FEWEST_STEPS:
        sentence = _("行政许可应写明至少 5 个环节，现在有 %(number)s 个。") % {"number": len(item.steps)}
        yield Fault("LINT-10", "steps", sentence)
    if not item.questions:
        yield Fault("LINT-10", "questions", _("行政许可应有常见问题；请至少写一个。"))


def _no_catch_all(item: Item, _around: Around) -> Iterator[Fault]:
    texts = [("materials", one.zh) for one in item.materials] + [("conditions", one.zh) for one in item.conditions]
    for field, text in [*texts, ("standard", item.standard)]:
        for word in CATCH_ALL:
            if word in text:
                sentence = _("“%(text)s”里有兜底的说法“%(word)s”；请逐项写明。") % {"text": text[:40], "word": word}
                yield Fault("LINT-12", field, sentence)
                break


def _situations(item: Item, _around: Around) -> Iterator[Fault]:
    sentences = {
        "materials": _("材料“%(what)s”所说的情形“%(name)s”不在情形清单里。"),
        "conditions": _("条件“%(what)s”所说的情形“%(name)s”不在情形清单里。"),
    }
    said = [("materials", one.zh, one.situations) for one in item.materials]
    for field, what, situations in [*said, *(("conditions", one.zh, one.situations) for one in item.conditions)]:
        for name in situations:
            if name not in item.situations:
                yield Fault("SITUATION", field, sentences[field] % {"what": what, "name": name}, blocks=True)


def _themes(item: Item, _around: Around) -> Iterator[Fault]:
    is_for_persons = "person" in item.audiences
    is_for_others = any(who != "person" for who in item.audiences)
    for theme in item.themes:
        if theme not in PERSON_THEMES | ORGANISATION_THEMES:
            sentence = _("“%(theme)s”不是国家规定的主题；请改用目录里的主题。") % {"theme": theme}
            yield Fault("LINT-09", "themes", sentence)
        elif theme not in ORGANISATION_THEMES and not is_for_persons:
            sentence = _("“%(theme)s”是面向自然人的主题，服务对象里却没有自然人。") % {"theme": theme}
            yield Fault("LINT-09", "themes", sentence)
        elif theme not in PERSON_THEMES and not is_for_others:
            sentence = _("“%(theme)s”是面向法人的主题，服务对象里却只有自然人。") % {"theme": theme}
            yield Fault("LINT-09", "themes", sentence)


def _pledge(item: Item, _around: Around) -> Iterator[Fault]:
    if item.pledge.effect and not item.pledge.is_made:
        yield Fault("INV-2", "pledge", _("承诺没有公布日期和公布载体，还不算作出；请填写。"))


def _in_place(item: Item, around: Around) -> Iterator[Fault]:
    ticks = in_place(item, around)
    if item.exemption is not None and item.exemption.until <= around.day:
        sentence = _("不进驻中心的例外已于 %(until)s 到期；请进驻，或重新批准。") % {"until": item.exemption.until}
        yield Fault("D06", "exemption", sentence)
    if not ticks["entered"] and (item.exemption is None or item.exemption.until <= around.day):
        yield Fault("INV-19", "entered_on", _("没有进驻中心，也不在例外清单里。"))
    if ticks["entered"] and not ticks["authorised"]:
        yield Fault("INV-18", "letter", _("窗口没有有效的授权书，不能当场决定。"))
    if not ticks["supervised"]:
        yield Fault("INV-20", "", _("现行制度文本里没有这个事项，电子监察看不到它。"))


def in_place(item: Item, around: Around) -> Mapping[str, bool]:
    """三到位: entered, authorised, supervised on a day (invariant 19, E022)."""
    return {
        "entered": item.entered_on is not None and item.entered_on <= around.day,
        "authorised": item.letter is not None and item.letter.is_on(around.day),
        "supervised": around.text is not None,
    }


RULES: tuple[Rule, ...] = (
    _disclosed, _readable, _promised_first, _situations, _at_once, _result, _visits, _fees, _contact, _licence,
    _no_catch_all, _themes, _pledge, _in_place,
)  # fmt: skip
