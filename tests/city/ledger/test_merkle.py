"""The tree: against RFC 6962 said recursively, and its proofs."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from yinuo.city.ledger import merkle
from yinuo.city.ledger.digest import Hash

HOW = Hash(key=b"the key does not matter to trees")


def recursive(nodes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1: split at the largest power of two below the size."""
    if not nodes:
        return hashlib.sha256(b"").digest()
    if len(nodes) == 1:
        return nodes[0]
    at = 1 << (len(nodes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + recursive(nodes[:at]) + recursive(nodes[at:])).digest()


def leaves(size: int) -> list[bytes]:
    return [hashlib.sha256(str(one).encode()).digest() for one in range(size)]


@given(st.integers(0, 1100))
def test_the_root_is_that_of_rfc_6962_and_the_roots_of_parts_lead_to_it(size):
    nodes = leaves(size)
    assert merkle.root(HOW, nodes) == recursive(nodes)
    assert merkle.root(HOW, merkle.parts(HOW, nodes)) == recursive(nodes)


@given(st.integers(1, 600), st.data())
def test_a_path_leads_from_its_leaf_to_the_root_and_from_no_other(size, data):
    nodes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    part = index // merkle.PART
    inner = nodes[part * merkle.PART : (part + 1) * merkle.PART]
    path = merkle.path(HOW, inner, index % merkle.PART) + merkle.path(HOW, merkle.parts(HOW, nodes), part)
    root = recursive(nodes)
    assert path == merkle.path(HOW, nodes, index)
    assert merkle.climbed(HOW, nodes[index], index, size=size, siblings=path) == root
    other = data.draw(st.integers(-1, size))
    if other != index:
        assert merkle.climbed(HOW, nodes[index], other, size=size, siblings=path) != root
    assert merkle.climbed(HOW, b"x" * 32, index, size=size, siblings=path) != root
    assert merkle.climbed(HOW, nodes[index], index, size=size, siblings=[*path, root]) is None
