"""A book in from Excel: each row is one act, decided like a person's, and what was not taken is reported by row and column."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act as do
from yinuo.city.cases.kept import rows_on
from yinuo.city.pages.fieldwords import field_word
from yinuo.city.pages.statements import rows
from yinuo.city.people.actor import NotAllowed
from yinuo.city.people.exchange import workbook
from yinuo.city.people.exchange.workbook import Column, Line, Sheet, Unreadable
from yinuo.city.people.may import row_filter
from yinuo.city.registers.asking import FILES, Wish, wishes
from yinuo.city.registers.books import Book
from yinuo.city.registers.forms import spoken
from yinuo.city.registers.opening import PERSON
from yinuo.city.registers.spelling import Speller
from yinuo.engine.clauses.flow import FieldType, Step
from yinuo.engine.clauses.register import CHANGED

MOST = 1_000
"""Rows of one workbook."""
SHOWN = 30
"""Choices the template writes out; where there are more it says that it is a choice."""
SOURCE = "excel"
_BAD = re.compile(r"[\[\]:*?/\\]")
_PARTY = {"name": "姓名或名称", "phone": "电话", "identity": "证件号"}
_TYPES = {
    "text": "文字", "number": "数字", "int": "整数", "money": "金额，单位元", "date": "日期，例如 2026-03-09", "moment": "时间，例如 2026-03-09 14:30",
    "bool": "是或者否", "unit": "单位名称或编号", "person": "姓名，重名的写编号", "item": "事项名称或编号", "case": "收件号", "limit": "时限，例如 5 workdays",
    "choice": "从系统给出的各项中选一项，写名称或编号", "file": "不能从 Excel 导入，请在页面上传",
}  # fmt: skip


@dataclass
class Taken:
    """What came of an import: entries made, entries changed, rows that said what the book holds, rows refused."""

    opened: int = 0
    changed: int = 0
    same: int = 0
    refused: list[workbook.Refused] = field(default_factory=list)


def sheet(book: Book, step: Step) -> Sheet:
    """The sheet of a book: a column for each field of its form, called as in its export; the unit; the party where there is one."""
    wanted = [one for one in wishes(book, step, book.way.flow.opens) if one.name != FILES]
    own = [Column(one.name, _called(book, one.name), one.is_needed) for one in wanted if not _is_party(book, one)]
    party = [Column(f"person.{name}", _PARTY[name]) for name in PERSON] if len(own) < len(wanted) else []
    unit = [] if any(one.name == "unit" for one in wanted) else [Column("unit", "单位")]
    return Sheet("Sheet1", sheet_name(book), (*own, *party, *unit))


def _called(book: Book, name: str) -> str:
    """A field of the book, or what every case says of itself: its item, its unit."""
    return book.by_name[name].zh if name in book.by_name else field_word(name)


def sheet_name(book: Book) -> str:
    """The Chinese name of a book as a spreadsheet takes it."""
    return _BAD.sub(" ", book.way.flow.zh)[:31]


def template(book: Book, step: Step) -> bytes:
    """An empty workbook to fill in, with a second sheet that says what each column takes."""
    made = sheet(book, step)
    told = [[one.zh, "必填" if one.is_needed else "", _kind(book, one.name)] for one in made.columns]
    titles = [one.zh for one in made.columns]
    return workbook.write([(made.zh, titles, []), ("填写说明", ["列", "是否必填", "怎样填"], told)])


def _kind(book: Book, name: str) -> str:
    type_ = book.by_name[name].type if name in book.by_name else book.way.fields.get(name)
    if type_ is None:
        return _TYPES["unit"] if name == "unit" else _TYPES["text"]
    word = type_.is_.removeprefix("list:")
    named = _named(book, type_)
    said = _TYPES["choice"] if len(named) > SHOWN else "、".join(named) or _TYPES.get(word, _TYPES["text"])
    return f"{said}；可以写多个，用顿号隔开" if type_.is_.startswith("list:") else said


def _named(book: Book, type_: FieldType) -> list[str]:
    """What a field gives to choose from, in Chinese: its choices, else the rows of its table on the day of the book."""
    if type_.table is None:
        return [type_.called(value, "zh") for value in type_.of]
    pack = book.ways.pack
    return [str(row.get("zh") or row["id"]) for row in rows_on(pack, type_.table, book.day)]


def take(content: bytes, book: Book, step: Step, *, speller: Speller, now: datetime) -> Taken:
    """Import a workbook. A row whose key the book holds changes that entry; a second time the file changes nothing.

    Raises Unreadable for what is no such workbook or too long.
    """
    made = sheet(book, step)
    lines = workbook.read(content, [made])
    if len(lines) > MOST:
        raise Unreadable(_("一次最多导入 %(most)s 行，请分批导入。") % {"most": MOST})
    importing = _Importing(book, step, made, speller, now)
    importing.run(lines)
    return importing.taken


class _Importing:
    def __init__(self, book: Book, step: Step, made: Sheet, speller: Speller, now: datetime) -> None:
        self.book, self.step, self.sheet, self.speller, self.now = book, step, made, speller, now
        self.taken = Taken()
        self.seen: dict[str, int] = {}
        self.held: dict[str, tuple[str, dict[str, Any]]] = {}

    def run(self, lines: Sequence[Line]) -> None:
        """Read every row, find the entries they speak of, then do one after the other."""
        self.speller.learn((line.cells for line in lines), self.book.way.fields)
        read = [(line, values) for line in lines if (values := self._read(line)) is not None]
        self._find([values for _line, values in read])
        for line, values in read:
            try:
                self._one(line, values)
            except Refused as refusal:
                self._refuse(line, spoken(refusal, self.book, self.speller.words))
            except NotAllowed as refusal:
                self._refuse(line, Refused("not_allowed", str(refusal), field="unit"))

    def _read(self, line: Line) -> dict[str, Any] | None:
        try:
            return self.speller.read(line.cells, self.book.way.fields)
        except Refused as refusal:
            self._refuse(line, spoken(refusal, self.book, self.speller.words))
            return None

    def _find(self, many: Sequence[Mapping[str, Any]]) -> None:
        """The open entries with the keys of these rows, within what the person may see."""
        keys = [key for values in many if (key := self._key(values)) is not None]
        if not keys:
            return
        condition, given = row_filter(self.speller.actor, "case.read", "c.scope")
        asked = {**given, "kind": self.book.kind, "keys": keys}
        for row in rows(__file__, "keyed", asked, case_rows=condition):
            self.held[row["key"]] = (row["case_id"], json.loads(row["said"]))

    def _key(self, values: Mapping[str, Any]) -> str | None:
        names = self.book.key
        if not names or any(values.get(name) is None for name in names):
            return None
        return json.dumps({name: values[name] for name in sorted(names)}, ensure_ascii=False)

    def _one(self, line: Line, values: dict[str, Any]) -> None:
        key = self._key(values)
        if key is not None and key in self.seen:
            sentence = _("与第 %(row)s 行是同一条。") % {"row": self.seen[key]}
            raise Refused("repeated", sentence, field=self.book.key[0])
        if key is not None:
            self.seen[key] = line.number
        if key is not None and key in self.held:
            self._change(values, *self.held[key])
        else:
            self._open(line, values)

    def _change(self, values: dict[str, Any], case_id: str, held: Mapping[str, Any]) -> None:
        different = {name: value for name, value in values.items() if held.get(name) != value}
        if not different:
            self.taken.same += 1
            return
        do(Act(case_id, CHANGED, self.now, different, source=SOURCE), actor=self.speller.actor, now=self.now)
        self.taken.changed += 1

    def _open(self, line: Line, values: dict[str, Any]) -> None:
        person = {name: text for name in PERSON if (text := line.text(f"person.{name}"))}
        unit = self._unit(line)
        act = Act(
            None, self.book.way.flow.opens, self.now, values, kind=self.book.kind, item=values.get("item"), unit=unit,
            step=self.step.id, source=SOURCE, event_id=None if self.book.key else self._event(line, values), person=person,
        )  # fmt: skip
        done = do(act, actor=self.speller.actor, now=self.now)
        if done.is_new:
            self.taken.opened += 1
        else:
            self.taken.same += 1

    def _unit(self, line: Line) -> str | None:
        text = line.text("unit")
        if not text or "unit" in self.book.by_name:
            return self.speller.actor.unit
        try:
            return self.speller.unit(text)
        except ValueError as error:
            raise Refused("bad_field", str(error), field="unit") from error

    def _event(self, line: Line, values: Mapping[str, Any]) -> str:
        """The same row gives the same id, so that the same file twice changes nothing."""
        said = [self.book.kind, self.speller.actor.id, dict(sorted(values.items())), dict(sorted(line.cells.items()))]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:32]

    def _refuse(self, line: Line, refusal: Refused) -> None:
        name = refusal.field or ""
        head = self.sheet.zh_of(name) if name else ""
        self.taken.refused.append(workbook.Refused(self.sheet.zh, line.number, head, line.text(name), refusal.sentence))


def _is_party(book: Book, wish: Wish) -> bool:
    return wish.name in book.by_name and book.by_name[wish.name].type.is_ == "party"
