"""What the ledger takes and gives: events before and after they are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class NewEvent(NamedTuple):
    """One event to be appended.

    `stream` is `case/<id>`, `said/<id>` or the name of another record (`people/units`, `text/<pack>`); `source` and
    `event_id` together name the event for ever (a second append of the same one changes nothing); `payload` holds JSON
    values without personal data (no floats), among them `"v"`, the version of the event's model.
    """

    stream: str
    source: str
    event_id: str
    activity: str
    at: datetime
    payload: Mapping[str, Any]
    actor: str | None = None
    unit: str | None = None


class StoredEvent(NamedTuple):
    """One row of the ledger. `payload` is the canonical text the digest covers; `position` orders the feed."""

    stream: str
    version: int
    source: str
    event_id: str
    activity: str
    at: datetime
    recorded_at: datetime
    actor: str | None
    unit: str | None
    payload: str
    prev: bytes
    digest: bytes
    position: int


class Conflict(Exception):
    """Somebody else appended to the stream meanwhile: load it and decide again."""

    def __init__(self, stream: str, *, expected: int, found: int) -> None:
        super().__init__(f"{stream} has {found} events, not {expected}: it was changed meanwhile")
        self.stream, self.expected, self.found = stream, expected, found


class WrongStream(Exception):
    """The same source and event id were received before for another stream: nothing was written."""

    def __init__(self, source: str, event_id: str, *, stream: str) -> None:
        super().__init__(f"event {event_id!r} of {source!r} was received before for {stream}")
        self.source, self.event_id, self.stream = source, event_id, stream


class Unfit(ValueError):
    """The event cannot be written as it is; the message names the column and what is wrong."""


def check(event: NewEvent) -> None:
    """Raises Unfit when a column of the event cannot be stored or digested."""
    stream, source, event_id, activity, at, _payload, actor, unit = event
    try:
        if stream and source and event_id and activity and actor != "" and unit != "" and at.tzinfo is not None:
            whole = f"{stream + source + event_id + activity}{actor}{unit}"
            if "\x00" not in whole and (actor is None or type(actor) is str) and (unit is None or type(unit) is str):
                whole.encode()
                return
    except (TypeError, UnicodeEncodeError):
        pass
    for column in ("stream", "source", "event_id", "activity", "actor", "unit"):
        _check_column(column, getattr(event, column))
    raise Unfit(f"at: {event.at.isoformat()} has no time zone")


def _check_column(column: str, text: object) -> None:
    if text is None and column in {"actor", "unit"}:
        return
    if not isinstance(text, str) or not text:
        raise Unfit(f"{column}: {text!r} is not a text with something in it")
    if "\x00" in text:
        raise Unfit(f"{column}: {text!r} holds a character 0")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unfit(f"{column}: {text!r} holds half a character (a lone surrogate)") from None
