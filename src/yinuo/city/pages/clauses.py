"""The text of a clause as its institution states it, line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from yinuo.city.pages.words import Words
from yinuo.city.texts import in_force

_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Clause:
    """The text of one clause as it was for this case."""

    title: str
    institution: str
    institution_name: str
    version: str
    source: str
    status: str
    lines: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1024)
def _lines(digest: str, institution: str, clause: str, version: str) -> tuple[tuple[str, Any], ...]:
    """A clause as the folder of its institution states it."""
    for pack in in_force.by_digest(digest).everywhere():
        home = pack.institutions.get(institution)
        for statement in home.statements if home else ():
            if statement.id == clause and statement.edition.version == version:
                return tuple(statement.raw.items())
    return ()


def clause_text(words: Words, institution: str, clause: str, version: str | None) -> Clause | None:
    """A clause in a version, line by line as it is written down."""
    found = words.edition(institution, clause, version)
    if found is None:
        return None
    _ruling, edition = found
    said = _lines(words.pack.digest, institution, clause, edition.version)
    hidden = {"zh", "en", "note", "source", "status"}
    lines = tuple((key, plain(value)) for key, value in said if key not in hidden)
    return Clause(
        words.clause(institution, clause), institution, words.institution(institution), edition.version,
        edition.clause.source or edition.source, edition.clause.status or edition.status, lines,
    )  # fmt: skip


def plain(value: Any) -> str:
    """A value of the text as one reads it."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {plain(one)}" for key, one in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(plain(one) for one in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else f'"{name}"'
