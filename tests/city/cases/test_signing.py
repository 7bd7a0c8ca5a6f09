"""Several departments on one step, and steps given to another person: done live, and judged again by the one evaluator."""

from __future__ import annotations

from datetime import timedelta

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city.cases import town
from yinuo.city.cases import commands, queries
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.models import Case, Task
from yinuo.city.pages.words import Words
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR, NotAllowed
from yinuo.city.people.units import Span
from yinuo.city.registers.possible import possible
from yinuo.city.supervision.sweep import sweep
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate
from yinuo.engine.explain import explain

UNITS = ("transport", "water", "ecology", "health")
STAFF = {unit: town.person(f"{unit}-a", "handler", unit) for unit in UNITS}
COLLEAGUE = town.person("transport-b", "handler", "transport")


@pytest.fixture(autouse=True)
def departments(founded):
    for unit in UNITS:
        people.open_unit(Span(unit, town.START, None, "city", unit, unit, "department"), actor=OPERATOR, now=town.NOW)
    for one in (*STAFF.values(), COLLEAGUE):
        fields = {"name": one.name, "phone": "", "identity": ""}
        people.hire(one.id, fields=fields, since=town.START, actor=OPERATOR, now=town.NOW)


def consult(invited):
    """A consultation opened by the market bureau, the invited asked."""
    fields = {"question": "夜间施工", "invited": list(invited)}
    case_id = town.do(
        None, "consultation_opened", town.HANDLER, kind="consultation", unit="market", fields=fields
    ).case_id
    for unit in invited:
        town.do(case_id, "opinion_sought", town.HANDLER, fields={"department": unit})
    return case_id


def answer(case_id, unit, word="consented", *, actor=None, at=None):
    fields = {"department": unit, "opinion": "见附件", **({"basis": "公路法"} if word == "dissented" else {})}
    return town.do(case_id, word, actor or STAFF[unit], at=at, fields=fields)


def settle(case_id, at=None):
    return town.do(case_id, "consultation_settled", town.CHIEF, at=at, fields={"minutes": "过半数同意"})


def refused(code, act, *rest, **more):
    with pytest.raises(Refused) as found:
        act(*rest, **more)
    assert found.value.code == code, (found.value.code, str(found.value))
    return found.value


def said(case_id, at):
    return evaluate(queries.log([case_id]), in_force.rules(), as_of=at)


@pytest.mark.holds("peer 25", "invariant 10", "E036", shows="/cases/<id>")
def test_invariant_10_n_invited_have_n_opinions_or_n_minus_recorded_silences():
    case_id = consult(UNITS)
    for unit in ("transport", "water", "ecology"):
        answer(case_id, unit)
    assert {row.key: row.state for row in Task.objects.filter(case_id=case_id, step="opine")} == {
        "transport": "done", "water": "done", "ecology": "done", "health": "due",
    }  # fmt: skip
    refused("step_not_due", settle, case_id, at=town.later(days=1))
    lapsed = town.later(days=4)
    refused("done_by_silence", answer, case_id, "health", at=lapsed)
    settle(case_id, at=lapsed)
    found = said(case_id, lapsed)
    opinions = found.clocks.filter(found.clocks["clause"] == "opinion")
    assert sorted(opinions["state"]) == ["deemed", "kept", "kept", "kept"]
    assert found.findings.select("clause", "unit").rows() == [("silence-on-record", "health")]


@pytest.mark.holds("peer 25", "invariant 9", shows="/cases/<id>")
def test_what_the_majority_does_not_carry_is_refused_with_the_sentence_of_the_card():
    """Live the command is refused; reported as a fact it is found: the same clause, the same words."""
    case_id = consult(UNITS)
    for unit, word in zip(UNITS, ("consented", "consented", "consented", "dissented"), strict=True):
        answer(case_id, unit, word)
    other = consult(UNITS)
    for unit, word in zip(UNITS, ("consented", "consented", "dissented", "consented"), strict=True):
        answer(other, unit, word)
    settle(case_id)
    found = refused("blocked", settle, other)
    assert found.clause == "consultation/consultation.opine"
    act = Act(other, "consultation_settled", town.NOW, {"minutes": "硬办"}, source="system:hall", event_id="forced")
    (done,) = commands.record([act._replace(unit="market")], actor=town.SYSTEM, now=town.NOW)
    assert not isinstance(done, Refused)
    (finding,) = said(other, town.NOW).findings.filter(pl.col("clause") == "consultation.opine").iter_rows(named=True)
    sentence = explain({**finding}, in_force.rules())
    assert sentence.replace("system:hall", town.CHIEF.id) == found.sentence
    assert "一票否决1家（ecology）" in sentence


