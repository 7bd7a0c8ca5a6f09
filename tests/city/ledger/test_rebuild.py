"""Every other table can be made again from the events."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from tests.city.ledger.chains import whole_ledger
from tests.city.ledger.made import NOW, event
from yinuo.city.ledger import commands, projections, read
from yinuo.city.ledger.append import append, append_batch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _only_ours(monkeypatch):
    monkeypatch.setattr(projections, "_registered", {})


@pytest.mark.usefixtures("_only_ours")
def test_projections_are_emptied_and_see_each_stream_in_its_order_once():
    seen: dict[str, list] = {"cases": [1], "all": [1]}
    projections.register("cases", "case/", reset=seen["cases"].clear, apply=seen["cases"].extend)
    projections.register("all", "", reset=seen["all"].clear, apply=seen["all"].extend)
    projections.register("none", "text/", reset=lambda: None, apply=lambda events: pytest.fail(f"{events}"))
    append_batch([event(f"{'case' if n % 3 else 'said'}/{n % 7}", n) for n in range(12_000)], recorded_at=NOW)
    append([event("case/late", 1)], expected=0, recorded_at=NOW)
    done = commands.rebuild()
    assert (done.projections, done.events) == (("cases", "all", "none"), 12_001)
    everything = [one for events in whole_ledger().values() for one in events]
    assert sorted(seen["all"], key=lambda one: (one.stream, one.version)) == everything
    assert seen["all"] == sorted(everything, key=lambda one: one.position)
    assert seen["cases"] == [one for one in seen["all"] if one.stream.startswith("case/")]
    seen["all"].append("stays")
    assert commands.rebuild(["cases"]).events == sum(one.stream.startswith("case/") for one in everything)
    assert seen["all"][-1] == "stays"
    with pytest.raises(commands.NoProjection, match="there are cases, all, none"):
        commands.rebuild(["case"])
    with pytest.raises(projections.AlreadyRegistered):
        projections.register("cases", "", reset=list, apply=print)


@pytest.mark.usefixtures("_only_ours")
def test_inside_a_transaction_of_the_caller_what_it_wrote_is_seen_too():
    seen: list = []
    projections.register("cases", "case/", reset=seen.clear, apply=seen.extend)
    with transaction.atomic():
        stored = append([event("case/a", 1)], expected=0, recorded_at=NOW)
        assert commands.rebuild().events == 1
    assert tuple(seen) == stored


@pytest.mark.usefixtures("_only_ours")
@pytest.mark.parametrize("by_stream", [False, True])
def test_a_projection_that_fails_ends_the_rebuild_with_its_error_and_the_reading_with_it(by_stream):
    def apply(events):
        raise LookupError(events[0].stream)

    projections.register("cases", "case/", reset=lambda: None, apply=apply, by_stream=by_stream)
    append_batch([event("case/a", n) for n in range(commands.AT_A_TIME + 1)], recorded_at=NOW)
    with pytest.raises(LookupError, match="case/a"):
        commands.rebuild()
    assert not [one for one in threading.enumerate() if one.name.startswith("ahead")]
    append([event("case/a", "more")], expected=None, recorded_at=NOW)


def test_heads_and_received_ids_are_made_again_as_they_were():
    append_batch([event(f"case/{n % 7}", n) for n in range(50)], recorded_at=NOW)
    append([event("case/0", "more")], expected=None, recorded_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("delete from ledger_head; delete from ledger_received")
    commands.rebuild_heads()
    assert len(whole_ledger()) == 7
    assert append([event("case/0", "more")], expected=None, recorded_at=NOW) == read.stream("case/0")[-1:]
