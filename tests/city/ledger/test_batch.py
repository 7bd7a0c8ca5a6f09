"""Appending many streams at once gives what appending one by one gives."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.city.ledger.chains import whole_ledger
from tests.city.ledger.made import NOW, event
from yinuo.city.ledger import read
from yinuo.city.ledger.append import append, append_batch
from yinuo.city.ledger.events import WrongStream

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
PAYLOADS = st.dictionaries(TEXTS, st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS, max_size=4)
EVENTS = st.lists(
    st.builds(
        event,
        st.sampled_from(["case/1", "case/2", "said/1", "case/é\t\\N"]),
        st.integers(0, 3),
        source=st.sampled_from(["window", "hot\tline", "\\N"]),
        event_id=st.sampled_from(["a", "b\\", "c\n", "诺", "e"]),
        actor=st.none() | TEXTS.filter(bool),
        payload=PAYLOADS,
    ),
    max_size=8,
)


@pytest.mark.django_db
def test_a_batch_says_what_became_of_every_event():
    append([event("case/1", 1)], expected=0, recorded_at=NOW)
    done = append_batch(
        [
            event("case/1", 1),
            event("case/1", 2),
            event("case/2", 1),
            event("case/2", 1),
            event("case/3", 1, event_id="case/1#1"),
            event("case/3", 2, event_id="case/2#1"),
            event("case/4", 1, payload={"share": 0.1}),
            event("case/4", 2, activity=""),
        ],
        recorded_at=NOW,
    )
    assert [(one.stream, one.version) for one in done.stored] == [("case/1", 2), ("case/2", 1)]
    assert done.duplicates == (0, 3)
    assert [index for index, _ in done.refused] == [4, 5, 6, 7]
    assert [reason.split(":")[0] for _, reason in done.refused][2:] == ["payload.share", "activity"]
    assert "was received before for case/1" in done.refused[0][1]
    assert set(whole_ledger()) == {"case/1", "case/2"}


@pytest.mark.django_db
def test_the_same_batch_twice_changes_nothing():
    batch = [event(f"case/{n % 7}", n) for n in range(50)]
    first = append_batch(batch, recorded_at=NOW)
    before = whole_ledger()
    second = append_batch(batch, recorded_at=NOW + timedelta(hours=1))
    assert (len(first.stored), second.stored, second.duplicates) == (50, (), tuple(range(50)))
    assert whole_ledger() == before
    assert append_batch([], recorded_at=NOW).stored == ()


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.tuples(st.booleans(), EVENTS), max_size=4))
def test_batches_and_single_appends_agree_with_a_list_in_memory(rounds):
    with transaction.atomic():
        expected: dict[str, list] = {}
        owner: dict[tuple[str, str], str] = {}
        for in_batch, events in rounds:
            for one in events:
                if owner.setdefault((one.source, one.event_id), one.stream) == one.stream:
                    known = expected.setdefault(one.stream, [])
                    if all((one.source, one.event_id) != key[:2] for key in known):
                        known.append((one.source, one.event_id, one.activity, one.at, one.actor, one.unit))
            if in_batch:
                append_batch(events, recorded_at=NOW)
            else:
                for one in events:
                    try:
                        append([one], expected=None, recorded_at=NOW)
                    except WrongStream:
                        assert owner[one.source, one.event_id] != one.stream
        found = {
            name: [(one.source, one.event_id, one.activity, one.at, one.actor, one.unit) for one in events]
            for name, events in whole_ledger().items()
        }
        assert found == expected
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_what_a_batch_returns_is_what_is_read():
    batch = [event(f"case/{n % 3}", n, payload={"v": 1, "say": 'a\\b"\t\n诺\x7f'}) for n in range(9)]
    done = append_batch(batch, recorded_at=NOW)
    read_back = read.streams(["case/0", "case/1", "case/2"])
    assert sorted(done.stored, key=lambda one: (one.stream, one.version)) == [
        one for name in sorted(read_back) for one in read_back[name]
    ]
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from ledger_event where payload::jsonb ->> 'say' = %s", ['a\\b"\t\n诺\x7f'])
        assert cursor.fetchone() == (9,)
