"""Local accounts, lock-out, time-out, one-time codes, OpenID Connect."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from tests.city.people.openid import CLIENT, SECRET, Provider
from tests.city.people.staffing import NOW, employ, grant, open_units
from yinuo.city.people.accounts import idle, lock_out, openid, opening
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.models import Account, SignIn

pytestmark = pytest.mark.django_db

PASSWORD = "Shuili-2026!x"
LOGIN = "/accounts/login/"


@pytest.fixture
def wang():
    open_units()
    employ("wang", "water")
    opening.open_account("wang", "wang", password=PASSWORD, actor=OPERATOR, now=NOW)
    return Account.objects.get(username="wang")


def sign_in(client, password=PASSWORD, username="wang", **more):
    return client.post(LOGIN, {"login": username, "password": password, **more})


def is_in(client):
    return "_auth_user_id" in client.session


def test_a_person_signs_in_and_goes_where_he_wanted(client, wang):
    page = client.get(LOGIN + "?next=/units")
    assert page.status_code == 200
    assert "登录" in page.content.decode()
    answer = sign_in(client, next="/units")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/units")
    assert is_in(client)
    client.post("/accounts/logout/")
    assert not is_in(client)


def test_the_pages_of_signing_in_exist_in_both_languages(client, wang):
    client.force_login(wang)
    for name in (
        "account_logout",
        "account_change_password",
        "mfa_index",
        "account_inactive",
        "account_reauthenticate",
    ):
        for language in ("zh-hans", "en"):
            client.cookies["django_language"] = language
            answer = client.get(reverse(name))
            assert answer.status_code in {200, 302}, name


def test_nobody_signs_himself_up(client):
    answer = client.post("/accounts/signup/", {"username": "x", "password1": PASSWORD, "password2": PASSWORD})
    assert "不开放注册" in answer.content.decode()
    assert not Account.objects.exists()


def test_repeated_failures_lock_the_name_and_a_while_later_it_opens(client, wang):
    for _ in range(5):
        assert not is_in(client)
        sign_in(client, "wrong")
    assert "锁定" in sign_in(client).content.decode()
    assert not is_in(client), "even with the right password"
    last = SignIn.objects.latest("at").at
    assert lock_out.is_locked("WANG ", now=last + timedelta(minutes=14))
    assert not lock_out.is_locked("wang", now=last + timedelta(minutes=16))
    SignIn.objects.update(at=last - timedelta(minutes=16))
    sign_in(client)
    assert is_in(client)


def test_a_name_nobody_has_is_locked_alike(client, wang):
    for _ in range(5):
        sign_in(client, "wrong", username="stranger")
    assert "锁定" in sign_in(client, "wrong", username="stranger").content.decode()


def test_coming_in_ends_the_count(client, wang):
    for _ in range(4):
        sign_in(client, "wrong")
    sign_in(client)
    client.logout()
    sign_in(client, "wrong")
    sign_in(client)
    assert is_in(client)


@pytest.mark.parametrize("password", ["short1!A", "password123", "1234567890", "allsmallletters", "wang-wang-wang"])
def test_weak_passwords_are_refused(wang, password):
    with pytest.raises(ValidationError):
        validate_password(password, wang)
    validate_password(PASSWORD, wang)


def test_changing_the_password(client, wang):
    sign_in(client)
    new = "Another-2027!y"
    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert answer.status_code == 302
    wang.refresh_from_db()
    assert wang.check_password(new)


def test_whoever_leaves_the_desk_is_signed_out(client, wang, settings):
    sign_in(client)
    client.get("/accounts/2fa/")
    session = client.session
    session[idle.SEEN] -= settings.IDLE_SECONDS + 1
    session.save()
    assert client.get("/accounts/2fa/").status_code == 302
    assert not is_in(client)


def test_polling_keeps_nobody_signed_in(client, wang):
    sign_in(client)
    client.get("/accounts/2fa/")
    session = client.session
    session[idle.SEEN] -= 600
    session.save()
    client.get("/accounts/2fa/", headers={idle.POLL: "1"})
    assert client.session[idle.SEEN] == session[idle.SEEN]
    client.get("/accounts/2fa/")
    assert client.session[idle.SEEN] > session[idle.SEEN]


def test_a_login_without_a_person_on_the_staff_comes_no_further(client):
    account = Account.objects.create_superuser("root", password=PASSWORD)
    client.force_login(account)
    answer = client.get("/units")
    assert answer.status_code == 403
    assert "在岗人员" in answer.content.decode()


class TestOneTimeCodes:
    """TOTP: who must have it, setting it up, signing in with it."""

    @pytest.mark.parametrize("role", ["supervising_office", "auditor", "administrator"])
    def test_these_roles_must_have_it_in_production(self, client, wang, settings, role):
        grant(role, "city", holder="wang")
        client.force_login(wang)
        assert client.get("/units").status_code in {200, 403}
        settings.SECOND_FACTOR_REQUIRED = True
        answer = client.get("/units")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/2fa/totp/activate/")
        program = client.get("/units", headers={"Accept": "application/json"})
        assert (program.status_code, program.headers["Content-Type"]) == (403, "application/problem+json")
        TOTP.activate(wang, "JBSWY3DPEHPK3PXP")
        assert client.get("/units").status_code != 302

    def test_other_roles_may_go_without(self, client, wang, settings):
        grant("handler", "water", holder="wang")
        settings.SECOND_FACTOR_REQUIRED = True
        client.force_login(wang)
        assert client.get("/units").status_code == 200

    def test_production_requires_it(self):
        asked = "from yinuo.city.site import settings; print(settings.SECOND_FACTOR_REQUIRED)"
        names = ("YINUO_SECRET_KEY", "YINUO_LEDGER_KEY", "YINUO_PRIVATE_KEYS")
        around = (
            os.environ
            | {name: secrets.token_hex(32) for name in names}
            | {"YINUO_MODE": "production", "YINUO_HOSTS": "city.example"}
        )
        around["DATABASE_URL"] = "postgresql://u:p@127.0.0.1/x"
        done = subprocess.run([sys.executable, "-c", asked], env=around, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "True"

    def test_set_up_then_sign_in_with_password_and_code(self, client, wang):
        sign_in(client)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        page = client.get("/accounts/2fa/totp/activate/")
        assert page.status_code == 200
        assert "<svg" in page.content.decode()
        secret = client.session["mfa.totp.secret"]
        answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
        assert answer.status_code == 302
        codes = client.get(answer.headers["Location"])
        assert codes.status_code == 200
        assert "备用码" in codes.content.decode()
        assert Authenticator.objects.filter(user=wang, type="totp").exists()
        client.logout()
        answer = sign_in(client)
        assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
        assert not is_in(client), "the password alone is not enough"
        page = client.get(answer.headers["Location"])
        assert "动态口令" in page.content.decode()
        client.post(answer.headers["Location"], {"code": "000000"})
        assert not is_in(client)
        client.post(answer.headers["Location"], {"code": next_code_of(secret)})
        assert is_in(client)
        assert client.get("/accounts/2fa/").status_code == 200
        assert client.get("/accounts/2fa/totp/deactivate/").status_code == 302, "what is that dear is asked for again"
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        assert client.get("/accounts/2fa/totp/deactivate/").status_code == 200
        assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 200


def code_of(secret):
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def next_code_of(secret):
    """A code that was not used yet: the one of the step after, where allowed, else this step's."""
    from django.core.cache import cache

    cache.clear()
    return code_of(secret)


