"""The two sheets: what their columns are called and which words their cells may hold."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from yinuo.city.people.actor import ROLE_WORDS
from yinuo.city.people.exchange.workbook import Column, Sheet
from yinuo.city.people.staff import TIER_WORDS
from yinuo.city.people.units import TYPES

UNITS = Sheet(
    "units",
    "机构",
    (
        Column("unit", "机构编号", is_needed=True),
        Column("zh", "机构名称", is_needed=True),
        Column("en", "英文名称"),
        Column("type", "类型", is_needed=True),
        Column("rank", "级别"),
        Column("parent", "上级机构编号", is_needed=True),
        Column("from", "生效日期"),
        Column("until", "撤销日期"),
        Column("into", "并入机构编号"),
    ),
)
PEOPLE = Sheet(
    "people",
    "人员",
    (
        Column("person", "人员编号", is_needed=True),
        Column("name", "姓名", is_needed=True),
        Column("phone", "手机号码"),
        Column("identity", "身份证号"),
        Column("username", "登录名"),
        Column("unit", "机构编号"),
        Column("post", "岗位编号"),
        Column("post_zh", "岗位名称"),
        Column("tier", "责任层级"),
        Column("oversees", "分管机构编号"),
        Column("roles", "角色"),
        Column("within", "角色范围"),
        Column("from", "起始日期"),
        Column("until", "截止日期"),
    ),
)
SHEETS = (UNITS, PEOPLE)


class NoSuchWord(ValueError):
    """A cell holds a word that is not one of those allowed; the message lists them."""


def word(text: str, words: Mapping[str, str]) -> str:
    """The id that a cell means, written as the id or as its Chinese word. Raises NoSuchWord."""
    for key, zh in words.items():
        if text in {key, zh}:
            return key
    raise NoSuchWord(_("“%(text)s”不在可选值之内：%(list)s") % {"text": text, "list": "、".join(words.values())})


def several(text: str) -> list[str]:
    """The parts of a cell that lists several things: 、，, ; and spaces part them."""
    for sign in "、，；;\n":
        text = text.replace(sign, ",")
    return [part.strip() for part in text.replace(" ", ",").split(",") if part.strip()]


def type_of(text: str) -> str:
    """A unit's type. Raises NoSuchWord."""
    return word(text, TYPES)


def tier_of(text: str) -> str:
    """A post's tier; an empty cell is a member's. Raises NoSuchWord."""
    return word(text, TIER_WORDS) if text else "member"


def role_of(text: str) -> str:
    """A role. Raises NoSuchWord."""
    return word(text, {role: zh for role, zh in ROLE_WORDS.items() if role != "system"})
