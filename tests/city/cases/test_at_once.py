"""An act written in one statement leaves what the long way leaves: the event, then the rows of its case."""

from __future__ import annotations

import orjson
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.city.cases import town
from tests.city.cases.test_copied import ODD, rows_of
from yinuo.city.cases import acting, at_once, projection
from yinuo.city.cases.models import Case, Look
from yinuo.city.ledger import read

pytestmark = pytest.mark.django_db(transaction=True)


def application(text):
    """An application with a transfer, a supplement, something told late, and its end."""
    case_id = town.receive(applicant=text)
    town.accept(case_id, at=town.later(hours=1))
    steps = [
        ("explained", town.HANDLER, 3, {}),
        ("reviewed", town.HANDLER, 2, {}),
        ("transferred", town.HANDLER, 4, {"to_unit": "human-resources"}),
        ("explained", town.HANDLER, 5, {}),
    ]
    for activity, actor, hours, fields in steps:
        town.do(case_id, activity, actor, at=town.later(hours=hours), now=town.later(hours=6), fields=fields)
    return case_id


def inquiry(text):
    return town.inquire(need=text)


def order(text):
    fields = {
        "about": text, "broken_clause": "promised", "broken_due": "2026-02-27", "to_unit": "market", "deadline": "2026-03-06",
    }  # fmt: skip
    return town.do(None, "ordered", town.OFFICE, kind="order", unit="supervising-office", fields=fields).case_id


def told(case_id):
    """Everything that is kept of a case but what only it can have."""
    state = orjson.loads(Case.objects.get(case_id=case_id).state)
    own = {"case_id", "receipt", "title"}
    events = [(one.version, one.activity, one.at, one.actor, one.unit) for one in read.stream(f"case/{case_id}")]
    return rows_of(case_id), {name: value for name, value in state.items() if name not in own}, events


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("history", [application, inquiry])
def test_in_one_statement_or_the_long_way_the_same_is_written(history, text, monkeypatch):
    at_one = history(text)
    monkeypatch.setattr(acting, "write_at_once", lambda _decided: None)
    assert told(history(text)) == told(at_one)
    assert Look.objects.filter(case_id=at_one).count() == len(read.stream(f"case/{at_one}"))
    assert Case.objects.get(case_id=at_one).words == projection.pairs(f"{title(at_one)}") + projection.pairs(
        receipt(at_one)
    )


def title(case_id):
    return Case.objects.get(case_id=case_id).title


def receipt(case_id):
    return Case.objects.get(case_id=case_id).receipt


def test_an_ordinary_act_looks_once_and_writes_once():
    case_id = town.receive()
    town.accept(case_id)
    with CaptureQueriesContext(connection) as asked:
        town.do(case_id, "reviewed", town.HANDLER, at=town.later(hours=1))
    assert [one["sql"].split(":", 1)[1].split()[0] for one in asked.captured_queries] == ["everything", "append"]


def test_what_one_statement_does_not_write_goes_the_long_way():
    case_id = order("a-case")
    assert len(read.stream(f"case/{case_id}")) == 1
    assert Case.objects.get(case_id=case_id).version == 1


def test_a_statement_that_fails_leaves_nothing(monkeypatch):
    case_id = town.receive()
    as_it_is = at_once._case

    def broken(case, *, is_new):
        return {**as_it_is(case, is_new=is_new), "state": None}

    monkeypatch.setattr(at_once, "_case", broken)
    with pytest.raises(IntegrityError):
        town.accept(case_id)
    monkeypatch.undo()
    assert len(read.stream(f"case/{case_id}")) == 1
    assert Case.objects.get(case_id=case_id).version == 1
    town.accept(case_id)


def test_an_act_that_changes_nothing_looked_up_touches_no_index():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT a.attname FROM pg_index i"
            " JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid"
            " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = d.refobjsubid"
            " WHERE i.indrelid = 'cases_case'::regclass"
        )
        looked_up = {name for (name,) in cursor.fetchall()}
    assert {"case_id", "kind", "unit", "scope", "status", "ended_at"} <= looked_up
    assert not looked_up & {"version", "changed_at", "state", "head", "stage", "holder_unit"}


def test_the_first_act_after_the_opening_writes_no_index_anew():
    for _ in range(6):  # from the sixth on the server keeps its plan
        town.receive()
    with transaction.atomic():
        before = updates()
        case_id = town.receive()
        town.do(case_id, "explained", town.HANDLER, at=town.later(hours=1))
        written, in_place, elsewhere = (now - then for now, then in zip(updates(), before, strict=True))
    assert written == in_place + elsewhere, (
        "a row goes to another page when there is no room on its own, for no other reason"
    )
    assert in_place > 0


def updates() -> tuple[int, int, int]:
    """Rows of cases written anew, in place, on another page: of this transaction, and of those before it not told yet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n_tup_upd, n_tup_hot_upd, n_tup_newpage_upd FROM pg_stat_xact_user_tables WHERE relid = 'cases_case'::regclass"
        )
        return cursor.fetchone()
