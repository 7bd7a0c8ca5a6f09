"""`install`: a folder of text becomes the text in force. Only installed text runs (design 5)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.db import transaction

from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require
from yinuo.city.texts import projection
from yinuo.city.texts.archive import packed
from yinuo.city.texts.in_force import Installed, installations
from yinuo.rulebook.checker import check
from yinuo.rulebook.loader import Pack, load_pack
from yinuo.rulebook.refusals import PackRefused


def install(folder: Path | str, *, actor: Actor, now: datetime) -> Installed:
    """Check a pack (a folder, or the name of one that ships) and put it in force.

    The whole text goes into the ledger by its digest. Installing what is in force already changes nothing. Raises
    PackRefused with every error of a pack that fails `check`, NotAllowed.
    """
    require(actor, "text.install")
    pack = load_pack(folder)
    wrong = [error for error in check(pack) if not error.warning]
    if wrong:
        raise PackRefused(wrong)
    return put_in_force(pack, actor=actor, now=now)


def put_in_force(pack: Pack, *, actor: Actor, now: datetime) -> Installed:
    """Append a pack that was checked. Raises NotAllowed, Conflict when another installation came between."""
    require(actor, "text.install")
    with transaction.atomic():
        past = installations(pack.name)
        if past and past[0].digest == pack.digest:
            return past[0]
        version = past[0].version if past else 0
        event = NewEvent(
            stream=projection.PREFIX + pack.name,
            source="yinuo",
            event_id=f"{pack.digest}:{version + 1}",
            activity=projection.INSTALLED,
            at=now,
            payload=packed(pack),
            actor=actor.id,
            unit=actor.unit,
        )
        projection.apply(append([event], expected=version, recorded_at=now))
        return installations(pack.name)[0]
