"""`ask`: a prepared statement gives what Django's cursor gives, and behaves as it does."""

from __future__ import annotations

import gc
import weakref
from datetime import UTC, date, datetime

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from yinuo.city.ledger import statements
from yinuo.city.ledger.statements import ask, sql

pytestmark = pytest.mark.django_db(transaction=True)
SAME = "-- purpose: what is given\nSELECT %(given)s::{type}, %(given)s::{type} IS NULL"
VALUES = [
    ("text", "a'b\\c 王 %s %% 🙂"), ("text", None), ("bytea", bytes(range(256))), ("bytea", b""), ("bigint", 2**60), ("bigint", -1),
    ("boolean", True), ("timestamptz", datetime(2026, 3, 2, 1, 2, 3, 4, UTC)), ("date", date(2026, 3, 2)),
    ("text[]", ["a", 'b"', "c\\", None, "{}"]), ("text[]", []), ("text[]", [None]), ("bytea[]", [b"\x00\\'", b""]),
    ("timestamptz[]", [datetime(2026, 3, 2, tzinfo=UTC)]), ("jsonb", '{"a": [1, null]}'),
]  # fmt: skip


@pytest.fixture
def told(monkeypatch):
    """Let a text stand for the statement of a file."""

    def tell(text):
        monkeypatch.setattr(statements, "sql", lambda _file, _name: text)

    return tell


@pytest.mark.parametrize(("type_", "value"), VALUES)
def test_every_type_comes_back_as_django_brings_it(type_, value, told):
    text = SAME.format(type=type_)
    told(text)
    with connection.cursor() as cursor:
        cursor.execute(text, {"given": value})
        usual = cursor.fetchall()
    for _time in range(7):
        assert ask("", "", {"given": value}) == usual


def test_it_is_part_of_the_transaction_and_goes_with_it(told):
    told("-- purpose: put\nINSERT INTO cases_look (case_id) VALUES ('a') RETURNING case_id")
    with transaction.atomic():
        for _time in range(2):
            assert ask("", "") == [("a",)]
        transaction.set_rollback(True)
    told("-- purpose: look\nSELECT count(*) FROM cases_look")
    assert ask("", "") == [(0,)]


def test_the_first_of_a_transaction_is_inside_it(told):
    told("-- purpose: which\nSELECT pg_current_xact_id()::text")
    with transaction.atomic():
        assert ask("", "") == ask("", "")
    assert ask("", "") != ask("", "")


def test_errors_are_django_s_and_the_connection_goes_on(told):
    told("-- purpose: nonsense\nINSERT INTO cases_look (case_id) VALUES (%(case)s) RETURNING id")
    for _time in range(2):
        with pytest.raises(IntegrityError):
            ask("", "", {"case": None})
    told("-- purpose: one\nSELECT 1")
    assert ask("", "") == [(1,)]


def test_whoever_counts_statements_sees_it():
    with CaptureQueriesContext(connection) as asked:
        ask(statements.__file__, "roots", {"after": 0})
    assert [one["sql"] for one in asked.captured_queries] == [
        sql(statements.__file__, "roots").replace("%(after)s", "0")
    ]


def test_a_connection_that_is_gone_takes_its_plans_with_it():
    where = connection.get_connection_params()
    own = psycopg.connect(
        **{name: where[name] for name in ("dbname", "user", "password", "host", "port") if name in where}
    )
    assert statements._run(own, "SELECT %(raw)s::bytea", {"raw": b"\x00\xff"}) == [(b"\x00\xff",)]
    gone = weakref.ref(own)
    own.close()
    del own
    gc.collect()
    assert gone() is None
