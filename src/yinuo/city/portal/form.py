"""The form of an application: what was filled in, what is wrong with it, and what it comes to when it is sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from django.http import QueryDict
from django.utils.translation import gettext as _
from stdnum.cn import ric, uscc

from yinuo.city.portal.items import Item, Paper, Question
from yinuo.city.portal.residents import keys

LONGEST = 2000
TEXTS = ("situation", "mandate", "name", "identity", "phone", "until", "fee")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded: its digest, the name it had, bytes."""

    digest: str
    name: str
    size: int


@dataclass
class Filled:
    """What was filled in. All of it can be kept as it stands, right or wrong."""

    situation: str = ""
    mandate: str = ""
    name: str = ""
    identity: str = ""
    phone: str = ""
    """Whose telephone, where somebody files for him; a resident's own is that of his account."""
    until: str = ""
    """Until when a mandate lasts that is handed in with the application."""
    fee: str = ""
    """What who files for somebody charged him, in yuan."""
    answers: dict[str, str] = field(default_factory=dict)
    handed: dict[str, str] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """To be kept."""
        files = {
            key: [{"digest": one.digest, "name": one.name, "size": one.size} for one in many]
            for key, many in self.files.items()
        }
        named = {name: getattr(self, name) for name in (*TEXTS, "answers", "handed")}
        return {**named, "files": files}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Filled:
        """As it was kept."""
        files = {key: [Upload(**one) for one in many] for key, many in (kept.get("files") or {}).items()}
        texts = {name: str(kept.get(name) or "") for name in TEXTS}
        return cls(**texts, answers=dict(kept.get("answers") or {}), handed=dict(kept.get("handed") or {}), files=files)

    def take(self, posted: QueryDict, item: Item) -> None:
        """Take over what was typed; files are taken over one by one elsewhere."""
        for name in ("situation", "mandate", "name", "identity"):
            if name in posted:
                setattr(self, name, str(posted[name]).strip()[:200])
        for one in item.questions:
            if one.key in posted:
                self.answers[one.key] = str(posted[one.key]).strip()[:LONGEST]
        for paper in item.papers:
            how = str(posted.get(f"handed_{paper.key}", ""))
            if how in ways_of(item, paper):
                self.handed[paper.key] = how


def asked_papers(item: Item, filled: Filled) -> tuple[Paper, ...]:
    """The papers of the chosen situation."""
    return tuple(one for one in item.papers if one.is_asked(filled.situation))


def asked_questions(item: Item, filled: Filled) -> tuple[Question, ...]:
    """The questions that are asked with what is filled in; one that hangs on a question not asked is not asked either."""
    values: dict[str, str] = {"situation": filled.situation}
    found = []
    for one in item.questions:
        if one.is_asked(values):
            found.append(one)
            values[one.key] = filled.answers.get(one.key, "")
    return tuple(found)


def problems(item: Item, filled: Filled, *, is_for_firm: bool) -> dict[str, str]:
    """Field → the sentence that says what is wrong and what to do; in the order of the form. Empty: it can be sent."""
    return dict(_problems(item, filled, is_for_firm=is_for_firm))


def _problems(item: Item, filled: Filled, *, is_for_firm: bool) -> Iterator[tuple[str, str]]:
    if len(filled.name) < 2:
        yield "name", _("请填写姓名或者名称。")
    if not is_for_firm and not ric.is_valid(filled.identity):
        yield "identity", _("身份证号不对：应当是 18 位，最后一位是校验码，请逐位核对。")
    if item.situations and filled.situation not in item.situations:
        yield "situation", _("请选择您的情形，材料按情形而不同。")
    for one in asked_questions(item, filled):
        text = filled.answers.get(one.key, "")
        wrong = _wrong(one, text)
        if wrong:
            yield one.key, wrong
    for paper in asked_papers(item, filled):
        how = how_handed(item, paper, filled)
        if how == "upload" and not filled.files.get(paper.key) and paper.is_needed:
            yield f"file_{paper.key}", _("请上传“%(paper)s”，或者选别的交法。") % {"paper": paper.zh}


