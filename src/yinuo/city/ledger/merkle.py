"""The tree over all streams' heads: its root stands for the whole ledger, a path proves one stream in it (RFC 6962). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from yinuo.city.ledger.digest import Hash, framed

PART = 256
"""So many neighbouring leaves make a part; its root is a node of the whole tree, for it is a power of two."""


def leaf(how: Hash, stream: str, version: int, *, digest: bytes, trail: bytes) -> bytes:
    """The leaf of a stream: H(0 ‖ framed stream ‖ framed version ‖ digest of its last event ‖ running digest of its positions)."""
    return how.plain(b"\x00" + framed(stream) + framed(str(version)) + digest + trail)


def root(how: Hash, nodes: Sequence[bytes]) -> bytes:
    """The root over leaves in the order of their streams, or over the roots of their parts; of nothing H of no bytes."""
    if not nodes:
        return how.plain(b"")
    level = list(nodes)
    while len(level) > 1:
        level = _above(how, level)
    return level[0]


def parts(how: Hash, leaves: Sequence[bytes]) -> list[bytes]:
    """The roots of every PART leaves."""
    return [root(how, leaves[start : start + PART]) for start in range(0, len(leaves), PART)]


def path(how: Hash, nodes: Sequence[bytes], index: int) -> list[bytes]:
    """What has to be hashed with the node at `index`, from below, to reach the root."""
    siblings: list[bytes] = []
    level = list(nodes)
    while len(level) > 1:
        if index ^ 1 < len(level):
            siblings.append(level[index ^ 1])
        level, index = _above(how, level), index >> 1
    return siblings


def climbed(how: Hash, node: bytes, index: int, *, size: int, siblings: Sequence[bytes]) -> bytes | None:
    """The root that a leaf at `index` of `size` leads to by its path; None when the path cannot be that leaf's."""
    if not 0 <= index < size:
        return None
    last, left = size - 1, list(siblings)
    while last:
        if index & 1 or index < last:
            if not left:
                return None
            other = left.pop(0)
            node = how.plain(b"\x01" + (other + node if index & 1 else node + other))
        index, last = index >> 1, last >> 1
    return None if left else node


def _above(how: Hash, level: list[bytes]) -> list[bytes]:
    """The next level; a node without a neighbour goes up as it is."""
    plain = how.plain
    pairs = zip(level[::2], level[1::2], strict=False)
    return [plain(b"\x01" + one + other) for one, other in pairs] + level[len(level) & ~1 :]
