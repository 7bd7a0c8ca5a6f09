"""The text in force: the last one installed under the city's name, and the one of any earlier moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from threading import Lock

import orjson
from django.conf import settings
from django.db import connection

from yinuo.city.ledger import read
from yinuo.city.ledger.statements import sql
from yinuo.city.texts.archive import Tampered, unpacked
from yinuo.city.texts.models import Installation
from yinuo.city.texts.projection import PREFIX
from yinuo.engine.rules import Rules
from yinuo.rulebook.loader import Pack

_one_reads = Lock()
"""Whoever asks for a text while another thread reads it waits for that: reading takes a second of the processor."""


class NoText(Exception):
    """No text is installed (or was, at that moment): the city has no rules to hold anything to."""

    def __init__(self, name: str) -> None:
        super().__init__(f'no text "{name}" is installed; run `yinuo pack install {name}`')
        self.name = name


@dataclass(frozen=True)
class Installed:
    """One installation: which text, by whom, since when."""

    name: str
    digest: str
    zh: str
    en: str
    actor: str | None
    installed_at: datetime
    version: int


def pack() -> Pack:
    """The pack in force now. One indexed query; the text itself is read once a process. Raises NoText."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "digest"), {"name": settings.PACK})
        row = cursor.fetchone()
    if row is None:
        raise NoText(settings.PACK)
    return by_digest(row[0])


def rules() -> Rules:
    """The rules of the pack in force now."""
    return pack().rules


def at(moment: datetime) -> Pack:
    """The pack that was in force at a moment. Raises NoText when none was installed yet."""
    return by_digest(_last(Installation.objects.filter(name=settings.PACK, installed_at__lte=moment)).digest)


def installations(name: str | None = None) -> list[Installed]:
    """All installations of a name (default: the city's), newest first."""
    rows = Installation.objects.filter(name=name or settings.PACK).order_by("-version")
    return [Installed(row.name, row.digest, row.zh, row.en, row.actor, row.installed_at, row.version) for row in rows]


def _last(rows: object) -> Installation:
    last = rows.order_by("-version").first()  # type: ignore[attr-defined]
    if last is None:
        raise NoText(settings.PACK)
    found: Installation = last
    return found


def by_digest(digest: str) -> Pack:
    """An installed text by its digest, materialised from the ledger under HOME/texts. Raises NoText, Tampered."""
    with _one_reads:
        return _by_digest(digest)


@lru_cache(maxsize=8)
def _by_digest(digest: str) -> Pack:
    row = Installation.objects.filter(digest=digest).order_by("version").first()
    if row is None:
        raise NoText(digest)
    events = [event for event in read.stream(PREFIX + row.name, after=row.version - 1) if event.version == row.version]
    if not events:
        raise Tampered(f"{PREFIX}{row.name} has no event {row.version}: run `yinuo verify`")
    return unpacked(orjson.loads(events[0].payload), Path(settings.HOME) / "texts")
