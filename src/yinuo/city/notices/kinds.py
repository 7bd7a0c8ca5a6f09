"""What people are told, in words: the table is kinds.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from django.utils import timezone

Lang = Literal["zh", "en"]
_PLACE = re.compile(r"\{(\w+)(?::(moment|day))?\}")


class UnknownKind(LookupError):
    """A kind of notice that kinds.toml does not list."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"“{kind}” is no kind of notices/kinds.toml; add it there with its sentence.")


class MissingPlace(LookupError):
    """The arguments of a notice lack what its sentence names."""

    def __init__(self, kind: str, place: str) -> None:
        super().__init__(f"A notice of kind “{kind}” needs the argument “{place}” (or “{place}_zh” and “{place}_en”).")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of notice: its title and sentence in both languages, and where it goes besides the inbox."""

    name: str
    title: Mapping[str, str]
    zh: str
    en: str
    channels: tuple[str, ...]

    def check(self, args: Mapping[str, Any]) -> None:
        """Raises MissingPlace when a sentence names a place that `args` do not fill."""
        missing = _missing(self.zh, self.en, tuple(args))
        if missing is not None:
            raise MissingPlace(self.name, missing)

    def sentence(self, args: Mapping[str, Any], lang: Lang) -> str:
        """The sentence with its places filled. What fills them is text: braces in it stay braces."""

        def fill(match: re.Match[str]) -> str:
            place, form = match.groups()
            value = args.get(f"{place}_{lang}", args.get(place))
            return _shown(value, form)

        return _PLACE.sub(fill, self.zh if lang == "zh" else self.en)


@lru_cache(maxsize=1_000)
def _missing(zh: str, en: str, names: tuple[str, ...]) -> str | None:
    """The first place of two sentences that arguments of these names do not fill; many notices have the same names."""
    for lang, sentence in (("zh", zh), ("en", en)):
        for place, _form in _PLACE.findall(sentence):
            if f"{place}_{lang}" not in names and place not in names:
                return str(place)
    return None


def _shown(value: Any, form: str | None) -> str:
    if value is None or value == "":
        return "—"
    if form is None:
        return str(value)
    at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    local = timezone.localtime(at) if at.tzinfo is not None else at
    return local.strftime("%Y-%m-%d" if form == "day" else "%Y-%m-%d %H:%M")


def _read() -> Mapping[str, Kind]:
    rows = tomllib.loads(files("yinuo.city.notices").joinpath("kinds.toml").read_text("utf-8"))
    return {name: Kind(name, row["title"], row["zh"], row["en"], tuple(row["channels"])) for name, row in rows.items()}


KINDS = _read()
"""Kind → what is said. The table is kinds.toml."""


def kind(name: str) -> Kind:
    """The table's row of a kind. Raises UnknownKind."""
    try:
        return KINDS[name]
    except KeyError:
        raise UnknownKind(name) from None
