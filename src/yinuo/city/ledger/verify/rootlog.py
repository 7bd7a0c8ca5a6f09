"""Comparing what was walked through with a root log that somebody holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import Any

from yinuo.city.ledger import merkle
from yinuo.city.ledger.digest import GENESIS, Hash, framed
from yinuo.city.ledger.verify.chains import Problem, Walk

Line = Mapping[str, Any]
"""A line of the root log, as `Root.as_line` gives it."""


def chain_problems(how: Hash, lines: Sequence[Line]) -> list[Problem]:
    """Where the root log's own chain is broken. It may begin in the middle."""
    prev = bytes.fromhex(lines[0]["prev"]) if lines and lines[0]["number"] != 1 else GENESIS
    number = lines[0]["number"] - 1 if lines and lines[0]["number"] > 1 else 0
    for line in lines:
        number += 1
        columns = (line["number"], line["at"], line["upto"], line["streams"], line["events"])
        message = prev + b"".join(framed(str(one)) for one in columns) + bytes.fromhex(line["root"])
        if line["number"] != number or bytes.fromhex(line["prev"]) != prev:
            return [Problem("", 0, f"root log: root {line['number']} does not follow the one before it")]
        prev = bytes.fromhex(line["digest"])
        if how.plain(message) != prev:
            return [Problem("", 0, f"root log: the digest of root {number} is not that of its columns")]
    return []


def root_problems(walk: Walk, line: Line, parts: Sequence[tuple[str, bytes]] = ()) -> list[Problem]:
    """Whether the walk gives the root; `parts` (first stream, root) tell where it does not, if they still give that root."""
    if walk.root() == bytes.fromhex(line["root"]) and (len(walk.ends), walk.below) == (line["streams"], line["events"]):
        return []
    said = (
        f"root {line['number']} of {line['at']} is not that of the ledger: it covers {line['events']} events in "
        f"{line['streams']} streams, and {walk.below} in {len(walk.ends)} are there"
    )
    kept = list(parts)
    if kept and merkle.root(walk.how, [root for _, root in kept]) == bytes.fromhex(line["root"]):
        said += _stretch(walk, kept)
    return [Problem("", 0, f"{said}. Something before it was changed, taken away or put in")]


def _stretch(walk: Walk, kept: list[tuple[str, bytes]]) -> str:
    pairs = zip_longest(kept, zip(*walk.parts(), strict=True))
    index = next((index for index, (one, other) in enumerate(pairs) if one != other), 0)
    first = kept[index][0] if index < len(kept) else kept[-1][0]
    end = f" and before {kept[index + 1][0]}" if index + 1 < len(kept) else ""
    return f"; the first difference is in the streams from {first} on{end}"
