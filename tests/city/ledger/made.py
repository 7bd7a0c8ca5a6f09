"""Events made for tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from yinuo.city.ledger.events import NewEvent

NOW = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


def event(stream: str, number: int | str, **changed) -> NewEvent:
    """An event of a stream, its id from the number."""
    given = {
        "source": "window",
        "event_id": f"{stream}#{number}",
        "activity": "accepted",
        "at": NOW + timedelta(minutes=number if isinstance(number, int) else 0),
        "payload": {"v": 1, "fields": {"amount": 1200, "事项": "食品经营许可"}},
        "actor": "li.qiang",
        "unit": "market",
    } | changed
    return NewEvent(stream=stream, **given)
