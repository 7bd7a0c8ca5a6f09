"""An item as a row of texts, the same for the form and for Excel: lists by lines, the parts of a line by a bar."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from pydantic import ValidationError

from yinuo.city.catalogue import item as items
from yinuo.city.catalogue.item import Item
from yinuo.city.catalogue.words import fields
from yinuo.city.people.exchange.workbook import Column, Sheet, day

BAR = re.compile(r"\s*[|｜]\s*")
LIMIT = re.compile(r"(\d+)\s*个?\s*(工作日|自然日|日|天|小时|分钟|周|个?月|年)")
LIMIT_UNITS = {
    "工作日": "workdays", "自然日": "days", "日": "days", "天": "days", "小时": "hours", "分钟": "minutes", "周": "weeks",
    "月": "months", "个月": "months", "年": "years",
}  # fmt: skip
AT_ONCE = {"即办", "当场办结", "当场", "at once"}
YES, NO = {"是", "yes", "true", "1", "可"}, {"", "否", "no", "false", "0", "不可"}


def words_of(text: str) -> list[str]:
    """The parts of a text that lists several things."""
    return [part.strip() for part in re.split(r"[、，,；;\n]", text) if part.strip()]


def lines_of(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def limit_of(text: str) -> str:
    """A limit as texts write it: “5个工作日” and “5 workdays” are both read; what is not is left as it is, for lint."""
    written = text.strip()
    if written in AT_ONCE:
        return "0 workdays"
    found = LIMIT.fullmatch(written)
    if found is None:
        return written
    count, unit = int(found[1]), LIMIT_UNITS[found[2]]
    return f"{count} {unit[:-1] if count == 1 else unit}"


def _key(words: Mapping[Any, str]) -> Callable[[str], Any]:
    """Reads a word as its key: the key itself or its Chinese."""

    def read(text: str) -> Any:
        for key, zh in words.items():
            if text in {str(key), zh}:
                return key
        raise ValueError(_("“%(text)s”不在可选值之内：%(list)s") % {"text": text, "list": _("、").join(words.values())})

    return read


def _flag(text: str) -> bool:
    if text.lower() in YES | NO:
        return text.lower() in YES
    raise ValueError(_("请写“是”或“否”，而不是“%(text)s”。") % {"text": text})


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 4:
        return int(text)
    raise ValueError(_("“%(text)s”不是数字。") % {"text": text})


def _fen(text: str) -> int | None:
    found = re.fullmatch(r"(\d{1,9})(?:\.(\d{1,2}))?\s*元?", text)
    if not text:
        return None
    if found is None:
        raise ValueError(_("“%(text)s”不是金额，请写成“120”或“12.50”。") % {"text": text})
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _needed(text: str) -> bool:
    return text not in {"可不交", "非必要", "否", "no"}


Part = tuple[str, Callable[[str], Any]]
TEXT: Callable[[str], Any] = str
PARTS: Mapping[str, tuple[Part, ...]] = {
    "basis": (("law", TEXT), ("article", TEXT)),
    "conditions": (("zh", TEXT), ("situations", words_of)),
    "result": (("zh", TEXT), ("kind", _key(items.RESULTS)), ("sample", TEXT)),
    "steps": (("zh", TEXT), ("who", TEXT), ("limit", limit_of)),
    "materials": (
        ("zh", TEXT), ("form", TEXT), ("copies", _number), ("is_needed", _needed), ("trust", _key(items.TRUST)),
        ("source", TEXT), ("situations", words_of),
    ),
    "fees": (("zh", TEXT), ("standard", TEXT), ("fen", _fen), ("basis", TEXT)),
    "points": (("zh", TEXT), ("tier", _key(items.TIERS)), ("address", TEXT), ("hours", TEXT), ("phone", TEXT)),
    "questions": (("asked", TEXT), ("answer", TEXT)),
    "pledge": (("effect", TEXT), ("published_on", day), ("published_in", TEXT)),
    "letter": (("number", TEXT), ("since", day), ("until", day)),
    "exemption": (("reason", TEXT), ("approver", TEXT), ("until", day)),
}  # fmt: skip
"""The parts of a line, in order; a part that is not written is as if it were not there."""
ONE_LINE = {"result", "pledge", "letter", "exemption"}
LISTS = {"aliases": words_of, "situations": words_of, "themes": words_of}
WORDS: Mapping[str, Mapping[Any, str]] = {
    "type": items.TYPES, "case_type": items.CASE_TYPES, "level": items.LEVELS, "depth": items.DEPTHS,
    "retention": items.RETENTION, "kind": items.RESULTS, "tier": items.TIERS,
}  # fmt: skip
"""Fields and parts of lines that are written as words, and what the words are."""
LIMITS = {"statutory", "promised", "limit"}
READERS: Mapping[str, Callable[[str], Any]] = {
    "type": _key(items.TYPES),
    "case_type": _key(items.CASE_TYPES),
    "level": _key(items.LEVELS),
    "depth": _key(items.DEPTHS),
    "retention": _key(items.RETENTION),
    "audiences": lambda text: [_key(items.AUDIENCES)(word) for word in words_of(text)],
    "statutory": limit_of,
    "promised": limit_of,
    "visits": _number,
    "pays_online": _flag,
    "by_mail": _flag,
    "entered_on": day,
    **LISTS,
}


def read(texts: Mapping[str, str]) -> tuple[Item | None, dict[str, str]]:
    """The item that the texts say, or the sentences of what they do not say, by field. Fields not there are empty."""
    said: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name in NAMES:
        text = texts.get(name, "").strip()
        if not text:
            continue
        try:
            said[name] = _read(name, text)
        except ValueError as problem:
            faults[name] = str(problem)
    for name in ("zh", "unit", "type"):
        if name not in said and name not in faults:
            faults[name] = _("请填写%(field)s。") % {"field": fields()[name]}
    said.setdefault("audiences", [])
    if faults:
        return None, faults
    try:
        return Item.model_validate(said), {}
    except ValidationError as problem:
        return None, dict(_wrong(problem))


def _read(name: str, text: str) -> Any:
    if name in PARTS:
        if name in ONE_LINE:
            return _line(name, " ".join(lines_of(text)))
        return [_line(name, line) for line in lines_of(text)]
    return READERS.get(name, str)(text)


def _line(name: str, line: str) -> dict[str, Any]:
    written, parts = BAR.split(line.strip()), PARTS[name]
    if len(written) > len(parts):
        raise ValueError(_("“%(line)s”有 %(count)s 段，最多 %(most)s 段。") % {
            "line": line[:40], "count": len(written), "most": len(parts),
        })  # fmt: skip
    return {part: reader(text) for (part, reader), text in zip(parts, written, strict=False) if text}


def _wrong(problem: ValidationError) -> Iterator[tuple[str, str]]:
    for error in problem.errors():
        name, inner = str(error["loc"][0]), [part for part in error["loc"][1:] if isinstance(part, int)]
        line = _("第 %(number)s 行") % {"number": inner[0] + 1} if inner else ""
        sentences = {
            "string_too_long": _("太长了，请写短一些。"),
            "string_too_short": _("没有写名称。"),
            "missing": _("少写了一段。"),
        }
        yield name, line + sentences.get(error["type"], _("写法不对：%(why)s") % {"why": error["msg"]})


def write(item: Item) -> dict[str, str]:
    """The texts that `read` reads as the same item, in words of the reader's language: Chinese, else our own keys."""
    said = item.model_dump(mode="json")
    return {name: _written(name, said[name]) for name in NAMES}


