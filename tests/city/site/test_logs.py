"""Log lines: JSON, one a request, with its id, and nothing a person wrote (design 5: personal data stay in `private`)."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import path

from yinuo.city.people.guard import public
from yinuo.city.site.keys import Unusable
from yinuo.city.site.watch.logs import configuration

PERSON = "张三 110101199003070000"


@public
def broken(request, name):
    try:
        raise KeyError(PERSON)
    except KeyError as problem:
        raise RuntimeError(PERSON) from problem


urlpatterns = [path("broken/<name>", broken)]


class Written:
    """What was written to standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys, self._text = capsys, ""

    def getvalue(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """What production would write."""
    logging.config.dictConfig(configuration(form="json", level="INFO", with_messages=False))
    yield Written(capsys)
    configuration(form="text", level="INFO", with_messages=True)
    logging.config.dictConfig(settings.LOGGING)


def lines(text: Written) -> list[dict]:
    return [json.loads(line) for line in text.getvalue().splitlines()]


@pytest.mark.django_db
def test_one_line_a_request_with_its_id_and_its_time(client: Client, written: Written):
    answer = client.get("/readyz", headers={"X-Request-ID": "from-the-proxy-1"})
    assert answer.headers["X-Request-ID"] == "from-the-proxy-1"
    (line,) = lines(written)
    assert line["event"] == "request"
    assert line["level"] == "info"
    assert (line["method"], line["route"], line["status"], line["actor"]) == ("GET", "readyz", 200, None)
    assert line["request"] == "from-the-proxy-1"
    assert line["ms"] >= 0
    assert line["timestamp"].endswith("Z")


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "short", "x" * 65, "two\nlines-here", '"}{"forged'])
def test_an_id_that_is_none_is_replaced(client: Client, written: Written, given: str):
    answer = client.get("/readyz", headers={"X-Request-ID": given})
    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_a_failure_is_told_without_what_a_person_wrote(client: Client, written: Written):
    client.raise_request_exception = False
    answer = client.get(f"/broken/{PERSON}?q={PERSON}", headers={"User-Agent": PERSON.encode().decode("latin-1")})
    assert answer.status_code == 500
    text = written.getvalue()
    assert "张三" not in text
    assert "1101011990" not in text
    failed, request = lines(written)
    assert failed["error"]["type"] == "builtins.RuntimeError"
    assert failed["error"]["at"][-1].endswith(" broken")
    assert failed["error"]["cause"]["type"] == "builtins.KeyError"
    assert failed["request"] == request["request"] == answer.headers["X-Request-ID"]
    assert (request["level"], request["route"], request["status"]) == ("error", "broken/<name>", 500)


@pytest.mark.django_db
def test_what_was_not_found_is_not_repeated(client: Client, written: Written):
    client.get(f"/nowhere/{PERSON}?q={PERSON}")
    assert [line["route"] for line in lines(written)] == [""]
    assert "张三" not in written.getvalue()


def test_lines_of_libraries_have_the_same_form(written: Written):
    logging.getLogger("some.library").warning("careful with %s", "this")
    (line,) = lines(written)
    assert (line["event"], line["level"], line["logger"]) == ("careful with this", "warning", "some.library")


@pytest.mark.parametrize(("form", "level"), [("xml", "INFO"), ("json", "LOUD")])
def test_a_wrong_setting_is_refused(form: str, level: str):
    with pytest.raises(Unusable, match="YINUO_LOG"):
        configuration(form=form, level=level, with_messages=False)
