"""What Demo City brings into its centre: in one half-year twelve services, three licences, three approvals of other kinds."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from tests.city.board.small_city import demo_city
from yinuo.cli.demo import matters

FIRST = date(2025, 11, 22)


@pytest.mark.holds("E024", "decision D37", shows="/figures/hall-figures/new-entries")
def test_d37_eighteen_items_of_three_kinds_enter_in_one_half_year():
    entered = {key: item for key, _since, item in matters.matters(demo_city(), FIRST)}
    later = Counter(
        {"01": "licence", "20": "service"}.get(item.type, "other approval")
        for item in entered.values()
        if item.entered_on is not None and item.entered_on > FIRST
    )
    assert later == {"service": 12, "licence": 3, "other approval": 3}
    assert {item.entered_on for item in entered.values() if item.entered_on} == {FIRST, FIRST + matters.LATER}


@pytest.mark.holds("decision D06", shows="/figures/hall-figures/item-entry")
def test_what_does_not_enter_stands_on_the_list_of_exemptions_with_reason_approver_and_end():
    out = [item for _key, _since, item in matters.matters(demo_city(), FIRST) if item.entered_on is None]
    assert out
    assert all(
        item.exemption and item.exemption.reason and item.exemption.approver and item.exemption.until for item in out
    )
