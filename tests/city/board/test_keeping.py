"""What is kept for a minute: looked up once for all who ask together, and not for all answers in the same second."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from yinuo.city.pages.keeping import Kept, minute_of

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
