"""`yinuo check --expand`: what tables and registers stand for, spelt out as a text could have written it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from yinuo.rulebook.loader import Pack


def spelt_out(pack: Pack) -> Iterator[str]:
    """Each clause that a table or register of the pack expands to, as TOML under its institution and version."""
    for institution in pack.institutions.values():
        for one in institution.statements:
            if one.made_by is not None:
                head = f"# {institution.id}, from {one.edition.version}, made by {one.made_by}"
                lines = [
                    head,
                    f'[version.{one.kind}."{one.id}"]',
                    *(f"{key} = {_toml(value)}" for key, value in one.raw.items()),
                ]
                yield "\n".join(lines)


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(str(key))} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, Decimal, date)):
        return str(value)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else f'"{key}"'
