"""What an item asks of somebody who applies online: its papers by situation (the catalogue), its questions (the text)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.utils.translation import get_language

from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words

ONLINE = 2
"""From this depth on an item can be applied for online (网上申报)."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper: `trust` A comes from the department itself, D may be promised instead (国办函〔2016〕108号)."""

    key: str
    zh: str
    form: str
    is_needed: bool
    trust: str
    situations: tuple[str, ...]

    def is_asked(self, situation: str) -> bool:
        """Whether it is asked for in a situation."""
        return not self.situations or situation in self.situations


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the form. It is asked only when another field holds one of some values."""

    key: str
    word: str
    zh: str
    kind: str
    options: tuple[str, ...]
    is_needed: bool
    check: str
    hint: str
    when: str
    holds: tuple[str, ...]
    is_personal: bool

    def is_asked(self, values: Mapping[str, str]) -> bool:
        """Whether it is asked for with what the others hold."""
        return not self.when or values.get(self.when, "") in self.holds


@dataclass(frozen=True, slots=True)
class Fee:
    """One charge of the fee catalogue that is a fixed sum."""

    zh: str
    fen: int
    basis: str


@dataclass(frozen=True, slots=True)
class Item:
    """What is needed of one version of an item."""

    id: str
    name: str
    zh: str
    unit: str
    depth: int
    by_mail: bool
    visits: int
    situations: tuple[str, ...]
    papers: tuple[Paper, ...]
    questions: tuple[Question, ...]
    fees: tuple[Fee, ...]
    conditions: tuple[str, ...]

    @property
    def is_online(self) -> bool:
        """Whether it can be applied for online."""
        return self.depth >= ONLINE

    @property
    def may_bring(self) -> bool:
        """Whether papers may still be brought to the window, or sent by mail."""
        return self.visits > 0 or self.by_mail


def item_of(item: str, words: Words, *, day: date) -> Item | None:
    """The item as it is in force on a day, None when it is not."""
    found = rows(__file__, "item", {"item": item, "day": day})
    if not found:
        return None
    said = found[0]["said"]
    said = json.loads(said) if isinstance(said, str) else said
    english = (get_language() or "").startswith("en")
    return Item(
        id=item, zh=said["zh"], name=(english and said.get("en")) or said["zh"], unit=said["unit"],
        depth=said.get("depth") or 0, by_mail=bool(said.get("by_mail")), visits=said.get("visits", 1),
        situations=tuple(said.get("situations") or ()), papers=tuple(_paper(one) for one in said.get("materials") or ()),
        questions=_questions(item, words, day=day, english=english),
        fees=tuple(Fee(one["zh"], one["fen"], one.get("basis", "")) for one in said.get("fees") or () if one.get("fen")),
        conditions=tuple(one if isinstance(one, str) else one["zh"] for one in said.get("conditions") or ()),
    )  # fmt: skip


def _paper(said: Mapping[str, Any]) -> Paper:
    key = hashlib.sha256(said["zh"].encode()).hexdigest()[:8]
    return Paper(
        key, said["zh"], said.get("form", ""), said.get("is_needed", True), said.get("trust", ""),
        tuple(said.get("situations") or ()),
    )  # fmt: skip


def _questions(item: str, words: Words, *, day: date, english: bool) -> tuple[Question, ...]:
    frame = words.pack.tables.get("questions") if words.is_there else None
    if frame is None:
        return ()
    from_, until = pl.col("from"), pl.col("until")
    now = (from_.is_null() | (from_ <= day)) & (until.is_null() | (until > day))
    found = frame.filter((pl.col("item") == item) & now)
    return tuple(_question(row, english=english) for row in found.iter_rows(named=True))


def _question(row: Mapping[str, Any], *, english: bool) -> Question:
    return Question(
        key=row["field"], word=(english and row["en"]) or row["zh"], zh=row["zh"], kind=row["kind"] or "text",
        options=_split(row["options"]), is_needed=bool(row["needed"]), check=row["check"] or "",
        hint=(english and row["hint_en"]) or row["hint"] or "", when=row["asked_if"] or "", holds=_split(row["holds"]),
        is_personal=bool(row["personal"]),
    )  # fmt: skip


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(part for part in (text or "").split("|") if part)
