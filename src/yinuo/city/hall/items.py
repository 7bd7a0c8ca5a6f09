"""The items a window takes in, found by what a clerk types, and the papers each asks for: from the dated tables of the text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from yinuo.city.cases.kept import kept_marks, rows_on
from yinuo.rulebook.loader import Pack

LATER = "容缺"
"""How the table of papers marks one that may be brought later."""
MOST = 9
"""Items offered for what was typed: as many as there are number keys."""
_INITIALS = "ABCDEFGHJKLMNOPQRSTWXYZ"
_BEGINS = (
    0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8, 0xC4C3, 0xC5B6, 0xC5BE, 0xC6DA,
    0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1, 0xD7FA,
)  # fmt: skip
"""Where in GB 2312, whose first 3,755 characters are in the order of their sounds, each initial begins; the last is the end."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper an item asks for."""

    id: str
    zh: str
    en: str
    form: str
    later: str = ""
    """容缺: may be brought later; 承诺: may be declared instead; empty: it has to be here."""

    @property
    def worded(self) -> str:
        """How letters name it."""
        return f"{self.zh}（{self.form}）" if self.form else self.zh

    @property
    def may_come_later(self) -> bool:
        """Whether it may be promised by a day; what is otherwise marked is declared instead."""
        return self.later == LATER


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the table has it on a day."""

    id: str
    zh: str
    en: str
    unit: str | None
    immediate: bool
    statutory: str
    promised: str
    basis: str
    initials: str
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class Catalogue:
    """The items of one text on one day."""

    items: Mapping[str, Item]

    @classmethod
    def of(cls, pack: Pack, day: date) -> Catalogue:
        """Of an installed text and what the city publishes beside it: kept until either changes, and by the day."""
        return _catalogue(_Kept((pack.digest, kept_marks(pack)), pack), day)

    def get(self, item: str | None) -> Item | None:
        """An item by its id; null for one that is not in use on the day."""
        return self.items.get(item or "")

    def find(self, typed: str, most: int = MOST) -> list[Item]:
        """The items meant by a name or a part of it in either language, initials of the Chinese name, or an id.

        Names that begin so come first, then those that hold it, then initials; the shorter name first.
        """
        wanted = "".join(typed.lower().split())
        if not wanted:
            return []
        ranked = sorted(
            (rank, len(item.zh), item.id) for item in self.items.values() if (rank := _rank(item, wanted)) is not None
        )
        return [self.items[id_] for _rank_, _length, id_ in ranked[:most]]

    def meant(self, typed: str) -> Item | None:
        """The one item that was typed: its id or whole name, or the only one that is found; null when several could be meant."""
        known = self.get(typed.strip())
        found = self.find(typed, 2)
        whole = [item for item in found if typed.strip() in (item.zh, item.en)]
        return known or (whole[0] if whole else found[0] if len(found) == 1 else None)


def initials(text: str) -> str:
    """The first letters of the sounds of Chinese characters, in small letters; letters and digits as they are, all else left out.

    Characters with several sounds get the one GB 2312 sorts them by, rare ones beyond its first level none.
    """
    return "".join(_initial(sign) for sign in text)


def _initial(sign: str) -> str:
    if sign.isascii():
        return sign.lower() if sign.isalnum() else ""
    try:
        high, low = sign.encode("gb2312")
    except (UnicodeEncodeError, ValueError):
        return ""
    place = bisect_right(_BEGINS, high * 256 + low) - 1
    return _INITIALS[place].lower() if 0 <= place < len(_INITIALS) else ""


def _rank(item: Item, wanted: str) -> int | None:
    names = (item.zh.lower(), item.en.lower().replace(" ", ""), item.id)
    if any(name.startswith(wanted) for name in names):
        return 0
    if any(wanted in name for name in names):
        return 1
    if item.initials.startswith(wanted):
        return 2
    return 3 if len(wanted) > 1 and wanted in item.initials else None


@dataclass(frozen=True)
class _Kept:
    """A text told apart by its digest and by what the city keeps of its tables."""

    mark: Hashable
    pack: Pack

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and other.mark == self.mark

    def __hash__(self) -> int:
        return hash(self.mark)


@lru_cache(maxsize=4)
def _catalogue(kept: _Kept, day: date) -> Catalogue:
    papers: dict[str, list[Paper]] = {}
    for row in rows_on(kept.pack, "materials", day):
        papers.setdefault(row["item"], []).append(
            Paper(row["id"], row["zh"], row["en"] or row["zh"], row["form"] or "", row.get("later") or "")
        )
    return Catalogue(
        {row["id"]: _item(row, tuple(papers.get(row["id"], ()))) for row in rows_on(kept.pack, "items", day)}
    )


def _item(row: Mapping[str, Any], papers: tuple[Paper, ...]) -> Item:
    zh = row.get("zh") or row["id"]
    return Item(
        id=row["id"], zh=zh, en=row.get("en") or zh, unit=row.get("unit"), immediate=bool(row.get("immediate")),
        statutory=row.get("statutory") or "", promised=row.get("promised") or "",
        basis=row.get("basis") or "", initials=initials(zh), papers=papers,
    )  # fmt: skip
