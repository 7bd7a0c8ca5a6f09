"""What changed between two versions of an item: field by field, in lists line by line (E033, E035, E041, E042)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yinuo.city.catalogue.item import Item
from yinuo.city.catalogue.sheet import LISTS, ONE_LINE, PARTS, lines_of, words_of, write


@dataclass(frozen=True, slots=True)
class Change:
    """One field: the lines that are gone and those that are new. Both are empty where only the order changed."""

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(before: Item, after: Item) -> tuple[Change, ...]:
    """Every field that says something else, in the order of the fields."""
    return tuple(_changes(write(before), write(after)))


def _changes(before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    for field, was in before.items():
        if was == after[field]:
            continue
        old, new = _parts(field, was), _parts(field, after[field])
        yield Change(
            field,
            tuple(line for line in old if line not in new),
            tuple(line for line in new if line not in old),
        )


def _parts(field: str, text: str) -> list[str]:
    if field in PARTS and field not in ONE_LINE:
        return lines_of(text)
    if field in LISTS or field == "audiences":
        return words_of(text)
    return [text] if text else []
