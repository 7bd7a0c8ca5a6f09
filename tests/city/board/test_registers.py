"""The registers as pages: outages by two persons, measures proposed by one and decided by others (D43, invariant 33)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.city.board import small_city
from yinuo.city.supervision.models import Finding, Measure, Outage

EXTRA = (
    ("gao", "高主任", "supervising-office", "supervising_office", "city"),
    ("he", "何副市长", "city", "leader", "city"),
)
OUTAGE = {"unit": "market", "begins_at": "2026-03-19T09:00", "ends_at": "", "reason": "机房断电", "source": "hall"}


@pytest.fixture
def more(city, db):
    """A second person of the supervising office, a second leader."""
    for one in EXTRA:
        small_city.employ(*one)


@pytest.fixture
def card(city, db):
    return Finding.objects.filter(unit="market", status="open").earliest("raised_at", "card")


def text(answer):
    return answer.content.decode()


def send(client, address, **given):
    return text(client.post(address, given, follow=True))


def proposed(sign_in, card, **given):
    form = {"what": "效能告诫", "grounds": "承诺时限逾期", "against": "unit", **given}
    return sign_in("chen").post(f"/findings/{card.card}/propose", form)


@pytest.mark.holds("invariant 33", "decision D43", shows="/measures")
def test_invariant_33_a_measure_runs_its_whole_course_on_pages(sign_in, more, card):
    assert "提出处理建议" in text(sign_in("chen").get(f"/cases/{card.case_id}"))
    assert "提出处理建议" not in text(sign_in("zhou").get(f"/cases/{card.case_id}"))
    assert proposed(sign_in, card).headers["Location"] == "/measures"
    row = Measure.objects.get()
    at = f"/measures/{row.measure_id}"
    page = text(sign_in("lin").get("/measures"))
    assert "效能告诫" in page
    assert f"/cases/{card.case_id}#card-{card.card}" in page
    assert f"{at}/adopt" not in page
    assert "此前不能决定" in page
    assert "陈述申辩期未满" in send(sign_in("lin"), f"{at}/adopt", text="属实")
    assert f"{at}/state" in text(sign_in("zhou").get("/measures"))
    assert "检验未出报告" in send(sign_in("zhou"), f"{at}/state", text="检验未出报告")
    assert f"{at}/adopt" in text(sign_in("lin").get("/measures"))
    assert f"{at}/adopt" not in text(sign_in("chen").get("/measures"))
    assert "已记录" in send(sign_in("lin"), f"{at}/adopt", text="属实")
    assert "已记录" in send(sign_in("zhou"), f"{at}/appeal", text="有失公允")
    assert f"{at}/revoke" not in text(sign_in("lin").get("/measures"))
    assert "原决定人不得裁定" in send(sign_in("lin"), f"{at}/revoke", text="再议")
    assert "申诉成立，撤销" in send(sign_in("he"), f"{at}/revoke", text="采纳申辩")
    assert Measure.objects.get().status == "revoked"
    assert "采纳申辩" in text(sign_in("zhou").get("/measures?status=revoked"))


@pytest.mark.holds("decision D43", shows="/measures")
def test_decision_d43_who_says_nothing_within_the_days_may_be_decided_about(sign_in, card, monkeypatch):
    proposed(sign_in, card)
    row = Measure.objects.get()
    monkeypatch.setattr(timezone, "now", lambda: row.statement_by + timedelta(minutes=1))
    assert "期内没有陈述" in text(sign_in("lin").get("/measures"))
    send(sign_in("lin"), f"/measures/{row.measure_id}/dismiss", text="初次")
    assert Measure.objects.get().status == "dismissed"


def test_a_proposal_is_seen_inside_its_scope_only(sign_in, card):
    proposed(sign_in, card)
    at = f"/measures/{Measure.objects.get().measure_id}/state"
    assert "效能告诫" in text(sign_in("zhao").get("/measures"))
    outside = sign_in("wu").get("/measures")
    assert "还没有处理建议" in text(outside)
    assert sign_in("wu").post(at, {"text": "x"}).status_code == 404
    assert sign_in("lin").post(at, {"text": "x"}).status_code == 403
    assert sign_in("zhou").post(f"/findings/{card.card}/propose", {"what": "x", "grounds": "x"}).status_code == 403
    assert sign_in("chen").post("/findings/nothing/propose", {"what": "x", "grounds": "x"}).status_code == 404
    assert sign_in("zhou").get(at).status_code == 405


def test_a_proposal_about_a_person_is_for_that_person_and_who_judges(sign_in, card):
    Finding.objects.filter(card=card.card).update(actor="zhao")
    proposed(sign_in, card, against="person")
    row = Measure.objects.get()
    assert (row.against_person, row.against_unit) == ("zhao", None)
    for key in ("zhao", "chen", "lin", "qian"):
        assert "效能告诫" in text(sign_in(key).get("/measures")), key
    for key in ("sun", "zhou", "wu"):
        assert "效能告诫" not in text(sign_in(key).get("/measures")), key
        assert sign_in(key).post(f"/measures/{row.measure_id}/state", {"text": "x"}).status_code == 404
    send(sign_in("zhao"), f"/measures/{row.measure_id}/state", text="当日请假")
    assert Measure.objects.get().statement == "当日请假"


def test_the_same_measure_is_not_proposed_twice(sign_in, card):
    proposed(sign_in, card)
    again = proposed(sign_in, card, what=" 效能告诫 ")
    assert again.headers["Location"] == f"/cases/{card.case_id}"
    assert Measure.objects.count() == 1


@pytest.mark.holds("peer 63", shows="/outages")
def test_an_outage_is_declared_by_one_person_and_verified_by_another(sign_in, more):
    assert "还没有登记过停机" in text(sign_in("chen").get("/outages"))
    assert "须由另一人核实" in send(sign_in("chen"), "/outages", **OUTAGE)
    row = Outage.objects.get()
    assert (row.begins_at.isoformat(), row.ends_at) == ("2026-03-19T01:00:00+00:00", None)
    at = f"/outages/{row.outage_id}/verify"
    assert "登记人不得核实自己的登记" in send(sign_in("chen"), at, ends_at="2026-03-19T18:00")
    assert "请写明停机何时结束" in send(sign_in("gao"), at)
    assert "结束时间须晚于开始时间" in send(sign_in("gao"), at, ends_at="2026-03-18T18:00")
    assert "已核实" in send(sign_in("gao"), at, ends_at="2026-03-19T18:00")
    row.refresh_from_db()
    assert (row.verified_by, row.ends_at.isoformat()) == ("gao", "2026-03-19T10:00:00+00:00")
    page = text(sign_in("zhou").get("/outages?state=verified"))
    assert "陈刚" in page
    assert "高主任" in page
    assert at not in page


def test_a_refused_outage_is_shown_as_it_was_filled_in(sign_in):
    for change, sentence in (
        ({"ends_at": "2026-03-18T09:00"}, "结束时间须晚于开始时间"),
        ({"begins_at": ""}, "请填写时间"),
        ({"begins_at": "9999-99"}, "填写时间"),
        ({"reason": " "}, "请写明内容"),
    ):
        answer = sign_in("chen").post("/outages", {**OUTAGE, **change})
        assert answer.status_code == 422
        assert sentence in text(answer)
        assert 'value="hall"' in text(answer)
    assert not Outage.objects.exists()


def test_outages_are_seen_and_declared_inside_the_own_part_only(sign_in):
    sign_in("chen").post("/outages", OUTAGE)
    at = f"/outages/{Outage.objects.get().outage_id}/verify"
    assert "机房断电" in text(sign_in("zhao").get("/outages"))
    assert "机房断电" in text(sign_in("guan").get("/outages"))
    outside = text(sign_in("wu").get("/outages?unit=market"))
    assert "机房断电" not in outside
    assert 'name="begins_at"' not in outside
    assert sign_in("wu").post("/outages", {**OUTAGE, "reason": "乱报"}).status_code == 403
    assert sign_in("zhao").post(at, {"ends_at": "2026-03-19T18:00"}).status_code == 403
    assert sign_in("chen").get(at).status_code == 405


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_both_pages_answer_within_eight_queries(sign_in, card, language):
    proposed(sign_in, card)
    proposed(sign_in, card, what="约谈")
    sign_in("chen").post("/outages", OUTAGE)
    for page in ("/measures", "/measures?status=proposed&unit=market", "/outages", "/outages?state=unverified"):
        for key in ("chen", "zhou"):
            client = sign_in(key, language)
            client.get(page)
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(page)
            assert answer.status_code == 200
            assert len(asked) <= 8, "\n".join(query["sql"][:160] for query in asked)


def test_a_filter_that_makes_no_sense_is_refused(sign_in):
    assert sign_in("chen").get("/measures?status=strange").status_code == 400
    assert sign_in("chen").get("/outages?state=strange").status_code == 400
