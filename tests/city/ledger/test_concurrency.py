"""Regression 22: the chain is serial under concurrency. Invariant 21. The feed skips nothing."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction

from tests.city.ledger.chains import whole_ledger
from tests.city.ledger.made import NOW, event
from yinuo.city.ledger import read
from yinuo.city.ledger.append import append, append_batch
from yinuo.city.ledger.events import Conflict, WrongStream

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(work, count: int) -> list:
    """What `work(number)` gave in each of some threads, begun together, each with a connection of its own."""
    together = threading.Barrier(count)

    def one(number: int):
        try:
            together.wait(timeout=30)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


@pytest.mark.holds("regression 22", "peer 34", shows="yinuo verify")
def test_regression_22_one_stream_written_from_eight_connections_is_one_chain():
    def work(number: int) -> int:
        for turn in range(20):
            with transaction.atomic():
                append(
                    [event("case/1", f"{number}-{turn}"), event("case/1", f"{number}-{turn}b")],
                    expected=None,
                    recorded_at=NOW,
                )
        return number

    in_threads(work, 8)
    assert len(whole_ledger()["case/1"]) == 320


def test_of_many_who_expect_one_version_one_wins():
    def work(number: int) -> str:
        try:
            with transaction.atomic():
                append([event("case/1", number)], expected=0, recorded_at=NOW)
        except Conflict as conflict:
            return f"found {conflict.found}"
        return "won"

    assert sorted(in_threads(work, 8)) == ["found 1"] * 7 + ["won"]
    assert len(whole_ledger()["case/1"]) == 1


def test_one_event_sent_many_times_at_once_is_stored_once():
    def work(number: int) -> tuple:
        with transaction.atomic():
            return append([event("case/1", 1)], expected=(None, 0)[number % 2], recorded_at=NOW)

    assert len(set(in_threads(work, 8))) == 1
    assert len(whole_ledger()["case/1"]) == 1


def test_one_event_sent_for_many_streams_at_once_is_in_one():
    def work(number: int) -> str:
        try:
            with transaction.atomic():
                append([event(f"case/{number}", 1, event_id="same")], expected=0, recorded_at=NOW)
        except WrongStream as wrong:
            return wrong.stream
        return f"case/{number}"

    assert len(set(in_threads(work, 8))) == 1
    assert len(whole_ledger()) == 1


def test_batches_and_single_appends_at_once_neither_fork_nor_deadlock():
    def work(number: int) -> None:
        for turn in range(10):
            if number % 2:
                batch = [event(f"case/{(number * 7 + n * 5) % 11}", f"{number}-{turn}-{n}") for n in range(20)]
                with transaction.atomic():
                    assert len(append_batch(batch, recorded_at=NOW).stored) == 20
            else:
                for n in range(5):
                    with transaction.atomic():
                        append(
                            [event(f"case/{(turn + n) % 11}", f"{number}-{turn}-{n}")], expected=None, recorded_at=NOW
                        )

    in_threads(work, 6)
    assert sum(len(events) for events in whole_ledger().values()) == 3 * 200 + 3 * 50


def test_the_feed_stops_at_the_oldest_open_transaction_and_skips_nothing():
    opened, close = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            append([event("case/slow", 1)], expected=0, recorded_at=NOW)
            opened.set()
            assert close.wait(30)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        append([event("case/early", 1)], expected=0, recorded_at=NOW)
        waiting = pool.submit(slow)
        assert opened.wait(30)
        append([event("case/late", 1)], expected=0, recorded_at=NOW)
        early = read.feed(0, 10)
        assert [one.stream for one in early] == ["case/early"]
        close.set()
        waiting.result(30)
    rest = read.feed(early[-1].position, 10)
    assert [one.stream for one in rest] == ["case/slow", "case/late"]
    assert read.feed(rest[-1].position, 10) == ()


def test_an_older_transaction_that_writes_later_comes_later_in_its_stream():
    begun, go_on = threading.Event(), threading.Event()

    def older() -> None:
        with transaction.atomic():
            append([event("case/other", 1)], expected=0, recorded_at=NOW)
            begun.set()
            assert go_on.wait(30)
            append([event("case/1", 2)], expected=1, recorded_at=NOW)
            append_batch([event("case/1", 3), event("case/1", 4)], recorded_at=NOW)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(older)
        assert begun.wait(30)
        append([event("case/1", 1)], expected=0, recorded_at=NOW)
        go_on.set()
        waiting.result(30)
    fed = [(one.stream, one.version) for one in read.feed(0, 10)]
    assert [version for stream, version in fed if stream == "case/1"] == [1, 2, 3, 4]
    whole_ledger()


def test_a_reader_that_follows_the_feed_while_others_write_sees_everything_once_and_in_order():
    done = threading.Event()
    seen: list[tuple[str, int]] = []

    def follow() -> None:
        place = 0
        while True:
            finished = done.is_set()
            events = read.feed(place, 50)
            seen.extend((one.stream, one.version) for one in events)
            if events:
                place = events[-1].position
            elif finished:
                connections.close_all()
                return

    def work(number: int) -> None:
        for turn in range(30):
            with transaction.atomic():
                append([event(f"case/own-{number}", turn)], expected=None, recorded_at=NOW)
                append([event(f"case/{turn % 3}", f"{number}-{turn}")], expected=None, recorded_at=NOW)

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(follow)
        try:
            in_threads(work, 5)
        finally:
            done.set()
        following.result(60)
    streams = whole_ledger()
    assert sorted(seen) == sorted((name, one.version) for name, events in streams.items() for one in events)
    for name in streams:
        assert [version for stream, version in seen if stream == name] == list(range(1, len(streams[name]) + 1))


def test_positions_rise_within_a_stream_when_the_running_number_begins_again():
    with connection.cursor() as cursor:
        cursor.execute("select setval('ledger_number', ((last_value >> 22) + 1 << 22) - 3) from ledger_number")
    with transaction.atomic():
        append([event("case/1", n) for n in range(4)], expected=0, recorded_at=NOW)
        append_batch([event("case/1", n) for n in range(4, 8)], recorded_at=NOW)
    assert len(whole_ledger()["case/1"]) == 8


def test_a_caller_that_waits_too_long_for_a_stream_writes_nothing():
    held, close = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            append([event("case/1", 1)], expected=0, recorded_at=NOW)
            held.set()
            assert close.wait(30)
        connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(hold)
        assert held.wait(30)
        with transaction.atomic():
            connection.cursor().execute("set local lock_timeout = '50ms'")
            with pytest.raises(OperationalError), transaction.atomic():
                append([event("case/1", 2)], expected=0, recorded_at=NOW)
        close.set()
        waiting.result(30)
    assert len(whole_ledger()["case/1"]) == 1
