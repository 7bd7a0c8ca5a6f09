"""What a clause expands to: clauses as a text could have written them, each at the key it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from yinuo.rulebook.places import Path_

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class Part:
    """One clause another expands to, as raw text, and the key of that other at which it stands."""

    kind: str
    id: str
    path: Path_
    raw: dict[str, Any]


def listed(raw: Any) -> list[Any]:
    """A table or a list of tables as a list; nothing as an empty one."""
    if raw is None:
        return []
    return list(raw) if isinstance(raw, (list, tuple)) else [raw]


def without_nulls(raw: Raw) -> dict[str, Any]:
    """Without the keys that say nothing."""
    return {key: value for key, value in raw.items() if value is not None}