def ways_of(item: Item, paper: Paper) -> tuple[str, ...]:
    """How a paper may come: uploaded, brought or mailed, promised (trust D); one held by a department (trust A) in no other way."""
    if paper.trust == "A":
        return ("held",)
    return ("upload", *(("bring",) if item.may_bring else ()), *(("promise",) if paper.trust == "D" else ()))


def how_handed(item: Item, paper: Paper, filled: Filled) -> str:
    """How a paper comes: as was chosen among its ways, else in the first of them."""
    ways = ways_of(item, paper)
    chosen = filled.handed.get(paper.key, "")
    return chosen if chosen in ways else ways[0]


def _wrong(one: Question, text: str) -> str | None:
    if not text:
        return _("请填写“%(field)s”。") % {"field": one.word} if one.is_needed else None
    said = _KINDS.get(one.kind, _no_kind)(one, text) or _CHECKS.get(one.check, _no_check)(text)
    if said is None and ".." in one.check:
        low, high = (float(part) for part in one.check.split("..", 1))
        if not low <= float(text) <= high:
            said = _("应当在 %(low)s 到 %(high)s 之间") % {"low": f"{low:g}", "high": f"{high:g}"}
    return _("“%(field)s”填得不对：%(why)s。") % {"field": one.word, "why": said} if said else None


def _no_kind(_one: Question, _text: str) -> str | None:
    return None


def _no_check(_text: str) -> str | None:
    return None


def _choice(one: Question, text: str) -> str | None:
    return None if text in one.options else _("请从列出的里面选")


def _number(_one: Question, text: str) -> str | None:
    return None if re.fullmatch(r"-?\d{1,12}(\.\d{1,4})?", text) else _("应当是数字，例如 120 或 35.5")


def _date(_one: Question, text: str) -> str | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _("应当是日期，例如 2026-03-09")
    return None if 1900 <= day.year <= 2199 else _("年份不对")


_KINDS: Mapping[str, Callable[[Question, str], str | None]] = {"choice": _choice, "number": _number, "date": _date}
_CHECKS: Mapping[str, Callable[[str], str | None]] = {
    "uscc": lambda text: None if uscc.is_valid(text) else _("统一社会信用代码是 18 位，最后一位是校验码"),
    "identity": lambda text: None if ric.is_valid(text) else _("身份证号是 18 位，最后一位是校验码"),
    "phone": lambda text: None if keys.phone(text) else _("应当是 11 位手机号码"),
}


def materials(item: Item, filled: Filled) -> list[str]:
    """The papers in words, as a window writes them down."""
    said = {
        "upload": "已上传", "bring": "窗口核验或者邮寄", "promise": "申请人承诺", "held": "部门已有，不用交",
    }  # fmt: skip
    found = []
    for paper in asked_papers(item, filled):
        how = how_handed(item, paper, filled)
        if how == "upload" and not filled.files.get(paper.key):
            continue
        found.append(f"{paper.zh}（{paper.form}）：{said[how]}" if paper.form else f"{paper.zh}：{said[how]}")
    return found


def answers(item: Item, filled: Filled) -> tuple[list[str], dict[str, str]]:
    """What was answered: in words for the case, and what is personal, to be kept apart."""
    told, personal = [], {}
    for one in asked_questions(item, filled):
        text = filled.answers.get(one.key, "")
        if text and one.is_personal:
            personal[one.key] = text
        elif text:
            told.append(f"{one.zh}：{text}")
    return told, personal


def digests(item: Item, filled: Filled) -> list[str]:
    """The files of the papers that are asked for."""
    asked = {one.key for one in asked_papers(item, filled)}
    found = [one.digest for key, many in filled.files.items() if key in asked for one in many]
    return cast(list[str], list(dict.fromkeys(found)))
