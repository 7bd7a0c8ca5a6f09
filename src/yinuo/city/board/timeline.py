"""A case's time line as places in per cent of its width: drawn as SVG, read as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

STEPS = (
    (timedelta(hours=1), "%H:%M"), (timedelta(hours=6), "%m-%d %H:%M"), (timedelta(days=1), "%m-%d"), (timedelta(days=7), "%m-%d"),
    (timedelta(days=30), "%Y-%m-%d"), (timedelta(days=91), "%Y-%m"), (timedelta(days=365), "%Y"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a line: `what` is ran, stood, over or held; places in per cent."""

    what: str
    x: str
    width: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark: an event, a due instant, or a day of the axis."""

    x: str
    label: str
    at: datetime


@dataclass(frozen=True)
class Scale:
    """From moments to places."""

    begin: datetime
    end: datetime

    @classmethod
    def over(cls, moments: Iterable[datetime | None], *, now: datetime) -> Scale:
        """A scale that holds all of these with a little room on both sides; never shorter than an hour."""
        known = [moment for moment in moments if moment is not None] or [now]
        begin, end = min(known), max(known)
        room = max((end - begin) * 0.02, timedelta(minutes=30))
        return cls(begin - room, end + room)

    def place(self, at: datetime) -> float:
        """Where a moment lies, 0 to 100."""
        share = (at - self.begin) / (self.end - self.begin)
        return min(100.0, max(0.0, share * 100))

    def segment(self, what: str, begin: datetime, end: datetime, label: str = "") -> Segment:
        """The stretch between two moments."""
        left, right = self.place(begin), self.place(end)
        return Segment(what, f"{left:.3f}%", f"{max(right - left, 0.15):.3f}%", label)

    def tick(self, at: datetime, label: str) -> Tick:
        """A mark at a moment."""
        return Tick(f"{self.place(at):.3f}%", label, at)

    def axis(self) -> tuple[Tick, ...]:
        """Round days or hours, at most eight."""
        whole = self.end - self.begin
        step, form = next((one for one in STEPS if whole / one[0] <= 8), STEPS[-1])
        at = timezone.localtime(self.begin).replace(minute=0, second=0, microsecond=0)
        if step >= timedelta(days=1):
            at = at.replace(hour=0)
        ticks = []
        while at <= self.end:
            if at >= self.begin:
                ticks.append(self.tick(at, at.strftime(form)))
            at += step
        return tuple(ticks)


def clock_segments(
    clock: Mapping[str, Any], pauses: Sequence[tuple[datetime, datetime | None]], *, scale: Scale, now: datetime
) -> tuple[Segment, ...]:
    """How a clock went: it ran, stood still, and ran on over its due instant."""
    begin, end, due = clock["started_at"], clock["ended_at"] or now, clock["due_at"]
    stood = _merged((max(one, begin), min(two or end, end)) for one, two in pauses)
    segments = [scale.segment("stood", one, two) for one, two in stood]
    at = begin
    for one, two in [*stood, (end, end)]:
        segments += _running(scale, at, one, due)
        at = max(at, two)
    return tuple(segments)


def _running(scale: Scale, begin: datetime, end: datetime, due: datetime | None) -> list[Segment]:
    if begin >= end:
        return []
    if due is None or end <= due:
        return [scale.segment("ran", begin, end)]
    if begin >= due:
        return [scale.segment("over", begin, end)]
    return [scale.segment("ran", begin, due), scale.segment("over", due, end)]


def _merged(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for one, two in sorted(span for span in spans if span[0] < span[1]):
        if found and one <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], two))
        else:
            found.append((one, two))
    return found
