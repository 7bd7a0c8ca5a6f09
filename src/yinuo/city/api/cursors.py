"""Opaque cursors: where a list goes on. They stay good while rows come and go."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _

from yinuo.city.api.problems import Problem


def cursor_of(name: str, values: Sequence[Any]) -> str:
    """The cursor after a row with these key values, of the list of that name."""
    return base64.urlsafe_b64encode(orjson.dumps([name, *values])).rstrip(b"=").decode()


def values_of(cursor: str, name: str, kinds: Sequence[type]) -> list[Any]:
    """The key values of a cursor. Raises Problem for a cursor of another list, or none of ours."""
    try:
        found = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        found = None
    if not isinstance(found, list) or len(found) != len(kinds) + 1 or found[0] != name:
        raise Problem(422, _("cursor 不是本列表给出的，请从头开始。"))
    values = found[1:]
    if not all(_is_fit(value, kind) for value, kind in zip(values, kinds, strict=True)):
        raise Problem(422, _("cursor 不是本列表给出的，请从头开始。"))
    return values


def _is_fit(value: Any, kind: Any) -> bool:
    if kind in (date, datetime):
        try:
            return bool(value == "" or 1000 < kind.fromisoformat(value).year < 3000)
        except (TypeError, ValueError):
            return False
    if type(value) is not kind:
        return False
    return 0 <= value < 1 << 62 if kind is int else "\x00" not in value
