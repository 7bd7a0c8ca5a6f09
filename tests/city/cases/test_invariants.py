"""Invariants of the hall that its texts hold at the act: each is tried by somebody who would break it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from tests.city.cases import town
from tests.city.cases.test_signing import STAFF, consult, departments, refused  # noqa: F401
from yinuo.city.cases import queries
from yinuo.city.cases.models import Case, Task
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate

REASONS = {"ground": "材料不齐", "basis": "食品安全法第三十五条", "alternative": "补齐平面图后再来"}
LISTED = {"listing_kind": "投诉", "subject": "窗口推诿", "to_unit": "market", "deadline": "2026-03-20"}


def said(case_id, at):
    return evaluate(queries.log([case_id]), in_force.rules(), as_of=at)


@pytest.mark.holds("invariant 6", shows="/cases/<id>")
def test_invariant_06_papers_are_asked_for_at_the_window_and_nowhere_behind_it():
    case_id = town.receive()
    asked = {"papers": "平面图", "cause": "材料缺失"}
    refused("not_your_step", town.do, case_id, "supplement_requested", town.HANDLER, fields=asked)
    refused("not_your_step", town.do, case_id, "supplement_requested", town.CHIEF, fields=asked)
    town.do(case_id, "supplement_requested", town.CLERK, fields=asked)


@pytest.mark.holds("invariant 7", "decision D44", shows="/cases/<id>")
def test_invariant_07_one_request_for_papers_a_case_the_second_only_over_a_name_and_a_reason():
    """D44: the “one-time report” of the text is a notice: it names all that is missing, once."""
    case_id = town.receive()
    found = refused("field_missing", town.do, case_id, "supplement_requested", town.CLERK, fields={"cause": "材料缺失"})
    assert found.field == "papers"
    asked = {"papers": "平面图、营业执照", "cause": "材料缺失"}
    town.do(case_id, "supplement_requested", town.CLERK, fields=asked)
    found = refused("blocked", town.do, case_id, "supplement_requested", town.CLERK, fields=asked)
    assert found.clause == "one-time-notice/second-supplement"
    found = refused(
        "field_missing", town.do, case_id, "second_supplement_signed", town.APPROVER, fields={"signer": "孙伟"}
    )
    assert found.field == "signed_reason"


@pytest.mark.holds("invariant 13", "decision D36", shows="/cases/<id>")
@pytest.mark.parametrize("excuse", ["上级没有规定", "周边没有先例", "领导没有交待"])
def test_invariant_13_the_three_excuses_refuse_nothing_and_a_service_only_by_a_prohibition(excuse):
    case_id = town.receive()
    found = refused("blocked", town.do, case_id, "refused_acceptance", town.CLERK, fields={**REASONS, "ground": excuse})
    assert found.clause == "three-refusals/excuse-as-ground"
    service = town.receive(item="archive-copy")
    found = refused("blocked", town.do, service, "refused_acceptance", town.CLERK, fields=REASONS)
    assert (found.clause, found.field) == ("three-refusals/service-needs-a-prohibition", "forbidden_by")
    town.do(service, "refused_acceptance", town.CLERK, fields={**REASONS, "forbidden_by": "档案法第二十八条"})


@pytest.mark.holds("invariant 14", shows="/cases/<id>")
@pytest.mark.parametrize("missing", ["basis", "alternative"])
def test_invariant_14_a_refusal_carries_its_basis_and_how_it_could_be_done(missing):
    case_id = town.receive()
    fields = {name: value for name, value in REASONS.items() if name != missing}
    found = refused("blocked", town.do, case_id, "refused_acceptance", town.CLERK, fields=fields)
    assert (found.clause, found.field) == ("three-refusals/basis-and-way-out", missing)
    assert Case.objects.get(case_id=case_id).status == "open"
    town.do(case_id, "refused_acceptance", town.CLERK, fields=REASONS)


@pytest.mark.holds("invariant 16", shows="/cases/<id>")
def test_invariant_16_who_accepts_reviews_and_decides_are_three():
    case_id = town.receive()
    acceptor = town.person(town.CHIEF.id, "window_clerk", "market")
    town.do(case_id, "accepted", acceptor)
    refused("same_person", town.do, case_id, "reviewed", town.CHIEF)
    town.do(case_id, "reviewed", town.APPROVER)
    refused("same_person", town.do, case_id, "granted", town.APPROVER)
    refused("same_person", town.do, case_id, "granted", town.CHIEF)
    town.do(case_id, "granted", town.person("钱局", "agency_head", "market"))


@pytest.mark.holds("invariant 23", "invariant 24", "invariant 25", shows="/cases/<id>")
def test_invariants_23_24_25_listed_until_another_writes_it_off_with_evidence_by_a_day():
    def list_it(**fields):
        return town.do(None, "listed", town.OFFICE, kind="listing", unit="supervising-office", fields=fields)

    found = refused("field_missing", list_it, **{name: LISTED[name] for name in LISTED if name != "deadline"})
    assert found.field == "deadline"
    case_id = list_it(**LISTED).case_id
    refused("step_not_due", town.do, case_id, "written_off", town.OFFICE)
    found = refused("field_missing", town.do, case_id, "settled", town.HANDLER)
    assert found.field == "evidence"
    late = town.later(days=30)
    assert said(case_id, late).findings["clause"].to_list() == ["settle"] * 2
    prolong = {"new_deadline": "2026-03-27", "approver": "陈刚"}
    found = refused("field_missing", town.do, case_id, "listing_prolonged", town.OFFICE, fields=prolong)
    assert found.field == "extension_reason"
    town.do(case_id, "listing_prolonged", town.OFFICE, fields={**prolong, "extension_reason": "等鉴定"})
    both = town.person(town.HANDLER.id, "supervising_office", "city", works_in="supervising-office")
    town.do(case_id, "settled", town.HANDLER, fields={"evidence": "和解书"}, at=town.later(days=3))
    assert Case.objects.get(case_id=case_id).status == "open"
    refused("same_person", town.do, case_id, "written_off", both, at=town.later(days=4))
    town.do(case_id, "written_off", town.OFFICE_TOO, at=town.later(days=4))
    assert Case.objects.get(case_id=case_id).status == "ended"


@pytest.mark.holds("decision D25", shows="/cases/<id>")
def test_d25_received_at_any_hour_and_timed_in_working_time():
    """Saturday, 23:00: taken in at once, numbered, and its clock begins to count on Monday."""
    saturday, monday = datetime(2026, 3, 7, 15, tzinfo=UTC), datetime(2026, 3, 9, 1, tzinfo=UTC)
    ids = [town.receive(at=at) for at in (saturday, monday)]
    assert all(Case.objects.get(case_id=case_id).receipt for case_id in ids)
    due = []
    for case_id in ids:
        clocks = said(case_id, monday + timedelta(hours=1)).clocks.filter(pl.col("clause") == "accept-or-tell")
        due += clocks["due_at"].to_list()
        assert clocks["used"].to_list() == [0.0 if case_id == ids[1] else 1.0]
    assert [one.astimezone(UTC).date().isoformat() for one in due] == ["2026-03-13", "2026-03-16"]


@pytest.mark.holds("decision D24", "decision D49", shows="/cases/<id>")
def test_d24_d49_one_number_several_departments_one_that_concludes():
    case_id = consult(["transport", "water"])
    receipts = set(Case.objects.filter(case_id=case_id).values_list("receipt", flat=True))
    assert len(receipts) == 1
    units = Task.objects.filter(case_id=case_id, step="opine").values_list("key", "unit")
    assert set(units) == {("transport", "transport"), ("water", "water")}
    for unit in ("transport", "water"):
        town.do(case_id, "consented", STAFF[unit], fields={"department": unit, "opinion": "同意"})
    refused("not_your_step", town.do, case_id, "consultation_settled", STAFF["water"], fields={"minutes": "我们定"})
    town.do(case_id, "consultation_settled", town.CHIEF, fields={"minutes": "同意"})