def limit_in_words(limit: str) -> str:
    """A limit as `limit_of` reads it: “5个工作日”, “即办”; one that has no Chinese here stays as it is."""
    if not is_chinese():
        return limit
    if limit == "0 workdays":
        return "即办"
    count, _space, unit = limit.partition(" ")
    zh = IN_WORDS.get(unit) or IN_WORDS.get(f"{unit}s")
    return f"{count}{zh}" if count.isdigit() and zh else limit


def is_chinese() -> bool:
    """Whether the reader reads Chinese."""
    return not (get_language() or "zh").startswith("en")


IN_WORDS = {
    "workdays": "个工作日", "days": "日", "hours": "小时", "minutes": "分钟", "weeks": "周", "months": "个月", "years": "年",
}  # fmt: skip


def _written(name: str, value: Any) -> str:
    if value in (None, "", [], {}):
        return ""
    if name in PARTS:
        rows = [value] if name in ONE_LINE else value
        return "\n".join(line for row in rows if (line := _bar(name, row)))
    if name == "audiences":
        return "、".join(items.AUDIENCES[word] if is_chinese() else word for word in value)
    if name in LISTS:
        return "、".join(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return _plain(name, value)


def _plain(name: str, value: Any) -> str:
    if name in LIMITS:
        return limit_in_words(value)
    return WORDS[name][value] if name in WORDS and is_chinese() else str(value)


def _bar(name: str, row: Mapping[str, Any] | str) -> str:
    if isinstance(row, str):
        return row
    texts = []
    for part, _reader in PARTS[name]:
        value = row[part]
        if value in (None, ""):
            texts.append("")
        elif part == "fen":
            texts.append(f"{value // 100}.{value % 100:02}")
        elif part == "is_needed":
            texts.append("" if value else "可不交")
        elif part == "situations":
            texts.append("、".join(value))
        else:
            texts.append(_plain(part, value))
    while texts and not texts[-1]:
        texts.pop()
    return " | ".join(texts)


NAMES = tuple(Item.model_fields)
ZH = {
    "key": "事项编号", "zh": "事项名称", "en": "英文名称", "aliases": "别名", "unit": "实施单位", "code": "实施编码", "type": "事项类型",
    "case_type": "办件类型", "audiences": "服务对象", "themes": "主题", "level": "行使层级", "basis": "依据", "content": "内容", "standard": "标准",
    "result": "结果", "statutory": "法定时限", "promised": "承诺时限", "unlimited": "法律未设期限的说明", "conditions": "受理条件",
    "steps": "办理环节", "situations": "情形", "materials": "材料", "fees": "收费", "pays_online": "网上缴费", "visits": "到现场次数",
    "visits_reason": "到现场的原因", "depth": "网办深度", "by_mail": "可以邮寄", "points": "办理地点", "consult_phone": "咨询电话",
    "complaint_phone": "投诉电话", "questions": "常见问题", "pledge": "失诺后果", "retention": "档案保管期限",
    "entered_on": "进驻中心日期", "letter": "授权书", "exemption": "不进驻的例外",
}  # fmt: skip
"""The titles of the columns of the workbook."""
NEEDED = {"key", "zh", "unit", "type"}
SHEET = Sheet("items", "事项", tuple(Column(name, zh, is_needed=name in NEEDED) for name, zh in ZH.items()))
