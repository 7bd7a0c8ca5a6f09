"""Penalties in their bands: what lies outside needs a reason, whoever enters it, and the share outside is a figure (E231)."""

from __future__ import annotations

import re

import pytest

from tests.city.board import small_city
from tests.city.registers.test_desk import entered, text
from tests.city.registers.test_forms import field_of
from yinuo.city.cases.acts import Act, Done
from yinuo.city.cases.commands import record
from yinuo.city.cases.models import Case
from yinuo.city.figures.commands import measure_figures
from yinuo.city.figures.models import Figure
from yinuo.city.supervision.models import Finding
from yinuo.city.supervision.sweep import sweep

PENALTIES = "/registers/penalty-bands/penalty-decision"
SAID = "罚款不在裁量基准以内的，须写明理由"
ONE = {"number": "示市监罚〔2026〕1号", "unit": "market", "violation": "占道经营", "circumstance": "一般", "decided_on": "2026-03-02"}  # fmt: skip


@pytest.mark.holds("invariant 57", "E231", shows="/registers/penalty-bands/penalty-decision/new")
@pytest.mark.parametrize(
    "outside",
    [{"amount": "200.01"}, {"amount": "49.99"}, {"violation": "其他", "amount": "50"}],
    ids=["above", "below", "no-band"],
)
def test_a_penalty_outside_its_band_is_entered_with_a_reason_or_not_at_all(sign_in, outside):
    zhao = sign_in("zhao")
    refused = zhao.post(f"{PENALTIES}/new", {**ONE, **outside})
    assert refused.status_code == 422
    assert SAID in field_of(text(refused), "outside_reason")
    assert not Case.objects.filter(kind="penalty-bands/penalty-decision").exists()
    assert zhao.post(f"{PENALTIES}/new", {**ONE, **outside, "outside_reason": " "}).status_code == 422, (
        "blanks are no reason"
    )
    told = {**ONE, **outside, "outside_reason": "屡教不改"}
    assert entered(zhao, PENALTIES, **told).status == "open"


@pytest.mark.holds("invariant 57", "E231", shows="/registers/penalty-bands/penalty-decision/new")
@pytest.mark.parametrize("amount", ["50", "200"])
def test_on_either_end_of_the_band_no_reason_is_asked_for_and_a_change_outside_asks(sign_in, amount):
    zhao = sign_in("zhao")
    one = entered(zhao, PENALTIES, **ONE, amount=amount)
    page = text(zhao.get(f"/cases/{one.case_id}"))
    assert SAID not in re.findall(r'class="(?:message message-)?error"[^>]*>(.*?)</p>', page)
    changed = zhao.post(f"/cases/{one.case_id}/do/changed", {"amount": "5000"})
    assert changed.status_code == 422 and SAID in text(changed)


@pytest.mark.holds("invariant 57", "E231", shows="/figures/penalty-bands/out-of-range")
def test_what_a_system_reports_outside_without_a_reason_is_found_and_the_share_is_told(sign_in):
    for name, amount, more in (
        ("in", 20_000, {}),
        ("out", 20_001, {}),
        ("told", 30_000, {"outside_reason": "造成伤害"}),
    ):
        fields = {**ONE, "number": name, "amount": amount, **more}
        facts = [
            Act(f"fine-{name}", activity, small_city.NOW, told, kind="penalty-bands/penalty-decision", unit="market", source="office", event_id=f"{name}-{activity}")
            for activity, told in (("entered", fields), ("verified", {}))
        ]  # fmt: skip
        assert all(isinstance(done, Done) for done in record(facts, actor=small_city.SYSTEM, now=small_city.NOW))
    sweep(small_city.NOW)
    assert {one.case_id for one in Finding.objects.filter(clause="penalty-decision.while-1")} == {"fine-out"}
    measure_figures(small_city.NOW)
    figure = Figure.objects.get(institution="penalty-bands", clause="out-of-range", unit="market")
    assert (figure.numerator, figure.denominator) == (2, 3)
    asked = {"period": figure.period_start, "unit": "market"}
    assert "背后 3 条" in text(sign_in("chen").get("/figures/penalty-bands/out-of-range/cases", asked))
    page = text(sign_in("chen").get(f"/figures/penalty-bands/out-of-range?period={figure.period_start}"))
    told = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert re.search(r"市市场监督管理局 .*?2 3\b", told), told
