"""Values of fields as a reader reads them: money in yuan, moments in the city's time, units, persons and cases by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import row_filter
from yinuo.engine.clauses.flow import FieldType
from yinuo.kernel.limits import Limit

NAMED = {"person": "persons", "case": "cases", "file": "files"}
"""Types whose values are keys, and under what they are looked up."""


@dataclass(frozen=True)
class Called:
    """What persons, cases and files are called, by their keys."""

    persons: Mapping[str, str]
    cases: Mapping[str, str]
    files: Mapping[str, str]

    def word(self, type_: str, key: str) -> str:
        """The name of one; its key when nobody knows it."""
        return str(getattr(self, NAMED[type_]).get(key, key))


NOBODY = Called({}, {}, {})


def called(values: Iterable[tuple[FieldType | None, Any]], *, actor: Actor | None) -> Called:
    """The names of everything these values point to, by one query; none when they point to nothing.

    A case this person may not see keeps its key for a name.
    """
    wanted: dict[str, set[str]] = {name: set() for name in NAMED.values()}
    for type_, value in values:
        word = type_.is_.removeprefix("list:") if type_ else ""
        if word in NAMED and value:
            wanted[NAMED[word]] |= {str(one) for one in (value if isinstance(value, list) else [value])}
    if not any(wanted.values()):
        return NOBODY
    found: dict[str, dict[str, str]] = {name: {} for name in wanted}
    condition, given = row_filter(actor, "case.read", "c.scope")
    asked = {**given, **{name: sorted(keys) for name, keys in wanted.items()}}
    for row in rows(__file__, "called", asked, case_rows=condition):
        found[row["what"]][row["key"]] = row["word"]
    return Called(**found)


def shown(value: Any, type_: FieldType | None, words: Words, *, names: Called = NOBODY) -> str:
    """A value of a field as a person reads it; empty for none."""
    if value is None or value in ("", []):
        return ""
    if isinstance(value, list):
        one = type_.model_copy(update={"is_": type_.is_.removeprefix("list:")}) if type_ else None
        return _("、").join(shown(each, one, words, names=names) for each in value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    word = type_.is_ if type_ else "text"
    if type_ and type_.table is not None:
        return words.row(type_.table, str(value))
    if type_ and (said := type_.called(value, words.language)) != str(value):
        return said
    if word in NAMED:
        return names.word(word, str(value))
    reader = _READERS.get(word)
    return str(value) if reader is None else reader(value, words)


def choices(type_: FieldType, words: Words) -> list[tuple[str, str]]:
    """What a field gives to choose from, each value with its word: the choices of the text, else the rows of its table."""
    one = type_.model_copy(update={"is_": type_.is_.removeprefix("list:")})
    return [(str(value), shown(value, one, words)) for value in type_.of] or words.row_choices(type_.table or "")


def choices_of(kind: str, field: str, words: Words) -> list[tuple[str, str]]:
    """What a field of a kind of case gives to choose from by the text in force today; nothing where the text has none."""
    flow = words.flow(kind) if words.is_there else None
    return choices(flow.fields[field], words) if flow and field in flow.fields else []


def yuan(fen: int, *, apart: str = ",") -> str:
    """Fen as yuan with two places: 1,234.50."""
    sign, whole, rest = "-" if fen < 0 else "", abs(fen) // 100, abs(fen) % 100
    return f"{sign}{format(whole, ',').replace(',', apart)}.{rest:02d}"


def length(text: str, words: Words) -> str:
    """A length of time in the reader's words; as it is written when it is none."""
    try:
        limit = Limit.parse(text)
    except ValueError:
        return text
    return words.amount(float(limit.count), limit.unit.value)


_READERS: Mapping[str, Callable[[Any, Words], str]] = {
    "unit": lambda value, words: words.unit(str(value)),
    "item": lambda value, words: words.item(str(value)),
    "money": lambda value, _words: _("%(amount)s 元") % {"amount": yuan(int(value))},
    "moment": lambda value, _words: timezone.localtime(datetime.fromisoformat(str(value))).strftime("%Y-%m-%d %H:%M"),
    "limit": lambda value, words: length(str(value), words),
}
