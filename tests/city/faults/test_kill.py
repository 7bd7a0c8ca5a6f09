"""kill -9 of server, worker, sender and database at random moments under load (design 8, safety).

Three rounds in `make test`, twenty in `make test-faults` (FAULT_ROUNDS). FAULT_SEED repeats a run.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.city.faults.city import City, Client, HttpClient
from tests.city.notices import receivers

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "3"))
SEED = int(os.environ.get("FAULT_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
VICTIMS = ("server", "worker", "database", "client", "backend")

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture(scope="module")
def receiver() -> Iterator[receivers.Http]:
    """The SMS gateway."""
    with receivers.http() as made:
        yield made


@pytest.fixture(scope="module")
def survived(receiver: receivers.Http) -> Iterator[tuple[City, dict, set]]:
    """A city that was killed at in every round, what it says afterwards, and what it had acknowledged."""
    chance = random.Random(SEED)
    print(f"FAULT_SEED={SEED} FAULT_ROUNDS={ROUNDS}")
    city = City(receiver.url)
    try:
        city.run("yinuo.cli.main", "migrate")
        city.run("tests.city.faults.found")
        city.start()
        token = city.run("yinuo.cli.main", "people", "token", "hall", "--unit", "city", "--rate", "100000").split()[-1]
        city.clients = [Client(city, "command"), HttpClient(city, token)]
        for number in range(ROUNDS):
            for victim in chance.sample(VICTIMS, len(VICTIMS)):
                work_goes_on(city)
                strike(city, victim, chance)
            work_goes_on(city)
            city.wait(city.is_well)
            print(f"round {number + 1}: {acknowledged(city)} events acknowledged")
        city.break_start()
        work_goes_on(city)
        city.stop()
        told = city.judge()
        yield city, told, {pair for client in city.clients for pair in client.acknowledged}
    finally:
        city.remove()


def acknowledged(city: City) -> int:
    """How many events were so far."""
    return sum(len(client.acknowledged) for client in city.clients)


def work_goes_on(city: City) -> None:
    """Wait until every sender had more events acknowledged: every blow falls on a city at work."""
    before = [len(client.acknowledged) for client in city.clients]
    city.wait(lambda: all(len(client.acknowledged) > had for client, had in zip(city.clients, before, strict=True)))


def strike(city: City, victim: str, chance: random.Random) -> None:
    """After a moment of load, kill one process of a kind."""
    time.sleep(chance.uniform(0.0, 0.6))  # the random moment itself
    city.wait(lambda: bool(city.pids(victim)))
    with suppress(ProcessLookupError, IndexError):  # it may end by itself meanwhile
        os.kill(chance.choice(city.pids(victim)), signal.SIGKILL)


def test_the_server_that_acknowledged_wrote_to_the_disk(survived):
    _city, told, _acknowledged = survived
    assert told["durable"] == {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def test_a_database_that_does_not_start_is_tried_again(survived):
    city, _told, _acknowledged = survived
    assert "postgresql.conf of the data folder" in city.said()


def test_every_acknowledged_event_is_there_once(survived):
    _city, told, acknowledged = survived
    there = {(stream, event_id): count for stream, event_id, count in told["events"]}
    assert len(acknowledged) > 20 * ROUNDS
    assert acknowledged - there.keys() == set()
    assert {pair for pair, count in there.items() if count != 1} == set()
    names = [event_id for _stream, event_id in there]
    assert len(names) == len(set(names)), "an event stands in one stream only"


def test_the_ledger_verifies(survived):
    city, _told, _acknowledged = survived
    assert "whole" in city.run("yinuo.cli.main", "verify")


@pytest.mark.holds("regression 15", "peer 57", shows="make test-faults")
def test_every_finding_that_replay_gives_was_raised_once(survived):
    _city, told, _acknowledged = survived
    said = {key: activities for key, activities in told["said"].items() if net(activities)}
    assert len(told["replayed"]) > ROUNDS
    assert said.keys() == told["replayed"].keys()
    wrong = {key: one for key, one in said.items() if net(one) != 1 or alternates(one) is False}
    assert wrong == {}
    assert told["waiting"] == 0


def test_notices_in_the_inbox_exactly_once(survived):
    _city, told, _acknowledged = survived
    assert [row for row in told["notices"] if row[2] != 1] == []
    keys = {(person, key.rpartition(":")[0]) for person, key, _count in told["notices"] if key.startswith("card:")}
    assert len(told["open_cards"]) > ROUNDS
    assert {card for card in told["open_cards"] if ("zhao", f"card:{card}") not in keys} == set()


def test_messages_at_least_once_under_one_id(survived, receiver: receivers.Http):
    _city, told, _acknowledged = survived
    got: dict[str, set[str]] = {}
    for kept in receiver.kept:
        message = json.loads(kept.body)
        got.setdefault(message["id"], set()).add(message["text"])
    sent = {number for number, is_sent in told["outbox"] if is_sent}
    assert len(sent) > ROUNDS
    assert [number for number, is_sent in told["outbox"] if not is_sent] == []
    assert sent - got.keys() == set(), "what is marked as sent was received"
    assert got.keys() - sent == set(), "what was received is marked as sent"
    assert {number: texts for number, texts in got.items() if len(texts) != 1} == {}


@pytest.mark.holds("invariant 22", shows="make test-faults")
def test_an_order_is_opened_once_for_every_limit_broken(survived):
    _city, told, _acknowledged = survived
    assert told["orders"] > 0
    assert told["orders_twice"] == []


def net(activities: list[str]) -> int:
    """How often it was raised and not taken back."""
    return activities.count("finding_raised") - activities.count("finding_withdrawn")


def alternates(activities: list[str]) -> bool:
    """Whether raising and taking back follow each other."""
    turns = [one for one in activities if one in {"finding_raised", "finding_withdrawn"}]
    return all(one != other for one, other in itertools.pairwise(turns))
