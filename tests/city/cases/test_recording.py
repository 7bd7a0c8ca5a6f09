"""Facts from systems: held to the words, not to the steps; written once; late ones counted from when they happened."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection

from tests.city.cases import town
from yinuo.city.cases import commands, projection, queries
from yinuo.city.cases.acts import Act, Done, Refused
from yinuo.city.cases.logs import line_of, log_of
from yinuo.city.cases.models import Case, Handover, Look, Task, Thread
from yinuo.city.ledger import private, read
from yinuo.city.ledger.statements import sql
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR, Actor, Grant, NotAllowed
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate


def fact(case_id, activity, *, at=town.NOW, number=1, unit="market", **rest):
    return Act(case_id, activity, at, unit=unit, source="hall", event_id=f"{case_id}-{number}", **rest)


def received(case_id, **rest):
    return fact(case_id, "received", kind="application", item="food-permit", fields={"applicant": "甲"}, **rest)


def record(*acts, actor=town.SYSTEM, now=None):
    return commands.record(acts, actor=actor, now=now or town.later(days=30))


def whole(case_id):
    """Everything the tables say of a case."""
    rows = [model.objects.filter(case_id=case_id).values() for model in (Case, Task, Handover, Thread)]
    return [
        sorted(({name: value for name, value in row.items() if name != "id"} for row in many), key=repr)
        for many in rows
    ]


def test_what_happened_happened_even_where_the_flow_says_no():
    first, second = record(received("a"), fact("a", "granted", number=2, at=town.later(hours=1)))
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    said = evaluate(queries.log(["a"]), in_force.rules(), as_of=town.later(days=1))
    assert "accepted-first" in said.findings["clause"].to_list()


def test_the_same_facts_again_change_nothing():
    acts = [received("a"), fact("a", "accepted", number=2, at=town.later(hours=1))]
    once = record(*acts)
    before, looks = whole("a"), Look.objects.count()
    again = record(*acts, now=town.later(days=31))
    assert again == [one._replace(is_new=False) for one in once]
    assert whole("a") == before
    assert Look.objects.count() == looks
    assert len(read.stream("case/a")) == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"activity": "no-such"}, "unknown_activity"),
        ({"kind": "no-such"}, "unknown_kind"),
        ({"kind": None}, "no_such_case"),
        ({"item": "no-such"}, "unknown_item"),
        ({"unit": "no-such"}, "unknown_unit"),
        ({"fields": {"no-such": 1}}, "unknown_field"),
        ({"fields": {"to_unit": "no-such"}}, "unknown_unit"),
        ({"fields": {"cause": "别的"}}, "bad_field"),
        ({"fields": {"declared": "five days"}}, "bad_field"),
        ({"fields": {"notified_on": "2026-02-30"}}, "bad_field"),
        ({"at": town.later(days=30, minutes=6)}, "in_the_future"),
    ],
)
def test_a_fact_that_says_what_the_text_does_not_know_is_refused_and_the_rest_is_written(change, code):
    given = {
        "case_id": "bad", "activity": "received", "at": town.NOW, "kind": "application", "unit": "market",
        "source": "hall", "event_id": "bad-1", **change,
    }  # fmt: skip
    bad, good = record(Act(**given), received("good"))
    assert isinstance(bad, Refused)
    assert bad.code == code
    assert isinstance(good, Done)
    assert not Case.objects.filter(case_id="bad").exists()


def test_a_system_reports_only_for_its_part_of_the_tree():
    market = Actor("system:market", "市场监管", (Grant("system", "market", False),), "market", is_system=True)
    mine, theirs = record(received("mine"), received("theirs", unit="police"), actor=market)
    assert isinstance(mine, Done)
    assert theirs.code == "outside_your_units"
    with pytest.raises(NotAllowed):
        record(received("x"), actor=town.HANDLER)


def test_a_fact_that_comes_late_is_read_at_its_time():
    in_order, late = "in-order", "late"
    record(
        received(in_order), fact(in_order, "accepted", number=2, at=town.later(hours=1)),
        fact(in_order, "reviewed", number=3, at=town.later(hours=2)),
    )  # fmt: skip
    record(received(late), fact(late, "reviewed", number=3, at=town.later(hours=2)))
    record(fact(late, "accepted", number=2, at=town.later(hours=1)))
    one, other = Case.objects.get(case_id=in_order), Case.objects.get(case_id=late)
    assert (one.stage, one.holder_unit, one.status) == (other.stage, other.holder_unit, other.status)
    tasks = [
        list(Task.objects.filter(case_id=case_id).order_by("step").values_list("step", "state", "due_since", "done_at"))
        for case_id in (in_order, late)
    ]
    assert tasks[0] == tasks[1]
    assert other.version == 3


def test_e071_invariant_20_every_kind_of_the_text_is_looked_at():
    """No kind of case may opt out of supervision: whatever the text knows, its first event is marked to be looked at."""
    ways = projection.ways_in_force()
    assert set(ways.kinds) >= {"application", "inquiry", "order", "pledge", "rectification"}
    acts = [
        fact(f"of-{kind}", editions[-1].flow.opens, kind=kind, unit="city") for kind, editions in ways.kinds.items()
    ]
    results = record(*acts)
    assert [one for one in results if isinstance(one, Refused)] == []
    assert set(Look.objects.values_list("case_id", flat=True)) == {act.case_id for act in acts}


def test_invariant_21_every_change_is_an_event_with_actor_and_time():
    case_id = town.receive()
    town.accept(case_id, at=town.later(minutes=3))
    events = read.stream(f"case/{case_id}")
    assert [(one.activity, one.actor, one.at) for one in events] == [
        ("received", "李强", town.NOW), ("accepted", "李强", town.later(minutes=3)),
    ]  # fmt: skip
    assert Case.objects.get(case_id=case_id).version == len(events)


def test_a_person_is_kept_apart_from_the_event():
    act = received("p")
    record(act._replace(person={"name": "王敏", "phone": "138"}))
    event = read.stream("case/p")[0]
    assert "王敏" not in event.payload
    case = Case.objects.get(case_id="p")
    assert private.unseal(case.person_ref)["name"] == "王敏"


def test_the_tables_made_again_from_the_ledger_are_the_same():
    inquiry = town.inquire()
    town.do(inquiry, "handover_offered", town.CLERK, fields={"to_unit": "police", "handover": "一"})
    town.do(inquiry, "handover_acknowledged", town.POLICE, fields={"handover": "一"}, at=town.later(hours=1))
    case_id = town.receive()
    town.accept(case_id, at=town.later(days=1))
    record(received("a"), fact("a", "reviewed", number=3, at=town.later(hours=2)))
    record(
        fact("a", "accepted", number=2, at=town.later(hours=1)), fact("a", "granted", number=4, at=town.later(hours=9))
    )
    town.do(
        None, "ordered", town.OFFICE, kind="order", unit="supervising-office",
        fields={"about": "a", "broken_clause": "promised", "broken_due": "x", "to_unit": "market", "deadline": "2026-03-06"},
    )  # fmt: skip
    ids = list(Case.objects.order_by("case_id").values_list("case_id", flat=True))
    before = [whole(one) for one in ids]
    streams = read.streams([f"case/{one}" for one in ids]).values()
    events = sorted((event for many in streams for event in many), key=lambda event: event.position)
    assert len(events) == sum(row[0][0]["version"] for row in before)
    for size in (1, 3, 1000):
        projection.reset()
        for start in range(0, len(events), size):
            projection.apply(events[start : start + size])
        assert [whole(one) for one in ids] == before


@pytest.mark.holds("invariant 31", "E009", shows="/cases/<id>")
def test_invariant_31_e009_a_parent_does_not_close_while_a_child_is_open():
    parent = town.receive()
    town.accept(parent)
    child = town.receive(parent=parent)
    with pytest.raises(Refused) as refused:
        town.do(parent, "granted", town.APPROVER, at=town.later(hours=1))
    assert refused.value.code == "child_open"
    town.accept(child)
    town.do(child, "granted", town.APPROVER, at=town.later(hours=2))
    town.do(parent, "granted", town.APPROVER, at=town.later(hours=3))
    with pytest.raises(Refused) as refused:
        town.receive(parent=parent)
    assert refused.value.code == "no_such_parent"


def test_a_form_filled_in_on_an_older_case_is_refused():
    case_id = town.receive()
    town.accept(case_id)
    with pytest.raises(Refused) as refused:
        town.do(case_id, "reviewed", town.HANDLER, expected=1)
    assert refused.value.code == "changed_meanwhile"


def test_the_same_act_again_gives_what_was_written_then():
    one = town.do(
        None, "received", town.CLERK, kind="application", unit="market", item="food-permit",
        fields={"applicant": "甲"}, event_id="form-1",
    )  # fmt: skip
    two = town.do(
        None, "received", town.CLERK, kind="application", unit="market", item="food-permit",
        fields={"applicant": "甲"}, event_id="form-1", now=town.NOW + timedelta(minutes=1),
    )  # fmt: skip
    assert one.is_new
    assert one._replace(is_new=False) == two
    assert Case.objects.count() == 1


def test_when_a_unit_moves_its_open_cases_move_with_it():
    case_id = town.receive(unit="market-licences")
    assert "market" in Case.objects.get(case_id=case_id).scope
    moved = {"parent": "human-resources", "since": date(2026, 3, 10), "actor": OPERATOR, "now": town.NOW}
    people.move_unit("market-licences", **moved)
    assert commands.rescope(now=town.later(days=1)) == 0
    assert commands.rescope(now=town.later(days=20)) == 1
    scope = Case.objects.get(case_id=case_id).scope
    assert "human-resources" in scope
    assert "market" not in scope
    assert commands.rescope(now=town.later(days=20)) == 0


def test_the_log_read_in_columns_is_the_log_read_event_by_event():
    ids = [town.inquire(), town.receive()]
    town.accept(ids[1], at=town.later(days=1, microseconds=7))
    record(received("a"), fact("a", "reviewed", number=3, at=town.later(hours=2)))
    log = queries.log([*ids, "a", "no-such-case", ids[0]])
    lines = [line_of(event) for one in sorted([*ids, "a"]) for event in read.stream(f"case/{one}")]
    other = log_of(lines, projection.ways_in_force())
    assert log.events.equals(other.events)
    assert log.cases.equals(other.cases)
    assert "hall:a-1" in log.events["event_id"].to_list()
    empty = queries.log([])
    assert (len(empty.events), len(empty.cases)) == (0, 0)


def test_the_history_of_a_case_is_looked_up_however_many_others_there_are():
    record(*(received(f"n{number:03}") for number in range(400)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ledger_event'::regclass")
        for (part,) in cursor.fetchall():  # as the server does by itself, which never looks at the table as a whole
            cursor.execute(f"ANALYZE {part}")
        cursor.execute(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {sql(queries.__file__, 'history')}", {"streams": '["case/n007"]'}
        )
        plan = cursor.fetchone()[0][0]["Plan"]
    assert rows_scanned(plan) == len(read.stream("case/n007"))


def rows_scanned(plan):
    """Rows of the ledger that a plan read."""
    own = plan["Actual Rows"] * plan["Actual Loops"] if plan.get("Relation Name", "").startswith("ledger_event") else 0
    return own + sum(rows_scanned(part) for part in plan.get("Plans", ()))


def test_what_a_command_of_ours_said_opens_the_door_to_nobody_else_in_the_same_batch():
    opened, ours, theirs = record(
        received("a"),
        fact("a", "order_opened", number=2, at=town.later(hours=1), is_own=True),
        fact("a", "order_opened", number=3, at=town.later(hours=2)),
    )
    assert isinstance(opened, Done)
    assert isinstance(ours, Done)
    assert theirs.code == "own_activity"
