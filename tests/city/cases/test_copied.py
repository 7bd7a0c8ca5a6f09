"""Cases that begin in a large batch are copied in: their rows are what a single fact's are."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.city.cases import town
from tests.city.cases.test_recording import fact, received, record
from yinuo.city.cases import copied
from yinuo.city.cases.models import Case, Handover, Look, Task, Thread
from yinuo.city.ledger import statements
from yinuo.city.ledger.digest import Frames

ODD = (
    '"quoted" {braces}, commas',
    "back\\slash \\N \\.",
    "tab\tline\nreturn\r",
    "a'b 王 敏 🙂",
    "null",
    "20260302000017",
)
pytestmark = pytest.mark.django_db


def rows_of(case_id):
    rows = [sorted(model.objects.filter(case_id=case_id).values(), key=str) for model in (Case, Task, Handover, Thread)]
    own = {"id", "case_id", "receipt", "words", "state", "head"}
    return [[{name: value for name, value in row.items() if name not in own} for row in many] for many in rows]


def acts_of(case_id, text):
    opening = received(case_id)._replace(fields={"applicant": text})
    return [opening, fact(case_id, "accepted", number=2, at=town.later(hours=1), fields={"reason": text})]


def test_cases_copied_in_have_the_rows_of_cases_told_one_by_one(founded):
    many = [(f"m{number}\\{number}", ODD[number % len(ODD)]) for number in range(copied.MANY + len(ODD))]
    record(*[act for case_id, text in many for act in acts_of(case_id, text)])
    for number, text in enumerate(ODD):
        for act in acts_of(f"s{number}", text):
            record(act)
        single = rows_of(f"s{number}")
        assert single[0][0]["fields"]["applicant"] == text
        assert rows_of(many[number][0]) == single
        state = Case.objects.get(case_id=many[number][0]).state
        assert len(state) > 100
    assert Look.objects.filter(case_id=many[0][0]).exists()


@pytest.mark.parametrize("texts", [(), ("a",), ('a"b', "c\\d", "", "e,f"), ("null", "{}", " ")])
def test_an_array_is_read_as_it_was_written(texts):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied_arrays (texts text[]) ON COMMIT DROP")
        statements.copy("COPY copied_arrays FROM STDIN (FORMAT BINARY)", [b"\0\1" + statements.array(Frames(), texts)])
        cursor.execute("SELECT texts, texts = %s::text[] FROM copied_arrays", [list(texts)])
        assert cursor.fetchone() == (list(texts), True)
