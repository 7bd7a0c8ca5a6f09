"""Residents come in from the national identity provider too, and never become staff by it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.city.people.openid import CLIENT, SECRET, Provider
from yinuo.city.cases.numbers import query_code
from yinuo.city.ledger import private
from yinuo.city.people.accounts import openid
from yinuo.city.people.models import Account
from yinuo.city.portal.models import Code, Resident
from yinuo.city.portal.residents import keys


@pytest.fixture
def provider(settings):
    found = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = openid.providers(
        {"YINUO_EID_SERVER": found.address, "YINUO_EID_CLIENT": CLIENT, "YINUO_EID_SECRET": SECRET}
    )
    yield found
    found.close()


def test_who_comes_from_the_identity_provider_is_a_resident_and_the_same_again(city, db, provider):
    provider.claims = {"sub": "e-42", "name": "张小满", "preferred_username": "li"}
    before = Account.objects.count()
    for _time in range(2):
        client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
        assert "电子身份认证" in client.get("/my/sign-in").content.decode()
        assert "电子身份认证" not in client.get("/accounts/login/").content.decode()
        begun = client.post("/accounts/oidc/resident/login/?next=/my/profile")
        came = client.get(provider.authorize(begun.headers["Location"]))
        assert (came.status_code, came.headers["Location"]) == (302, "/my/profile")
        assert "张**" in client.get("/my/profile").content.decode()
        assert client.get("/cases").status_code == 302, "no staff, though a name of the staff was claimed"
    assert Resident.objects.count() == 1
    assert Account.objects.count() == before


def came(provider, **claims):
    """Somebody comes from the provider; the account it opens."""
    provider.claims = {"preferred_username": "x", **claims}
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    begun = client.post("/accounts/oidc/resident/login/?next=/my")
    assert client.get(provider.authorize(begun.headers["Location"])).status_code == 302
    return client.session["resident"]


def own(resident):
    return private.unseal(Resident.objects.get(resident=resident).ref)


def test_two_subjects_are_never_one_account_whatever_telephone_they_bring(city, db, provider):
    phone = {"phone_number": "+8613712345678", "phone_number_verified": True}
    first = came(provider, sub="e-1", name="张小满", **phone)
    second = came(provider, sub="e-2", name="李大满", **phone)
    assert first != second
    assert own(first) == {"subject": "e-1", "name": "张小满", "phone": "13712345678"}
    assert own(second) == {"subject": "e-2", "name": "李大满"}, "the telephone stays with whoever had it"
    assert [came(provider, sub=sub, name="某某", **phone) for sub in ("e-1", "e-2")] == [first, second]


def test_an_account_of_a_telephone_becomes_that_of_the_first_subject_and_of_no_other(city, come_in, provider):
    by_code = come_in("13712345678").session["resident"]
    phone = {"phone_number": "13712345678", "phone_number_verified": True}
    assert came(provider, sub="e-1", name="张小满", **phone) == by_code
    assert own(by_code) == {"subject": "e-1", "name": "张小满", "phone": "13712345678"}
    assert came(provider, sub="e-2", name="李大满", **phone) != by_code


def test_a_telephone_that_the_provider_did_not_verify_opens_nothing(city, come_in, provider):
    by_code = come_in("13712345678").session["resident"]
    assert came(provider, sub="e-1", name="张小满", phone_number="13712345678") != by_code


def test_another_secret_of_the_sessions_loses_no_account_and_no_printed_code(come_in, settings):
    Code.objects.all().delete()
    resident = come_in("13712345678").session["resident"]
    code = query_code("2026032000000197")
    settings.SECRET_KEY = "another secret of the sessions, long enough"
    Code.objects.all().delete()
    assert come_in("13712345678").session["resident"] == resident
    assert query_code("2026032000000197") == code
    settings.LEDGER_KEY = "the ledger of another city"
    assert query_code("2026032000000197") != code
    assert keys.phone_key("13712345678") != Resident.objects.get(resident=resident).phone_key
