"""Figures made of figures: so many per thousand, and scores whose missing parts are said (E078)."""

from __future__ import annotations

import pytest

from tests.engine.test_measure import closed, figures, only


def test_a_ratio_may_be_told_per_thousand() -> None:
    parts = {"promised": {"measure": "sum", "value": "fee"}, "statutory": {"measure": "sum", "value": "limit"}}
    over = {"of": "promised", "per": "statutory", "times": 1000}
    rows = figures([closed("03-10", fee=3.0, limit=400.0)], **parts, r={"measure": "ratio"} | over)
    assert only(rows, "r")["value"] == 7.5


@pytest.mark.parametrize(
    ("missing", "value", "weight"), [("unrated", None, 0.75), ("reweigh", 0.625 / 0.75, 0.75), ("zero", 0.625, 1.0)]
)
def test_a_score_says_what_a_missing_part_means(missing: str, value: float | None, weight: float) -> None:
    cases = [
        closed("03-10", unit="A", grade="good"),
        closed("03-10", unit="B", grade="bad"),
        closed("03-10", unit="B", grade="good"),
    ]
    parts = [
        {"of": "good", "weight": 0.25, "line": [0.0, 0.5]},
        {"of": "bad", "weight": 0.25, "line": [0.0, 1.0]},
        {"of": "one", "weight": 0.25},
        {"of": "none", "weight": 0.25, "missing": missing},
    ]
    rows = figures(
        cases,
        s={"measure": "score", "subject": "city", "parts": parts},
        good={"measure": "share", "count": {"grade": "good"}},
        bad={"measure": "share", "count": {"grade": "bad"}, "where": {"unit": "B"}},
        one={"measure": "count", "subject": "city", "where": {"unit": "A"}},
        none={"measure": "share", "where": {"unit": "C"}, "count": {"grade": "good"}},
    )
    told = only(rows, "s")
    assert told["value"] == pytest.approx(value)
    assert told["denominator"] == weight
    assert told["numerator"] == pytest.approx(0.625)
