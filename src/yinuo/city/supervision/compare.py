"""What was said before against what `evaluate` says now, as events (design 4: live equals replay). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

import polars as pl

from yinuo.city.supervision.cards import CONTENT, Card, Saying, card_of, content_of, fold, text_of

Cause = Literal["recorded_late", "text_changed"]
"""Why something said before is no longer so."""
_CLOCK_KEY = ["case_id", "institution", "clause", "opener", "thread", "key"]


def compare(
    before: Iterable[Card], now: Iterable[Mapping[str, Any]], *, at: datetime, cause: Cause = "recorded_late"
) -> list[Saying]:
    """The events that turn what was said into what is so, soonest first. `now` are finding rows of `evaluate`.

    1. A raise not said before, or withdrawn or cleared before and now open, is `finding_raised`.
    2. One that has stopped (or stopped at another instant than was said) is `finding_cleared`, at that instant.
    3. One that is not in the answer any more was never true: `finding_withdrawn`, now, with the cause.
    4. One whose answerer, sentence or evidence has changed is `finding_amended`.
    Said again with the same answer, nothing follows. A cancelled card follows its finding but stays cancelled.
    """
    known = {card.card: card for card in before}
    sayings: list[Saying] = []
    present: set[str] = set()
    for row in now:
        name = card_of(row["finding_id"], row["raised_at"])
        if name in present:
            continue
        present.add(name)
        sayings += _of_one(known.get(name), row, name=name, at=at, cause=cause)
    for name, card in known.items():
        if name not in present and card.withdrawn_at is None:
            sayings.append(_say(card, "finding_withdrawn", at=at, turn=card.turn, cause=cause))
    return in_order(sayings)


def in_order(sayings: Iterable[Saying]) -> list[Saying]:
    """Soonest first, but of one card in the order of its turns: what is known late may be dated before what was said."""
    latest: dict[str, datetime] = {}
    keyed = []
    for one in sorted(sayings, key=lambda one: (one.card, one.turn)):
        latest[one.card] = max(one.at, latest.get(one.card, one.at))
        keyed.append((latest[one.card], one.card, one.turn, one))
    return [one for *_, one in sorted(keyed, key=lambda row: row[:3])]


def _of_one(card: Card | None, row: Mapping[str, Any], *, name: str, at: datetime, cause: Cause) -> list[Saying]:
    case_id, raised_at, cleared_at = row["case_id"], row["raised_at"], row["cleared_at"]
    turn, found = 0 if card is None else card.turn, []
    is_new = card is None or card.withdrawn_at is not None or (card.cleared_at is not None and cleared_at is None)
    if is_new:
        extra = {} if card is None else {"again": True, "cause": cause}
        found.append(Saying(name, case_id, "finding_raised", raised_at, turn, _payload(name, turn, row, **extra)))
    elif card is not None and content_of(card.content) != content_of(row):
        found.append(Saying(name, case_id, "finding_amended", at, turn, _payload(name, turn, row, cause=cause)))
    turn += len(found)
    if cleared_at is not None and (is_new or card is None or card.cleared_at != cleared_at):
        payload = {"v": 1, "card": name, "turn": turn}
        found.append(Saying(name, case_id, "finding_cleared", cleared_at, turn, payload))
    return found


def _payload(name: str, turn: int, row: Mapping[str, Any], **extra: Any) -> dict[str, Any]:
    """Everything `evaluate` says of a finding: the ledger alone suffices to show the card."""
    content = {field: row[field] for field in CONTENT} | {"raised_at": text_of(row["raised_at"])}
    return {"v": 1, "card": name, "turn": turn, **content, **extra}


def _say(card: Card, activity: str, *, at: datetime, turn: int, **extra: Any) -> Saying:
    payload = {"v": 1, "card": card.card, "turn": turn, **extra}
    return Saying(card.card, card.content["case_id"], activity, at, turn, payload)


def apply(before: Iterable[Card], sayings: Iterable[Saying], *, said_at: datetime) -> dict[str, Card]:
    """The cards after these events."""
    cards = {card.card: card for card in before}
    for one in sayings:
        cards[one.card] = fold(cards.get(one.card), one.activity, one.payload, at=one.at, said_at=said_at)
    return cards


def reprojected(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Clocks still open whose due moment is another one than was said: identity, `old_due_at`, `due_at`, old and new version.

    Both are clock rows (engine.log.CLOCK_COLUMNS; of `before` the identity, version and due_at suffice); a clock that was
    not there before is none. The moments of the answer are texts as payloads hold them.
    """
    text = [pl.col(name).cast(pl.String) for name in (*_CLOCK_KEY, "version")]
    old = before.select(*text, pl.col("due_at").alias("old_due_at")).rename({"version": "old_version"})
    new = now.filter(pl.col("ended_at").is_null()).select(*text, "due_at", "provisional")
    moved = new.join(old, on=_CLOCK_KEY, how="inner", nulls_equal=True, maintain_order="left").filter(
        pl.col("due_at").ne_missing(pl.col("old_due_at"))
    )
    return moved.with_columns(pl.col("old_due_at", "due_at").dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ"))
