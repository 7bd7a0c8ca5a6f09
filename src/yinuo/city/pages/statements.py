"""The few lines that run the named statements of an area."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from yinuo.city.ledger.statements import sql


def rows(package_file: str, name: str, parameters: Mapping[str, Any], **conditions: str) -> list[dict[str, Any]]:
    """The rows of a statement of `sql/` beside a module; `conditions` fill the marks in braces of its text, never with what a person typed."""
    return select(sql(package_file, name).format(**conditions) if conditions else sql(package_file, name), parameters)


def select(text: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a statement as mappings."""
    with connection.cursor() as cursor:
        cursor.execute(text, dict(parameters))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
