"""Applications not sent yet: kept encrypted, taken up again on any device, gone when sent or given up. No part of the record."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

import orjson
from django.db import transaction

from yinuo.city.ledger import private
from yinuo.city.portal.form import Filled
from yinuo.city.portal.models import Draft

ID = 32
MOST = 20
"""Drafts of one resident; the oldest makes room."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft with what was filled in."""

    draft: str
    item: str
    saved_at: datetime
    filled: Filled


def id_of(form: str, resident: str, item: str) -> str:
    """The id of the draft that a page's form begins: the same form sent twice begins one. A form without an id has a fresh one."""
    made = form if form.isascii() and form.isalnum() and len(form) == ID else uuid.uuid4().hex
    return hashlib.sha256(f"{made}|{resident}|{item}".encode()).hexdigest()[:ID]


def begin(draft: str, resident: str, item: str, *, filled: Filled, now: datetime) -> None:
    """A new one under the id handed in; nothing when it was begun before."""
    with transaction.atomic():
        if Draft.objects.filter(draft=draft).exists():
            return
        before = Draft.objects.filter(resident=resident).order_by("-saved_at")[MOST - 1 :]
        for old in before:
            drop(old.draft, resident)
        ref = _seal(draft, 1, filled)
        Draft.objects.get_or_create(
            draft=draft, defaults={"resident": resident, "item": item, "ref": ref, "saves": 1, "saved_at": now}
        )


def save(draft: str, resident: str, filled: Filled, *, now: datetime) -> None:
    """Keep what is filled in now; what was kept before is erased. Raises Draft.DoesNotExist for one that is gone."""
    with transaction.atomic():
        row = Draft.objects.select_for_update().get(draft=draft, resident=resident)
        before = row.ref
        row.saves += 1
        row.ref, row.saved_at = _seal(draft, row.saves, filled), now
        row.save()
        private.erase(before)


def kept(draft: str, resident: str) -> Kept | None:
    """A resident's own draft, None when it is nobody's or another's."""
    row = Draft.objects.filter(draft=draft, resident=resident).first()
    return None if row is None else Kept(row.draft, row.item, row.saved_at, _open(row.ref))


def all_of(resident: str) -> list[Draft]:
    """A resident's drafts, the last saved first."""
    return list(Draft.objects.filter(resident=resident).order_by("-saved_at"))


def drop(draft: str, resident: str) -> None:
    """Give a draft up, and what was typed with it."""
    with transaction.atomic():
        row = Draft.objects.filter(draft=draft, resident=resident).first()
        if row is not None:
            private.erase(row.ref)
            row.delete()


def _seal(draft: str, saves: int, filled: Filled) -> str:
    ref = f"portal/draft/{draft}/{saves}"
    private.seal(ref, {"filled": orjson.dumps(filled.as_json()).decode()})
    return ref


def _open(ref: str) -> Filled:
    sealed = private.unseal(ref)
    return Filled.of_json(orjson.loads(sealed["filled"])) if sealed else Filled()
