"""A change of an item moves no running case; a named command does, case by case, with an event and a reason (invariant 3)."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime

import pytest
from django.utils import timezone

from tests.city.board import small_city
from tests.city.catalogue.test_held import ZONE, accepted, due, published
from yinuo.city.api import importing, incoming
from yinuo.city.api.importing import Aim
from yinuo.city.cases import queries as case_queries
from yinuo.city.cases.acts import Act, Done
from yinuo.city.cases.commands import record
from yinuo.city.cases.models import Case
from yinuo.city.catalogue.commands import Impossible
from yinuo.city.catalogue.running.commands import move_running
from yinuo.city.ledger.read import stream
from yinuo.city.people.may import NotAllowed
from yinuo.city.supervision.models import Clock, Finding
from yinuo.city.supervision.sweep import sweep
from yinuo.city.texts import in_force
from yinuo.engine.evaluate import evaluate

NOW = datetime(2026, 3, 4, 11, tzinfo=ZONE)


def move(*case_ids, who="zhou", reason="示市监〔2026〕3号", now=NOW, key="food-permit"):
    return move_running(key, case_ids, reason=reason, actor=small_city.actor(who), now=now)


def told(name):
    return [(one.activity, json.loads(one.payload)["fields"]) for one in stream(f"case/{name}")]


def replayed(*names, now=NOW, known_at=None):
    said = evaluate(case_queries.log(names), in_force.pack().rules, as_of=now, known_at=known_at).clocks
    return {
        (row["case_id"], row["clause"]): row["due_at"] for row in said.to_dicts() if row["institution"] == "time-limit"
    }


def live():
    return {(one.case_id, one.clause): one.due_at for one in Clock.objects.filter(institution="time-limit")}


@pytest.fixture
def two_running(town, monkeypatch):
    """Two cases accepted under seven working days; from 3 March the item promises ten, and asks for one paper more."""
    accepted("one", date(2026, 3, 2))
    accepted("two", date(2026, 3, 2))
    papers = ({"zh": "申请书"}, {"zh": "食品安全承诺书"})
    published(date(2026, 3, 3), promised="10 workdays", statutory="15 workdays", steps=(), materials=papers)
    sweep(NOW)
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    assert (due("one"), due("two")) == (date(2026, 3, 11), date(2026, 3, 11)), "a change moves no running case"


@pytest.mark.holds("invariant 3", "E033", "E042", shows="/catalogue/items/<item>/running")
def test_a_named_command_moves_running_cases_to_the_new_version_as_events(two_running):
    outcome = move("one")
    assert outcome.moved == (Case.objects.get(case_id="one").receipt,)
    assert outcome.refused == ()
    activity, fields = told("one")[-1]
    assert activity == "version_moved"
    assert fields == {
        "version_from": "2026-03-03", "moved_reason": "示市监〔2026〕3号", "papers_now": ["申请书", "食品安全承诺书"],
    }  # fmt: skip
    sweep(NOW)
    assert (due("one"), due("one", "statutory")) == (date(2026, 3, 16), date(2026, 3, 23)), "from the acceptance on"
    assert due("two") == date(2026, 3, 11)
    assert live() == replayed("one", "two")
    before = datetime(2026, 3, 4, 1, tzinfo=UTC)
    assert replayed("one", now=before, known_at=before)["one", "promised"].astimezone(ZONE).date() == date(2026, 3, 11)


def test_the_same_case_is_moved_to_the_same_version_once_and_later_ones_move_it_no_further(two_running):
    move("one")
    again = move("one")
    assert again.moved == ()
    assert "没有变化" in again.refused[0][1]
    assert [activity for activity, _fields in told("one")].count("version_moved") == 1
    published(date(2026, 3, 6), promised="12 workdays", statutory="15 workdays", steps=())
    sweep(NOW.replace(day=9))
    assert due("one") == date(2026, 3, 16)
    move("one", now=NOW.replace(day=9))
    sweep(NOW.replace(day=9))
    assert due("one") == date(2026, 3, 18)


def test_what_is_decided_or_would_be_over_is_refused_by_name_and_the_others_are_moved(two_running):
    for activity in ("reviewed", "granted"):
        (done,) = record([Act("one", activity, NOW)], actor=small_city.SYSTEM, now=NOW)
        assert isinstance(done, Done)
    outcome = move("one", "two")
    assert outcome.moved == (Case.objects.get(case_id="two").receipt,)
    ((name, sentence),) = outcome.refused
    assert (name, "已经办结" in sentence) == ("one", True)
    published(date(2026, 3, 9), promised="3 workdays", statutory="15 workdays", steps=())
    later = NOW.replace(day=10)
    assert "已经逾期" in move("two", now=later).refused[0][1]
    sweep(later)
    assert due("two") == date(2026, 3, 16)
    assert not Finding.objects.filter(case_id="two", level="yellow").exists()


def test_who_may_not_publish_the_item_moves_nothing_and_a_reason_is_asked_for(two_running):
    for who in ("zhao", "li", "wu"):
        with pytest.raises(NotAllowed):
            move("one", who=who)
    with pytest.raises(Impossible, match="理由"):
        move("one", reason="  ")
    with pytest.raises(Impossible, match="没有现行版本"):
        move("one", key="no-such")
    assert [activity for activity, _fields in told("one")] == ["received", "accepted"]


@pytest.mark.holds("invariant 3", "E033", "E042", shows="/catalogue/items/<item>/running")
def test_the_page_shows_each_clock_before_and_after_and_moves_what_was_chosen(two_running, sign_in):
    head, path = sign_in("zhou"), "/catalogue/items/food-permit/running"
    assert path in head.get("/catalogue/items/food-permit").content.decode()
    page = re.sub(r"<[^>]+>|\s+", " ", head.get(path).content.decode())
    for word in ("2026-03-11", "7 个工作日", "2026-03-16", "10 个工作日", "承诺时限", "法定时限"):
        assert word in page, word
    refused = head.post(path, {"case": ["one"], "reason": ""})
    assert refused.status_code == 422
    assert 'value="one" id="c-one" checked' in refused.content.decode()
    assert head.post(path, {"case": ["one"], "reason": "同等办理"}, follow=True).status_code == 200
    assert told("one")[-1][1]["moved_reason"] == "同等办理"
    after = head.get(path).content.decode()
    assert 'value="two"' in after
    assert 'value="one"' not in after
    assert sign_in("zhao").get(path).status_code == 403
    assert head.get("/catalogue/items/no-such/running").status_code == 404
    english = sign_in("zhou", "en").get(path).content.decode()
    assert "under the new version" in english


def test_the_page_asks_the_database_a_few_times(two_running, sign_in, django_assert_max_num_queries):
    head = sign_in("zhou")
    head.get("/catalogue/items/food-permit/running")
    with django_assert_max_num_queries(8):
        head.get("/catalogue/items/food-permit/running")


def test_a_case_that_is_overdue_is_not_moved_out_of_its_card(two_running, sign_in):
    late = NOW.replace(day=12)
    sweep(late)
    cards = Finding.objects.filter(case_id="two").count()
    assert cards > 0
    assert "改版不免除逾期" in move("two", now=late).refused[0][1]
    head = sign_in("zhou")
    assert "/cases/two/do/version_moved" not in head.get("/cases/two").content.decode()
    form = {"version_from": "2026-03-03", "moved_reason": "同等办理"}
    assert head.post("/cases/two/do/version_moved", form).status_code == 404
    assert [activity for activity, _fields in told("two")] == ["received", "accepted"]
    sweep(late)
    assert Finding.objects.filter(case_id="two").count() == cards


FORGED = {"version_from": "2026-03-03", "moved_reason": "同等办理"}


def test_no_system_and_no_import_tells_that_a_case_was_moved(two_running):
    lines = [
        {
            "specversion": "1.0", "id": f"{activity}-1", "source": "hall", "type": activity, "subject": "one",
            "time": NOW.isoformat(), "data": data,
        }
        for activity, data in (("version_moved", FORGED), ("order_opened", {"broken_clause": "promised"}), ("reviewed", {}))
    ]  # fmt: skip
    aim = Aim(small_city.SYSTEM, None, "import:market", None, NOW)
    imported = importing.take(enumerate(lines, 1), aim)
    assert (imported.stored, imported.refused) == (1, 2)
    assert all("只随本系统自己的办理记下" in one.reason for one in imported.rejected)
    moved, opened, _known = incoming.take(lines, actor=small_city.SYSTEM, now=NOW)
    assert (moved.status, moved.code, moved.field) == ("refused", "own_activity", "activity")
    assert (opened.status, opened.code) == ("refused", "own_activity")
    assert [activity for activity, _fields in told("one")] == ["received", "accepted", "reviewed"]
    assert move("one").refused == (), "the command that checks still may"


@pytest.mark.parametrize(
    "door", ["/offers/two/version_moved", "/pauses/two/version_moved", "/registers/application/do"]
)
def test_a_case_is_moved_through_no_other_door(two_running, sign_in, door):
    form = {**FORGED, "activity": "version_moved", "chosen": "two", "confirmed": "1"}
    assert sign_in("zhou").post(door, form).status_code in (302, 404)
    assert [activity for activity, _fields in told("two")] == ["received", "accepted"]
