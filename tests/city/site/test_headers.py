"""What every answer tells the browser (peers 101): nothing inline, nothing from elsewhere, in nobody's frame."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client, RequestFactory
from django.urls import path

from yinuo.city.people.guard import public
from yinuo.city.site.watch.headers import Headers, policy

CITY = Path(__file__).parents[3] / "src" / "yinuo" / "city"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def rules(text: str) -> dict[str, list[str]]:
    return {name: sources for name, *sources in (rule.split() for rule in text.split("; "))}


@public
def broken(request):
    raise RuntimeError("张三的身份证号")


urlpatterns = [path("broken", broken)]


def test_the_policy_allows_only_our_own_files():
    told = rules(policy({}))
    assert told["default-src"] == ["'none'"]
    assert told["script-src"] == told["style-src"] == told["connect-src"] == ["'self'"]
    assert told["frame-ancestors"] == told["base-uri"] == ["'none'"]
    assert "unsafe" not in policy({})


def test_the_citys_identity_provider_may_follow_a_form():
    apps = [{"settings": {"server_url": "https://id.example.gov.cn/realms/city/.well-known/openid-configuration"}}]
    assert rules(policy({"openid_connect": {"APPS": apps}}))["form-action"] == ["'self'", "https://id.example.gov.cn"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/accounts/login/", "/nowhere", "/static/nowhere.css", "/readyz"])
def test_every_answer_carries_it(client: Client, address: str):
    answer = client.get(address)
    assert answer.headers["Content-Security-Policy"] == policy({})
    assert "camera=()" in answer.headers["Permissions-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.urls(__name__)
@pytest.mark.django_db
def test_an_error_page_carries_it_too(client: Client):
    client.raise_request_exception = False
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["Content-Security-Policy"] == policy({})
    assert "张三" not in answer.content.decode()


def test_a_page_may_bring_its_own(rf: RequestFactory):
    from django.http import HttpResponse

    answer = Headers(lambda _: HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"}))(rf.get("/"))
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"


def test_no_template_needs_what_the_policy_refuses():
    templates = [one for kind in ("*/templates/**/*.j2", "*/templates/**/*.html") for one in CITY.glob(kind)]
    found = [
        (str(template.relative_to(CITY)), number)
        for template in templates
        for number, line in enumerate(template.read_text("utf-8").splitlines(), 1)
        if INLINE.search(line)
    ]
    assert templates
    assert found == []
