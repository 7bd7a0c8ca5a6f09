"""Somebody before a browser, who notices what is wrong with a page."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.city.board import small_city

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
ROOT = Path(__file__).parents[3]
AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
LANGUAGES, WIDTHS = ("zh-hans", "en"), (1440, 390)
PATIENCE = 120_000
"""Milliseconds until a condition that is waited for counts as never coming; a loaded machine is slow."""
RAW = re.compile(r"%\(\w+\)|\{\{|\{%|\b[a-z]{3,}(?:_[a-z]{2,})+\b")
"""What no reader should see: an unfilled place, a template's sign, a name of the program."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SEEN = """() => {
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, within = node.parentElement;
    const text = node.textContent.trim();
    if (!text || within.closest('pre, code, script, style, [lang=zh-CN], textarea, header .menu summary, .person')) continue;
    found.push([text, !!within.closest('nav, th, label:not(:has(option)), button, legend, dt, summary, .form-label')
      && !within.closest('.act-list, summary:has(.person)')]);
  }
  for (const one of document.querySelectorAll('[aria-label], [title], [placeholder], [data-label]'))
    for (const name of ['aria-label', 'title', 'placeholder', 'data-label'])
      if (one.getAttribute(name)) found.push([one.getAttribute(name), name === 'data-label']);
  return found;
}"""
CLIPPED = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > wide)
    found.push('the page is ' + (document.documentElement.scrollWidth - wide) + ' px too wide');
  for (const one of document.querySelectorAll('main *, header *, footer *')) {
    const box = one.getBoundingClientRect();
    if (!box.width || !box.height || one.closest('svg, .visually-hidden, .skip, .scroll, pre, code, option')) continue;
    if (box.right > wide + 1 || box.left < -1) found.push(one.tagName + ' ' + (one.textContent || '').trim().slice(0, 40));
  }
  return found.slice(0, 5);
}"""


def chromium() -> str:
    """The browser's path; its absence is a failure that says what to do, not a skip."""
    found = os.environ.get("YINUO_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "no Chromium: run `make test`, which installs one, or set YINUO_CHROMIUM to its path"
    return found


@cache
def sentences() -> frozenset[str]:
    """Every Chinese sentence of the pages, as the catalogues have them."""
    catalogues = (ROOT / "src/yinuo/city").glob("*/locale/en/LC_MESSAGES/django.po")
    return frozenset(
        found
        for catalogue in catalogues
        for found in re.findall(r'^msgid "(.+)"$', catalogue.read_text("utf-8"), re.MULTILINE)
    )


TYPED = frozenset({"窗口"})
"""What the small city wrote into a field of free text, and is a word of a page as well."""


@cache
def choices() -> frozenset[str]:
    """The words a text lets people choose from and gives no others for: they are data, in the language of the text."""
    lists = [
        found
        for file in (ROOT / "packs/demo-city").rglob("policy.toml")
        for found in re.findall(r"of = \[([^\]]+)\]", file.read_text("utf-8"))
    ]
    return frozenset(re.findall(r'"([^"]+)"', " ".join(lists))) | TYPED


def full_name(user: str) -> str:
    """What somebody of the small city is called."""
    return next((name for key, name, *_rest in small_city.STAFF if key == user), user)


class Visitor:
    """A person with a browser context of his own; `complaints` holds what was wrong with what he saw."""

    def __init__(self, browser: Browser, address: str, *, user: str, name: str) -> None:
        self.user, self.name, self.address, self.complaints = user, name, address, list[str]()
        self.context = browser.new_context(
            base_url=address, viewport={"width": 1440, "height": 900}, accept_downloads=True
        )
        self.context.set_default_timeout(PATIENCE)
        self.refusals_expected = False
        self.page = self.tab()
        self.speak("zh-hans")
        self._sign_in()

    def tab(self) -> Page:
        """Another tab of the same browser."""
        page = self.context.new_page()
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        return page

    def _heard(self, kind: str, text: str) -> None:
        """Errors and breaches of the policy. A form that is refused answers 422: that is no fault."""
        is_refusal = self.refusals_expected and re.search(r"status of 4(22|04)", text)
        if kind == "error" and not is_refusal:
            self.complaints.append(f"{self.page.url} console: {text}")

    def _sign_in(self) -> None:
        self.page.goto("/accounts/login/")
        self.page.fill("input[name=login]", self.user)
        self.page.fill("input[name=password]", small_city.PASSWORD)
        self.page.click("main form button")
        expect(self.page.locator("header summary", has_text=self.name)).to_be_visible(timeout=PATIENCE)

    def speak(self, language: str) -> None:
        """Choose the language of the pages to come."""
        self.context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])

    def go(self, address: str, *, status: int = 200) -> Page:
        """Open a page; it answers as it should."""
        response = self.page.goto(address)
        assert response is not None and response.status == status, f"{address}: {response and response.status}"
        return self.page

    def send(self, form: str, word: str, **values: str) -> None:
        """Open the form behind a button, fill it in and send it; the answer is there when this returns."""
        box = self.page.locator(f"details:has(> summary:text-is('{word}'))", has=self.page.locator(form)).first
        box.locator("> summary").click()
        for name, value in values.items():
            field = box.locator(f"[name={name}]")
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        with self.page.expect_navigation():
            box.locator("button").click()

    def refused(self, form: str, word: str, **values: str) -> None:
        """As `send`, where the answer is a refusal."""
        self.refusals_expected = True
        self.send(form, word, **values)
        self.refusals_expected = False

    def look(self) -> None:
        """Look hard at this page: in both languages, on a desk and on a phone."""
        for language in LANGUAGES:
            self.speak(language)
            self.page.reload()
            self.notice(language)
        self.speak("zh-hans")
        self.page.reload()

    def notice(self, language: str = "zh-hans") -> None:
        """Look at the page as it stands, on a desk and on a phone."""
        where = self.page.url.removeprefix(self.address)
        self.complaints += [f"{where} {language}: {one}" for one in self._words(language)]
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 900})
            self.complaints += [f"{where} {language} {width}: {one}" for one in (*self._barriers(), *self._clipped())]
        self.page.set_viewport_size({"width": 1440, "height": 900})

    def _words(self, language: str) -> Iterator[str]:
        for text, is_label in self.page.evaluate(SEEN):
            if RAW.search(text):
                yield f"raw: {text[:80]}"
            if language == "en" and (text in sentences() - choices() or (is_label and CHINESE.search(text))):
                yield f"untranslated: {text[:80]}"

    def _barriers(self) -> Iterator[str]:
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false})")
        for one in found["violations"]:
            if one["impact"] in {"serious", "critical"}:
                yield f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:140]}"

    def _clipped(self) -> list[str]:
        return [f"clipped: {one}" for one in self.page.evaluate(CLIPPED)]


def must_say(page: Page, *texts: str) -> None:
    """The page says all of this to a reader."""
    for text in texts:
        expect(page.locator("main")).to_contain_text(text, timeout=PATIENCE)
