"""Moments as people type them: a date (its end), a local time, or an instant with its offset."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from yinuo.cli.say import refuse

EARLIEST, LATEST = 1900, 2190
"""Years a moment may lie in: calendars know a little more on both sides."""


def moment(text: str, zone: str) -> datetime:
    """An instant in UTC; a time without offset is local to `zone`, a date means its end. Ends the command with 2."""
    try:
        if len(text) == 10:
            at = datetime.combine(date.fromisoformat(text), time(23, 59, 59, 999999))
        else:
            at = datetime.fromisoformat(text)
    except ValueError:
        refuse(f'"{text}" is no moment; write 2026-03-16, 2026-03-16T12:00:00 or 2026-03-16T12:00:00+08:00')
    if not EARLIEST <= at.year <= LATEST:
        refuse(f'"{text}" lies outside the calendar ({EARLIEST} to {LATEST})')
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def local_start(text: str, zone: str) -> datetime:
    """A start in UTC: a date is its beginning. Raises ValueError for what is neither date nor time, or out of reach."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f'"{text}" is no date or time; write 2026-02-11 or 2026-02-11T16:00') from None
    if not EARLIEST <= at.year <= LATEST:
        raise ValueError(f'"{text}" lies outside the calendar ({EARLIEST} to {LATEST})')
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
