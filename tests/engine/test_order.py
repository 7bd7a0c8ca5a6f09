"""Whatever names and instants a log has: every event finds its case, and events stand by case, then time."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest

from yinuo.engine import order
from yinuo.engine.history import History
from yinuo.engine.log import INSTANT, Log
from yinuo.kernel.instants import microseconds
from yinuo.rulebook.loader import load_pack

CASES = pl.Series([f"case-{number}" for number in np.random.default_rng(3).permutation(900)])


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("bits", [64, 3, 0])
def test_every_event_finds_its_case_however_alike_the_hashes(
    monkeypatch: pytest.MonkeyPatch, bits: int, *, shuffled: bool
) -> None:
    leading = order._leading
    monkeypatch.setattr(order, "_leading", lambda names, width: leading(names, width) & np.uint64(2**bits - 1))
    rows = np.random.default_rng(5).integers(0, len(CASES), 5_000)
    rows = rows if shuffled else np.sort(rows)
    assert (order.case_codes(CASES.gather(rows), CASES) == rows).all()


def test_an_event_without_its_case_is_named() -> None:
    rows = np.random.default_rng(5).integers(0, len(CASES), 5_000)
    with pytest.raises(ValueError, match=f'"{CASES[0]}" has events but no row'):
        order.case_codes(CASES.gather(rows), CASES[1:])


@pytest.mark.parametrize("reach", [1, 1_000, 10**13, 10**17, 2**61])
def test_events_stand_by_case_then_time_and_equals_as_they_came(reach: int) -> None:
    draw = np.random.default_rng(7)
    case, at = draw.integers(0, 700, 20_000), draw.integers(-reach, reach, 20_000)
    found = order.by_case_and_time(case, at)
    assert found is not None
    assert (found == np.lexsort((at, case))).all()
    assert order.by_case_and_time(case[found], at[found]) is None


@pytest.mark.parametrize("activity", ["accepted", "受理", "100% done"])
def test_an_event_without_an_id_is_named_by_what_happened_and_when(activity: str) -> None:
    moment = datetime(2026, 3, 2, 1, 2, 3, 45, UTC)
    events = pl.DataFrame({
        "case_id": ["a", "a", "b"], "activity": [activity] * 3, "at": pl.Series([moment] * 3, dtype=INSTANT),
    })  # fmt: skip
    log = Log(events, pl.DataFrame({"case_id": ["a", "b"], "kind": ["permit"] * 2}))
    history = History.read(log, load_pack("demo-city").rules, as_of=microseconds(moment), known_at=None)
    stamp = f"{activity}@2026-03-02T01:02:03.000045Z#"
    assert history.event_ids(np.arange(3)).to_list() == [f"{stamp}1", f"{stamp}2", f"{stamp}1"]
