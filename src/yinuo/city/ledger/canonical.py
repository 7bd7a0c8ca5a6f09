"""Canonical JSON (RFC 8785): the one text of a payload, which its digest covers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import rfc8785

MOST = 2**53 - 1
"""The largest whole number that every reader of JSON understands."""

_FAST = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER


class NotCanonical(ValueError):
    """The value cannot be written down in one way only; the message names the place and what to write instead."""


def dumps(value: Any) -> str:
    """The canonical JSON text of a value made of mappings with text keys, lists, texts, whole numbers, booleans and None.

    Raises NotCanonical for anything else. Floats are refused: amounts are whole fen, shares are texts.
    """
    sorts_alike = _check(value, "payload")
    try:
        text = orjson.dumps(value, option=_FAST) if sorts_alike else rfc8785.dumps(value)
    except (orjson.JSONEncodeError, rfc8785.CanonicalizationError) as broken:
        raise NotCanonical(f"payload: {broken}") from None
    return text.decode()


def _check(value: Any, place: str) -> bool:
    """Whether UTF-8 and UTF-16 sort the keys alike. Raises NotCanonical."""
    if value is None or isinstance(value, str):
        return True
    if isinstance(value, int):
        if not -MOST <= value <= MOST:
            raise NotCanonical(f"{place}: {value} is beyond ±(2^53 - 1); write it as text")
        return True
    if isinstance(value, Mapping):
        alike = {_check_key(key, place) & _check(one, f"{place}.{key}") for key, one in value.items()}
        return False not in alike
    if isinstance(value, list | tuple):
        return False not in {_check(one, place) for one in value}
    said = "write whole fen, or a text" if isinstance(value, float) else "write a text, whole number, list or mapping"
    raise NotCanonical(f"{place}: {type(value).__name__} {value!r} is not allowed; {said}")


def _check_key(key: Any, place: str) -> bool:
    if not isinstance(key, str):
        raise NotCanonical(f"{place}: the key {key!r} is not a text")
    return key.isascii() or max(key) < "\ue000"
