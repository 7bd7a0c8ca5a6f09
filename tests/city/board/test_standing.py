"""An entry of a register that stands is no case in hand: neither the board nor the list behind its number counts it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.city.board import small_city
from tests.city.board.test_lists import rows_of, total
from yinuo.city.board import lights, polling
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Done
from yinuo.city.pages.words import Words

POINT = {"number": "P-1", "title": "城东便民服务中心", "tier": "镇级", "phase": "规划", "run_by": "service-centre"}
GAP = {"need_for": "代办进城公证", "asked_by": "群众", "times_asked": 3}


def recorded(*acts):
    results = commands.record(list(acts), actor=small_city.SYSTEM, now=small_city.NOW)
    assert all(isinstance(one, Done) for one in results), results


def entered(case_id, kind, fields, *, is_verified):
    at = small_city.NOW - timedelta(hours=2)
    words = {"source": "hall", "unit": "service-centre"}
    recorded(Act(case_id, "entered", at, fields, kind=kind, event_id=f"{case_id}-0", **words))
    if is_verified:
        recorded(Act(case_id, "verified", at + timedelta(hours=1), event_id=f"{case_id}-1", **words))


def board(**asked):
    asking = {"actor": small_city.actor("chen"), "asked": asked, "now": small_city.NOW}
    words, beat = Words(), polling.read(small_city.NOW)
    return lights.lights(words, lights.counts(words, beat=beat, **asking), **asking)


@pytest.fixture
def entries(city, db):
    """Two service points, of which one waits to be verified; and a gap that is to be closed by a day."""
    before = board().total.open
    entered("POINT-1", "service-network/access-point", POINT, is_verified=True)
    entered("POINT-2", "service-network/access-point", {**POINT, "number": "P-2"}, is_verified=False)
    entered("GAP-1", "service-gaps/gap", GAP, is_verified=False)
    small_city.supervised()
    return before


@pytest.mark.holds("E025", shows="/")
def test_the_board_counts_what_is_to_be_done_and_not_what_stands(entries, sign_in):
    found = board()
    assert found.total.open == entries + 2
    rows = {row.unit: row.whole for row in found.rows}
    listed = rows_of(sign_in("chen").get("/cases.csv?status=open"))
    assert len(listed) == found.total.open == total(sign_in("chen").get("/cases?status=open"))
    assert rows["service-centre"].open == total(sign_in("chen").get(rows["service-centre"].open_at))
    page = " ".join(re.sub(r"<[^>]+>", " ", sign_in("chen").get("/").content.decode()).split())
    assert f"市政务服务中心 {rows['service-centre'].open} " in page.partition("按单位和类别")[2], page


def test_what_stands_has_its_own_list_and_its_own_word(entries, sign_in):
    chen = sign_in("chen")
    page = chen.get("/cases?status=standing").content.decode()
    assert "POINT-1" in page and "在册" in page and "POINT-2" not in page and "GAP-1" not in page
    whole = len(rows_of(chen.get("/cases.csv")))
    parts = [len(rows_of(chen.get(f"/cases.csv?status={one}"))) for one in ("open", "standing", "ended")]
    assert sum(parts) == whole and parts[1] == 1


def test_once_closed_it_is_over(entries):
    recorded(
        Act("POINT-1", "closed", small_city.NOW, {"closed_reason": "撤并"}, source="hall", unit="service-centre", event_id="POINT-1-2")
    )  # fmt: skip
    assert board().total.open == entries + 2
