"""What readers ask for in an address: a unit with everything below it, a page, a word."""

from __future__ import annotations

from django.http import HttpRequest

from yinuo.city.pages.words import Words

LAST_PAGE = 999
LONGEST = 80
"""Characters of a word somebody looks for."""


def unit_of(request: HttpRequest, words: Words) -> tuple[str, list[str] | None]:
    """The unit asked for and everything below it; nothing and None where none was asked, or one nobody knows."""
    unit = request.GET.get("unit", "")[:LONGEST]
    if not unit or not words.is_there or unit not in words.tree.units:
        return "", None
    return unit, below(words, unit)


def below(words: Words, unit: str) -> list[str]:
    """A unit and everything below it."""
    return [span.unit for _depth, span in words.tree.walk(unit)]


def page_of(request: HttpRequest) -> int:
    """Which page, from 0; the first for anything that is no number."""
    page = request.GET.get("page", "")
    return min(int(page), LAST_PAGE) if page.isascii() and page.isdigit() and len(page) < 5 else 0


def word_of(request: HttpRequest, name: str = "q") -> str:
    """What somebody typed, cut to LONGEST characters."""
    return request.GET.get(name, "").strip()[:LONGEST]
