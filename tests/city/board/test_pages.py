"""Every page of the board answers, in both languages, within its queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

PAGES = (
    "/",
    "/board/lights",
    "/findings",
    "/findings?status=open",
    "/cases",
    "/cases?status=open&clock=paused",
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


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_answers_within_eight_queries(sign_in, page, language):
    client = sign_in("chen", language)
    client.get(page)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(page)
    assert answer.status_code == 200
    assert len(asked) <= 8, "\n".join(query["sql"][:160] for query in asked)


def test_a_case_without_a_root_says_when_there_will_be_one(sign_in):
    assert "还没有取过总根" in sign_in("chen").get("/cases/D004/inclusion.html").content.decode()
    assert sign_in("chen").get("/cases/D004/inclusion.json").status_code == 404
