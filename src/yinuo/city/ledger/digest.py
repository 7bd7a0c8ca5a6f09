"""The digest of an event: H(prev ‖ its columns, each with its length before it). Pure; docs/ledger.md gives the bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from yinuo.city.ledger.events import NewEvent
from yinuo.kernel.instants import SECOND, as_date, microseconds

GENESIS = bytes(32)
"""What the first event of a stream, and the first root, have before them."""
ABSENT = b"\xff\xff\xff\xff"
"""Stands where a column is null: a length no column has."""
HASHES = ("sha256", "sm3")
_MOMENT = (32).to_bytes(4, "big")
"""Before a moment: all are of one length."""


class Lengths(dict[int, bytes]):
    """Lengths as digests cover them: four bytes, big-endian."""

    def __missing__(self, size: int) -> bytes:
        return size.to_bytes(4, "big")


LENGTHS = Lengths({size: size.to_bytes(4, "big") for size in range(4096)})
"""Those of most columns, made once."""
_MINUTES = tuple(f"{minute // 60:02}:{minute % 60:02}:" for minute in range(1_440))
"""The minutes of a day as digests write them."""


class UnknownHash(ValueError):
    """The setting names a hash that the ledger does not speak."""


@dataclass(frozen=True, slots=True)
class Hash:
    """How this ledger makes digests: `name` is sha256 or sm3; with a key, events' digests are HMACs. Both give 32 bytes."""

    name: str = "sha256"
    key: bytes = b""
    _inner: Any = field(init=False, repr=False, compare=False)
    _outer: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.name not in HASHES:
            raise UnknownHash(f"LEDGER_HASH is {self.name!r}; the ledger speaks {', '.join(HASHES)}.")
        start = hashlib.new(self.name)
        key = hashlib.new(self.name, self.key).digest() if len(self.key) > start.block_size else self.key
        padded = key.ljust(start.block_size, b"\0")
        object.__setattr__(self, "_inner", hashlib.new(self.name, bytes(byte ^ 0x36 for byte in padded)))
        object.__setattr__(self, "_outer", hashlib.new(self.name, bytes(byte ^ 0x5C for byte in padded)))

    def __reduce__(self) -> tuple[type[Hash], tuple[str, bytes]]:
        return Hash, (self.name, self.key)

    def keyed(self, message: bytes) -> bytes:
        """The digest of an event's message: an HMAC (RFC 2104) when there is a key. Both halves are begun only once."""
        if not self.key:
            return hashlib.sha256(message).digest() if self.name == "sha256" else self.plain(message)
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return cast(bytes, outer.digest())

    def plain(self, message: bytes) -> bytes:
        """The digest of what anybody must be able to check without the key: trees and roots."""
        return hashlib.new(self.name, message).digest() if self.name != "sha256" else hashlib.sha256(message).digest()


class Frames(dict[str | None, bytes]):
    """Columns as digests cover them, each made once: for texts that come again and again."""

    def __missing__(self, column: str | None) -> bytes:
        self[column] = made = framed(column)
        return made


class Numbers(dict[int, bytes]):
    """Numbers as digests cover them, in decimal, each made once."""

    def __missing__(self, number: int) -> bytes:
        self[number] = made = framed(str(number))
        return made


def framed(column: str | None) -> bytes:
    """A column as four bytes of length (big-endian) and its UTF-8; a null column is ABSENT alone."""
    if column is None:
        return ABSENT
    raw = column.encode()
    return LENGTHS[len(raw)] + raw


def moment(at: datetime) -> str:
    """A moment as digests and exports write it: UTC, microseconds, `2026-11-22T01:47:03.123456+00:00`."""
    return spelled(microseconds(at))


def spelled(at: int) -> str:
    """The same of microseconds since 1970."""
    second, micro = divmod(at, SECOND)
    day, clock = divmod(second, 86_400)
    return f"{_day(day)}T{_MINUTES[clock // 60]}{clock % 60:02}.{micro:06}+00:00"


@lru_cache(maxsize=50_000)
def _day(day: int) -> str:
    return as_date(day).isoformat()


def chained(how: Hash, prev: bytes, columns: Iterable[str | None]) -> bytes:
    """The digest of the event after `prev`.

    `columns` are stream, version, source, event_id, activity, at, recorded_at, actor, unit, payload, in this order, the
    version in decimal and moments by `moment`.
    """
    return how.keyed(prev + b"".join(map(framed, columns)))


Link = tuple[int, bytes, bytes, bytes, bytes]
"""An event in its chain: at (microseconds since 1970), prev, digest; framed source and event_id; framed actor, unit and payload."""


def links(
    how: Hash, head: tuple[str, int, bytes], events: Iterable[tuple[NewEvent, bytes]], *, recorded_at: datetime,
    frames: Frames, numbers: Numbers,
) -> list[Link]:  # fmt: skip
    """Events with their payloads' UTF-8, appended to a stream: their digests are those that `chained` gives.

    `head` is the stream's name and the version and digest of its last event (0 and GENESIS when there is none).
    """
    stream, version, digest = head
    name, recorded, keyed = framed(stream), frames[moment(recorded_at)], how.keyed
    made = []
    for (_stream, source, event_id, activity, when, _payload, actor, unit), raw in events:
        version += 1
        at, prev, own = microseconds(when), digest, event_id.encode()
        key = b"".join((frames[source], LENGTHS[len(own)], own))
        said = b"".join((frames[actor], frames[unit], LENGTHS[len(raw)], raw))
        when_ = spelled(at).encode()
        digest = keyed(b"".join((prev, name, numbers[version], key, frames[activity], _MOMENT, when_, recorded, said)))
        made.append((at, prev, digest, key, said))
    return made


def trailed(trail: bytes, position: int) -> bytes:
    """The running digest of a stream's positions, which roots cover: SHA-256 of it so far and eight bytes of the next."""
    return hashlib.sha256(trail + position.to_bytes(8, "big", signed=True)).digest()
