"""Printing papers: typst, one pinned font, the same bytes for the same content (PDF/A-2a)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils import timezone

from yinuo.city.papers.contexts import CONTEXTS

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
FONT = "Noto Sans SC"
_UNSHOWN = re.compile(r'the text `"(.+?)"` could not be displayed')
_MARKS = 40
"""Signs that no font shows, marked on one paper; beyond that it is refused."""


class NoFont(Exception):
    """The font of the papers is not here; the message says how to fetch it."""


class UnknownPaper(LookupError):
    """There is no paper of that name."""


class BadContext(ValueError):
    """A paper was given too little or too much; the message names what."""


def pdf(name: str, context: Mapping[str, Any]) -> bytes:
    """The paper `name` (contexts.CONTEXTS) as PDF/A, filled with `context`: the fields of its class.

    The same context gives the same bytes; the document's date is `issued_at`. A sign the font does not have is printed as
    〓U+…, so that nobody takes a gap for the name. Raises UnknownPaper, BadContext, NoFont.
    """
    shown = _shown(asdict(_checked(name, context)))
    stamp = int(context["issued_at"].timestamp())
    text = json.dumps(shown, ensure_ascii=False, sort_keys=True)
    for _ in range(_MARKS):
        try:
            return bytes(_compiled(name, text, stamp))
        except typst.TypstError as error:
            unshown = _UNSHOWN.search(str(error))
            if unshown is None:
                raise
            text = _marked(text, unshown.group(1))
    raise BadContext(f"Paper {name!r}: more than {_MARKS} different signs are not in the font.")


def _checked(name: str, context: Mapping[str, Any]) -> Any:
    kind = CONTEXTS.get(name)
    if kind is None:
        raise UnknownPaper(f"There is no paper {name!r}; there are {', '.join(sorted(CONTEXTS))}.")
    try:
        made = kind(**context)
    except TypeError as error:
        raise BadContext(f"Paper {name!r}: {error}") from None
    if made.issued_at.tzinfo is None:
        raise BadContext(f"Paper {name!r}: issued_at has no time zone.")
    return made


def _compiled(name: str, text: str, stamp: int) -> Any:
    return typst.compile(
        HERE / "templates" / f"{name}.typ",
        root=HERE / "templates",
        font_paths=_fonts(),
        sys_inputs={"context": text},
        format="pdf",
        timestamp=stamp,
        pdf_standards=["a-2a"],
    )


@cache
def _fonts() -> typst.Fonts:
    found = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
    if FONT not in found.families():
        raise NoFont(f"{FONT} is not in {FONTS.name}/ of the papers; scripts/vendor.sh fetches it.")
    return found


def _shown(value: Any) -> Any:
    """A context with its moments and days in words, all else as it is."""
    if isinstance(value, datetime):
        local = timezone.localtime(value) if value.tzinfo is not None else value
        return f"{_day(local)} {local:%H:%M}"
    if isinstance(value, date):
        return _day(value)
    if isinstance(value, Mapping):
        return {key: _shown(one) for key, one in value.items()}
    return [_shown(one) for one in value] if isinstance(value, (list, tuple)) else value


def _day(value: date) -> str:
    return f"{value.year}年{value.month}月{value.day}日"


def _marked(text: str, unshown: str) -> str:
    """The JSON text with the signs the font lacks written as their numbers."""
    sign = unshown.encode().decode("unicode_escape") if unshown.startswith("\\") else unshown
    for one in sign:
        text = text.replace(one, f"〓U+{ord(one):04X}")
    return text
