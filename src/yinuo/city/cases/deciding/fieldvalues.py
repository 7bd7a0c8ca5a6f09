"""Values of fields: what a form or a system hands in, as the ledger keeps it. Every type of the text has one reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias

from django.utils.translation import gettext as _

from yinuo.engine.clauses.flow import FieldType
from yinuo.kernel.limits import Limit

Reader: TypeAlias = Callable[[Any], Any]
"""Takes a value as handed in, gives it as kept (JSON without floats). Raises ValueError with a sentence."""

LONGEST = 20_000
"""Characters of a text field; longer things are attachments."""
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST_MONEY = 10**17
_YES_NO = {"true": True, "false": False, "1": True, "0": False, "是": True, "否": False}


def reader_of(type_: FieldType) -> Reader:
    """The reader of a field's type. What is empty or null is read by nobody: the caller leaves it out."""
    word = type_.is_
    if word.startswith("list:"):
        one = reader_of(type_.model_copy(update={"is_": word.removeprefix("list:")}))
        return lambda raw: [one(value) for value in _listed(raw)]
    if type_.of or (word == "choice" and type_.table is None):
        words = {str(one): one for one in type_.of}
        return lambda raw: _choice(raw, words)
    return _READERS.get(word, _text)


def _listed(raw: Any) -> list[Any]:
    if not isinstance(raw, (list, tuple)):
        raise ValueError(_("应当是一个列表"))
    if len(raw) > 1000:
        raise ValueError(_("不能超过 1000 项"))
    return list(raw)


def _choice(raw: Any, words: dict[str, Any]) -> Any:
    if str(raw) not in words:
        raise ValueError(_("只能是：%(words)s") % {"words": _("、").join(words)})
    return str(words[str(raw)])


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        if isinstance(raw, bool) or not isinstance(raw, (int, Decimal, date)):
            raise ValueError(_("应当是文字"))
        raw = str(raw)
    if len(raw) > LONGEST:
        raise ValueError(_("不能超过 %(most)s 个字") % {"most": LONGEST})
    if "\x00" in raw:
        raise ValueError(_("含有不能保存的字符"))
    return str(raw)


def _name(raw: Any) -> str:
    text = _text(raw)
    if len(text) > 200:
        raise ValueError(_("不能超过 %(most)s 个字") % {"most": 200})
    return text


def _number(raw: Any) -> int | str:
    if isinstance(raw, bool):
        raise ValueError(_("应当是数字"))
    try:
        exact = Decimal(str(raw).strip())
    except InvalidOperation:
        raise ValueError(_("应当是数字")) from None
    if not exact.is_finite() or abs(exact) >= 2**53:
        raise ValueError(_("数字太大"))
    return int(exact) if exact == int(exact) else format(exact.normalize(), "f")


def _whole(raw: Any) -> int:
    value = _number(raw)
    if not isinstance(value, int):
        raise ValueError(_("应当是整数"))
    return value


def _money(raw: Any) -> int:
    if isinstance(raw, (bool, float)) or not isinstance(raw, (int, str)):
        raise ValueError(_("金额应当是以分为单位的整数"))
    try:
        fen = int(raw)
    except ValueError:
        raise ValueError(_("金额应当是以分为单位的整数")) from None
    if abs(fen) > _MOST_MONEY:
        raise ValueError(_("金额太大"))
    return fen


def _date(raw: Any) -> str:
    try:
        day = raw if isinstance(raw, date) else date.fromisoformat(str(raw).strip())
    except ValueError:
        raise ValueError(_("应当是日期，例如 2026-03-09")) from None
    day = day.date() if isinstance(day, datetime) else day
    if not 1900 <= day.year <= 2199:
        raise ValueError(_("应当是 1900 年到 2199 年之间的日期"))
    return day.isoformat()


def _moment(raw: Any) -> str:
    try:
        at = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
    except ValueError:
        raise ValueError(_("应当是带时区的时间")) from None
    if at.tzinfo is None:
        raise ValueError(_("应当是带时区的时间"))
    return at.astimezone(UTC).isoformat()


def _bool(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    if str(raw).lower() not in _YES_NO:
        raise ValueError(_("应当是“是”或者“否”"))
    return _YES_NO[str(raw).lower()]


def _limit(raw: Any) -> str:
    try:
        return str(Limit.parse(str(raw).strip()))
    except ValueError:
        raise ValueError(_("应当是一段时间，例如“5 workdays”")) from None


def _file(raw: Any) -> str:
    if not isinstance(raw, str) or not _DIGEST.fullmatch(raw):
        raise ValueError(_("应当是已上传附件的编号"))
    return raw


_READERS: dict[str, Reader] = {
    "text": _text, "number": _number, "money": _money, "date": _date, "moment": _moment, "year": _whole,
    "int": _whole, "bool": _bool, "limit": _limit, "file": _file,
    "person": _name, "post": _name, "party": _name, "unit": _name, "item": _name, "place": _name, "case": _name,
}  # fmt: skip
