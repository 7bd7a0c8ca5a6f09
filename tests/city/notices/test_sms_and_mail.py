"""SMS by any HTTP gateway, mail by any mail server: over real sockets."""

import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from django.db import connection

from tests.city.notices import receivers
from yinuo.city.ledger import private
from yinuo.city.ledger.commands import take_root
from yinuo.city.notices.commands import open_webhook, post_root, set_address, tell
from yinuo.city.notices.deliver import BACK_OFF, Delivered, deliver
from yinuo.city.notices.queries import outgoing
from yinuo.city.notices.sms import BadGateway, gateway
from yinuo.city.notices.webhooks import new_secret
from yinuo.city.people.actor import OPERATOR

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def server():
    with receivers.http() as found:
        yield found


def sms_to(settings, server, **more):
    settings.SMS_GATEWAY = gateway({"YINUO_SMS_URL": f"{server.url}/sms", **more})
    settings.NOTICE_CHANNELS = ("sms",)
    set_address("li", channel="sms", address="+86 138", actor=OPERATOR, now=NOW)
    args = {"level": "黄牌", "clause": "法定期限", "sentence": '应办“x" & 未办'}
    tell(["li"], kind="card_raised", key="k1", args=args, case_id=None, now=NOW)


TEXT = '黄牌：应办“x" & 未办'


@pytest.mark.django_db
def test_an_sms_is_handed_to_the_gateway_as_json(settings, server):
    sms_to(settings, server, YINUO_SMS_HEADERS='{"Authorization": "Bearer t"}')
    assert deliver(NOW) == Delivered(sent=1)
    (kept,) = server.kept
    assert json.loads(kept.body) == {"phone": "+86 138", "text": TEXT, "id": outgoing("sent")[0].id}
    assert kept.headers["authorization"] == "Bearer t"


@pytest.mark.django_db
def test_an_sms_is_handed_to_the_gateway_as_a_form_or_in_the_address(settings, server):
    from urllib.parse import parse_qs, urlsplit

    sms_to(
        settings, server, YINUO_SMS_URL=f"{server.url}/sms?to={{phone}}",
        YINUO_SMS_HEADERS='{"Content-Type": "application/x-www-form-urlencoded"}', YINUO_SMS_BODY="content={text}&uid={id}",
    )  # fmt: skip
    assert deliver(NOW) == Delivered(sent=1)
    (kept,) = server.kept
    assert parse_qs(urlsplit(kept.path).query) == {"to": ["+86 138"]}
    assert parse_qs(kept.body.decode()) == {"content": [TEXT], "uid": [outgoing("sent")[0].id]}


@pytest.mark.django_db
def test_a_gateway_that_says_200_and_means_no_is_believed_the_no(settings, server):
    sms_to(settings, server, YINUO_SMS_ACCEPTED='"code":0')
    server.answer = lambda number: (200, '{"code":7,"msg":"余额不足"}' if number == 1 else '{"code":0}')
    assert deliver(NOW) == Delivered(failed=1)
    assert "余额不足" in outgoing("waiting")[0].last_error
    assert deliver(NOW + BACK_OFF[0]) == Delivered(sent=1)


@pytest.mark.django_db
def test_who_has_no_address_of_his_own_is_called_at_the_telephone_of_the_staff_register(settings, server):
    sealed = private.seal("person/li/1", {"name": "李", "phone": "13900000000"})
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into people_person (person, name, phone, identity, ref, valid_from) values ('zhao', '赵', '139****0000', '', %s, '2026-01-01')",
            [sealed["ref"]],
        )
    settings.SMS_GATEWAY = gateway({"YINUO_SMS_URL": server.url})
    settings.NOTICE_CHANNELS = ("sms",)
    args = {"level": "黄牌", "clause": "法定期限", "sentence": "x"}
    tell(["zhao"], kind="card_raised", key="k1", args=args, case_id=None, now=NOW)
    tell(["zhao"], kind="card_raised", key="k2", args=args, case_id=None, now=NOW)
    assert deliver(NOW, limit=1) == Delivered(sent=1)
    assert json.loads(server.kept[0].body)["phone"] == "13900000000"
    private.erase(sealed["ref"])
    assert deliver(NOW) == Delivered(gave_up=1)
    assert "已删除" in outgoing("given_up")[0].last_error


@pytest.mark.parametrize(
    "environ",
    [{"YINUO_SMS_URL": "gateway"}, {"YINUO_SMS_URL": "http://g", "YINUO_SMS_BODY": "x"},
     {"YINUO_SMS_URL": "http://g", "YINUO_SMS_HEADERS": "a: b"}],
)  # fmt: skip
def test_a_gateway_that_cannot_work_is_refused_when_the_server_starts(environ):
    with pytest.raises(BadGateway, match="YINUO_SMS"):
        gateway(environ)


@pytest.mark.django_db
def test_mail_goes_out_with_the_rows_id_and_a_refused_address_holds_up_nobody(settings):
    with receivers.mail() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.DEFAULT_FROM_EMAIL = (
            "127.0.0.1",
            server.port,
            "y@city.example",
        )
        settings.NOTICE_CHANNELS = ("mail",)
        server.refuses = {"zhao@example.org"}
        for person in ("zhao", "li"):
            set_address(person, channel="mail", address=f"{person}@example.org", actor=OPERATOR, now=NOW)
        args = {
            "level_zh": "黄牌",
            "level_en": "Yellow card",
            "clause": "法定期限",
            "sentence": "a\nBcc: all@example.org",
        }
        tell(["li", "zhao"], kind="card_raised", key="k1", args=args, case_id=None, now=NOW)
        assert deliver(NOW) == Delivered(sent=1, failed=1)
        (kept,) = server.kept
    message = message_from_bytes(kept, policy=default)
    assert message["Message-ID"].strip() == f"<{outgoing('sent')[0].id}@city.example>"
    assert (message["To"], message["Subject"], message["Bcc"]) == ("li@example.org", "亮牌 Card", None)
    assert message.get_content().replace("\r\n", "\n").startswith("黄牌：a\nBcc: all@example.org\n\nYellow card:")
    assert "no such box" in outgoing("waiting")[0].last_error


@pytest.mark.django_db(transaction=True)
def test_each_root_goes_once_to_who_is_to_hold_it(settings, server, monkeypatch, tmp_path):
    monkeypatch.setattr("yinuo.city.notices.commands.units.ancestors", lambda unit, _on: (unit, "city"))
    settings.HOME, settings.WEBHOOK_PRIVATE, settings.ROOT_MAIL = tmp_path, True, ("auditor@example.org",)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.NOTICE_CHANNELS = ("mail",)
    for name, activities in (("all", ()), ("roots", ("root_taken",))):
        open_webhook(
            name, name=name, unit="u", url=f"{server.url}/{name}", secret=new_secret(), activities=activities,
            actor=OPERATOR, now=NOW,
        )  # fmt: skip
    root = take_root(NOW)
    post_root(root)
    assert len(outgoing("waiting")) == 2
    with receivers.mail() as mails:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", mails.port
        assert deliver(NOW) == Delivered(sent=2)
        (mail,) = mails.kept
    (kept,) = server.kept
    assert (kept.path, json.loads(kept.body)["data"]) == ("/roots", root.as_line())
    text = message_from_bytes(mail, policy=default).get_content()
    assert root.root.hex() in text
    assert root.digest.hex() in text
