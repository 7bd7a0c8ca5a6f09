"""Canonical JSON (RFC 8785): the one text of a payload, which its digest covers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import rfc8785

MOST = 2**53 - 1
"""The largest whole number that every reader of JSON understands."""

_OPTIONS = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_STRICT_INTEGER
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_DATACLASS
)
_SCALARS = {str, int, bool, type(None)}
_NESTED = {dict, list, tuple}


class NotCanonical(ValueError):
    """The value cannot be written down in one way only; the message names the place and what to write instead."""


def dumps(value: Any) -> str:
    """The canonical JSON text of a value made of mappings with text keys, lists, texts, whole numbers, booleans and None.

    Raises NotCanonical for anything else. Floats are refused: amounts are whole fen, shares are texts.
    """
    return encoded(value).decode()


def encoded(value: Any) -> bytes:
    """The same text as UTF-8."""
    try:
        text = orjson.dumps(value, default=_as_dict, option=_OPTIONS)
    except orjson.JSONEncodeError as broken:
        _sorts_alike(value, "payload")
        raise NotCanonical(f"payload: {broken}") from None
    if not (type(value) in _NESTED and _is_plain(value)) and not _sorts_alike(value, "payload"):
        text = rfc8785.dumps(orjson.loads(text))
    return text


def _as_dict(value: Any) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError


def _is_plain(value: Any) -> bool:
    """Whether a look at the types is enough: nothing that orjson would write otherwise than RFC 8785, no unusual key."""
    if type(value) is dict:
        keys = "".join(value)
        if not keys.isascii() and max(keys) >= "\ue000":
            return False
        value = value.values()
    for one in value:
        kind = type(one)
        if kind not in _SCALARS and not (kind in _NESTED and _is_plain(one)):
            return False
    return True


def _sorts_alike(value: Any, place: str) -> bool:
    """Whether UTF-8 and UTF-16 sort the keys alike. Raises NotCanonical at the first thing that is not allowed."""
    if value is None or isinstance(value, str):
        return True
    if isinstance(value, int):
        if not -MOST <= value <= MOST:
            raise NotCanonical(f"{place}: {value} is beyond ±(2^53 - 1); write it as text")
        return True
    if isinstance(value, Mapping):
        alike = {_key_sorts_alike(key, place) & _sorts_alike(one, f"{place}.{key}") for key, one in value.items()}
        return False not in alike
    if isinstance(value, list | tuple):
        return False not in {_sorts_alike(one, place) for one in value}
    said = "write whole fen, or a text" if isinstance(value, float) else "write a text, whole number, list or mapping"
    raise NotCanonical(f"{place}: {type(value).__name__} {value!r} is not allowed; {said}")


def _key_sorts_alike(key: Any, place: str) -> bool:
    if not isinstance(key, str):
        raise NotCanonical(f"{place}: the key {key!r} is not a text")
    return key.isascii() or max(key) < "\ue000"
