"""Open boards: unchanged is 304 without a session, and only to who saw it before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.city.board import small_city
from yinuo.city.board import lights, polling
from yinuo.city.pages.keeping import Kept, Renewed, Told
from yinuo.city.pages.words import Words
from yinuo.city.supervision.commands import explain_card
from yinuo.city.supervision.models import Finding


@pytest.fixture
def board(sign_in):
    client = sign_in("chen")
    answer = client.get("/board/lights")
    return client, answer["ETag"]


def test_an_unchanged_board_is_304_within_one_query(board):
    client, seen = board
    polling._Kept.at = float("-inf")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/board/lights", headers={"If-None-Match": seen})
    assert (answer.status_code, answer.content) == (304, b"")
    assert len(asked) == 1
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/board/lights", headers={"If-None-Match": seen}).status_code == 304
    assert len(asked) == 0


def test_the_tag_of_the_page_is_that_of_what_it_asks_for(sign_in):
    client = sign_in("chen")
    page = client.get("/?kind=application").content.decode()
    seen = client.get("/board/lights?kind=application")["ETag"]
    assert seen.strip('"') in page


@pytest.mark.parametrize("change", ["session", "filter", "language"])
def test_a_tag_holds_for_its_session_filter_and_language_only(board, sign_in, change):
    client, seen = board
    asker = sign_in("lin") if change == "session" else client
    if change == "language":
        asker.cookies["django_language"] = "en"
    address = "/board/lights?unit=market" if change == "filter" else "/board/lights"
    assert asker.get(address, headers={"If-None-Match": seen}).status_code == 200


def test_somebody_without_a_session_is_sent_to_the_door(board):
    answer = Client().get("/board/lights", headers={"If-None-Match": board[1]})
    assert answer.status_code == 302
    assert "login" in answer["Location"]


@pytest.mark.holds("peer 67", shows="/")
def test_what_was_said_changes_the_tag(board):
    client, seen = board
    card = Finding.objects.filter(status="open", explained_at=None, unit="market").first()
    zhou = small_city.actor("zhou")
    explain_card(card.card, text="材料在部门之间流转过久", actor=zhou, now=small_city.NOW)
    polling._Kept.at = float("-inf")
    assert client.get("/board/lights", headers={"If-None-Match": seen}).status_code == 200


def test_a_supervision_that_stops_is_shown(board, monkeypatch):
    client, seen = board
    stopped = polling.Pulse(polling.pulse(small_city.NOW).revision, 300.0, small_city.NOW, 0)
    monkeypatch.setattr(polling, "pulse", lambda now: stopped)
    answer = client.get("/board/lights", headers={"If-None-Match": seen})
    assert answer.status_code == 200
    assert "监察停了 5 分钟" in answer.content.decode()


def test_a_board_is_looked_up_once_however_late_supervision_runs_and_however_many_ask(city, db, monkeypatch):
    asked, begun, go_on = [], Event(), Event()

    def looked_up(*_words, **_named):
        asked.append(1)
        begun.set()
        assert go_on.wait(10)
        return "the board"

    monkeypatch.setattr(lights, "_BOARDS", Kept())
    monkeypatch.setattr(lights, "_COUNTED", Renewed(lambda _counts: False))
    monkeypatch.setattr(lights, "rows", looked_up)
    monkeypatch.setattr(lights, "lights", lambda _words, counted, **_named: counted.answer)
    words, actor = Words(), small_city.actor("chen")

    def look(late):
        beat = polling.Pulse(7, late, small_city.NOW, 0)
        return lights.kept(words, actor=actor, asked={}, now=small_city.NOW, beat=beat)

    assert words.language and words.is_there, "what is read of the city is read before the threads begin"
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(look, 0.0)
        assert begun.wait(10)
        second = threads.submit(look, 3_600.0)
        go_on.set()
        assert (first.result(10), second.result(10)) == ("the board", "the board")
    assert asked == [1]


def test_a_board_that_could_not_be_looked_up_is_tried_again(city, db, monkeypatch):
    monkeypatch.setattr(lights, "_BOARDS", Kept())
    answers = iter([OSError("away"), "the board"])

    def looked_up(*_words, **_named):
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    monkeypatch.setattr(lights, "_COUNTED", Renewed(lambda _counts: False))
    monkeypatch.setattr(lights, "rows", looked_up)
    monkeypatch.setattr(lights, "lights", lambda _words, counted, **_named: counted.answer)
    beat = polling.Pulse(7, 0.0, small_city.NOW, 0)
    given = {"actor": small_city.actor("chen"), "asked": {}, "now": small_city.NOW, "beat": beat}
    with pytest.raises(OSError, match="away"):
        lights.kept(Words(), **given)
    assert lights.kept(Words(), **given) == "the board"


def test_a_large_board_is_counted_anew_behind_the_reader_and_drawn_again_when_it_is(city, db, sign_in, monkeypatch):
    """What was raised last is told at once; the numbers say as of when they are, and their tag is that of then."""
    counted = Renewed[lights.Counts](lambda _counts: True)
    monkeypatch.setattr(lights, "_COUNTED", counted)
    client, clock = sign_in("chen"), [timezone.now()]
    monkeypatch.setattr(timezone, "now", lambda: clock[0])
    first = client.get("/board/lights")
    polling._Kept.pulse, polling._Kept.at = replace(polling._Kept.pulse, revision=999), float("inf")
    second = client.get("/board/lights")
    assert second["ETag"] == first["ETag"], "nothing was counted since"
    before = clock[0]
    clock[0] += timedelta(seconds=90)
    behind = []
    monkeypatch.setattr(counted, "_look_up_behind", lambda *asked: behind.append(asked))
    assert client.get("/board/lights")["ETag"] == first["ETag"]
    ((key, revision, at, count),) = behind
    assert (revision, at) == (999, clock[0])
    counted._keep(key, Told(count(), revision, at))
    assert client.get("/board/lights")["ETag"] != first["ETag"]
    assert before < counted.get(key, mark=999, now=clock[0], look_up=count).at
