"""Twenty thousand cases of a simulated year: engine and reference say the same of every one."""

from __future__ import annotations

import pytest

from tests.reference.comparison import compared
from tests.reference.simulation import TEXTS, year


@pytest.mark.slow
def test_twenty_thousand_cases_differ_in_nothing() -> None:
    rows, wrong = compared(year(20_000, seed=2026), TEXTS)
    assert not wrong, str(wrong)
    assert rows > 100_000
