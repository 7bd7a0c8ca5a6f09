"""`yinuo audit`: everything a security auditor asks for, line by line against the ledger (issue 3, 10: 安全审计)."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent
from yinuo.city.people.models import SignIn
from yinuo.city.site.keeping.audit import COLUMNS, export

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


def write(stream: str, activity: str, *, at: datetime = AT, actor: str = "p-1", **said: object) -> None:
    with transaction.atomic():
        event = NewEvent(
            stream, "test", f"{stream}/{activity}/{at:%d%H%M}", activity, at, {"v": 1, **said}, actor, "u-1"
        )
        append([event], expected=None, recorded_at=at)


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.django_db
def test_it_holds_what_an_auditor_asks_for_in_order(tmp_path: Path):
    write("people/unmaskings", "person_unmasked", at=AT + timedelta(minutes=3), ref="case/1", reason="核对")
    write("people/roles", "role_granted", at=AT + timedelta(minutes=2), role="handler")
    write("people/tokens", "token_created", at=AT + timedelta(minutes=4), token="t-1")
    write("people/exports", "exported", at=AT + timedelta(minutes=5), what="cases")
    write("text/demo-city", "text_installed", at=AT + timedelta(minutes=6), digest="ab")
    write("case/c1", "accepted", at=AT)
    SignIn.objects.create(username="王敏", at=AT, address="192.0.2.1", succeeded=False)
    SignIn.objects.create(username="王敏", at=AT + timedelta(minutes=1), address="192.0.2.1", succeeded=True)
    assert export(tmp_path / "a.csv", since=date(2026, 3, 2), until=date(2026, 3, 2)) == 7
    rows = read(tmp_path / "a.csv")
    assert [row["what"] for row in rows] == [
        "sign_in_failed", "signed_in", "role_granted", "person_unmasked", "token_created", "exported", "text_installed",
    ]  # fmt: skip
    assert rows[0]["actor"] == "王敏"
    assert rows[0]["details"] == "address 192.0.2.1"
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(digest, 'hex') FROM ledger_event WHERE activity = 'person_unmasked'")
        assert rows[3]["digest"] == cursor.fetchone()[0]
    assert (tmp_path / "a.csv").stat().st_mode & 0o077 == 0


@pytest.mark.django_db
def test_days_are_those_of_the_citys_clock(tmp_path: Path):
    """16:00 UTC is midnight in Shanghai."""
    write("people/roles", "role_granted", at=datetime(2026, 3, 1, 15, 59, tzinfo=UTC))
    write("people/roles", "role_revoked", at=datetime(2026, 3, 1, 16, 0, tzinfo=UTC))
    write("people/posts", "post_opened", at=datetime(2026, 3, 2, 15, 59, tzinfo=UTC))
    write("people/posts", "post_closed", at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC))
    export(tmp_path / "a.csv", since=date(2026, 3, 2), until=date(2026, 3, 2))
    assert [row["what"] for row in read(tmp_path / "a.csv")] == ["role_revoked", "post_opened"]


@pytest.mark.django_db
def test_a_cell_is_never_a_formula(tmp_path: Path):
    SignIn.objects.create(username="=cmd|' /c calc'!a0", at=AT, address="", succeeded=False)
    export(tmp_path / "a.csv", since=date(2026, 3, 2), until=date(2026, 3, 2))
    assert read(tmp_path / "a.csv")[0]["actor"] == "'=cmd|' /c calc'!a0"


@pytest.mark.django_db
def test_a_quiet_period_gives_a_head_and_no_line(tmp_path: Path):
    assert export(tmp_path / "a.csv", since=date(2020, 1, 1), until=date(2020, 1, 2)) == 0
    assert (tmp_path / "a.csv").read_text("utf-8-sig").strip() == ",".join(COLUMNS)


@pytest.mark.django_db
def test_nothing_is_overwritten_and_days_go_forward(tmp_path: Path):
    (tmp_path / "a.csv").write_text("kept")
    with pytest.raises(FileExistsError):
        export(tmp_path / "a.csv", since=date(2026, 3, 2), until=date(2026, 3, 2))
    assert (tmp_path / "a.csv").read_text() == "kept"
    with pytest.raises(ValueError, match="lies after"):
        export(tmp_path / "b.csv", since=date(2026, 3, 3), until=date(2026, 3, 2))
    assert not (tmp_path / "b.csv").exists()
