"""Canonical JSON: the fast path writes what the RFC 8785 library writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import uuid4

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from yinuo.city.ledger.canonical import MOST, NotCanonical, dumps

TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
ODD = st.text(st.sampled_from('a\x00\x1f\x7f"\\/é诺\ue000\uffee𝄞\U0010ffff\n\t\u2028'), max_size=4)
KEYS = TEXTS | ODD
SCALARS = st.none() | st.booleans() | st.integers(-MOST, MOST) | TEXTS | ODD
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=5))


@given(VALUES)
def test_it_writes_what_the_rfc_8785_library_writes(value):
    text = dumps(value)
    assert text.encode() == rfc8785.dumps(value)
    assert json.loads(text) == value


@given(st.dictionaries(KEYS, VALUES, max_size=3), st.floats(), st.integers(0, 2))
def test_a_float_is_refused_wherever_it_stands(value, number, depth):
    hidden = number
    for _ in range(depth):
        hidden = {"a": [1, hidden]}
    with pytest.raises(NotCanonical, match=r"payload.*float .* is not allowed; write whole fen"):
        dumps({"": 1} | value | {"x": hidden})


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"n": 2**53}, "payload.n: 9007199254740992 is beyond"),
        ({"n": [-(2**53)]}, "payload.n: -9007199254740992 is beyond"),
        ({"n": {1: 2}}, "payload.n: the key 1 is not a text"),
        ({"n": {"m": Decimal(1)}}, "payload.n.m: Decimal"),
        ({"n": datetime(2026, 1, 1, tzinfo=UTC)}, "payload.n: datetime"),
        ({"n": {1, 2}}, "payload.n: set"),
        ({"n": uuid4()}, "payload.n: UUID"),
        ({"n": b"x"}, "payload.n: bytes"),
        ({"n": "\ud800"}, "payload: "),
    ],
)
def test_what_has_no_one_spelling_is_refused_with_its_place(value, said):
    with pytest.raises(NotCanonical) as raised:
        dumps(value)
    assert str(raised.value).startswith(said)


def test_other_mappings_are_written_like_dicts():
    assert dumps(MappingProxyType({"b": MappingProxyType({"é": 1}), "a": (1, 2)})) == '{"a":[1,2],"b":{"é":1}}'
