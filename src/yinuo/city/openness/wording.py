"""What the fields of an entry are called and how their values are written for everybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yinuo.city.openness.records import ANSWERS, CATALOGUE, DECISIONS, RELEASES, Record, public_fields
from yinuo.city.pages.bookreading import typed
from yinuo.city.pages.initials import of as initial
from yinuo.city.pages.showing import length as lasting
from yinuo.city.pages.showing import shown
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.clauses.register import CHANGED, CLOSED, ENTERED, PUBLISHED, VERIFIED, Register
from yinuo.kernel.limits import Limit

LEFT_OUT = frozenset({"title", "subject", "question", "entry"})
"""Fields that stand elsewhere on the page."""


def book_words() -> Mapping[str, tuple[str, str]]:
    """The title of each book and what it is for."""
    return {
        "disclosure": (
            _("政务公开目录"),
            _("哪些事项必须公开、由谁公开、多久更新一次。过期没有更新的照样列出，并注明“已过期”。"),
        ),
        "releases": (_("已公开的信息"), _("经拟稿人以外的人保密审查以后发布。")),
        "decisions": (_("重大决策公开"), _("每项决策写明影响了谁、怎样听取了意见，缺一项不得公布。")),
        "answers": (_("常见问题解答"), _("网上、热线、大厅同一个答案。每条按期复核，过期没有复核的注明“待复核”。")),
    }


def step_words() -> Mapping[str, Mapping[str, str]]:
    """What happens to an entry, as the public calls it, by kind of entry."""
    plain = {ENTERED: _("拟稿"), CHANGED: _("修改"), VERIFIED: _("审核"), PUBLISHED: _("公布"), CLOSED: _("归档")}
    return {
        CATALOGUE: {**plain, ENTERED: _("列入目录"), PUBLISHED: _("公开（更新）")},
        RELEASES: {**plain, VERIFIED: _("保密审查"), PUBLISHED: _("对外发布")},
        DECISIONS: {**plain, ENTERED: _("提出方案并听取意见"), VERIFIED: _("合法性审核"), CLOSED: _("执行结果公开")},
        ANSWERS: {**plain, PUBLISHED: _("发布（复核）")},
    }


def ending_words() -> Mapping[str, str]:
    """How a request for information stands that has no result: not answered yet, or ended without one."""
    return {"": _("办理中"), "withdrawn": _("申请人撤回"), "terminated": _("视为放弃")}


def kind_words() -> Mapping[str, str]:
    """Kinds of clause, as a reader calls them."""
    return {
        "promise": _("期限"), "constraint": _("规则"), "flow": _("流程"), "register": _("登记簿"), "table": _("条件表"),
        "indicator": _("指标"), "survey": _("评议"), "draw": _("抽取"), "quota": _("定额"), "standing": _("结果运用"),
    }  # fmt: skip


def type_words() -> Mapping[str, str]:
    """Types of unit."""
    return {
        "city": _("市政府"), "department": _("部门"), "office": _("办公机构"), "centre": _("中心"), "town": _("乡镇"),
        "subdistrict": _("街道"), "zone": _("开发区"), "village": _("村"), "community": _("社区"), "section": _("科室"),
        "window": _("窗口"), "company": _("企业"),
    }  # fmt: skip


def tier_words() -> Mapping[str, str]:
    """How high a post stands in the chain of responsibility (E008)."""
    return {"principal": _("主要负责"), "deputy_in_charge": _("分管负责"), "member": _("承办")}


def subject_word(words: Words, key: str, *, institution: str) -> str:
    """Whom or what a value is about, other than a unit: an item, or what it is broken down by (`{"lane":"green"}`)."""
    if not key.startswith("{"):
        return words.unit(key) if key in words.tree.others else words.item(key)
    told = json.loads(key)
    return _("、").join(words.broken_down(institution, name, value) for name, value in told.items())


def weekdays() -> tuple[str, ...]:
    """The days of the week from Monday."""
    return (
        pgettext("weekday", "一"), pgettext("weekday", "二"), pgettext("weekday", "三"), pgettext("weekday", "四"),
        pgettext("weekday", "五"), pgettext("weekday", "六"), pgettext("weekday", "日"),
    )  # fmt: skip


def field_rows(one: Record, clause: Register, words: Words) -> list[tuple[str, str, bool]]:
    """The fields of an entry: name, value, whether it is long; in the order of the text."""
    found = []
    for name, field in public_fields(clause).items():
        value = one.fields.get(name)
        if name in LEFT_OUT or value in (None, "", []):
            continue
        label = (field.en or name) if words.language == "en" else (field.zh or name)
        found.append((label, written(value, typed(field), words), field.is_ == "long"))
    return found


def written(value: Any, type_: FieldType, words: Words) -> str:
    """A value as people read it: a limit of nothing is done at once."""
    return length(str(value), words) if type_.is_ == "limit" and not type_.words else shown(value, type_, words)


def length(text: str, words: Words) -> str:
    """A length of time as the text writes it, in the reader's language; a dash for none."""
    if not text:
        return "—"
    return _("当场办完") if _is_at_once(text) else lasting(text, words)


def _is_at_once(text: str) -> bool:
    try:
        return not Limit.parse(text).count
    except ValueError:
        return False


def matches(one: Record, asked: str, words: Words) -> bool:
    """Whether an entry holds what was asked: every pair of characters, every word, or the initials of its title."""
    wanted = {word for word in asked.casefold().split() if word}
    if not wanted:
        return True
    text = " ".join(str(value) for value in one.fields.values()).casefold() + words.unit(one.owner).casefold()
    sounds = "".join(initial(character)[:1] or character for character in one.title)
    return all(
        word in text or (word.isascii() and len(word) > 1 and word in sounds) or _pairs(word, text) for word in wanted
    )


def _pairs(word: str, text: str) -> bool:
    """A question in a sentence of its own: half of its pairs of characters stand in the text."""
    pairs = {word[place : place + 2] for place in range(len(word) - 1)}
    return len(word) >= 4 and sum(pair in text for pair in pairs) * 2 >= len(pairs)
