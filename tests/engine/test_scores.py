"""Figures made of figures: so many per thousand, and scores whose missing parts are said (E078)."""

from __future__ import annotations

from datetime import date

import pytest
from pydantic import ValidationError

from tests.engine.test_measure import ALWAYS, closed, figures, only, values
from yinuo.engine.clauses.indicator import Part


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


def test_a_line_without_length_is_refused_and_divides_nothing() -> None:
    with pytest.raises(ValidationError, match="begins and ends at 3"):
        Part.model_validate({"of": "good", "weight": 1.0, "line": [3.0, 3.0]})


def test_a_score_of_which_no_part_has_a_value_has_none_and_says_so() -> None:
    part = {"of": "none", "weight": 1.0, "missing": "reweigh"}
    rows = figures(
        [closed("03-10", unit="A", grade="good")],
        s={"measure": "score", "subject": "city", "parts": [part, {"of": "one", "weight": 1.0, "missing": "reweigh"}]},
        none={"measure": "share", "where": {"unit": "C"}, "count": {"grade": "good"}},
        one={"measure": "count", "subject": "city", "where": {"unit": "A"}, "min_n": 2},
    )
    found = [row for row in rows if row["clause"] == "s"]
    assert [(row["value"], row["denominator"]) for row in found] in ([], [(None, 0.0)])


def test_a_score_reads_a_part_as_a_share_in_the_months_in_which_it_was_one() -> None:
    """Half of March's cases of two units were good, and a lone count has no whole of two units: April is not rated."""
    share, count = {"measure": "share", "count": {"grade": "good"}}, {"measure": "count", "count": {"grade": "good"}}
    part = [(ALWAYS, date(2026, 4, 1), share), (date(2026, 4, 1), None, count)]
    score = {"measure": "score", "subject": "city", "parts": [{"of": "good", "weight": 1.0}]}
    cases = [
        closed(day, unit=unit, grade=grade)
        for day in ("03-10", "04-10")
        for unit, grade in (("A", "good"), ("B", "bad"))
    ]
    rows = figures(cases, "04-20", good=part, s=score)
    assert values(rows, "s") == {(None, "03-01"): 0.5}
