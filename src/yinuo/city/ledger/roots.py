"""The root log: every hour one digest over all streams, chained, sent out; and proofs that a stream is in it."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from yinuo.city.ledger import merkle
from yinuo.city.ledger.digest import GENESIS, Hash, framed, moment, trailed
from yinuo.city.ledger.read import hashing
from yinuo.city.ledger.statements import sql


@dataclass(frozen=True, slots=True)
class Root:
    """One line of the root log.

    It covers the events with a position below `upto`; `root` is that of the tree over their streams in the order of names,
    `digest` is H(prev ‖ framed number, at, upto, streams, events ‖ root), without a key, so that anybody can check it.
    """

    number: int
    at: datetime
    upto: int
    streams: int
    events: int
    root: bytes
    prev: bytes
    digest: bytes

    def as_line(self) -> dict[str, Any]:
        """As the root log is sent out: a JSON object, digests in hexadecimal."""
        return {
            "number": self.number,
            "at": moment(self.at),
            "upto": self.upto,
            "streams": self.streams,
            "events": self.events,
            "root": self.root.hex(),
            "prev": self.prev.hex(),
            "digest": self.digest.hex(),
        }


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a stream as a root covers it."""

    stream: str
    version: int
    digest: bytes
    trail: bytes


@dataclass(frozen=True, slots=True)
class Proof:
    """That a stream, up to a version, is in a root: leaf `index` of `size`, and the path from it to the root."""

    root: Root
    head: Head
    index: int
    path: tuple[bytes, ...]

    def as_json(self) -> dict[str, Any]:
        """As a receipt carries it; `holds` takes it back."""
        return {
            "root": self.root.as_line(),
            "stream": self.head.stream,
            "version": self.head.version,
            "digest": self.head.digest.hex(),
            "trail": self.head.trail.hex(),
            "index": self.index,
            "path": [node.hex() for node in self.path],
        }


class BrokenRoot(Exception):
    """What the ledger holds now does not give the root that was taken: `yinuo verify` says where."""


Send = Callable[[Root], None]
_senders: list[Send] = []


def send_with(send: Send) -> None:
    """Register another way to send each new root out (mail, webhook), called after it is committed."""
    _senders.append(send)


def send(root: Root) -> None:
    """Send a root out by every registered way."""
    for one in _senders:
        one(root)


def is_due(now: datetime) -> bool:
    """Whether an hour began since the last root was taken, or there is none."""
    last = latest()
    return last is None or moment(last.at)[:13] < moment(now)[:13]


def latest() -> Root | None:
    """The last root."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(number), 0) from ledger_root")
        (number,) = cursor.fetchone()
    return next(iter(after(number - 1)), None) if number else None


def after(number: int) -> tuple[Root, ...]:
    """The roots with a higher number, in order."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "roots"), {"after": number})
        return tuple(Root(*row[:5], *(bytes(digest) for digest in row[5:])) for row in cursor.fetchall())


def take(now: datetime) -> Root:
    """Take a root over everything settled, inside the caller's transaction, which lets nobody else take one meanwhile."""
    how = hashing()
    with connection.cursor() as cursor:
        cursor.execute("lock table ledger_root in share row exclusive mode")
        cursor.execute("select ledger_settled()")
        (upto,) = cursor.fetchone()
        heads = list(_heads(upto, first="", before=None))
        leaves = [_leaf(how, head) for head in heads]
        last = latest()
        number, prev = (last.number + 1, last.digest) if last else (1, GENESIS)
        parts = merkle.parts(how, leaves)
        root = _made(how, number, now, upto=upto, heads=heads, root=merkle.root(how, parts), prev=prev)
        columns = {name: getattr(root, name) for name in Root.__slots__}
        firsts = [head.stream for head in heads[:: merkle.PART]]
        cursor.execute(sql(__file__, "take_root"), columns | {"firsts": firsts, "parts": parts})
    return root


def chain_digest(how: Hash, prev: bytes, columns: tuple[int, str, int, int, int], root: bytes) -> bytes:
    """The digest of a line of the root log; `columns` are number, at, upto, streams, events."""
    return how.plain(prev + b"".join(framed(str(one)) for one in columns) + root)


