"""One screen of a window: all of what it decides or nothing, by the acts everybody else uses; what was typed is kept."""

from __future__ import annotations

import json
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.city.board import small_city
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.models import Case, Task
from yinuo.city.hall.items import Catalogue, initials
from yinuo.city.ledger import private, read
from yinuo.city.supervision.models import Clock
from yinuo.city.supervision.sweep import sweep

PERSON = {"name": "王敏", "phone": "13912345678", "identity": "110101199001011237"}
FORM = "a" * 32
ALL = [f"food-permit-{n}" for n in range(1, 5)]


def sent(client, outcome, **more):
    return client.post("/window", {"form": FORM, "outcome": outcome, "typed": "食品经营许可", **PERSON, **more})


def events(case_id):
    return [(one.activity, json.loads(one.payload)) for one in read.stream(f"case/{case_id}")]


def made(before):
    return Case.objects.exclude(case_id__in=before)


@pytest.fixture
def li(sign_in):
    return sign_in("li")


@pytest.fixture
def before(city, db):
    return set(Case.objects.values_list("case_id", flat=True))


def said(answer):
    return re.sub(r"<[^>]+>|\s+", " ", answer.content.decode())


def test_accepted_with_its_papers_lies_with_the_department(li, before):
    answer = sent(li, "accept", item="food-permit", given=ALL)
    case = made(before).get()
    assert answer.status_code == 302 and case.case_id in answer["Location"]
    first, second = events(case.case_id)
    assert (first[0], second[0]) == ("received", "accepted")
    assert first[1]["fields"]["materials"][0] == "食品经营许可申请书（原件）"
    assert (case.unit, case.holder_unit, case.item) == ("market", "market", "food-permit")
    assert Task.objects.get(case_id=case.case_id, step="review").state == "due"
    page = said(li.get(answer["Location"]))
    assert "已受理" in page and case.receipt in page and "打印收件回执" in page


def test_personal_fields_lie_apart_and_are_shown_masked(li, before):
    sent(li, "accept", item="food-permit", given=ALL)
    case = made(before).get()
    written = "".join(one.payload for one in read.stream(f"case/{case.case_id}"))
    assert not any(text in written for text in PERSON.values())
    assert private.unseal(case.person_ref) == PERSON
    assert PERSON["identity"] not in li.get(f"/cases/{case.case_id}").content.decode()


def test_the_same_form_sent_twice_is_one_case(li, before):
    for _again in range(2):
        sent(li, "accept", item="food-permit", given=ALL)
    assert len(events(made(before).get().case_id)) == 2


@pytest.mark.holds("E048", shows="/window")
def test_everything_missing_is_told_at_once(li, before):
    """E048: one notice names every paper that is not there."""
    sent(li, "tell", item="food-permit", given=ALL[:1], cause="材料缺失", more="租赁合同\n")
    told = dict(events(made(before).get().case_id))["supplement_requested"]["fields"]
    assert told["papers"].splitlines() == [
        "营业执照（核对原件）", "经营场所平面布局图（原件）", "食品安全管理制度（原件）", "租赁合同",
    ]  # fmt: skip


def test_with_a_paper_missing_nothing_is_accepted_and_the_missing_are_named(li, before):
    answer = sent(li, "accept", item="food-permit", given=ALL[:3])
    assert answer.status_code == 422 and not made(before).exists()
    page = answer.content.decode()
    assert "还缺：食品安全管理制度" in page and 'aria-describedby="more_error"' in page
    assert all(f'value="{text}"' in page for text in PERSON.values())
    assert page.count("checked") == 3


def test_a_refusal_without_basis_is_refused_with_the_texts_sentence_and_leaves_nothing(li, before):
    """The receipt before it is taken back with it: all or nothing."""
    answer = sent(li, "refuse", item="food-permit", alternative="补齐许可后再来")
    assert answer.status_code == 422 and not made(before).exists()
    page = answer.content.decode()
    assert "否定须写明依据" in page and 'aria-describedby="basis_error"' in page and "补齐许可后再来" in page
    sent(li, "refuse", item="food-permit", alternative="补齐许可后再来", basis="食品安全法第三十五条")
    assert [name for name, _told in events(made(before).get().case_id)] == ["received", "refused_acceptance"]
    assert made(before).get().status == "ended"


def test_nobody_is_served_without_a_name(li, before):
    answer = sent(li, "accept", item="food-permit", given=ALL, name="", phone="", identity="")
    assert answer.status_code == 422 and not made(before).exists()
    assert 'aria-describedby="name_error"' in answer.content.decode()


@pytest.mark.holds("E045", shows="/window")
def test_first_contact_is_registered_and_answered_by_the_acceptance(li, before):
    """E045: who was asked first answers for it until it is answered."""
    page = sent(li, "ask", item="food-permit")
    inquiry = made(before).get()
    assert (inquiry.kind, inquiry.holder_actor, inquiry.status) == ("inquiry", "li", "open")
    assert page.status_code == 200 and f'name="contact" value="{inquiry.case_id}"' in page.content.decode()
    sent(li, "accept", item="food-permit", given=ALL, contact=inquiry.case_id, form="b" * 32)
    assert Case.objects.get(case_id=inquiry.case_id).status == "ended"
    assert made(before).get(kind="application").status == "open"


