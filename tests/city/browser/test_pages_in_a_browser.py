"""The pages in a real browser: no serious barrier, nothing wider than a phone, nothing the policy forbids; a supervisor's day."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.city.board import small_city
from tests.city.catalogue import stock
from yinuo.city.ledger.commands import take_root

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop runs in this thread; nothing here is async
AXE = Path(__file__).parents[3] / "web/node_modules/axe-core/axe.min.js"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-dev-shm-usage",
]
PAGES = (
    "/", "/findings?status=open", "/findings?q=nothing", "/cases", "/cases/D009", "/cases/D003", "/cases/D003/proof", "/institutions",
    "/institutions/time-limit", "/institutions/service-pledge/stories", "/figures", "/figures/time-limit/on-time",
    "/figures/time-limit/on-time/cases?unit=market", "/texts/try", "/nowhere", "/accounts/login/",
    "/measures", "/measures?status=revoked", "/outages", "/inbox", "/inbox/addresses", "/matters", "/matters?q=spjy", "/matters/food-permit", "/catalogue", "/catalogue/items/food-permit",
    "/registers", "/registers/application", "/registers/application/print", "/registers/tables", "/registers/tables/items",
    "/registers/tables/priority-lanes/lane",
)  # fmt: skip
PAGES_OF = {
    "zhao": ("/tasks", "/tasks?when=overdue"),
    "li": ("/tasks", "/window"),
    "zhou": (
        "/catalogue", "/catalogue/items/food-permit", "/catalogue/items/food-permit/edit", "/catalogue/new", "/catalogue/import",
        "/registers/authorisation/authorisation/new", "/registers/authorisation/authorisation/import",
    ),
}  # fmt: skip
"""What only others than a supervisor have."""
HARMLESS = {"minor", "moderate"}


@pytest.fixture
def town(transactional_db, monkeypatch, live_server):
    monkeypatch.setattr(small_city, "NOW", timezone.now().replace(microsecond=0))
    small_city.built()
    take_root(small_city.NOW)
    return live_server.url


@pytest.fixture
def browser(player):
    found = os.environ.get("YINUO_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    browser = player.chromium.launch(executable_path=found, args=FLAGS)
    yield browser
    browser.close()


def visitor(browser, address, *, language, width, user="chen", **more):
    context = browser.new_context(base_url=address, viewport={"width": width, "height": 900}, **more)
    context.add_cookies([{"name": "django_language", "value": language, "url": address}])
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", small_city.PASSWORD)
    page.click("main form button")
    expect(
        page.locator("summary", has_text={key: name for key, name, *_rest in small_city.STAFF}[user])
    ).to_be_visible()
    return page


def barriers(page):
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:120]}"
        for one in found["violations"]
        if one["impact"] not in HARMLESS
    ]


def wrong_with(page, address, *, status=(200,)):
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    told = [] if answer.status in status else [f"answers {answer.status}"]
    return [*told, *barriers(page), *([f"{wide} px too wide"] if wide > 0 else [])]


def test_no_page_has_a_serious_barrier_or_is_wider_than_its_window(town, browser):
    stock.publish(now=small_city.NOW)
    wrong = []
    for language, width in (("zh-hans", 1440), ("en", 390)):
        for user, pages in (("chen", PAGES), *PAGES_OF.items()):
            page = visitor(browser, town, language=language, width=width, user=user, bypass_csp=True)
            for address in pages:
                status = (404,) if address == "/nowhere" else (200,)
                found = wrong_with(page, address, status=status)
                wrong += [f"{address} {language} {width} {user}: {one}" for one in found]
            page.context.close()
    assert not wrong, "\n".join(wrong)


def test_a_supervisors_day(town, browser):
    """From the light to the case, to its text, to its proof; the unit explains, the board shows it by itself."""
    page = visitor(browser, town, language="zh-hans", width=1440)
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto("/")
    page.click(".tiles a:has-text('红牌')")
    expect(page.locator("h1")).to_have_text("预警和黄红牌")
    page.click("tbody a >> nth=0")
    expect(page.locator("h2", has_text="承诺和时限")).to_be_visible()
    case = page.url.partition("#")[0]
    page.click("article.promise summary >> nth=0")
    expect(page.locator("article.promise pre >> nth=0")).to_contain_text("within")
    page.click("text=查看存证")
    expect(page.locator("text=已进入第 1 号总根")).to_be_visible()
    page.goto(case)
    card = page.locator(".card-said").first
    unit = card.locator("header .quiet").inner_text()
    user = next(
        (
            key
            for key, _name, unit_of, role, _over in small_city.STAFF
            if role == "agency_head" and words(unit_of) in unit
        ),
        None,
    )
    if user is not None:
        answered(visitor(browser, town, language="zh-hans", width=390, user=user), case)
        page.reload()
        expect(page.locator("text=人手不足")).to_be_visible()
    page.goto("/")
    page.click("button[name=language]")
    expect(page.locator("h1")).to_have_text("Supervision board")
    assert not errors


def answered(page, case):
    page.goto(case)
    card = page.locator(".card-said").first
    card.locator("summary", has_text="写明原因").click()
    card.locator("textarea:visible").fill("人手不足，已调配两人")
    card.locator("button:visible").click()
    expect(page.locator(".message")).to_contain_text("已记录")


def words(unit):
    return next(row["zh"] for row in small_city.demo_city().tables["units"].to_dicts() if row["id"] == unit)