def proof(stream: str, root: Root | None = None) -> Proof | None:
    """That a stream is in a root (the last one, when none is given); None when it began later, or there is no root.

    Raises BrokenRoot when the ledger no longer gives that root.
    """
    root = root or latest()
    if root is None:
        return None
    how = hashing()
    firsts, parts = _parts(how, root)
    part = bisect_right(firsts, stream) - 1
    if part < 0:
        return None
    before = firsts[part + 1] if part + 1 < len(firsts) else None
    heads = list(_heads(root.upto, first=firsts[part], before=before))
    index = next((index for index, head in enumerate(heads) if head.stream == stream), None)
    if index is None:
        return None
    leaves = [_leaf(how, head) for head in heads]
    if merkle.root(how, leaves) != parts[part] or merkle.root(how, parts) != root.root:
        raise BrokenRoot(f"Root {root.number} does not fit the streams from {firsts[part]} on: run yinuo verify.")
    whole = merkle.path(how, leaves, index) + merkle.path(how, parts, part)
    return Proof(root, heads[index], part * merkle.PART + index, tuple(whole))


def holds(how: Hash, told: Mapping[str, Any]) -> bool:
    """Whether a proof, as `Proof.as_json` gives it, leads to its root. Needs no database and no key."""
    root = told["root"]
    digest, trail = bytes.fromhex(told["digest"]), bytes.fromhex(told["trail"])
    node = merkle.leaf(how, told["stream"], told["version"], digest=digest, trail=trail)
    siblings = [bytes.fromhex(one) for one in told["path"]]
    columns = (root["number"], root["at"], root["upto"], root["streams"], root["events"])
    top = merkle.climbed(how, node, told["index"], size=root["streams"], siblings=siblings)
    chained = chain_digest(how, bytes.fromhex(root["prev"]), columns, bytes.fromhex(root["root"]))
    return top == bytes.fromhex(root["root"]) and chained == bytes.fromhex(root["digest"])


def write(file: Path) -> int:
    """Append to a file the roots it does not hold yet, one JSON line each; how many. What was written is on the disk."""
    lines = file.read_bytes().splitlines() if file.exists() else []
    new = after(orjson.loads(lines[-1])["number"] if lines else 0)
    with file.open("ab") as out:
        out.writelines(orjson.dumps(root.as_line()) + b"\n" for root in new)
        out.flush()
        os.fsync(out.fileno())
    return len(new)


def _made(how: Hash, number: int, now: datetime, *, upto: int, heads: list[Head], root: bytes, prev: bytes) -> Root:
    events = sum(head.version for head in heads)
    at = now.astimezone(UTC)
    digest = chain_digest(how, prev, (number, moment(at), upto, len(heads), events), root)
    return Root(number, at, upto, len(heads), events, root, prev, digest)


def _leaf(how: Hash, head: Head) -> bytes:
    return merkle.leaf(how, head.stream, head.version, digest=head.digest, trail=head.trail)


def _parts(how: Hash, root: Root) -> tuple[list[str], list[bytes]]:
    """The first stream and the root of each part: as kept, or made again for an old root."""
    with connection.cursor() as cursor:
        cursor.execute("select first_stream, root from ledger_root_part where number = %s order by part", [root.number])
        kept = cursor.fetchall()
    if kept:
        return [first for first, _ in kept], [bytes(part) for _, part in kept]
    heads = list(_heads(root.upto, first="", before=None))
    return [head.stream for head in heads[:: merkle.PART]], merkle.parts(how, [_leaf(how, head) for head in heads])


def _heads(upto: int, *, first: str, before: str | None) -> Iterator[Head]:
    """The ends of streams as they were at a position, in the order of their names."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "heads_between"), {"upto": upto, "first": first, "before": before})
        rows = cursor.fetchall()
        moved = [row[0] for row in rows if not row[4]]
        earlier: dict[str, Head] = {}
        if moved:
            cursor.execute(sql(__file__, "events_below"), {"streams": moved, "upto": upto})
            for stream, events in groupby(cursor.fetchall(), key=lambda row: row[0]):
                trail = b""
                for _, version, digest, position in events:  # noqa: B007 - the last one is wanted
                    trail = trailed(trail, position)
                earlier[stream] = Head(stream, version, bytes(digest), trail)
    for stream, version, digest, trail, is_settled in rows:
        if is_settled:
            yield Head(stream, version, bytes(digest), bytes(trail))
        elif stream in earlier:
            yield earlier[stream]
