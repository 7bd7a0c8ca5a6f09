"""What a department reports is supervised: late, missing and wrong rows, by system and unit, down to the batch."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.city.api.conftest import event, received
from tests.city.people import staffing
from yinuo.city.api.importing import Aim, lines_of, take
from yinuo.city.api.models import Batch
from yinuo.city.cases import recording
from yinuo.city.pages import listing
from yinuo.city.people.actor import Actor, Grant

PAGE, BATCHES = "/systems/reporting", "/systems/reporting/batches"


@pytest.fixture
def sign_in(founded):
    """A client of somebody with a role over a part of the town."""

    def signed(role, over="city", language="zh-hans"):
        person = f"{role}-{over}-{language}".replace("_", "-")
        return staffing.browser_with(role, person, over=over, language=language)

    return signed


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def kept():
    """Every batch as it was kept, the first first."""
    names = ("unit", "way", "stored", "duplicate", "refused", "late", "reasons")
    return list(Batch.objects.order_by("id").values_list(*names))


@pytest.mark.holds("peer 69", shows=PAGE)
def test_late_wrong_and_repeated_rows_are_counted_with_the_batch_that_brought_them(market, sign_in):
    now = timezone.now()
    fresh = received("R2", at=now - timedelta(hours=1))
    batch = [received("R1"), fresh, event("R1", "danced", number=2, unit="market"), "no event"]
    market.report(*batch)
    market.report(*batch[:2])
    assert kept() == [
        ("market", "api", 2, 0, 2, 1, {"unknown_activity": 1, "not_an_event": 1}),
        ("market", "api", 0, 2, 0, 0, {}),
    ]
    page = text(sign_in("supervising_office").get(PAGE))
    row = page[page.index("market 系统") :].split("</tr>")[0]
    numbers = [part.split("<")[0].strip() for part in re.findall(r'class="num"[^>]*>(?:<a[^>]*>)?([^<]*)', row)]
    assert numbers == ["6", "33.3 %", "33.3 %", "50.0 %"]
    (address,) = re.findall(r'href="(/systems/reporting/batches[^"]*)"', row)
    behind = text(sign_in("leader").get(address.replace("&amp;", "&")))
    assert "2 批" in behind
    assert "不认识的动作 1" in behind


@pytest.mark.holds("peer 69", shows=PAGE)
def test_who_reports_nothing_is_listed_as_silent(market, sign_in):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_token SET created_at = created_at - interval '8 days'")
    market.report(received("R1"))
    quiet = text(sign_in("supervising_office").get(PAGE)).split("没有上报的系统")[1]
    assert "police 系统" in quiet
    assert "market 系统" not in quiet
    assert "police 系统" not in text(sign_in("supervising_office", over="market").get(PAGE))


def test_a_row_counts_for_the_unit_it_names_and_never_for_a_foreign_one(market, city):
    market.report(received("R1"), received("R2", unit="police"), received("R3", unit="nowhere"))
    city.report(received("R4"), received("R5", unit="police"))
    assert [(unit, stored, refused) for unit, _way, stored, _twice, refused, *_rest in kept()] == [
        ("market", 1, 2), ("market", 1, 0), ("police", 1, 0),
    ]  # fmt: skip


def test_a_batch_that_is_not_stored_is_not_counted_as_stored(market, monkeypatch):
    def broken(*_acts, **_named):
        raise RuntimeError

    monkeypatch.setattr("yinuo.city.api.reporting.batches.ask", broken)
    with pytest.raises(RuntimeError):
        market.report(received("R1"))
    assert market.get("cases/R1").status_code == 404


def test_no_reason_holds_anything_of_a_row(market):
    market.report(event("王小明", "王小明", unit="market"), {"id": "王小明"})
    assert "王小明" not in str(list(Batch.objects.values()))


def test_a_batch_costs_one_row_whatever_its_size(market):
    market.report(received("R0"))
    with CaptureQueriesContext(connection) as asked:
        market.report(*[received(f"R{number}") for number in range(1, 31)])
    mine = [one["sql"] for one in asked if "api_batch" in one["sql"]]
    assert len(mine) == 1
    assert len(kept()) == 2


def test_each_sees_the_batches_of_its_own_part(market, police, sign_in):
    market.report(received("R1"))
    police.report(received("R2", unit="police"))
    for address in (PAGE, BATCHES):
        everything = text(sign_in("auditor").get(address)) if address == PAGE else text(sign_in("leader").get(address))
        assert "market 系统" in everything
        assert "police 系统" in everything
    head = sign_in("agency_head", over="market")
    for address in (PAGE, BATCHES, f"{BATCHES}?unit=police"):
        assert "police 系统" not in text(head.get(address))
    assert sign_in("handler").get(PAGE).status_code == 403


def test_the_month_and_the_trouble_choose_and_nonsense_is_refused(market, sign_in):
    market.report(received("R1"))
    Batch.objects.update(at="2026-03-31T15:59:59Z")
    chen = sign_in("supervising_office")
    assert "这个月没有收到数据" in text(chen.get(PAGE))
    assert "market 系统" in text(chen.get(f"{PAGE}?month=2026-03"))
    assert "market 系统" in text(chen.get(f"{BATCHES}?month=2026-03"))
    assert "没有符合这些条件的" in text(chen.get(f"{BATCHES}?month=2026-04"))
    assert "没有符合这些条件的" in text(chen.get(f"{BATCHES}?month=2026-03&trouble=refused"))
    assert "market 系统" in text(chen.get(f"{BATCHES}?month=2026-03&trouble=late"))
    for address in (f"{PAGE}?month=x", f"{BATCHES}?month=9999-12", f"{BATCHES}?trouble=x"):
        assert chen.get(address).status_code == 400


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_both_pages_answer_within_eight_queries_empty_and_full(market, sign_in, language):
    client = sign_in("administrator", language=language)
    empty = text(client.get(PAGE))
    assert ("Nothing came in this month" if language == "en" else "这个月没有收到数据") in empty
    assert ("Nothing has come in yet" if language == "en" else "还没有收到过数据") in text(client.get(BATCHES))
    market.report(received("R1"), "no event")
    for address in (PAGE, BATCHES):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            text(client.get(address))
        assert len(asked) <= 8, [one["sql"][:100] for one in asked]


def test_many_batches_are_counted_to_a_bound_and_turned_over(market, sign_in, monkeypatch):
    for number in range(52):
        market.report(received(f"R{number}"))
    leader = sign_in("leader")
    page = text(leader.get(BATCHES))
    assert "52 批" in page
    (following,) = re.findall(r'href="([^"]*)" rel="next"', page)
    assert text(leader.get(following.replace("&amp;", "&"))).count('data-label="收到时间"') == 2
    monkeypatch.setattr(listing.Listing, "is_more", True)
    assert "51 批以上" in text(leader.get(BATCHES))


def test_what_the_database_cannot_hold_is_refused_alone_and_each_row_counted_once(market, monkeypatch):
    store = recording.record

    def choking(acts, **rest):
        if any(act.case_id == "R2" for act in acts):
            raise DataError
        return store(acts, **rest)

    monkeypatch.setattr(recording, "record", choking)
    found = market.report(received("R1"), received("R2"), received("R3"), "no event")
    assert [one["status"] for one in found] == ["stored", "refused", "stored", "refused"]
    batches = kept()
    assert [sum(one[place] for one in batches) for place in (2, 3, 4)] == [2, 0, 2]
    reasons = Counter()
    for one in batches:
        reasons.update(one[6])
    assert reasons == {"not_storable": 1, "not_an_event": 1}


@pytest.mark.holds("peer 69", shows="yinuo import")
def test_a_files_rows_and_its_unreadable_lines_are_counted_as_imported(founded, tmp_path):
    lines = [json.dumps(received("R1")), "{broken", json.dumps(event("R1", "danced", number=2, unit="market"))]
    file = tmp_path / "log.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    actor = Actor("operator", "运维", (Grant("system", "market", covers_city=False),), "market", is_system=True)
    aim = Aim(actor, None, "import:market", None, timezone.now())
    assert take(lines_of(file, aim), aim).unread == 1
    assert kept() == [
        ("market", "import", 1, 0, 1, 1, {"unknown_activity": 1}),
        ("market", "import", 0, 0, 1, 0, {"unreadable": 1}),
    ]
