"""Figures of the page: each with the link to what it counts and a name by which it can be read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from markupsafe import Markup, escape

from yinuo.cli.report.words import Name, amount, percent, whole

Table = Literal["cases", "clocks", "findings"]


def link(table: Table, **only: str | int | tuple[str, ...] | None) -> str:
    """The address of the rows of a table whose columns have the given values (a tuple: any of; null: whatever)."""
    pairs = [
        (key, one)
        for key, value in only.items()
        if value is not None
        for one in (value if isinstance(value, tuple) else (value,))
    ]
    return f"#{table}?" + "&".join(f"{quote(key)}={quote(str(value), safe='')}" for key, value in pairs)


@dataclass(frozen=True)
class Number:
    """A figure as the page writes it. `rows` is how many rows its link stands for."""

    fact: str
    text: str
    href: str | None = None
    rows: int | None = None

    def __html__(self) -> str:
        """A link that carries its name and the number of rows behind it; without a link plain text."""
        if self.href is None:
            return Markup('<b class="n" data-fact="{}">{}</b>').format(self.fact, self.text)
        rows = Markup(' data-rows="{}"').format(self.rows) if self.rows is not None else Markup()
        return Markup('<a class="n" data-fact="{}" href="{}"{}>{}</a>').format(self.fact, self.href, rows, self.text)


def count(fact: str, value: int, *, href: str | None = None) -> Number:
    """A count; 0 links to nothing."""
    return Number(fact, whole(value), href if value else None, value)


def share(fact: str, value: float | None, *, href: str, rows: int) -> Number:
    """A share of `rows` rows."""
    return Number(fact, percent(value), href if rows else None, rows)


def quantity(fact: str, value: float | None, *, href: str | None = None, rows: int | None = None) -> Number:
    """A measured amount."""
    return Number(fact, amount(value), href, rows)


def both(zh: object, en: object) -> Markup:
    """A text in both languages; the page shows one of them."""
    left, right = escape(zh), escape(en)
    if left == right:
        return left
    return Markup('<span class="zh" lang="zh-CN">{}</span><span class="en" lang="en">{}</span>').format(left, right)


def both_of(name: Name) -> Markup:
    """A name in both languages."""
    return both(name.zh, name.en)
