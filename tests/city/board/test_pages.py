"""Every page of the board answers, in both languages, within its queries."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import Cursor

from yinuo.city.pages.words import Words
from yinuo.city.people import units

PAGES = (
    "/",
    "/board/lights",
    "/findings",
    "/findings?status=open",
    "/cases",
    "/cases?status=open&clock=paused",
    "/offers",
    "/pauses",
    "/cases/D003",
    "/cases/D009",
    "/cases/D004",
    "/cases/D004/proof",
    "/texts/try",
    "/figures/time-limit/on-time/cases?unit=market",
    "/figures",
    "/figures/time-limit/on-time",
    "/institutions",
    "/institutions/time-limit",
    "/institutions/service-pledge/stories",
)


@contextmanager
def counted():
    """The statements of a block, COPY among them: Django's own count does not see that one."""
    statements, copied, copy = [], [], Cursor.copy

    def counting(self, statement, *arguments, **named):
        copied.append(str(statement)[:160])
        return copy(self, statement, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch, CaptureQueriesContext(connection) as asked:
        patch.setattr(Cursor, "copy", counting)
        yield statements
    statements += [query["sql"][:160] for query in asked] + copied


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers_within_eight_queries(sign_in, page, language):
    client = sign_in("chen", language)
    client.get(page)
    with counted() as asked:
        answer = client.get(page)
    assert answer.status_code == 200
    assert len(asked) <= 8, "\n".join(asked)


def test_what_is_read_by_copy_is_counted(sign_in):
    with counted() as asked:
        assert sign_in("chen").get("/figures/time-limit/on-time/cases?unit=market").status_code == 200
    assert any(statement.startswith("COPY") for statement in asked), asked


def test_a_case_without_a_root_says_when_there_will_be_one(sign_in):
    assert "还没有取过总根" in sign_in("chen").get("/cases/D004/inclusion.html").content.decode()
    assert sign_in("chen").get("/cases/D004/inclusion.json").status_code == 404


def test_the_tree_of_a_page_is_the_newest(city, db):
    words = Words()
    assert words._around["revision"] == units.revision()
    assert words.tree is units.tree(timezone.localdate())
