"""Verification of the database: every kind of tampering, by somebody who may do anything in it, is found and named."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.db import connection

from tests.city.ledger.made import NOW, event
from yinuo.city.ledger import commands, private, read, roots, verify
from yinuo.city.ledger.append import append, append_batch
from yinuo.city.ledger.read import hashing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _a_home_of_its_own(settings, tmp_path):
    settings.HOME = tmp_path


def fill(streams: int = 12, each: int = 5) -> None:
    append_batch([event(f"case/{n:03}", m) for m in range(each) for n in range(streams)], recorded_at=NOW)


def tamper(statement: str) -> None:
    """What an administrator of the database can do."""
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("set session_replication_role = origin")


def found(**how) -> list[tuple[str, int]]:
    return [(one.stream, one.version) for one in verify.database(**how).problems]


def test_a_ledger_that_nobody_touched_is_whole():
    assert verify.database().problems == ()
    fill()
    commands.take_root(NOW)
    done = verify.database()
    assert (done.events, done.streams, done.root, done.problems) == (60, 12, 1, ())


def test_erasing_a_person_leaves_the_ledger_whole():
    sealed = private.seal("person/1", {"name": "王敏"})
    append([event("case/1", 1, payload={"v": 1, "person": sealed})], expected=0, recorded_at=NOW)
    commands.take_root(NOW)
    private.erase("person/1")
    append(
        [event("case/1", 2, activity="person_erased", payload={"v": 1, "ref": "person/1"})], expected=1, recorded_at=NOW
    )
    assert verify.database().problems == ()


EDITS = [
    "activity = 'decided'",
    "at = at + interval '1 microsecond'",
    "recorded_at = recorded_at - interval '1 day'",
    "actor = null",
    "unit = 'other'",
    "source = 'x'",
    "event_id = 'x'",
    "payload = replace(payload, '1200', '12000')",
    "payload = payload || ' '",
    "digest = sha256(digest)",
    "prev = sha256(prev)",
    "position = position + 4194304",
]


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("version", [1, 3, 5])
def test_an_edited_row_is_named(edit, version):
    fill()
    commands.take_root(NOW)
    tamper(f"update ledger_event set {edit} where stream = 'case/005' and version = {version}")
    streams = {stream for stream, _ in found()}
    assert "case/005" in streams
    assert streams <= {"case/005", ""}
    if "position" not in edit:
        assert found()[0] == ("case/005", version)


def test_rows_taken_away_are_named():
    fill()
    tamper("delete from ledger_event where stream = 'case/002' and version = 3")
    tamper("delete from ledger_event where stream = 'case/004' and version > 3")
    tamper("delete from ledger_event where stream = 'case/006'")
    assert found() == [("case/002", 4), ("case/004", 4), ("case/006", 1)]


@pytest.mark.holds("regression 22", "peer 99", shows="yinuo verify")
def test_a_tail_cut_together_with_its_head_is_found_by_the_root():
    fill()
    commands.take_root(NOW)
    tamper("delete from ledger_event where stream = 'case/004' and version = 5")
    commands.rebuild_heads()
    problems = verify.database().problems
    assert [one.stream for one in problems] == [""]
    assert "60 events in 12 streams, and 59 in 12 are there" in problems[0].what
    assert "in the streams from case/000 on" in problems[0].what


@pytest.mark.holds("peer 99", shows="yinuo verify")
def test_a_root_log_held_outside_finds_what_the_own_one_was_made_to_hide(tmp_path):
    fill()
    commands.take_root(NOW)
    held = verify.export.root_lines(tmp_path / commands.ROOT_LOG)
    tamper("delete from ledger_event where stream = 'case/004'")
    commands.rebuild_heads()
    tamper("delete from ledger_root; delete from ledger_root_part")
    commands.take_root(NOW)
    assert verify.database().problems == ()
    said = " ".join(str(one) for one in verify.database(held).problems)
    assert "root log: root 1 of 2026-03-05T01:30:00.000000+00:00 is another one here" in said
    assert "covers 60 events in 12 streams, and 55 in 11 are there" in said


def test_what_comes_after_a_root_does_not_trouble_it(tmp_path):
    fill()
    commands.take_root(NOW)
    held = verify.export.root_lines(tmp_path / commands.ROOT_LOG)
    append_batch([event(f"case/{n:03}", 9) for n in range(20)], recorded_at=NOW)
    assert verify.database(held).problems == ()
    commands.take_root(NOW + timedelta(hours=1))
    assert verify.database(held).problems == ()
    assert verify.database(verify.export.root_lines(tmp_path / commands.ROOT_LOG)).root == 2


def test_an_edited_root_log_is_found():
    fill()
    for hour in range(3):
        commands.take_root(NOW + timedelta(hours=hour))
    tamper("update ledger_root set at = at + interval '1 minute' where number = 2")
    assert "the digest of root 2" in str(verify.database().problems[0])
    tamper("delete from ledger_root where number = 2")
    assert "root 3 does not follow" in str(verify.database().problems[0])


def test_with_several_processes_the_answer_is_the_same():
    fill(40)
    commands.take_root(NOW)
    assert verify.database(processes=2) == verify.database()
    tamper("update ledger_event set unit = 'x' where stream = 'case/017' and version = 2")
    assert verify.database(processes=2) == verify.database()
    assert found(processes=2)[0] == ("case/017", 2)


def test_dozens_of_random_mutations_are_found():
    chance = random.Random(5)
    fill(9)
    commands.take_root(NOW)
    cases = [f"case/{n:03}" for n in range(9)]
    with connection.cursor() as cursor:
        cursor.execute("create temp table kept as select * from ledger_event")
        for _ in range(40):
            one, other = chance.sample(cases, 2)
            version = chance.randint(1, 5)
            cursor.execute("set session_replication_role = replica")
            cursor.execute(
                chance.choice(
                    [
                        f"update ledger_event set {chance.choice(EDITS)} where stream = '{one}' and version = {version}",
                        f"delete from ledger_event where stream = '{one}' and version >= {version}",
                        f"delete from ledger_event where stream = '{one}' and version = {version}",
                        f"update ledger_event set stream = '{one}-moved' where stream = '{one}'",
                        f"""update ledger_event e set payload = o.payload || ' ', at = o.recorded_at from ledger_event o
                            where e.stream = '{one}' and o.stream = '{other}' and o.version = e.version""",
                        f"""insert into ledger_event select stream, version + 5, source, event_id || 'x', activity, at,
                            recorded_at, actor, unit, payload, prev, digest, position
                            from ledger_event where stream = '{one}'""",
                    ]
                )
            )
            assert found(), "a mutation was not found"
            cursor.execute("delete from ledger_event; insert into ledger_event select * from kept")
            cursor.execute("set session_replication_role = origin; reset session_replication_role")
        assert found() == []


def test_roots_are_taken_hourly_and_written_once(tmp_path):
    assert roots.is_due(NOW)
    fill()
    first = commands.take_root(NOW)
    assert not roots.is_due(NOW + timedelta(minutes=29))
    assert roots.is_due(NOW + timedelta(minutes=30))
    second = commands.take_root(NOW + timedelta(hours=1))
    assert (second.number, second.prev, second.root) == (2, first.digest, first.root)
    assert roots.write(tmp_path / commands.ROOT_LOG) == 0
    assert [line["number"] for line in verify.export.root_lines(tmp_path / commands.ROOT_LOG)] == [1, 2]


@pytest.mark.holds("peer 99", shows="/cases/<id>/proof")
def test_a_receipt_carries_a_proof_that_anybody_can_check():
    append_batch([event(f"case/{n:04}", 1) for n in range(700)], recorded_at=NOW)
    root = commands.take_root(NOW)
    append_batch([event(f"case/{n:04}", 2) for n in range(0, 720, 3)], recorded_at=NOW)
    for name in ("case/0000", "case/0255", "case/0256", "case/0600", "case/0699"):
        told = roots.proof(name).as_json()
        assert (told["version"], told["root"]) == (1, root.as_line())
        assert roots.holds(hashing(), told)
        assert not roots.holds(hashing(), told | {"version": 2})
        assert not roots.holds(hashing(), told | {"index": told["index"] ^ 1})
        assert not roots.holds(hashing(), told | {"path": told["path"][1:]})
        assert not roots.holds(hashing(), told | {"root": told["root"] | {"at": "2026-03-05T01:30:00.000001+00:00"}})
    assert roots.proof("case/0700") is None
    assert roots.proof("aaa") is None
    tamper("delete from ledger_root_part")
    assert roots.holds(hashing(), roots.proof("case/0600", root).as_json())


def test_a_proof_is_refused_when_the_ledger_no_longer_gives_its_root():
    fill()
    commands.take_root(NOW)
    tamper("update ledger_head set digest = sha256(digest) where stream = 'case/003'")
    with pytest.raises(roots.BrokenRoot, match="yinuo verify"):
        roots.proof("case/004")


def test_after_a_restore_positions_go_on_rising():
    fill(1)
    tamper("update ledger_event set position = position + (1000000::bigint << 22)")
    commands.rebuild_heads()
    assert commands.go_on_after_restore() > 900_000
    append([event("case/000", 77)], expected=5, recorded_at=NOW)
    append_batch([event("case/000", 78), event("case/new", 1)], recorded_at=NOW)
    assert verify.database().problems == ()
    assert [one.event_id for one in read.feed(0, 100)][-3:] == ["case/000#77", "case/000#78", "case/new#1"]
