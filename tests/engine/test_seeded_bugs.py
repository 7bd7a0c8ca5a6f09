"""The comparison is worth something only if it notices: three bugs others have shipped, put into the engine on purpose."""

from __future__ import annotations

import numpy as np
import pytest

from tests.reference import comparison
from tests.reference.comparison import compared
from tests.reference.simulation import TEXTS, year
from yinuo.engine.promises import running
from yinuo.kernel import terms
from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import NEVER, Int64
from yinuo.kernel.terms import Pauses

HISTORY = year(300, seed=7)


def _differs() -> set[str]:
    """The clauses of which engine and reference say something different."""
    _, wrong = compared(HISTORY, TEXTS)
    return {row[0] for row in (*wrong.engine_only, *wrong.reference_only)}


def test_without_a_bug_nothing_differs() -> None:
    assert not _differs()


def test_a_make_up_day_that_is_ignored_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = comparison.LAYER.model_copy(update={"on": {}})
    monkeypatch.setattr(comparison, "CHINA", Calendar.build(zone="Asia/Shanghai", layers=[layer]))
    assert {"statutory", "promised", "notice"} <= _differs()


def test_pauses_summed_and_not_united_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def summed(owner: Int64, begin: Int64, end: Int64) -> Pauses:
        keep = begin < end
        owner, begin, end = owner[keep], begin[keep], end[keep]
        order = np.lexsort((begin, owner))
        return Pauses(owner[order], begin[order], end[order])

    monkeypatch.setattr(terms.Pauses, "united", summed)
    assert {"statutory", "promised"} <= _differs()


def test_an_extension_accepted_after_the_due_date_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_clocks: object, who: Int64, **_keys: object) -> Int64:
        return np.full(who.size, NEVER)

    monkeypatch.setattr(running, "_due_before", never)
    assert "promised" in _differs()
