"""Residents come in from the national identity provider too, and never become staff by it."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.city.people.openid import CLIENT, SECRET, Provider
from yinuo.city.people.accounts import openid
from yinuo.city.people.models import Account
from yinuo.city.portal.models import Resident


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
