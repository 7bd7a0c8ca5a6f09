"""What rows of the tables look like to a reader: the sentence of a finding, fields as JSON, intervals of shares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.utils.translation import get_language

from yinuo.city.texts import in_force
from yinuo.engine.explain import Language, explain
from yinuo.engine.statistics import wilson


def parsed(value: Any) -> dict[str, Any]:
    """A JSON column: the driver gives text or the mapping."""
    found = orjson.loads(value) if isinstance(value, (str, bytes)) else value
    return dict(found or {})


def findings(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cards with the sentence that says why, in the language of the request."""
    found = list(rows)
    if not found:
        return found
    rules = in_force.rules()
    lang: Language = "en" if (get_language() or "").startswith("en") else "zh"
    for row in found:
        row["why"] = explain(_said(row), rules, lang=lang) if row["why_code"] else ""
    return found


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    why = row["why_args"]
    return {**row, "why_args": why if isinstance(why, str) else orjson.dumps(why or {}).decode()}


def figures(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Figures with the 95 % interval where the value is the share of numerator in denominator."""
    found = list(rows)
    for row in found:
        low, high = _interval(row)
        row["low"], row["high"] = low, high
    return found


def _interval(row: Mapping[str, Any]) -> tuple[float | None, float | None]:
    over, of, value = row["numerator"], row["denominator"], row["value"]
    if over is None or not of or value is None or not 0 <= over <= of or abs(value - over / of) > 1e-9:
        return None, None
    low, high = wilson(over, of)
    return float(low), float(high)
