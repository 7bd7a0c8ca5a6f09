"""A decision is printed and delivered within its own limit; what is settled on the spot is handed over on the spot."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.board import small_city
from tests.city.hall.test_intake import ALL, before, do, li, made, said, sent
from tests.city.papers.pdftext import text_of
from yinuo.city.cases import projection
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import record
from yinuo.city.cases.models import Case
from yinuo.city.hall.delivery import rows
from yinuo.city.ledger import read
from yinuo.city.supervision.models import Clock
from yinuo.city.supervision.sweep import sweep

__all__ = ["before", "li"]

CHECK = {"item": "pension-check", "typed": "退休待遇资格认证", "given": ["pension-check-1"]}


@pytest.fixture
def granted(li, before):
    """Accepted at the window, reviewed and granted by the department."""
    sent(li, "accept", item="food-permit", given=ALL)
    case = made(before).get()
    do(case.case_id, "reviewed", small_city.actor("zhao"))
    do(case.case_id, "granted", small_city.actor("sun"))
    return case


def test_what_was_decided_is_listed_until_it_is_delivered(granted, sign_in):
    li = sign_in("li")
    page = said(li.get("/deliveries"))
    assert granted.receipt in page and "没有在途的文书" in page
    unsaid = li.post(f"/deliveries/{granted.case_id}/begin", {"way": ""})
    assert unsaid.status_code == 422 and not Case.objects.filter(kind="delivery").exists()
    begun = li.post(f"/deliveries/{granted.case_id}/begin", {"way": "邮寄"})
    assert begun.status_code == 302
    delivery = Case.objects.get(kind="delivery", fields__about=granted.case_id)
    assert (delivery.unit, delivery.fields["document"]) == ("market", "准予决定书")
    mute = li.post(f"/deliveries/{delivery.case_id}/send", {"tracking_no": ""})
    assert mute.status_code == 422 and "邮寄须写明单号" in said(mute)
    li.post(f"/deliveries/{delivery.case_id}/send", {"tracking_no": "SF1"})
    sweep(small_city.NOW)
    assert Clock.objects.get(case_id=delivery.case_id, clause="within-ten-days").state == "kept"
    assert li.post(f"/deliveries/{delivery.case_id}/deliver", {"taken_by": ""}).status_code == 422
    li.post(f"/deliveries/{delivery.case_id}/deliver", {"taken_by": "本人"})
    assert Case.objects.get(case_id=delivery.case_id).status == "ended"
    assert granted.receipt not in said(li.get("/deliveries"))


def test_what_was_decided_long_ago_and_never_delivered_stays_on_the_list(granted, sign_in):
    long_ago = small_city.NOW - timedelta(days=60)
    Case.objects.filter(case_id=granted.case_id).update(ended_at=long_ago)
    assert granted.receipt in said(sign_in("li").get("/deliveries"))
    since = small_city.NOW - timedelta(days=400)
    for number in range(rows.MOST):
        older = Case.objects.get(case_id=granted.case_id)
        older.pk, older.case_id, older.receipt = f"old-{number:03}", f"old-{number:03}", f"9{number:03}"
        older.ended_at = since + timedelta(days=number)
        older.save(force_insert=True)
    first = said(sign_in("li").get("/deliveries"))
    assert "9000" in first and granted.receipt not in first
    assert granted.receipt in said(sign_in("li").get("/deliveries?page=1"))
    assert "9000" in said(sign_in("li").get("/deliveries?page=x"))


def one_by_one(since):
    """What waits, asked of each application by itself."""
    begun = {case.fields["about"] for case in Case.objects.filter(kind="delivery")}
    ended = Case.objects.filter(kind="application", status="ended", ended_at__gte=since).exclude(case_id__in=begun)
    seen = [(one.case_id, orjson.loads(one.state)["seen"]) for one in ended.order_by("ended_at", "case_id")]
    return [(case_id, "granted" in did) for case_id, did in seen if did.keys() & {"granted", "refused"}]


def told(since):
    whole, page, is_more = [], 0, True
    while is_more:
        found, is_more = rows.decided("TRUE", {}, since=since, page=page)
        whole, page = [*whole, *((one["case_id"], one["is_granted"]) for one in found)], page + 1
    return whole


def test_granted_and_refused_wait_until_a_delivery_is_begun_and_a_rebuild_says_the_same(city, db, monkeypatch):
    monkeypatch.setattr(rows, "MOST", 7)
    now, unit = small_city.NOW, {"unit": "market", "source": "hall"}
    since = now - timedelta(days=40)
    open_ones = list(Case.objects.filter(kind="application", status="open").values_list("case_id", flat=True)[:4])
    granted = [case_id for case_id, _is_granted in one_by_one(since)]
    assert len(granted) > 15 and Case.objects.filter(stage="withdrawn", ended_at__gte=since).exists()
    facts = [Act(one, "refused", now, event_id=f"no-{one}", **unit) for one in open_ones]
    for number, one in enumerate([*granted[::2], open_ones[0]]):
        about = {"about": one, "document": "准予决定书", "way": "邮寄"}
        facts.append(
            Act(f"letter-{number}", "delivery_due", now, about, kind="delivery", event_id=f"due-{one}", **unit)
        )
    done = record(facts, actor=small_city.SYSTEM, now=now)
    assert not [one.sentence for one in done if isinstance(one, Refused)]
    waiting = one_by_one(since)
    assert {case_id for case_id, _is_granted in waiting} == {*granted[1::2], *open_ones[1:]}
    assert {case_id for case_id, is_granted in waiting if not is_granted} == set(open_ones[1:])
    assert told(since) == waiting and told(now + timedelta(days=1)) == []
    events = [event for part in read.replay({"case/"}, at_a_time=500) for event in part]
    projection.reset()
    projection.apply(events)
    assert told(since) == one_by_one(since) == waiting
    Case.objects.filter(case_id__in=granted[::2]).update(state="no state at all")
    assert told(since) == waiting, "of what is delivered no state is read: there are a million of them"


def test_the_decision_is_printed_with_its_basis(granted, sign_in):
    answer = sign_in("zhao").get(f"/cases/{granted.case_id}/papers/decision.pdf")
    told = text_of(answer.content)
    assert "准予决定书" in told and "食品安全法" in told and granted.receipt in told


def test_nothing_is_delivered_that_was_not_decided(li, before):
    sent(li, "accept", item="food-permit", given=ALL)
    answer = li.post(f"/deliveries/{made(before).get().case_id}/begin", {"way": "邮寄"})
    assert answer.status_code == 422 and "还没有作出决定" in said(answer)


def test_settled_on_the_spot_the_decision_is_the_paper_to_print(li, before):
    answer = sent(li, "settle", **CHECK, taken_by="代办人")
    page = said(li.get(answer["Location"]))
    assert "已当场办结" in page and "打印决定书" in page
    handed = made(before).get(kind="delivery")
    assert (handed.status, handed.fields["taken_by"]) == ("ended", "代办人")


def test_who_took_it_is_only_what_was_chosen(li, before):
    """Nobody named: the decision lies at the window and is still to be handed over."""
    sent(li, "settle", **CHECK)
    lying = made(before).get(kind="delivery")
    assert (lying.status, lying.fields["way"], lying.fields.get("taken_by")) == ("open", "窗口领取", None)
    assert made(before).get(kind="application").receipt in said(li.get("/deliveries"))


def test_somebody_the_text_does_not_name_is_refused_at_the_field_and_leaves_nothing(li, before):
    answer = sent(li, "settle", **CHECK, taken_by="邻居")
    assert answer.status_code == 422 and not made(before).exists()
    assert 'aria-describedby="taken_by_error"' in answer.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_answers_within_eight_queries(granted, sign_in, language):
    client = sign_in("zhao", language)
    client.get("/deliveries")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/deliveries").status_code == 200
    assert len(asked) <= 8
