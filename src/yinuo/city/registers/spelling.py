"""Values of fields as people write them, on a form or in a cell: yuan, local moments, names of units, persons, cases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Refused
from yinuo.city.cases.deciding.fieldvalues import reader_of
from yinuo.city.pages.showing import NOBODY, Called, choices, shown, yuan
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.exchange import workbook
from yinuo.city.people.may import row_filter
from yinuo.engine.clauses.flow import FieldType

MOST_MONEY = 10**17
"""Fen; what is larger is a slip of the pen."""
MOST_KNOWN = 300
"""Persons a form offers to choose from; any other is written by name."""


class Speller:
    """Reads what one person wrote on a day, and says what he may choose from. It asks the database once for each sort of name."""

    def __init__(self, words: Words, actor: Actor, today: date) -> None:
        self.words, self.actor, self.today = words, actor, today
        self._people: dict[str, list[str]] = {}
        self._cases: dict[str, list[str]] = {}
        self._entries: dict[str, list[tuple[str, str]]] = {}

    def learn(self, many: Iterable[Mapping[str, str]], types: Mapping[str, FieldType]) -> None:
        """Look up at once the persons and cases that forms or rows name, before they are read."""
        persons, cases = set[str](), set[str]()
        for name, text in (pair for texts in many for pair in texts.items()):
            word = types[name].is_ if name in types and text.strip() else ""
            if word.removeprefix("list:") == "person":
                persons |= set(_parts(text, word))
            elif word.removeprefix("list:") == "case":
                cases |= set(_parts(text, word))
        self._look_up(persons, cases)

    def _look_up(self, persons: set[str], cases: set[str]) -> None:
        persons, cases = persons - self._people.keys(), cases - self._cases.keys()
        if not persons and not cases:
            return
        condition, given = row_filter(self.actor, "case.read", "c.scope")
        self._people |= {one: [] for one in persons}
        self._cases |= {one: [] for one in cases}
        asked = {**given, "persons": sorted(persons), "cases": sorted(cases), "today": self.today}
        for row in rows(__file__, "meant", asked, case_rows=condition):
            (self._people if row["what"] == "person" else self._cases)[row["said"]].append(row["key"])

    def read(self, texts: Mapping[str, str], types: Mapping[str, FieldType]) -> dict[str, Any]:
        """The values of what was filled in, as a case keeps them; what is empty is left out. Raises Refused with the field."""
        found: dict[str, Any] = {}
        self.learn([texts], types)
        for name, text in texts.items():
            if name not in types or not text.strip():
                continue
            try:
                found[name] = reader_of(types[name])(self._value(text.strip(), types[name]))
            except ValueError as error:
                sentence = _("“%(field)s”填得不对：%(why)s。")
                raise Refused("bad_field", sentence % {"field": name, "why": error}, field=name) from error
        return found

    def _value(self, text: str, type_: FieldType) -> Any:
        word = type_.is_
        if word.startswith("list:"):
            one = type_.model_copy(update={"is_": word.removeprefix("list:")})
            return [self._value(part, one) for part in _parts(text, word)]
        if type_.of or type_.table is not None:
            return self._choice(text, type_)
        reader = self._readers.get(word)
        return text if reader is None else reader(text)

    @cached_property
    def _readers(self) -> Mapping[str, Callable[[str], Any]]:
        return {
            "money": fen, "moment": _moment, "date": _date, "unit": self.unit, "item": self._item, "person": self._person,
            "case": self._case,
        }  # fmt: skip

    def _choice(self, text: str, type_: FieldType) -> str:
        """A choice, also by the word it is shown by."""
        offered = choices(type_, self.words)
        said = type_.meant(text)
        found = next((value for value, word in offered if text in (value, word) or said == value), None)
        if found is None and type_.of:
            raise ValueError(_("只能是：%(words)s") % {"words": _("、").join(word for _value, word in offered)})
        return text if found is None else found

    @cached_property
    def _unit_names(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for unit, span in self.words.tree.units.items():
            for name in {span.zh, span.en} - {""}:
                found.setdefault(name, []).append(unit)
        return found

    def unit(self, text: str) -> str:
        """A unit by its id or by a name only one has. Raises ValueError for a name that two have."""
        return text if text in self.words.tree.units else _one(text, self._unit_names.get(text, [text]))

    @cached_property
    def _item_names(self) -> Mapping[str, str]:
        return {word: item for item, word in self.words.items()}

    def _item(self, text: str) -> str:
        return self._item_names.get(text, text)

    def _person(self, text: str) -> str:
        """The key of a person of the staff register; a name nobody there has stands as it was written."""
        self._look_up({text}, set())
        return _one(text, self._people[text] or [text])

    def _case(self, text: str) -> str:
        """The case of a receipt number, among those this person may see."""
        self._look_up(set(), {text})
        found = self._cases[text]
        if not found:
            raise ValueError(_("没有“%(text)s”这一件，或者它不在您的管理范围内") % {"text": text})
        return _one(text, found)

    @cached_property
    def persons(self) -> list[tuple[str, str]]:
        """Who may be chosen: the staff above and below the reader's unit, by name; who shares a name by key."""
        tree, own = self.words.tree, self.actor.unit
        known = own is not None and own in tree.units
        above = tree.ancestors(own) if known and own else ()
        below = [one for one in tree.units if own in tree.ancestors(one)] if known else []
        asked = {"units": sorted({*above, *below}), "today": self.today, "most": MOST_KNOWN}
        found = rows(__file__, "colleagues", asked)
        names = [row["name"] for row in found]
        return [
            (row["name"], self.words.unit(row["unit"])) if names.count(row["name"]) == 1
            else (row["person"], f"{row['name']} {self.words.unit(row['unit'])}")
            for row in found
        ]  # fmt: skip

    def entries(self, kind: str) -> list[tuple[str, str]]:
        """The open entries of a register this person may see, to point to one of them."""
        if kind not in self._entries:
            condition, given = row_filter(self.actor, "case.read", "c.scope")
            found = rows(__file__, "pointed", {**given, "kind": kind, "most": MOST_KNOWN}, case_rows=condition)
            self._entries[kind] = [(row["case_id"], f"{row['title']} {row['receipt']}".strip()) for row in found]
        return self._entries[kind]


