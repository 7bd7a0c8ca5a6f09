"""A null character, which no text of the database can hold, is refused at the door wherever it was typed."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from yinuo.city.site.typed import Typed

FORM = "application/x-www-form-urlencoded"


def answered(request):
    """What the middleware answers for a view that would say yes to anything."""
    return Typed(lambda _request: HttpResponse("yes")).process_view(request, lambda _request: None, (), {})


@pytest.mark.parametrize(
    "typed",
    [
        lambda made: made.get("/matters/a%00b"),
        lambda made: made.get("/track?receipt=1&tail=%00"),
        lambda made: made.get("/track?tail%00=1"),
        lambda made: made.post("/rate", "said=a%00b", content_type=FORM),
        lambda made: made.post("/rate", {"said": "a\x00b"}),
        lambda made: made.post("/api/tokens?q=%00", "{}", content_type="application/json"),
    ],
    ids=["path", "query", "name in the query", "form", "multipart form", "query of the API"],
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_a_null_character_is_refused(db, typed, accept):
    request = typed(RequestFactory(headers={"Accept": accept}))
    request.actor = request.resident = request.user = None
    answer = answered(request)
    is_program = accept == "application/json" or request.path.startswith("/api/")
    said = json.loads(answer.content)["detail"] if is_program else answer.content.decode()
    assert (answer.status_code, "空字符" in said) == (400, True)


def test_what_holds_none_passes(rf):
    for request in (rf.get("/track?tail=%2500&receipt=字"), rf.post("/rate", {"said": "\\x00 %00 字"})):
        assert answered(request) is None


def test_the_body_of_a_request_to_the_api_stays_with_its_own_readers(rf):
    request = rf.post("/api/events", '{"name": "a\\u0000b"}', content_type="application/json")
    assert answered(request) is None
    assert request.read() == b'{"name": "a\\u0000b"}', "not read by anybody before"
    form = rf.post("/api/events", "a=%00", content_type=FORM)
    assert answered(form) is None
    assert form.read() == b"a=%00"


def test_every_page_stands_behind_that_door(db):
    visitor = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    for answer in (
        visitor.get("/matters/a%00b"),
        visitor.get("/track?receipt=1&tail=%00"),
        visitor.post("/my/sign-in", {"phone": "138\x00"}),
    ):
        assert answer.status_code == 400
        assert "空字符" in answer.content.decode()
