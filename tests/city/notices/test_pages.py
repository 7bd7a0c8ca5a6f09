"""The inbox and the page of what goes out."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.city.people import staffing
from tests.city.together import BACKEND
from yinuo.city.notices import queries
from yinuo.city.notices.commands import Posting, Telling, post_webhooks, tell, tell_many
from yinuo.city.notices.deliver import deliver
from yinuo.city.notices.queries import outgoing, unread
from yinuo.city.people.models import Account

NOW = datetime(2026, 6, 2, 1, tzinfo=UTC)
CARD = {
    "level": "yellow", "level_zh": "黄牌", "level_en": "Yellow card", "clause_zh": "法定期限",
    "clause_en": "statutory term", "sentence_zh": "应于 3 月 1 日办结 <b>", "sentence_en": "was due on 1 March <b>",
    "answer_by": "2026-06-09T09:00:00.000000Z",
}  # fmt: skip


@pytest.fixture
def sign_in(db):
    """A client of somebody with a role in the city."""
    staffing.open_units()

    def signed(person, role, language="zh-hans"):
        return staffing.browser_with(role, person, language=language)

    return signed


def say(*persons, key="k1", case_id="c1"):
    tell(persons, kind="card_raised", key=key, args=CARD, case_id=case_id, now=NOW)


def test_an_inbox_says_what_to_expect_when_it_is_empty(sign_in):
    page = sign_in("li", "handler").get("/inbox")
    assert page.status_code == 200
    assert "还没有消息" in page.content.decode()


def test_a_full_inbox_asks_at_most_eight_queries(sign_in, django_assert_max_num_queries):
    client = sign_in("li", "handler")
    tell_many([Telling(["li"], "card_raised", f"k{n}", CARD, f"c{n}") for n in range(200)], now=NOW)
    client.get("/inbox")
    with django_assert_max_num_queries(8):
        page = client.get("/inbox")
    text = page.content.decode()
    assert text.count('class="notice unread"') == 50
    assert "应于 3 月 1 日办结 &lt;b&gt;" in text
    assert "2026-06-09 17:00" in text
    following = re.search(r'href="([^"]+)" rel="next"', text)[1].replace("&amp;", "&")
    assert client.get(following).content.decode().count('class="notice unread"') == 50


def test_it_speaks_english_when_asked(sign_in):
    client = sign_in("li", "handler", "en")
    say("li")
    text = client.get("/inbox").content.decode()
    assert "Yellow card: was due on 1 March &lt;b&gt;" in text


def test_one_is_read_and_leads_to_its_case_and_nobody_reads_anothers(sign_in):
    li, zhao = sign_in("li", "handler"), sign_in("zhao", "handler")
    say("li", "zhao")
    address = re.search(r'action="(/inbox/\d+/read)"', li.get("/inbox").content.decode())[1]
    zhao.post(address)
    assert (unread("li"), unread("zhao")) == (1, 1)
    answer = li.post(address, {"go": "case"})
    assert (answer.status_code, answer["Location"]) == (302, "/cases/c1")
    assert (unread("li"), unread("zhao")) == (0, 1)
    assert li.get(address).status_code == 405


def test_all_are_read_but_not_what_came_since_the_page_was_drawn(sign_in):
    client = sign_in("li", "handler")
    say("li", key="k1")
    newest = re.search(r'name="newest" value="(\d+)"', client.get("/inbox").content.decode())[1]
    say("li", key="k2")
    assert client.post("/inbox/read", {"newest": newest}).status_code == 302
    assert unread("li") == 1
    assert client.get("/inbox?show=unread").content.decode().count('class="notice unread"') == 1


@pytest.mark.parametrize("query", ["after=x", "after=1-", "after=0-99999999999999999999", "kind=%00", "kind=nothing"])
def test_an_address_that_makes_no_sense_is_no_error_of_ours(sign_in, query):
    assert sign_in("li", "handler").get(f"/inbox?{query}").status_code in {200, 400}


def test_reading_leads_nowhere_outside(sign_in):
    client = sign_in("li", "handler")
    say("li")
    number = re.search(r"/inbox/(\d+)/read", client.get("/inbox").content.decode())[1]
    assert client.post(f"/inbox/{number}/read", {"next": "https://evil.example/"})["Location"] == "/inbox"


def test_what_was_given_up_is_listed_and_sent_again_by_who_may(sign_in, django_assert_max_num_queries):
    post_webhooks([Posting("nobody", f"e{n}", "{}") for n in range(60)], now=NOW)
    deliver(NOW, limit=100)
    client = sign_in("li", "administrator")
    client.get("/operations/outbox")
    with django_assert_max_num_queries(8):
        text = client.get("/operations/outbox").content.decode()
    assert "推送已停用" in text
    assert text.count("重新发送") == 50
    following = re.search(r'href="([^"]+)" rel="next"', text)[1].replace("&amp;", "&")
    assert client.get(following).content.decode().count("重新发送") == 10
    address = re.search(r'action="(/operations/outbox/\w+/retry)"', text)[1]
    assert client.post(address).status_code == 302
    assert len(outgoing("waiting")) == 1
    assert "没有改动" in client.post(address, follow=True).content.decode()
    assert client.get("/operations/outbox?state=waiting").status_code == 200
    assert client.get("/operations/outbox?state=sent&channel=sms").status_code == 200
    assert client.get("/operations/outbox?state=lost").status_code == 400
    for after in ("now", "2026-06-02T01:00:00|a", "2026-06-02T01:00:00%2B00:00|%00"):
        assert client.get(f"/operations/outbox?after={after}").status_code == 400
    assert client.post("/operations/outbox/%00/retry").status_code == 404
    assert client.post("/inbox/99999999999999999999/read").status_code == 400


def test_who_may_not_sees_nothing_of_what_goes_out(sign_in):
    client = sign_in("li", "handler")
    assert client.get("/operations/outbox").status_code == 403
    assert client.post("/operations/outbox/x/retry").status_code == 403
    assert Client().get("/inbox").status_code == 302


def test_a_person_sets_and_removes_the_own_addresses_and_sees_them_masked(sign_in):
    client = sign_in("li", "handler")
    assert "/inbox/addresses" in client.get("/inbox").content.decode()
    assert "还没有填" in client.get("/inbox/addresses").content.decode()
    client.post("/inbox/addresses/mail", {"address": " lixiaoming@example.org "})
    page = client.post("/inbox/addresses/sms", {"address": "13912345678"}, follow=True).content.decode()
    assert "已保存" in page
    assert "lixiaoming" not in page
    assert "13912345678" not in page
    assert "139****5678" in page
    assert "l*********@example.org" in page
    assert queries.addresses("li") == {"mail": "lixiaoming@example.org", "sms": "13912345678"}
    page = client.post("/inbox/addresses/mail", {"do": "remove"}, follow=True).content.decode()
    assert "已删除" in page
    assert queries.addresses("li") == {"sms": "13912345678"}


def test_an_address_that_is_none_is_refused_with_a_sentence(sign_in):
    client = sign_in("li", "handler")
    page = client.post("/inbox/addresses/mail", {"address": "li"}, follow=True).content.decode()
    assert "“li”不是有效的地址或号码" in page
    assert queries.addresses("li") == {}
    assert client.post("/inbox/addresses/fax", {"address": "1"}).status_code == 404
    assert client.get("/inbox/addresses/mail").status_code == 405
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(Account.objects.get(username="li"), backend=BACKEND)
    assert forged.post("/inbox/addresses/mail", {"address": "a@example.org"}).status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_of_addresses_answers_within_eight_queries(sign_in, language):
    client = sign_in("li", "handler", language)
    client.post("/inbox/addresses/mail", {"address": "li@example.org"})
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/inbox/addresses").status_code == 200
    assert len(asked) <= 8