@pytest.mark.holds("peer 27", "decision D20", shows="/cases/<id>")
def test_a_step_is_given_to_a_colleague_and_the_giver_stays_named():
    case_id = consult(["transport", "water"])
    giving = {"department": "transport", "deputy": COLLEAGUE.id}
    refused("given_to_oneself", town.do, case_id, "opinion_entrusted", STAFF["transport"],
            fields={**giving, "deputy": STAFF["transport"].id})  # fmt: skip
    refused("not_your_step", town.do, case_id, "opinion_entrusted", STAFF["water"], fields=giving)
    town.do(case_id, "opinion_entrusted", STAFF["transport"], fields=giving)
    task = Task.objects.get(case_id=case_id, step="opine", key="transport")
    assert (task.state, task.actor, task.unit) == ("due", COLLEAGUE.id, "transport")
    found = refused("given_to_another", answer, case_id, "transport")
    assert STAFF["transport"].id in found.sentence
    assert COLLEAGUE.id in found.sentence
    refused("given_already", town.do, case_id, "opinion_entrusted", COLLEAGUE, fields=giving)
    answer(case_id, "transport", actor=COLLEAGUE)
    assert Task.objects.get(case_id=case_id, step="opine", key="transport").actor == COLLEAGUE.id
    state = queries.state_of(case_id)
    assert state.done["opine-given"]["transport"][1:] == [STAFF["transport"].id, "transport", COLLEAGUE.id]
    refused("step_not_due", town.do, case_id, "opinion_entrusted", STAFF["transport"], fields=giving)


def test_a_step_is_not_given_to_somebody_nobody_knows_or_who_has_left():
    case_id = consult(["transport"])
    giving = {"department": "transport", "deputy": "查无此人"}
    found = refused("unknown_person", town.do, case_id, "opinion_entrusted", STAFF["transport"], fields=giving)
    assert (found.field, "人员名册里没有“查无此人”" in found.sentence) == ("deputy", True)
    people.end("persons", COLLEAGUE.id, until=town.NOW.date(), actor=OPERATOR, now=town.NOW)
    giving["deputy"] = COLLEAGUE.id
    refused("unknown_person", town.do, case_id, "opinion_entrusted", STAFF["transport"], fields=giving)
    answer(case_id, "transport")


def test_what_was_given_is_taken_back_and_done_by_its_own():
    case_id = consult(["transport"])
    refused("not_given", town.do, case_id, "opinion_recalled", STAFF["transport"], fields={"department": "transport"})
    giving = {"department": "transport", "deputy": COLLEAGUE.id}
    town.do(case_id, "opinion_entrusted", STAFF["transport"], fields=giving)
    town.do(case_id, "opinion_recalled", STAFF["transport"], fields={"department": "transport"})
    assert Task.objects.get(case_id=case_id, step="opine", key="transport").actor is None
    answer(case_id, "transport")


@pytest.mark.holds("peer 27", shows="/cases/<id>")
def test_add_sign_a_department_invited_later_is_heard_before_anything_follows():
    case_id = consult(["transport"])
    widened = {"invited": ["transport", "water"], "why_widened": "涉及水源"}
    town.do(case_id, "consultation_widened", town.CHIEF, fields=widened)
    assert {row.key: row.state for row in Task.objects.filter(case_id=case_id, step="seek")} == {
        "transport": "done", "water": "due",
    }  # fmt: skip
    town.do(case_id, "opinion_sought", town.HANDLER, fields={"department": "water"})
    answer(case_id, "transport")
    refused("step_not_due", settle, case_id)
    answer(case_id, "water")
    settle(case_id)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["consented", "dissented", "opinion_entrusted", "opinion_recalled", "consultation_widened",
             "consultation_settled", "consultation_referred", "opinion_sought"]
        ),
        st.sampled_from(UNITS[:3]),
        st.sampled_from([*(STAFF[unit] for unit in UNITS[:3]), COLLEAGUE, town.CHIEF]),
        st.integers(0, 30),
    ),
    min_size=4,
    max_size=12,
)  # fmt: skip


