"""Instants and local time: whole columns of microseconds since 1970, in UTC and on a zone's wall clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Int64: TypeAlias = NDArray[np.int64]

SECOND = 1_000_000
DAY = 86_400 * SECOND
FEW = 64
"""Below this many values a plain search is faster than preparing a look-up."""
NEVER = np.int64(2**62)
"""An instant or position later than every other: stands for null inside arrays."""

FIRST_DATE = date(1899, 12, 1)
LAST_DATE = date(2200, 12, 31)
EPOCH = date(1970, 1, 1)
_EPOCH_AT = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def as_date(day: int) -> date:
    """The date of a day number."""
    return EPOCH + timedelta(days=int(day))


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware instant; raises ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no zone; an instant must be aware")
    return (at - _EPOCH_AT) // _MICROSECOND


def as_instant(at: int) -> datetime:
    """The aware UTC datetime of microseconds since 1970."""
    return _EPOCH_AT + timedelta(microseconds=int(at))


@dataclass(frozen=True, eq=False)
class Zone:
    """A zone's offsets as look-up tables from 1899 to 2200."""

    name: str
    changes: Int64
    """UTC instants at which the offset changes."""
    offsets: Int64
    """Offset in microseconds before the first change, then after each."""

    @classmethod
    def of(cls, name: str) -> Zone:
        """The zone of an IANA name; raises ValueError when there is none of that name."""
        return _zone(name)

    def local(self, at: Int64) -> Int64:
        """Wall-clock microseconds of UTC instants."""
        if self.changes.size == 0:
            found: Int64 = at + self.offsets[0]
            return found
        return at + self._offset(self.changes, at)

    def utc(self, local: Int64, *, last: bool = False) -> Int64:
        """UTC instants of wall-clock times.

        Of an hour that occurs twice the first (or last); one that never occurs is read with the offset before the
        change.
        """
        if self.changes.size == 0:
            found: Int64 = local - self.offsets[0]
            return found
        before, after = self.offsets[:-1], self.offsets[1:]
        turn = self.changes + (np.minimum(before, after) if last else np.maximum(before, after))
        return local - self._offset(turn, local)

    def _offset(self, turns: Int64, at: Int64) -> Int64:
        """The offset at each time; only the turns between the earliest and the latest are searched."""
        if at.size < FEW:
            few: Int64 = self.offsets[np.searchsorted(turns, at, side="right")]
            return few
        first, last = np.searchsorted(turns, [at.min(), at.max()], side="right")
        if first == last:
            return np.broadcast_to(self.offsets[first], at.shape)
        found: Int64 = self.offsets[first + np.searchsorted(turns[first:last], at, side="right")]
        return found


@lru_cache(maxsize=32)
def _zone(name: str) -> Zone:
    try:
        zone = ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f'"{name}" is no zone; write an IANA name such as "Asia/Shanghai"') from error
    changes: list[int] = []
    offsets = [_offset(zone, _EPOCH_AT.replace(year=FIRST_DATE.year))]
    low = _EPOCH_AT.replace(year=FIRST_DATE.year)
    end = datetime(LAST_DATE.year + 1, 1, 1, tzinfo=UTC)
    week = timedelta(days=5)
    while low < end:
        high = low + week
        if _offset(zone, high) != offsets[-1]:
            turn = _bisect(zone, low, high=high, offset=offsets[-1])
            changes.append(microseconds(turn))
            offsets.append(_offset(zone, turn))
            low = turn
        else:
            low = high
    return Zone(name, np.array(changes, np.int64), np.array(offsets, np.int64))


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)


def _bisect(zone: ZoneInfo, low: datetime, *, high: datetime, offset: int) -> datetime:
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=1) // 2)
        if _offset(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high
