"""What people wrote stands on pages as text and is never run (regression 24)."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tests.city.cases import town
from tests.city.supervision.staff import local, sweep_all
from tests.city.together import browser_of
from yinuo.city.figures.commands import measure_figures
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.models import Account
from yinuo.city.people.staff import RoleGrant
from yinuo.city.supervision import commands
from yinuo.city.supervision.models import Finding

EVIL = '<script>alert("是")</script><img src=x onerror=alert(1)>'


@pytest.mark.holds("regression 24", shows="/cases/<id>")
def test_regression_24_what_people_wrote_is_text_on_every_page(monkeypatch):
    """Fields, explanations, names: on the case's page, in lists, in the inbox, on the pages of units and people."""
    case_id = town.receive(applicant=EVIL)
    town.accept(case_id)
    town.do(case_id, "explained", town.HANDLER, at=town.later(minutes=9), fields={"reason": EVIL})
    now = local(3, 12, 9)
    sweep_all(now)
    card = Finding.objects.get(case_id=case_id, clause="promised", level="yellow").card
    commands.explain_card(card, text=EVIL, actor=town.HANDLER, now=now)
    people.hire(
        "evil", fields={"name": EVIL, "phone": "<script>alert(2)</script>"}, since=town.START, actor=OPERATOR, now=now
    )
    people.rename_unit(
        "market", since=now.date(), zh=EVIL, en=EVIL, type_="department", rank="", actor=OPERATOR, now=now
    )
    account = Account.objects.create_user(username="chen", password="!")
    people.link_account("chen", str(account.pk), actor=OPERATOR, now=now)
    people.grant(RoleGrant("root", "person", "chen", "administrator", "city", town.START), actor=OPERATOR, now=now)
    monkeypatch.setattr(timezone, "now", lambda: now)
    client = browser_of("chen")
    measure_figures(now)
    met = 0
    for path in (
        "/",
        "/cases",
        "/findings",
        "/inbox",
        f"/cases/{case_id}",
        f"/cases/{case_id}/proof",
        "/units?all",
        "/units/market",
        "/people/evil",
        "/figures/time-limit/on-time",
    ):
        answer = client.get(path, follow=True)
        assert answer.status_code == 200, path
        text = answer.content.decode()
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        met += "&lt;script&gt;alert" in text
    assert met >= 4, "the words stand there, as text"
