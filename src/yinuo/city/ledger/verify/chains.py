"""Looking through events in the order of streams and versions: the first broken one of each stream, and the tree. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from yinuo.city.ledger import merkle
from yinuo.city.ledger.digest import GENESIS, LENGTHS, Frames, Hash, chained, framed


class Row(NamedTuple):
    """An event as it lies there: moments and payload as text, digests as bytes."""

    stream: str
    version: int
    source: str
    event_id: str
    activity: str
    at: str
    recorded_at: str
    actor: str | None
    unit: str | None
    payload: str
    prev: bytes
    digest: bytes
    position: int


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is broken where. Stream and version are empty and 0 when the whole ledger is meant."""

    stream: str
    version: int
    what: str

    def __str__(self) -> str:
        place = f"{self.stream} version {self.version}: " if self.stream else ""
        return place + self.what


class End(NamedTuple):
    """The last event of a stream below a position."""

    version: int
    digest: bytes
    trail: bytes


@dataclass(slots=True)
class Walk:
    """What was seen so far. `ends` are those of every stream below `upto`, `heads` those of every stream as it is."""

    how: Hash
    upto: int | None = None
    events: int = 0
    below: int = 0
    problems: list[Problem] = field(default_factory=list)
    ends: dict[str, End] = field(default_factory=dict)
    heads: dict[str, End] = field(default_factory=dict)

    def through(self, rows: Iterable[Row]) -> None:
        """Walk through rows sorted by stream (by code points) and version; keeps the first problem of each stream."""
        how, frames, upto = self.how, Frames(), -1 if self.upto is None else self.upto
        keyed, lengths = how.keyed, LENGTHS
        stream, name, version, digest, place, trail = "", b"", 0, GENESIS, 0, b""
        is_broken = False
        for row in rows:
            self.events += 1
            (
                own_stream,
                found,
                source,
                event_id,
                activity,
                at,
                recorded_at,
                actor,
                unit,
                payload,
                prev,
                own,
                position,
            ) = row
            if own_stream != stream:
                self._end(stream, End(version, digest, trail), place)
                if own_stream in self.heads or own_stream < stream:
                    self._say(row, "its stream does not stand in the order of names")
                stream, version, digest, place, trail = own_stream, 0, GENESIS, 0, b""
                name, is_broken = framed(stream), False
                if len(frames) > 50_000:
                    frames.clear()
            if is_broken:
                continue
            said, when, raw = event_id.encode(), at.encode(), payload.encode()
            size = len(raw)
            # The bytes `chained` hashes, put together without a call for each column.
            whole = b"".join((
                prev, name, frames[str(found)], frames[source], lengths[len(said)], said, frames[activity],
                lengths[len(when)], when, frames[recorded_at], frames[actor], frames[unit], lengths[size], raw,
            ))  # fmt: skip
            if found != version + 1 or prev != digest or position <= place or keyed(whole) != own:
                self._say(row, _broken(Row(*row), version, digest, place=place, how=how))
                is_broken = True
                continue
            if version and place < upto <= position:
                self.ends[stream] = End(version, digest, trail)
                self.below += version
            version, digest, place = found, own, position
            trail = sha256(trail + position.to_bytes(8, "big", signed=True)).digest()
        self._end(stream, End(version, digest, trail), place)

    def root(self) -> bytes:
        """The root over the streams' ends below `upto`."""
        return merkle.root(self.how, self.parts()[1])

    def parts(self) -> tuple[list[str], list[bytes]]:
        """The first stream and the root of each part of that tree."""
        names = sorted(self.ends)
        leaves = [
            merkle.leaf(self.how, name, end[0], digest=end[1], trail=end[2])
            for name in names
            for end in [self.ends[name]]
        ]
        return names[:: merkle.PART], merkle.parts(self.how, leaves)

    def take(self, other: Walk) -> None:
        """Add what another walk saw in other streams."""
        self.events += other.events
        self.below += other.below
        self.problems += other.problems
        self.ends |= other.ends
        self.heads |= other.heads

    def _end(self, stream: str, end: End, place: int) -> None:
        if not end.version:
            return
        self.heads[stream] = end
        if self.upto is not None and place < self.upto:
            self.ends[stream] = end
            self.below += end.version

    def _say(self, row: Row, what: str) -> None:
        self.problems.append(Problem(row[0], row[1], what))


def _broken(row: Row, version: int, digest: bytes, *, place: int, how: Hash) -> str:
    """What is wrong with a row after the event `version` of its stream, whose digest and position are given."""
    if row.version != version + 1:
        return _out_of_row(row.version, version)
    if row.prev != digest:
        return f"its prev is not the digest of version {version}" if version else "its prev is not 32 bytes of 0"
    columns = (row.stream, str(row.version), *row[2:10])
    if chained(how, row.prev, columns) != row.digest:
        return "its digest is not that of its columns: one of them was changed"
    return f"its position {row.position} is not above {place}, that of version {version}"


def _out_of_row(found: int, version: int) -> str:
    if found <= version:
        return f"it stands after version {version}"
    missing = f"version {version + 1} is" if found == version + 2 else f"versions {version + 1} to {found - 1} are"
    return f"{missing} missing before it"
