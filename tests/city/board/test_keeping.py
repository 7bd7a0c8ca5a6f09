"""What is kept for a minute: looked up once for all who ask together, and not for all answers in the same second."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yinuo.city.pages.keeping import MINUTE, OLDEST, Kept, Renewed, minute_of

NOW = datetime(2026, 3, 9, 12, 0, 30, tzinfo=UTC)


@given(seconds=st.integers(0, 200), asked=st.text())
def test_a_minute_has_begun_less_than_a_minute_ago_and_lasts_sixty_seconds(seconds, asked):
    now = NOW + timedelta(seconds=seconds)
    begun = minute_of(now, asked)
    assert timedelta(0) <= now - begun < timedelta(minutes=1)
    assert minute_of(begun, asked) == minute_of(begun + timedelta(seconds=59), asked) == begun
    assert minute_of(begun + timedelta(minutes=1), asked) == begun + timedelta(minutes=1)


def test_minutes_of_several_answers_begin_at_several_seconds():
    assert len({minute_of(NOW, number).second for number in range(200)}) > 30


def test_who_asks_while_another_looks_up_waits_for_that():
    kept, begun, go_on, looked_up = Kept[int](), threading.Event(), threading.Event(), []

    def look_up():
        looked_up.append(1)
        begun.set()
        assert go_on.wait(30)
        return 7

    answers: list[int] = []
    first = threading.Thread(target=lambda: answers.append(kept.get("same", look_up)))
    first.start()
    assert begun.wait(30)
    second = threading.Thread(target=lambda: answers.append(kept.get("same", look_up)))
    second.start()
    go_on.set()
    first.join(30)
    second.join(30)
    assert (answers, looked_up) == ([7, 7], [1])


def test_only_so_many_answers_are_kept():
    kept = Kept[int](most=2)
    for number in (1, 2, 3):
        kept.get(number, lambda number=number: number)
    assert kept.get(3, lambda: 0) == 3
    assert kept.get(1, lambda: 10) == 10


def test_a_small_answer_is_looked_up_when_its_revision_changes_and_every_minute():
    kept, numbers = Renewed[int](lambda _number: False), iter(range(100))

    def ask(mark, seconds):
        told = kept.get("board", mark=mark, now=NOW + timedelta(seconds=seconds), look_up=lambda: next(numbers))
        return told.answer, told.mark, (told.at - NOW).seconds

    assert [ask(1, 0), ask(1, 59), ask(2, 59), ask(2, 118), ask(2, 119)] == [
        (0, 1, 0), (0, 1, 0), (1, 2, 59), (1, 2, 59), (2, 2, 119),
    ]  # fmt: skip


def test_nobody_waits_for_a_large_answer_but_who_asks_first_and_who_asks_after_a_long_time():
    kept, numbers = Renewed[int](lambda _number: True), iter(range(9))
    begun, go_on = threading.Event(), threading.Event()
    go_on.set()

    def look_up():
        begun.set()
        assert go_on.wait(30)
        return next(numbers)

    def ask(mark, after):
        return kept.get("board", mark=mark, now=NOW + after, look_up=look_up)

    minute = MINUTE * 1.5
    assert ask(1, timedelta(0)).answer == 0
    go_on.clear()
    begun.clear()
    assert (ask(2, MINUTE * 0.99).answer, begun.is_set()) == (0, False), "not more than once a minute"
    assert [ask(2, minute).answer, ask(3, minute).answer] == [0, 0], (
        "the last answer stands while the next is looked up"
    )
    assert begun.wait(30)
    go_on.set()
    _ended()
    told = ask(3, minute)
    assert (told.answer, told.mark, told.at) == (1, 2, NOW + minute), "asked for once, by the first of the two"
    assert ask(4, minute + OLDEST).answer == 2


def test_a_large_answer_that_cannot_be_looked_up_stands_is_logged_and_tried_again(caplog):
    kept, answers = Renewed[int](lambda _number: True), iter([7, OSError("away"), 8])

    def look_up():
        answer = next(answers)
        if isinstance(answer, OSError):
            raise answer
        return answer

    def ask(times):
        answer = kept.get("board", mark=1, now=NOW + MINUTE * 1.5 * times, look_up=look_up).answer
        _ended()
        return answer

    assert [ask(0), ask(1), ask(2), ask(3)] == [7, 7, 7, 8]
    assert "the last numbers stand" in caplog.text


def _ended():
    for one in threading.enumerate():
        if one.name == "counting":
            one.join(30)
