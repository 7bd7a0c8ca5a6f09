"""The queue: first come, first called; who goes first rests on a lane or a signature; appointments are received in time."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.city.board import small_city
from tests.city.hall.test_intake import said
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.commands import act
from yinuo.city.cases.models import Case
from yinuo.city.hall.queue import appointments, commands, slots
from yinuo.city.hall.queue.halls import Halls
from yinuo.city.hall.queue.tickets import in_turn, today
from yinuo.city.people.accounts import asking
from yinuo.city.people.actor import Actor, Grant, NotAllowed
from yinuo.city.supervision.models import Clock, Finding
from yinuo.city.supervision.sweep import sweep

NOW = small_city.NOW
WINDOW = Actor("li", "李强", (Grant("window_clerk", "service-centre"),), "service-centre")
ELSEWHERE = Actor("wu", "吴窗口", (Grant("window_clerk", "market"),), "market")
HEAD = Actor("head", "大厅主任", (Grant("section_head", "service-centre"),), "service-centre")
LANES = ("加急", "优先", "预约", "普通")
HALL = "service-centre"


@pytest.fixture
def halls(city, db):
    return Halls.of(small_city.demo_city(), NOW.date())


@pytest.fixture
def draw(halls):
    """Draws a number a minute after the last."""
    count = iter(range(100))

    def drawn(service="general", at=None, **more):
        number = next(count)
        wish = commands.Wish(f"form-{number}", halls.services[service], **more)
        return commands.draw(wish, actor=WINDOW, now=at or NOW + timedelta(minutes=number)).case_id

    return drawn


def number_of(case_id):
    return Case.objects.get(case_id=case_id).fields["number"]


def called(halls, counter="1", at=NOW + timedelta(minutes=20)):
    one = halls.counters[counter]
    return commands.call_next(one, halls.services[one.service], actor=WINDOW, now=at).number


def at_window(halls, counter="1"):
    return halls.counters[counter], halls.services[halls.counters[counter].service]


def end(halls, case_id, what, *, counter="1", minute=21, actor=WINDOW):
    commands.end(case_id, what, *at_window(halls, counter), actor=actor, now=NOW + timedelta(minutes=minute))


def ticket(case_id, now=NOW):
    return next(one for one in today(HALL, now=now) if one.case_id == case_id)


@pytest.mark.holds("E058", "invariant 12", shows="/queue")
def test_whoever_came_first_is_called_first_and_the_old_before_all(halls, draw, sign_in):
    first, second = draw(), draw()
    old = draw(lane="优先", ground="老年人")
    other = draw("social")
    assert [number_of(one) for one in (first, second, old, other)] == ["A001", "A002", "A003", "C001"]
    assert [one.number for one in in_turn(today(HALL, now=NOW), "general", LANES)] == ["A003", "A001", "A002"]
    page = said(sign_in("li").get("/queue"))
    assert re.findall(r"\b(A\d{3}) +(\S+)", page) == [("A003", "优先"), ("A001", "普通"), ("A002", "普通")]
    assert called(halls) == "A003" and called(halls, "2") == "A001"
    assert called(halls, "5") == "C001"


@pytest.mark.holds("E058", "invariant 12", shows="/counters/1")
def test_a_jump_is_refused_until_a_head_who_does_not_call_signs_a_reason(halls, draw, sign_in):
    draw()
    later = draw()
    with pytest.raises(Refused, match="先来先办"):
        commands.call(later, *at_window(halls), actor=WINDOW, now=NOW + timedelta(minutes=5))
    with pytest.raises(Refused, match="您不在其中"):
        commands.sign_jump(later, reason="熟人", actor=WINDOW, now=NOW + timedelta(minutes=5))
    with pytest.raises(Refused, match="请写明理由"):
        commands.sign_jump(later, reason=" ", actor=HEAD, now=NOW + timedelta(minutes=5))
    li = sign_in("li")
    assert re.search("A001 .*A002 +普通", said(li.get("/counters/1")))
    commands.sign_jump(later, reason="赶火车", actor=HEAD, now=NOW + timedelta(minutes=6))
    assert re.search("A002 +普通 +已签批：赶火车 .*A001", said(li.get("/counters/1")))
    assert called(halls) == "A002"
    sweep(NOW + timedelta(minutes=25))
    assert not Finding.objects.filter(institution="queue", clause="first-come").exists()


def test_a_lane_without_its_ground_is_refused(halls, draw):
    with pytest.raises(Refused, match="须写明依据"):
        draw(lane="优先")
    assert not today(HALL, now=NOW)


@pytest.mark.holds("E058", shows="/counters/1")
def test_one_at_a_time_and_passed_over_only_after_the_second_call(halls, draw):
    first, _second = draw(), draw()
    called(halls)
    with pytest.raises(Refused, match="还没有办完"):
        called(halls)
    with pytest.raises(Refused, match="再次叫号"):
        end(halls, first, "missed", minute=21)
    end(halls, first, "again", minute=22)
    assert ticket(first).calls == 2
    end(halls, first, "missed", minute=23)
    assert ticket(first).is_missed and called(halls, at=NOW + timedelta(minutes=24)) == "A002"


@pytest.mark.holds("E058", shows="/counters/1")
def test_a_window_calls_who_waits_for_its_service_and_ends_whom_it_called(halls, draw):
    first, second, other = draw(), draw(), draw("social")
    with pytest.raises(Refused, match="不在这个窗口的队里"):
        commands.call(other, *at_window(halls), actor=WINDOW, now=NOW + timedelta(minutes=5))
    commands.call(first, *at_window(halls), actor=WINDOW, now=NOW + timedelta(minutes=6))
    with pytest.raises(Refused, match="还没有办完"):
        commands.call(second, *at_window(halls), actor=WINDOW, now=NOW + timedelta(minutes=7))
    with pytest.raises(Refused, match="不在这个窗口的队里"):
        commands.call(first, *at_window(halls, "2"), actor=WINDOW, now=NOW + timedelta(minutes=7))
    for what, whom, counter in (("served", first, "2"), ("left", first, "2"), ("served", second, "1"), ("left", other, "1")):  # fmt: skip
        with pytest.raises(Refused, match="不是这个窗口正在接待的"):
            end(halls, whom, what, counter=counter)
    assert [ticket(one).is_over for one in (first, second, other)] == [False] * 3
    end(halls, second, "left")
    end(halls, first, "served", minute=22)
    assert ticket(second).is_over and ticket(first).is_served


def test_a_window_elsewhere_neither_calls_nor_ends(halls, draw):
    first = draw()
    with pytest.raises(NotAllowed):
        commands.call(first, *at_window(halls), actor=ELSEWHERE, now=NOW + timedelta(minutes=5))
    called(halls)
    with pytest.raises(NotAllowed):
        end(halls, first, "served", actor=ELSEWHERE)


def test_the_desk_gives_no_urgent_lane_for_a_number_that_is_typed_in(sign_in, city, db):
    case = Case.objects.filter(kind="application").first()
    sign_in("li").post("/queue/draw", {"form": "h" * 32, "service": "general", "about": case.case_id})
    drawn = Case.objects.get(kind="ticket")
    assert drawn.fields["lane"] == "普通" and not drawn.fields.get("about")


def test_the_same_form_is_one_number_and_another_day_begins_anew(halls, draw):
    wish = commands.Wish("same", halls.services["general"])
    assert commands.draw(wish, actor=WINDOW, now=NOW).case_id == commands.draw(wish, actor=WINDOW, now=NOW).case_id
    tomorrow = NOW + timedelta(days=3)
    assert number_of(draw(at=tomorrow)) == "A001"
    assert not [one for one in today(HALL, now=tomorrow) if one.number != "A001"]


def at(hour, minute=0, day=23):
    return datetime(2026, 3, day, hour, minute, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def booked(halls):
    service, counter = halls.services["general"], halls.counters["1"]
    booking = appointments.Booking("b" * 32, service, counter, at(10), {"name": "王敏", "phone": "13912345678"})
    return appointments.book(booking, actor=appointments.anybody(now=NOW), now=NOW).case_id


@pytest.mark.holds("E053", shows="/appointments")
def test_who_comes_in_time_is_called_before_the_others_and_it_counts_as_honoured(halls, booked, draw, sign_in):
    def listed():
        receipt = Case.objects.get(case_id=booked).receipt
        return re.search(rf"{receipt} +(\S+)", said(sign_in("li").get("/appointments?day=2026-03-23")))[1]

    assert listed() == "已预约"
    draw(at=at(9, 40))
    with pytest.raises(Refused, match="还没有到取号时间"):
        appointments.arrive(booked, halls.services["general"], slot_at=at(10), form="x", actor=WINDOW, now=at(9, 44))
    appointments.arrive(booked, halls.services["general"], slot_at=at(10), form="x", actor=WINDOW, now=at(9, 50))
    assert listed() == "已到场"
    assert called(halls, at=at(10, 9)) == "A002"
    assert listed() == "已接待"
    assert Case.objects.get(case_id=booked).status == "ended"
    sweep(at(10, 12))
    assert Clock.objects.get(case_id=booked, clause="punctual").state == "kept"


@pytest.mark.holds("E053", shows="/appointments")
def test_who_is_not_received_within_ten_minutes_is_a_card_and_who_is_late_waits_like_others(halls, booked, draw):
    appointments.arrive(booked, halls.services["general"], slot_at=at(10), form="x", actor=WINDOW, now=at(9, 50))
    sweep(at(10, 11))
    card = Finding.objects.get(case_id=booked, clause="punctual")
    assert (card.level, card.status) == ("yellow", "open")
    late = appointments.Booking("c" * 32, halls.services["general"], halls.counters["2"], at(10), {"name": "李", "phone": "13900000001"})  # fmt: skip
    other = appointments.book(late, actor=appointments.anybody(now=NOW), now=NOW).case_id
    drawn = appointments.arrive(other, halls.services["general"], slot_at=at(10), form="y", actor=WINDOW, now=at(10, 11))  # fmt: skip
    assert ticket(drawn.case_id, at(10, 11)).lane == "普通"


def test_a_slot_is_given_once_and_again_after_it_is_given_back(halls, booked):
    again = appointments.Booking("d" * 32, halls.services["general"], halls.counters["1"], at(10), {"name": "李", "phone": "13900000001"})  # fmt: skip
    with pytest.raises(Refused, match="刚刚被别人约走"):
        appointments.book(again, actor=appointments.anybody(now=NOW), now=NOW)
    assert not appointments.cancel_by_number(Case.objects.get(case_id=booked).receipt, "0000", now=NOW)
    assert appointments.cancel_by_number(Case.objects.get(case_id=booked).receipt, "5678", now=NOW)
    assert appointments.book(again, actor=appointments.anybody(now=NOW), now=NOW).is_new


def test_slots_lie_within_the_opening_hours_of_working_days(halls):
    calendar = small_city.demo_city().rules.calendar
    days = slots.days(calendar, NOW)
    assert [day.isoformat() for day in days][:3] == ["2026-03-20", "2026-03-23", "2026-03-24"]
    found = slots.slots(halls.at("general"), days[1], calendar=calendar, taken=set(), now=NOW)
    assert [timezone.localtime(one.at).strftime("%H:%M") for one in found][::2][:7] == ["09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "13:30"]  # fmt: skip
    assert all(one.is_free for one in found) and len(found) == 28
    assert not any(one.is_free for one in slots.slots(halls.at("general"), days[0], calendar=calendar, taken=set(), now=NOW) if one.at <= NOW)  # fmt: skip


@pytest.mark.holds("E053", shows="/book")
def test_anybody_books_and_gives_back_without_signing_in(client, city, db, sign_in):
    page = client.get("/book?service=general&day=2026-03-23").content.decode()
    time_ = re.findall(r'name="at" value="([^"]+)"', page)[2]
    sent = {"form": "e" * 32, "service": "general", "day": "2026-03-23", "at": time_, "name": "王敏"}
    answer = client.post("/book", sent)
    assert answer.status_code == 422 and 'aria-describedby="phone_error"' in answer.content.decode()
    assert 'value="王敏"' in answer.content.decode() and f'value="{time_}" checked' in answer.content.decode()
    told = said(client.post("/book", {**sent, "phone": "139 1234 5678"}))
    receipt = re.search(r"预约号 (\w[\w-]+)", told)[1]
    staff = said(sign_in("li").get("/appointments?day=2026-03-23"))
    assert receipt in staff and "王*" in staff and "王敏" not in staff and "已约" in staff
    assert client.post("/book/cancel", {"receipt": receipt, "tail": "1111"}).status_code == 422
    assert "预约已取消" in said(client.post("/book/cancel", {"receipt": receipt, "tail": "5678"}))


def test_on_a_day_of_rest_the_appointments_of_the_next_are_shown(sign_in, booked, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: at(10, day=22))
    assert Case.objects.get(case_id=booked).receipt in said(sign_in("li").get("/appointments"))


@pytest.mark.parametrize("day", ["2999-01-01", "9999-12-31", "0001-01-01", "2026-04-30", "soon"])
def test_a_day_that_is_not_given_out_is_refused_at_its_field(client, city, db, sign_in, day):
    sent = {"form": "i" * 32, "service": "general", "day": day, "at": f"{day}T10:00:00+08:00", "name": "王敏", "phone": "13900000001"}  # fmt: skip
    answer = client.post("/book", sent)
    assert answer.status_code == 422 and 'aria-describedby="day_error"' in answer.content.decode()
    assert client.get("/book", {"day": day}).status_code == 200
    assert sign_in("li").get("/appointments", {"day": day}).status_code == 200


def test_the_end_of_a_phone_is_not_tried_out_from_many_addresses(client, halls, booked):
    """Ten attempts a day at one number, whoever asks; then even the right end is answered like a wrong one."""
    receipt = Case.objects.get(case_id=booked).receipt

    def tried(tail, address):
        given = {"receipt": f" {receipt} ", "tail": tail}
        return client.post("/book/cancel", given, REMOTE_ADDR="127.0.0.1", headers={"X-Forwarded-For": address})

    wrong = [tried(f"{number:04d}", f"203.0.113.{number}") for number in range(10)]
    right = tried("5678", "198.51.100.7")
    assert {answer.status_code for answer in (*wrong, right)} == {422}
    assert said(right) == said(wrong[0]) and Case.objects.get(case_id=booked).status == "open"


def test_attempts_at_a_number_are_forgotten_after_a_day(db):
    def may(now):
        return asking.may_ask(None, what="cancel/x", most=2, now=now, within=timedelta(days=1))

    assert [may(NOW + timedelta(hours=hour)) for hour in (0, 1, 2, 23, 24, 25, 26)] == [True, True, False, False, True, True, False]  # fmt: skip


@pytest.mark.holds("E058", "invariant 12", shows="/halls/service-centre/display")
def test_from_the_desk_to_the_screen_in_the_hall(sign_in, client):
    li = sign_in("li")
    page = said(li.get(li.post("/queue/draw", {"form": "f" * 32, "service": "general"})["Location"]))
    assert re.search("请拿好号码 +A001", page) and "1 人在等" in page
    li.post("/queue/draw", {"form": "g" * 32, "service": "general", "ground": "孕妇"})
    assert "还没有叫号" in said(client.get("/halls/service-centre/display"))
    assert li.post("/counters/1/next").status_code == 302
    here = said(li.get("/counters/1"))
    assert re.search("正在接待 +A002", here)
    screen = said(client.get("/halls/service-centre/display"))
    assert re.search("A002 +请到1号窗口", screen)
    last = Case.objects.get(kind="ticket", fields__number="A002")
    assert li.post("/counters/1/served", {"ticket": last.case_id}).status_code == 302
    assert "今天已接待 1 人" in said(li.get("/counters/1"))
    assert client.get("/halls/nowhere/display").status_code == 404


def test_a_jump_at_the_window_says_why_not(sign_in):
    li = sign_in("li")
    for form in "hi":
        li.post("/queue/draw", {"form": form * 32, "service": "general"})
    last = Case.objects.get(kind="ticket", fields__number="A002")
    answer = li.post("/counters/1/call", {"ticket": last.case_id})
    assert answer.status_code == 422 and "先来先办" in said(answer)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_answer_within_eight_queries(sign_in, client, language):
    li = sign_in("li", language)
    for form in "jkl":
        li.post("/queue/draw", {"form": form * 32, "service": "general"})
    for page in ("/queue", "/counters/1", "/appointments", "/halls/service-centre/display", "/book"):
        li.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert li.get(page).status_code == 200
        assert len(asked) <= 8, (page, [query["sql"][:100] for query in asked])


@pytest.mark.holds("E049", shows="/reception")
def test_the_desk_says_where_and_with_what_draws_a_number_and_writes_down_the_guidance(sign_in):
    """E049: ask the need, then the item, its window, its papers and a number."""
    li = sign_in("li")
    page = said(li.get("/reception?typed=食品"))
    assert "食品经营许可" in page and "3号窗口" in page and "营业执照" in page and "0 人在等" in page
    sent = li.post("/reception", {"item": "food-permit", "typed": "开小饭馆", "form": "q" * 32})
    assert re.search("请拿好号码 +B001", said(li.get(sent["Location"])))
    inquiry, drawn = Case.objects.get(kind="inquiry", fields__need="开小饭馆"), Case.objects.get(kind="ticket")
    assert (inquiry.status, inquiry.fields["to_unit"], drawn.fields["about"]) == ("ended", "market", inquiry.case_id)
    assert "没有对得上的事项" in said(li.get("/reception?typed=飞碟"))
    assert li.post("/reception", {"item": "ufo", "typed": "飞碟"}).status_code == 422


def test_a_number_stands_in_lists_under_the_name_of_its_service(halls, draw, sign_in):
    case_id = draw()
    assert Case.objects.get(case_id=case_id).title == "排队号：综合受理"
    reader = sign_in("chen")
    page = reader.get(f"/cases/{case_id}").content.decode()
    assert "综合受理" in page
    assert "<dd>general</dd>" not in page
    listed = reader.get("/registers/ticket").content.decode()
    assert '<option value="social">社保医保</option>' in listed


def test_a_service_the_table_does_not_have_is_refused_with_its_field(halls, draw):
    fields = {"service": "nowhere", "queue_day": "2026-03-09", "lane": "普通", "number": "X001"}
    asked = Act(None, "ticket_drawn", NOW, fields, kind="ticket", unit=HALL)
    with pytest.raises(Refused) as refused:
        act(asked, actor=WINDOW, now=NOW)
    assert (refused.value.code, refused.value.field) == ("unknown_row", "service")
    assert "没有“nowhere”" in refused.value.sentence
