"""The canonical states of a case (rules 5.5) and which activity leads to which."""

from __future__ import annotations

import tomllib
from importlib.resources import files

CANONICAL = frozenset({
    "draft", "submitted", "pre_checked", "received", "supplement_requested", "supplemented", "accepted",
    "deemed_accepted", "not_needed", "not_competent", "refused_acceptance", "suspended", "resumed", "extended",
    "granted", "refused", "filed", "tolerated_grant", "withdrawn", "terminated", "revoked", "ready", "delivered", "rated",
})  # fmt: skip
"""All states there are; exchange formats are mapped onto them."""


def _read() -> dict[str, str]:
    text = files("yinuo.city.cases.deciding").joinpath("stages.toml").read_text("utf-8")
    table = tomllib.loads(text)
    if strange := table.keys() - CANONICAL:
        raise ValueError(f"stages.toml: no canonical state: {', '.join(sorted(strange))}")
    return {activity: stage for stage, activities in table.items() for activity in activities}


STAGES = _read()
"""Activity → canonical state."""