@pytest.mark.holds("invariant 5", "peer 27", shows="/cases/<id>")
@given(ACTS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_open_step_is_ever_without_a_holder(tried):
    """Whoever gives what to whomever in whatever order: the case is held, every due task lies with a unit or a person."""
    case_id, at, doers = consult(UNITS[:2]), town.NOW, {}
    for activity, unit, actor, hours in tried:
        at += timedelta(hours=hours)
        fields = {"department": unit, "opinion": "见附件", "basis": "公路法"}
        if activity == "opinion_entrusted":
            fields = {"department": unit, "deputy": COLLEAGUE.id}
        elif activity == "opinion_recalled":
            fields = {"department": unit}
        elif activity == "consultation_widened":
            fields = {"invited": list(UNITS[:3]), "why_widened": "涉及生态"}
        elif activity.startswith("consultation"):
            fields = {"minutes": "纪要"}
        try:
            town.do(case_id, activity, actor, at=at, fields=fields)
        except (Refused, NotAllowed):
            continue
        doers[activity] = actor
        case = Case.objects.get(case_id=case_id)
        assert case.status == "ended" or case.holder_unit is not None
        for task in Task.objects.filter(case_id=case_id, state="due"):
            assert task.unit is not None
            assert (task.actor is None) == (task.key not in queries.state_of(case_id).done.get("opine-given", {}))
    _live_equals_replay(case_id, at)


def _live_equals_replay(case_id, at):
    """What was let through is broken in nobody's eyes but for silence and lateness; what the table says is the evaluator's."""
    found = said(case_id, at)
    assert set(found.findings["clause"]) <= {"silence-on-record", "whole"}
    case = Case.objects.get(case_id=case_id)
    if case.status == "open":
        held = found.holdings.sort("from")
        assert (held["unit"][-1], held["actor"][-1]) == (case.holder_unit, case.holder_actor)


def offered(case_id, actor, at):
    """The acts the case's page offers a person at a moment."""
    case = Case.objects.values("case_id", "kind", "opened_at", "state", "scope").get(case_id=case_id)
    return {one.activity for one in possible(case, Words("zh"), actor=actor, now=at)}


@pytest.mark.holds("peer 28", "E036", shows="/cases/<id>")
def test_once_the_limit_has_passed_the_page_offers_the_conclusion_and_no_answer_any_more():
    case_id = consult(["transport", "water"])
    answer(case_id, "transport")
    assert "consented" in offered(case_id, STAFF["water"], town.later(days=1))
    assert "consultation_settled" not in offered(case_id, town.CHIEF, town.later(days=1))
    assert "consented" not in offered(case_id, STAFF["water"], town.later(days=4))
    assert "consultation_settled" in offered(case_id, town.CHIEF, town.later(days=4))


def test_what_silence_made_due_is_on_somebodys_list_of_tasks():
    case_id = consult(["transport", "water"])
    answer(case_id, "transport")
    while not sweep(town.later(days=1)).is_idle:
        pass
    listed = Task.objects.filter(case_id=case_id, state="due").values_list("step", "key")
    assert set(listed) == {("opine", "water")}
    while not sweep(town.later(days=4)).is_idle:
        pass
    assert set(listed.all()) == {("conclude", "")}
    assert Task.objects.get(case_id=case_id, step="opine", key="water").actor is None
    referred = {"minutes": "意见不足，报请裁定"}
    town.do(case_id, "consultation_referred", town.CHIEF, at=town.later(days=4, hours=1), fields=referred)
    assert not listed.all()


def test_the_page_offers_a_step_that_was_given_on_to_whom_it_was_given_alone():
    case_id = consult(["transport"])
    assert {"consented", "opinion_entrusted"} <= offered(case_id, STAFF["transport"], town.NOW)
    giving = {"department": "transport", "deputy": COLLEAGUE.id}
    town.do(case_id, "opinion_entrusted", STAFF["transport"], fields=giving)
    mine, theirs = (offered(case_id, one, town.NOW) for one in (STAFF["transport"], COLLEAGUE))
    assert "consented" not in mine
    assert "opinion_recalled" in mine
    assert "consented" in theirs
