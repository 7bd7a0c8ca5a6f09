"""Registers at the act: fields nobody fills in, states in their order, nothing closed over what is open below."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest
from django.db import transaction

from tests.city.cases import town
from tests.rulebook.test_derived_fields import BOOKS
from yinuo.city.cases import acting, copied, queries
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import record
from yinuo.city.cases.models import Case
from yinuo.city.ledger.commands import rebuild
from yinuo.city.ledger.statements import ask
from yinuo.city.people.actor import OPERATOR
from yinuo.city.texts import in_force
from yinuo.city.texts.commands import put_in_force
from yinuo.engine.deriving import with_derived
from yinuo.engine.evaluate import evaluate
from yinuo.rulebook.loader import load_pack

HEAD = """name = "works"
zh = "工程"

[[version]]
from = 2025-01-01
source = "试行办法"
status = "LOCAL"
"""


@pytest.fixture(autouse=True)
def books(founded, tmp_path):
    root = tmp_path / "demo-city"
    shutil.copytree(town.demo_city().root, root)
    shutil.copytree(town.demo_city().root.parent / "cn-national", tmp_path / "cn-national")
    text = HEAD + BOOKS.replace("letters/", "works/").replace('"clerk"', '"handler"').replace('"head"', '"unit-head"')
    text = text.replace('over = "register:project"\n', 'over = "register:project"\nsubject = "unit"\n')
    (root / "institutions" / "works").mkdir()
    (root / "institutions" / "works" / "policy.toml").write_text(text, encoding="utf-8")
    put_in_force(load_pack(root), actor=OPERATOR, now=town.NOW - timedelta(days=1))


def enter(kind, **fields):
    return town.do(None, "entered", town.HANDLER, kind=f"works/{kind}", unit="market", fields=fields).case_id


def refused(act, *rest, **more):
    with pytest.raises(Refused) as found:
        act(*rest, **more)
    return found.value


def test_a_field_that_is_worked_out_is_not_filled_in_and_refuses_by_its_value():
    found = refused(enter, "project", number="1", planned=20, actual=5, behind=0)
    assert (found.code, found.field) == ("derived_field", "behind")
    found = refused(enter, "project", number="1", planned=20, actual=5)
    assert found.clause == "works/project.refuse-1"
    case_id = enter("project", number="1", planned=20, actual=14)
    assert "behind" not in Case.objects.get(case_id=case_id).fields
    events = with_derived(queries.log([case_id]), in_force.rules()).events
    assert events.select("behind", "light", "issues").rows() == [(6.0, "红", 0)]
    found = refused(town.do, case_id, "changed", town.HANDLER, fields={"actual": 9})
    assert found.clause == "works/project.refuse-1"


def test_what_hangs_below_keeps_it_open_verified_or_not():
    case_id = enter("project", number="1")
    found = refused(town.do, case_id, "moved", town.HANDLER, fields={"stage": "竣工"})
    assert found.clause == "works/project.state-2"
    town.do(case_id, "moved", town.HANDLER, fields={"stage": "在建"})
    found = refused(town.do, case_id, "closed", town.CHIEF)
    assert found.clause == "works/project.closed-state"
    town.do(case_id, "moved", town.HANDLER, fields={"stage": "竣工"})
    below = enter("issue", title="裂缝", project=case_id, amount=3)
    assert refused(town.do, case_id, "closed", town.CHIEF).clause == "works/project.children-closed"
    town.do(below, "verified", town.CHIEF)
    found = refused(town.do, case_id, "closed", town.CHIEF)
    assert found.clause == "works/project.children-closed"
    assert "还有没有办结的下级登记" in found.sentence
    rows = queries.books(queries.ways_in_force())
    assert rows["issue:open"]["id"].to_list() == [below]
    town.do(below, "closed", town.CHIEF, at=town.later(days=1))
    town.do(case_id, "closed", town.CHIEF, at=town.later(days=1))
    said = evaluate(queries.log([case_id, below]), in_force.rules(), as_of=town.later(days=2))
    assert said.findings.is_empty()
    kept = said.clocks.filter(said.clocks["clause"] == "project.retain")
    assert kept["due_at"][0].year == town.NOW.year + 3


def test_what_was_read_in_a_transaction_that_was_taken_back_is_not_remembered():
    """Facts look nothing up, so both are the first change that is read."""

    def listed(number):
        fact = Act(f"their-{number}", "entered", town.NOW, {"number": number}, "works/project", unit="market", event_id=number)  # fmt: skip
        record([fact], actor=town.SYSTEM, now=town.NOW)
        return queries.books(queries.ways_in_force())["project"]["id"].to_list()

    with transaction.atomic():
        assert listed("1") == ["their-1"]
        transaction.set_rollback(True)
    assert listed("2") == ["their-2"]


def changes(kind):
    return ask(queries.__file__, "entries_changed", {"kind": f"works/{kind}"})[0][0]


@pytest.mark.parametrize("way", ["one statement", "the long way", "facts", "many facts"])
def test_whatever_happens_to_an_entry_is_noted_with_its_register_alone(way, monkeypatch):
    case_id = enter("project", number="1")
    before = changes("project"), changes("issue")
    at = town.later(hours=1)
    if way == "the long way":
        monkeypatch.setattr(acting, "write_at_once", lambda _decided: None)
    if way in ("one statement", "the long way"):
        town.do(case_id, "changed", town.HANDLER, at=at, fields={"planned": 3})
    else:
        acts = [
            Act(f"their-{one}", "entered", at, {"number": str(one)}, "works/project", unit="market", event_id=str(one))
            for one in range(copied.MANY)
        ]
        acts = acts if way == "many facts" else [Act(case_id, "changed", at, {"planned": 3}, event_id="1")]
        assert not [one for one in record(acts, actor=town.SYSTEM, now=at) if isinstance(one, Refused)]
    assert (changes("project"), changes("issue")) == (before[0] + 1, before[1])


def test_a_rebuild_says_that_registers_are_to_be_read_again():
    enter("project", number="1")
    before = changes("project")
    rebuild(["cases"])
    assert changes("project") > before
