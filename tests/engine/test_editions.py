"""Which edition of a clause is in force on a day."""

from __future__ import annotations

from datetime import date

import pytest

from yinuo.engine.clauses.table import Table
from yinuo.engine.rules import Edition, Ruling

CLAUSE = Table.model_validate({"zh": "表", "on": "asked", "rows": [{"when": {"a": 1}}]})
OLD, NEW, NEXT = (
    Edition(date(2020, 1, 1), date(2021, 1, 1), CLAUSE),
    Edition(date(2022, 1, 1), date(2026, 1, 1), CLAUSE),
    Edition(date(2026, 1, 1), None, CLAUSE),
)
RULING = Ruling("home", "table", "lane", (OLD, NEW, NEXT))


@pytest.mark.parametrize(
    ("day", "in_force", "shown"),
    [
        (date(2019, 12, 31), None, OLD),
        (date(2020, 1, 1), OLD, OLD),
        (date(2021, 6, 1), None, OLD),
        (date(2025, 12, 31), NEW, NEW),
        (date(2026, 1, 1), NEXT, NEXT),
    ],
)
def test_the_edition_of_a_day_is_the_one_in_force_then_and_not_the_last_written(day, in_force, shown):
    assert RULING.on(day) is in_force
    assert RULING.about(day) is shown