@pytest.mark.holds("E045", "invariant 5", shows="/window")
def test_who_is_guided_on_stays_with_the_clerk(li, before):
    assert sent(li, "guide", typed="想开网吧").status_code == 422
    assert sent(li, "guide", typed="想开网吧", to_unit="housing").status_code == 302
    inquiry = made(before).get()
    assert [name for name, _told in events(inquiry.case_id)] == ["inquired", "guided"]
    assert (inquiry.holder_actor, inquiry.status, inquiry.fields["to_unit"]) == ("li", "open", "housing")


def test_on_the_spot_only_what_may_be_done_on_the_spot(li, before):
    answer = sent(li, "settle", item="food-permit", given=ALL)
    assert answer.status_code == 422 and not made(before).exists()
    sent(li, "settle", item="pension-check", typed="退休待遇资格认证", given=["pension-check-1"], taken_by="本人")
    settled = made(before).get(kind="application")
    assert [name for name, _told in events(settled.case_id)] == ["received", "accepted", "granted"]
    handed = made(before).get(kind="delivery")
    assert (settled.status, handed.status, handed.fields["about"]) == ("ended", "ended", settled.case_id)


SOME = ALL[:2]
OWED = {"given": SOME, "owed": ["food-permit-3", "food-permit-4"], "item": "food-permit"}


def test_a_minor_paper_is_promised_by_a_day_and_nothing_is_decided_before_it_is_here(li, before, sign_in):
    """容缺: accepted now, with a clock of its own on the paper; what may be declared is checked afterwards."""
    undated = sent(li, "accept", **OWED)
    assert undated.status_code == 422 and 'aria-describedby="promised_on_error"' in undated.content.decode()
    assert not made(before).exists() and undated.content.decode().count("checked") == 4
    sent(li, "accept", **OWED, promised_on="2026-03-27")
    case, promised = made(before).get(kind="application"), made(before).get(kind="paper-promise")
    assert (promised.parent, promised.fields["paper"]) == (case.case_id, "food-permit-3")
    assert made(before).get(kind="paper-pledge").fields["about"] == case.case_id
    sweep(small_city.NOW)
    clocks = {one.clause: timezone.localdate(one.due_at) for one in Clock.objects.filter(case_id=promised.case_id)}
    assert clocks == {"by-the-day": date(2026, 3, 27), "at-most": date(2026, 4, 3)}
    do(case.case_id, "reviewed", small_city.actor("zhao"))
    with pytest.raises(Refused, match="下级事项还没有办结"):
        do(case.case_id, "granted", small_city.actor("sun"))
    do(promised.case_id, "paper_brought", small_city.actor("li"))
    do(case.case_id, "granted", small_city.actor("sun"))


def do(case_id, activity, actor):
    commands.act(Act(case_id, activity, small_city.NOW), actor=actor, now=small_city.NOW)


def test_a_main_paper_is_not_promised_and_a_promised_one_is_not_settled_on_the_spot(li, before):
    answer = sent(li, "accept", item="food-permit", given=ALL[1:], owed=["food-permit-1"], promised_on="2026-03-27")
    assert answer.status_code == 422 and "还缺：食品经营许可申请书" in answer.content.decode()
    answer = sent(
        li, "settle", item="food-permit", given=[*SOME, ALL[3]], owed=["food-permit-3"], promised_on="2026-03-27"
    )
    assert answer.status_code == 422 and "容缺的材料，不能当场办结" in answer.content.decode()
    assert not made(before).exists()


def test_without_script_the_typed_item_is_found_or_chosen(li, before):
    listed = sent(li, "accept", typed="许可").content.decode()
    assert listed.count('type="radio" name="item"') >= 2 and "请从列出的事项里选定一个" in listed
    chosen = sent(li, "choose", typed="食品").content.decode()
    assert chosen.count('name="given"') == 4
    assert sent(li, "accept", typed="spjy", given=ALL).status_code == 302
    assert made(before).get().item == "food-permit"


@pytest.mark.parametrize(
    ("typed", "item"), [("食品", "food-permit"), ("spjy", "food-permit"), ("food", "food-permit"), ("屋", None), ("工伤", "injury-finding")]
)  # fmt: skip
def test_an_item_is_found_by_two_characters_by_initials_and_in_english(city, db, typed, item):
    found = [one.id for one in Catalogue.of(small_city.demo_city(), date(2026, 3, 20)).find(typed)]
    assert found[:1] == ([item] if item else [])


def test_initials_are_those_of_the_sounds():
    assert initials("食品经营许可（A1）") == "spjyxka1"


def test_the_screen_is_the_windows_alone(sign_in):
    assert sign_in("zhao").get("/window").status_code == 403
    assert sign_in("li").get("/window").status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_screen_and_its_parts_answer_within_few_queries(sign_in, language):
    client = sign_in("li", language)
    for page in ("/window", "/window/choices?typed=食品", "/window/papers?item=food-permit", "/window/choices?typed="):
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        assert len(asked) <= 7, [query["sql"][:100] for query in asked]