class TestOpenIDConnect:
    """Against a small provider over real HTTP."""

    @pytest.fixture
    def provider(self, settings):
        made = Provider()
        settings.SOCIALACCOUNT_PROVIDERS = openid.providers(
            {"YINUO_OIDC_SERVER": made.address, "YINUO_OIDC_CLIENT": CLIENT, "YINUO_OIDC_SECRET": SECRET}
        )
        yield made
        made.close()

    def come(self, client, provider):
        assert "统一身份认证" in client.get(LOGIN).content.decode()
        start = client.post("/accounts/oidc/city/login/?next=/units")
        assert start.status_code == 302, "the person is sent to the provider"
        back = urlsplit(provider.authorize(start.headers["Location"]))
        return client.get(f"{back.path}?{back.query}")

    def test_staff_known_here_come_in(self, client, wang, provider):
        provider.claims = {"sub": "4711", "preferred_username": "wang"}
        answer = self.come(client, provider)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/units")
        assert client.session["_auth_user_id"] == str(wang.pk)
        client.logout()
        provider.claims = {"sub": "4711", "preferred_username": "renamed"}
        self.come(client, provider)
        assert client.session["_auth_user_id"] == str(wang.pk), "who was seen once is known by the provider's own key"

    def test_somebody_else_with_the_same_name_does_not(self, client, wang, provider):
        provider.claims = {"sub": "4711", "preferred_username": "wang"}
        self.come(client, provider)
        client.logout()
        provider.claims = {"sub": "666", "preferred_username": "wang"}
        answer = self.come(client, provider)
        assert answer.status_code == 403
        assert not is_in(client)

    @pytest.mark.parametrize("name", ["stranger", ""])
    def test_strangers_get_no_account(self, client, wang, provider, name):
        provider.claims = {"sub": "1", "preferred_username": name}
        answer = self.come(client, provider)
        assert answer.status_code == 403
        assert "没有您的账号" in answer.content.decode()
        assert Account.objects.count() == 1
        assert not is_in(client)

    def test_a_forged_answer_is_refused(self, client, wang, provider):
        provider.claims = {"sub": "4711", "preferred_username": "wang"}
        client.post("/accounts/oidc/city/login/")
        answer = client.get("/accounts/oidc/city/login/callback/?code=code-1&state=forged")
        assert not is_in(client)
        assert answer.status_code < 500

    def test_half_a_configuration_is_refused(self):
        with pytest.raises(openid.HalfConfigured, match="YINUO_OIDC_SECRET"):
            openid.providers({"YINUO_OIDC_SERVER": "https://id.example", "YINUO_OIDC_CLIENT": "x"})
        assert openid.providers({}) == {}