def written(value: Any, type_: FieldType | None, words: Words, *, names: Called = NOBODY) -> str:
    """A value as its field is filled in, so that reading it gives the same value again; several in lines of their own."""
    word = type_.is_ if type_ else "text"
    if value is None:
        return ""
    if isinstance(value, list):
        one = None if type_ is None else type_.model_copy(update={"is_": word.removeprefix("list:")})
        return "\n".join(written(each, one, words, names=names) for each in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if word == "money":
        return yuan(int(value), apart="")
    if word == "moment":
        return timezone.localtime(datetime.fromisoformat(str(value))).strftime("%Y-%m-%dT%H:%M")
    return shown(value, type_, words, names=names) if word == "person" else str(value)


def fen(text: str) -> int:
    """Yuan as people write them (1,234.5 元) as whole fen. Raises ValueError."""
    plain = text.replace(",", "").replace("，", "").removesuffix("元").strip().removeprefix("¥").strip()
    try:
        exact = Decimal(plain) * 100
    except InvalidOperation:
        raise ValueError(_("应当是金额，单位元，例如 1200 或者 1200.50")) from None
    if not exact.is_finite() or abs(exact) > MOST_MONEY or exact != int(exact):
        raise ValueError(_("应当是金额，单位元，最多两位小数"))
    return int(exact)


def _moment(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_("应当是时间，例如 2026-03-09 14:30")) from None
    return (at if at.tzinfo else timezone.make_aware(at)).isoformat()


def _date(text: str) -> str:
    day = workbook.day(text)
    return "" if day is None else day.isoformat()


def _parts(text: str, word: str) -> Sequence[str]:
    """The entries of a list: one in a line; those that are no free text also between signs of enumeration."""
    if not word.startswith("list:"):
        return [text.strip()]
    if word != "list:text":
        for sign in "、；;，":
            text = text.replace(sign, "\n")
    return list(_lines(text))


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


def _one(text: str, found: Sequence[str]) -> str:
    if len(found) > 1:
        raise ValueError(
            _("叫“%(text)s”的不止一个，请写编号：%(keys)s") % {"text": text, "keys": _("、").join(found[:9])}
        )
    return found[0]
