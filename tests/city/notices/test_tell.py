"""People are told once, and what goes out goes to where they are reached."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction

from yinuo.city.ledger import private, projections, read
from yinuo.city.notices import queries
from yinuo.city.notices.commands import (
    BadAddress,
    Telling,
    forget_addresses,
    mark_read,
    open_webhook,
    set_address,
    tell,
    tell_many,
)
from yinuo.city.notices.kinds import KINDS, MissingPlace, UnknownKind, kind
from yinuo.city.notices.queries import inbox, outgoing, told, unread
from yinuo.city.people.actor import OPERATOR, Actor, Grant, NotAllowed

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
CARD = {
    "level": "yellow", "level_zh": "黄牌", "level_en": "Yellow card", "clause_zh": "法定期限",
    "clause_en": "statutory term", "sentence_zh": "应于 3 月 1 日办结", "sentence_en": "was due on 1 March",
}  # fmt: skip


def say(*persons, key="k1", kind="card_raised", args=CARD):
    return tell(persons, kind=kind, key=key, args=args, case_id="c1", now=NOW)


@pytest.fixture
def channels(settings):
    settings.NOTICE_CHANNELS = ("mail", "sms")


@pytest.mark.django_db
def test_the_same_key_tells_a_person_once():
    assert (say("li", "zhao"), say("li", "chen")) == (("li", "zhao"), ("chen",))
    assert [unread(person) for person in ("li", "zhao", "chen", "wu")] == [1, 1, 1, 0]


@pytest.mark.django_db
def test_thousands_are_told_in_one_statement(django_assert_num_queries):
    tellings = [Telling([f"p{n % 7}", "li"], "card_raised", f"card:{n}", CARD, f"c{n}") for n in range(2000)]
    with django_assert_num_queries(1):
        assert tell_many([*tellings, tellings[0]], now=NOW) == 4000
    assert tell_many(tellings, now=NOW) == 0
    assert unread("li") == 2000


@pytest.mark.django_db
def test_of_many_those_told_before_are_not_told_again_and_the_rest_go_out_once(channels):
    set_address("li", channel="mail", address="li@example.org", actor=OPERATOR, now=NOW)
    tellings = [Telling(["li", "zhao"], "card_raised", f"card:{n}", CARD, f"c{n}") for n in range(300)]
    say("li", key="card:1")
    assert tell_many(tellings, now=NOW) == 599
    assert tell_many([*tellings, Telling(["li"], "card_raised", "card:new", CARD, None)], now=NOW) == 1
    assert (unread("li"), unread("zhao")) == (301, 300)
    assert [row.channel for row in outgoing("waiting", limit=1_000)] == ["mail"] * 301


@pytest.mark.django_db
def test_what_is_new_to_all_is_told_and_goes_out_as_it_would_be_alone_and_is_never_told_twice(
    channels, django_assert_num_queries
):
    for person in ("li", "zhao"):
        set_address(person, channel="mail", address=f"{person}@example.org", actor=OPERATOR, now=NOW)
    tellings = [Telling(["li"], "card_raised", f"card:{n:03}", {**CARD, "n": n}, f"c{n}") for n in range(100)]
    with django_assert_num_queries(2):
        assert tell_many([*tellings, tellings[0]], now=NOW, is_new=True) == 100
    for one in tellings:
        tell(["zhao"], kind=one.kind, key=one.key, args=one.args, case_id=one.case_id, now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT person, key, kind, args, case_id, at, read_at FROM notices_notice ORDER BY person, id")
        notices = cursor.fetchall()
        cursor.execute("SELECT kind, body, case_id, created_at, next_at FROM notices_outbox ORDER BY body, target")
        sent = cursor.fetchall()
    assert [row[1:] for row in notices if row[0] == "li"] == [row[1:] for row in notices if row[0] == "zhao"]
    assert (len(notices), len(sent), sent[::2]) == (200, 200, sent[1::2])
    with pytest.raises(IntegrityError), transaction.atomic():
        tell_many(tellings, now=NOW, is_new=True)


@pytest.mark.django_db
def test_nothing_goes_out_where_no_channel_is_set_up_or_nobody_is_reached(channels):
    say("li")
    assert outgoing("waiting") == ()


@pytest.mark.django_db
def test_a_notice_goes_out_once_to_each_address_and_no_address_lies_in_the_open(channels):
    set_address("li", channel="mail", address="li@example.org", actor=OPERATOR, now=NOW)
    set_address("li", channel="sms", address="13800000000", actor=OPERATOR, now=NOW)
    say("li", "zhao")
    say("li", "zhao")
    assert sorted((row.channel, row.target[:11]) for row in outgoing("waiting")) == [
        ("mail", "address/li/"),
        ("sms", "address/li/"),
    ]
    with connection.cursor() as cursor:
        for table in ("notices_outbox", "notices_notice", "notices_address", "ledger_event", "ledger_private"):
            cursor.execute(f"select string_agg(t::text, '') from {table} as t")
            text = cursor.fetchone()[0]
            assert "13800000000" not in text and "li@example" not in text, table


@pytest.mark.django_db
def test_a_kind_that_appeals_by_mail_only_sends_no_sms(channels):
    set_address("li", channel="sms", address="13800000000", actor=OPERATOR, now=NOW)
    say("li", kind="card_appealed", args={})
    assert outgoing("waiting") == ()


@pytest.mark.django_db
def test_a_kind_or_a_place_that_is_missing_is_refused_and_nobody_is_told():
    with pytest.raises(UnknownKind, match=r"kinds\.toml"):
        say("li", kind="gossip")
    with pytest.raises(MissingPlace, match="sentence_zh"):
        say("li", args={"level": "x"})
    assert unread("li") == 0


def test_what_fills_a_place_is_text_and_never_a_place_itself():
    args = CARD | {"sentence_zh": "{level} {0.__class__} %(x)s"}
    assert kind("card_raised").sentence(args, "zh") == "黄牌：{level} {0.__class__} %(x)s"
    assert kind("card_raised").sentence(CARD, "en") == "Yellow card: was due on 1 March"


def test_a_moment_is_shown_in_the_time_of_the_city():
    args = {"kind_zh": "督办单", "kind_en": "Order", "due": "2026-03-02T16:30:00.000000Z"}
    assert "2026-03-03 00:30" in kind("case_opened").sentence(args, "zh")


def test_every_kind_speaks_both_languages():
    for one in KINDS.values():
        assert one.zh and one.en and one.title["zh"] and one.title["en"], one.name
        assert set(one.channels) <= {"mail", "sms"}


@pytest.mark.django_db
def test_the_unread_come_first_then_the_newest():
    for n in range(5):
        say("li", key=f"k{n}")
    say("zhao", key="k0")
    ids = [notice.id for notice in inbox("li")]
    assert ids == sorted(ids, reverse=True)
    assert mark_read("li", notice=ids[0], now=NOW) == "c1"
    assert [notice.id for notice in inbox("li")] == [*ids[1:], ids[0]]
    pages, after = [], None
    while page := inbox("li", after=after, limit=2):
        pages += [notice.id for notice in page]
        after = (page[-1].read_at is not None, page[-1].id)
    assert pages == [*ids[1:], ids[0]]
    assert [notice.id for notice in inbox("li", is_unread=True)] == ids[1:]
    assert inbox("li", kind="measure_decided") == ()
    assert [(one.kind.name, one.count, one.unread) for one in told("li")] == [("card_raised", 5, 4)]


@pytest.mark.django_db
def test_reading_all_reads_up_to_what_was_seen_and_only_ones_own():
    for n in range(3):
        say("li", "zhao", key=f"k{n}")
    seen = inbox("li")[1].id
    mark_read("li", notice=seen, now=NOW, and_before=True)
    assert (unread("li"), unread("zhao")) == (1, 3)
    assert mark_read("zhao", notice=inbox("li")[0].id, now=NOW) is None
    assert unread("li") == 1


def test_every_sentence_of_the_pages_has_its_english():
    from pathlib import Path

    import yinuo.city.notices as app

    folder = Path(app.__file__).parent
    catalogue = (folder / "locale/en/LC_MESSAGES/django.po").read_text("utf-8")
    used = set()
    for file in (*folder.glob("*.py"), *folder.glob("templates/*/*.j2")):
        used |= set(re.findall(r'(?:_|noop)\("([^"]+)"', file.read_text("utf-8")))
    assert used
    assert [
        one
        for one in sorted(used)
        if f'msgid "{one}"\nmsgstr "' not in catalogue or f'msgid "{one}"\nmsgstr ""' in catalogue
    ] == []


@pytest.mark.django_db(transaction=True)
def test_many_at_once_tell_each_person_exactly_once():
    everybody = [f"p{n}" for n in range(40)]

    def tell_all(turn):
        try:
            return sum(
                tell_many([Telling(everybody[::order], "card_raised", f"k{n}", CARD, None) for n in range(20)], now=NOW)
                for order in ((1, -1) if turn % 2 else (-1, 1))
            )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(tell_all, range(4))) == 40 * 20
    assert [unread(person) for person in everybody] == [20] * 40


@pytest.mark.django_db
def test_what_is_no_address_is_refused_and_what_is_forgotten_is_gone(channels):
    for channel, address in (
        ("mail", "li"),
        ("mail", "a@b\nBcc: c@d"),
        ("mail", "a@b,c@d"),
        ("sms", "138x"),
        ("sms", ""),
    ):
        with pytest.raises(BadAddress):
            set_address("li", channel=channel, address=address, actor=OPERATOR, now=NOW)
    set_address("li", channel="mail", address="li@example.org", actor=OPERATOR, now=NOW)
    say("li")
    (row,) = outgoing("waiting")
    assert private.unseal(row.target) == {"mail": "li@example.org"}
    assert forget_addresses("li", actor=OPERATOR, now=NOW) == 1
    assert private.unseal(row.target) is None
    say("li", key="k2")
    assert len(outgoing("waiting")) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("channels")
def test_an_address_that_is_replaced_is_erased_and_what_waits_goes_to_the_new_one():
    set_address("li", channel="mail", address="li@example.org", actor=OPERATOR, now=NOW)
    say("li")
    (before,) = outgoing("waiting")
    set_address("li", channel="mail", address="li@example.com", actor=OPERATOR, now=NOW + timedelta(minutes=1))
    (after,) = outgoing("waiting")
    assert after.id == before.id
    assert private.unseal(before.target) is None
    assert private.unseal(after.target) == {"mail": "li@example.com"}


@pytest.mark.django_db
def test_everybody_says_and_forgets_the_own_address_and_nobody_anothers():
    li, zhao = (Actor(key, key, (Grant("handler", "city"),), "city") for key in ("li", "zhao"))
    set_address("li", channel="mail", address="li@example.org", actor=li, now=NOW)
    set_address("li", channel="sms", address="13800000000", actor=li, now=NOW)
    with pytest.raises(NotAllowed):
        set_address("li", channel="mail", address="zhao@example.org", actor=zhao, now=NOW + timedelta(minutes=1))
    with pytest.raises(NotAllowed):
        forget_addresses("li", actor=zhao, now=NOW)
    assert forget_addresses("li", channel="mail", actor=li, now=NOW) == 1
    assert queries.addresses("li") == {"sms": "13800000000"}


@pytest.mark.django_db
def test_addresses_and_webhooks_are_made_again_from_the_ledger(monkeypatch):
    monkeypatch.setattr("yinuo.city.notices.commands.units.ancestors", lambda unit, _on: (unit, "city"))
    set_address("li", channel="mail", address="li@example.org", actor=OPERATOR, now=NOW)
    set_address("li", channel="mail", address="li@example.com", actor=OPERATOR, now=NOW + timedelta(minutes=1))
    set_address("zhao", channel="sms", address="13800000000", actor=OPERATOR, now=NOW)
    forget_addresses("zhao", actor=OPERATOR, now=NOW)
    open_webhook(
        "w1", name="n", unit="u", url="https://example.org/", secret="whsec_" + "a" * 40, activities=["x"], actor=OPERATOR,
        now=NOW,
    )  # fmt: skip
    before = tables()
    (projection,) = [one for one in projections.registered() if one.name == "notices"]
    projection.reset()
    assert tables() != before
    for stream in ("notices/addresses", "notices/webhooks"):
        projection.apply(read.stream(stream))
    assert tables() == before
    assert [len(rows) for rows in before] == [1, 1]


def tables():
    with connection.cursor() as cursor:
        found = []
        for table in ("notices_address", "notices_webhook"):
            cursor.execute(f"select * from {table} order by 1, 2")
            found.append(cursor.fetchall())
        return found
