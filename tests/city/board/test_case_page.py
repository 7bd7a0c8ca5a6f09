"""The page of one case: its numbers, its person, what one may do there."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.city.board import small_city
from yinuo.city.board.timeline import Scale, clock_segments
from yinuo.city.ledger import read
from yinuo.city.supervision.models import Finding

BUTTON = r'<summary class="btn">(.*?)</summary>'


def page(client, case_id):
    return client.get(f"/cases/{case_id}").content.decode()


@pytest.mark.holds("peer 55", shows="/cases/<id>")
def test_peers_55_allowed_used_and_left_are_told_in_the_clocks_own_unit(sign_in):
    text = page(sign_in("chen"), "D009")
    for word in ("时限", "已用", "暂停", "个工作日", "超出"):
        assert word in text


def test_personal_fields_are_masked_until_a_reason_is_given_and_the_look_is_recorded(sign_in):
    client = sign_in("sun")
    shown = page(client, "D000")
    assert "139****5678" in shown
    assert "13912345678" not in shown
    refused = client.post("/cases/D000/unmask", {"reason": ""}, follow=True).content.decode()
    assert "13912345678" not in refused
    clear = client.post("/cases/D000/unmask", {"reason": "核对联系电话"})
    assert "13912345678" in clear.content.decode()
    assert clear["Cache-Control"] == "no-store"
    assert any(event.activity == "person_unmasked" for event in read.stream("people/unmaskings"))
    assert sign_in("qian").post("/cases/D000/unmask", {"reason": "好奇而已"}).status_code == 403


def test_an_explanation_is_taken_from_the_unit_that_answers_and_from_nobody_else(sign_in):
    card = Finding.objects.filter(status="open", unit="market", explained_at=None).first()
    assert sign_in("chen").post(f"/findings/{card.card}/explain", {"text": "不是我"}).status_code == 403
    answer = sign_in("sun").post(f"/findings/{card.card}/explain", {"text": "现场核查排期过满"}, follow=True)
    assert "现场核查排期过满" in answer.content.decode()
    empty = sign_in("sun").post(f"/findings/{card.card}/appeal", {"text": " "}, follow=True).content.decode()
    assert "请写明内容" in empty


def test_a_refused_act_keeps_what_was_filled_in(sign_in):
    answer = sign_in("zhou").post(
        "/cases/D005/do/extension_granted",
        {"step": "prolong", "days": "5 workdays", "extension_reason": "需要专家论证"},
    )
    assert answer.status_code == 422
    assert "需要专家论证" in answer.content.decode()


def test_an_act_of_the_flow_is_offered_and_done(sign_in):
    client = sign_in("zhao")
    assert "/cases/D005/do/reviewed" in page(client, "D005")
    done = client.post("/cases/D005/do/reviewed", {"step": "review"}, follow=True)
    assert "已办：审查" in done.content.decode()
    assert "/cases/D005/do/reviewed" not in page(client, "D005")


def test_a_button_says_what_there_is_to_do_and_the_history_what_was_done(sign_in):
    chinese, english = page(sign_in("zhou"), "D005"), page(sign_in("zhou", "en"), "D005")
    assert set(re.findall(BUTTON, chinese)) >= {"准予", "不予许可", "转办"}
    buttons = re.findall(BUTTON, english)
    assert set(buttons) >= {"Grant", "Refuse", "Transfer"} and all(word[0].isupper() for word in buttons)
    done = sign_in("zhao", "en").post("/cases/D005/do/reviewed", {"step": "review"}, follow=True).content.decode()
    assert "Done: reviewed" in done and '<td data-label="Step">Review</td>' in done


@pytest.mark.holds("peer 45", shows="/cases/<id>")
def test_a_clock_is_drawn_running_standing_and_over_in_order():
    start = small_city.NOW
    clock = {"started_at": start, "ended_at": start + timedelta(days=10), "due_at": start + timedelta(days=8)}
    scale = Scale(start, start + timedelta(days=10))
    drawn = clock_segments(
        clock,
        [
            (start + timedelta(days=2), start + timedelta(days=4)),
            (start + timedelta(days=3), start + timedelta(days=5)),
        ],
        scale=scale,
        now=start,
    )
    assert sorted((one.what, one.x, one.width) for one in drawn) == [
        ("over", "80.000%", "20.000%"), ("ran", "0.000%", "20.000%"), ("ran", "50.000%", "30.000%"), ("stood", "20.000%", "30.000%"),
    ]  # fmt: skip
