"""Pictures of every page in both languages and two widths, and one page that shows them side by side.

    python scripts/pictures.py http://127.0.0.1:8000 --user chen --password …

Reads a city that runs; changes nothing in it but the language of its own session. Ends with 1 when a page answers with an
error, is wider than its window, shows a raw message key or logs an error in the browser.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import shutil
import sys
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = {"phone": (390, 844), "desktop": (1440, 900)}
LANGUAGES = {"zh-hans": "中文", "en": "English"}
PAGES = {
    "board": "/",
    "findings": "/findings?status=open",
    "findings-empty": "/findings?q=nothing-of-the-kind",
    "cases": "/cases",
    "institutions": "/institutions",
    "trial": "/texts/try",
    "wall": "/wall",
    "rounds": "/rounds",
    "cycle": "/cycle",
    "figures": "/figures",
    "inbox": "/inbox",
    "addresses": "/inbox/addresses",
    "measures": "/measures",
    "outages": "/outages",
    "offers": "/offers",
    "pauses": "/pauses",
    "units": "/units",
    "unit": "/units/market",
    "matters": "/matters",
    "points": "/points",
    "catalogue": "/catalogue",
    "catalogue-review": "/catalogue/review",
    "registers": "/registers",
    "register": "/registers/disclosure/catalogue",
    "register-print": "/registers/disclosure/catalogue/print",
    "tables": "/registers/tables",
    "table": "/registers/tables/items",
    "decision": "/registers/tables/priority-lanes/lane",
    "open": "/open",
    "open-disclosure": "/open/disclosure",
    "open-releases": "/open/releases",
    "open-decisions": "/open/decisions",
    "open-answers": "/open/answers",
    "open-pledges": "/open/pledges",
    "open-figures": "/open/figures",
    "open-ratings": "/open/ratings",
    "open-results": "/open/results",
    "open-missed": "/open/missed",
    "open-institutions": "/open/institutions",
    "open-requests": "/open/requests",
    "open-request": "/open/requests/information",
    "open-calendar": "/open/calendar?item=food-permit",
    "open-units": "/open/units",
    "open-unit": "/open/units/market",
    "not-found": "/nowhere",
}
PAGES_OF = {
    "window": {
        "window": "/window", "reception": "/reception", "queue": "/queue", "counter": "/counters/9", "display": "/halls/service-centre/display",
        "appointments": "/appointments", "packages": "/packages", "deliveries": "/deliveries", "agency": "/agency",
        "agency-mandates": "/agency/mandates",
    },
    "handler": {"tasks": "/tasks", "handler-registers": "/registers", "register-new": "/registers/priority-lanes/key-project/new"},
    "head": {"lanes": "/lanes"},
    "admin": {"systems": "/systems", "webhooks": "/systems/webhooks", "people-units": "/units", "admin-catalogue-new": "/catalogue/new", "catalogue-import": "/catalogue/import"},
    "": {
        "my-sign-in": "/my/sign-in", "track": "/track", "track-wrong": "/track?receipt=1&tail=1", "book": "/book", "book-cancel": "/book/cancel",
        "rate": "/rate",
    },
    "resident": {"my": "/my", "my-profile": "/my/profile", "my-mandates": "/my/mandates", "apply": "/apply/food-permit"},
}  # fmt: skip
"""What others see than who was named: each signed in with the same password; nobody; a resident by telephone."""
NOT_THERE = {"not-found", "track-wrong"}
FOLLOWED = {
    "case": ("/findings?status=open", "table a[href^='/cases/']", "/cases/<id>"),
    "case-ended": ("/cases?status=ended", "table a[href^='/cases/']", "/cases/<id>"),
    "case-paused": ("/cases?status=open&clock=paused", "table a[href^='/cases/']", "/cases/<id>"),
    "proof": ("/cases?status=ended", "table a[href^='/cases/'] >> main a[href$='/proof']", "/cases/<id>/proof"),
    "institution": ("/institutions", "table a[href^='/institutions/']", "/institutions/<name>"),
    "stories": ("/institutions", "table a[href$='/stories']", "/institutions/<name>/stories"),
    "point": ("/points?tier=村级", ".matters a[href^='/points/']", "/points/<point>"),
    "matter": ("/matters", ".matters a[href^='/matters/']", "/matters/<item>"),
    "open-release": ("/open/releases", "main a[href^='/open/releases/']", "/open/releases/<receipt>"),
    "item": ("/catalogue", "table a[href^='/catalogue/items/']", "/catalogue/items/<item>"),
    "item-edit": (
        "/catalogue",
        "table a[href^='/catalogue/items/'] >> main a[href$='/edit']",
        "/catalogue/items/<item>/edit",
    ),
    "figure-cases": ("/figures", "main a[href^='/figures/'] >> .subjects a", "/figures/<institution>/<clause>/cases"),
    "figure": ("/figures", "main a[href^='/figures/']", "/figures/<institution>/<clause>"),
}
"""Where to begin, which links to follow from there, and which page that is."""
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-default-apps", "--disable-sync", "--no-first-run", "--disable-dev-shm-usage",
]  # fmt: skip
CATALOGUES = Path(__file__).resolve().parents[1] / "src" / "yinuo" / "city"
HAN = re.compile(r"[\u4e00-\u9fff]")
RAW = re.compile(r"%\(\w+\)[sd]|\{\{|\bUndefined\b|\bNone\b")


@dataclass(frozen=True)
class Picture:
    """One picture and what was wrong with the page."""

    page: str
    language: str
    width: str
    file: str
    wrong: tuple[str, ...]


def main() -> int:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--user", default="chen")
    parser.add_argument("--password", default=os.environ.get("YINUO_PICTURES_PASSWORD", ""))
    parser.add_argument("--out", type=Path, default=Path("out/pictures"))
    parser.add_argument("--only", nargs="*", help="names of pages")
    parser.add_argument(
        "--chromium", default=os.environ.get("YINUO_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    )
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    taken: list[Picture] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=given.chromium, args=FLAGS)
        for language in LANGUAGES:
            for width in WIDTHS:
                taken += _round(browser, given, language=language, width=width)
                for who in PAGES_OF:
                    taken += _round_of(browser, given, who, language=language, width=width)
        browser.close()
    (given.out / "index.html").write_text(_index(taken), encoding="utf-8")
    wrong = [picture for picture in taken if picture.wrong]
    for picture in wrong:
        print(f"✗ {picture.page} · {picture.language} · {picture.width}: {'; '.join(picture.wrong)}", file=sys.stderr)
    print(f"{len(taken)} pictures, {len(wrong)} with something wrong: {given.out / 'index.html'}")
    return 1 if wrong else 0


def _round(browser: Browser, given: argparse.Namespace, *, language: str, width: str) -> list[Picture]:
    page, errors = _page(browser, given, language=language, width=width)
    place = {"language": language, "width": width, "errors": errors}
    found = [_take(page, given, "sign-in", "/accounts/login/", **place)]
    _sign_in(page, given, given.user)
    found += [_take(page, given, name, address, **place) for name, address in _wanted(PAGES, given).items()]
    for name, (start, link, _of) in _wanted(FOLLOWED, given).items():
        if address := _follow(page, start, link):
            found.append(_take(page, given, name, address, **place))
    page.context.close()
    return found


def _round_of(browser: Browser, given: argparse.Namespace, who: str, *, language: str, width: str) -> list[Picture]:
    wanted = _wanted(PAGES_OF[who], given)
    if not wanted:
        return []
    page, errors = _page(browser, given, language=language, width=width)
    if who == "resident":
        _come_in(page, f"1380013{list(LANGUAGES).index(language)}{len(width):03d}")
    elif who:
        _sign_in(page, given, who)
    place = {"language": language, "width": width, "errors": errors}
    found = [_take(page, given, name, address, **place) for name, address in wanted.items()]
    page.context.close()
    return found


def _wanted(pages: dict[str, Any], given: argparse.Namespace) -> dict[str, Any]:
    return {name: address for name, address in pages.items() if not given.only or name in given.only}


def _page(browser: Browser, given: argparse.Namespace, *, language: str, width: str) -> tuple[Page, list[str]]:
    """A new visitor's page, and what the browser complains of on it."""
    size = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        locale="zh-CN" if language == "zh-hans" else "en",
        base_url=given.address,
    )
    context.add_cookies([{"name": "django_language", "value": language, "url": given.address}])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return page, errors


def _come_in(page: Page, phone: str) -> None:
    """A resident of the demonstration, which shows the message it would have sent."""
    page.goto("/my/sign-in")
    page.fill("input[name=phone]", phone)
    page.click("main form button")
    code = re.search(r"\d{6}", page.inner_text("[data-sms]"))
    page.fill("input[name=code]", code.group() if code else "")
    page.click("main form button")
    page.wait_for_load_state("load")


def _sign_in(page: Page, given: argparse.Namespace, user: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", user)
    page.fill("input[name=password]", given.password)
    page.click("main form button[type=submit], main form button:not([type])")
    page.wait_for_load_state("load")
    if "/accounts/login" in page.url:
        raise SystemExit(f"{user} could not sign in at {given.address}")


def _follow(page: Page, start: str, link: str) -> str | None:
    page.goto(start)
    for step in link.split(" >> "):
        anchors = page.locator(step)
        if anchors.count() == 0:
            return None
        address = anchors.first.get_attribute("href")
        page.goto((address or "").partition("#")[0])
    return address


def _take(
    page: Page, given: argparse.Namespace, name: str, address: str, *, language: str, width: str, errors: list[str]
) -> Picture:
    errors.clear()
    answer = page.goto(address)
    page.wait_for_load_state("networkidle")
    status = answer.status if answer else 0
    wrong = [] if status < 400 or name in NOT_THERE else [f"status {status}"]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        wrong.append(f"{wide} px wider than the window")
    text = page.inner_text("body")
    if found := raw(text, ours() if language == "en" else ()):
        wrong.append(f"raw text {found!r}")
    if language == "en" and (here := _untranslated(page)):
        wrong.append(f"Chinese on an English page: {here[:60]!r}")
    told = dict.fromkeys(error[:120] for error in errors if not (name in NOT_THERE and "404" in error))
    wrong += [f"console: {error}" for error in list(told)[:3]]
    file = f"{name}-{language}-{width}.png"
    page.screenshot(path=given.out / file, full_page=True)
    return Picture(name, language, width, file, tuple(wrong))


def shown() -> list[tuple[str, str]]:
    """Each picture's name and the page it is of."""
    named = [(name, address) for pages in (PAGES, *PAGES_OF.values()) for name, address in pages.items()]
    return [*named, *((name, page) for name, (_start, _link, page) in FOLLOWED.items())]


def raw(text: str, said: Collection[str]) -> str:
    """What of a page's text is a value or a key nobody put into words; empty when nothing is. `said` are lines' beginnings that are ours."""
    for sentence in said:
        text = re.sub(rf"(?m)^\s*{re.escape(sentence)}", "", text)
    match = RAW.search(text)
    return match.group() if match else ""


@cache
def ours() -> tuple[str, ...]:
    """The sentences of our English catalogues in which a word stands that otherwise is a raw value, the longest first."""
    found = {
        said.replace('\\"', '"')
        for file in CATALOGUES.glob("*/locale/en/LC_MESSAGES/django.po")
        for said in re.findall(r'^msgstr(?:\[\d\])? "(.+)"$', file.read_text("utf-8"), re.MULTILINE)
        if RAW.search(said) and "%(" not in said
    }
    return tuple(sorted(found, key=len, reverse=True))


def _untranslated(page: Page) -> str:
    """Chinese in what the page itself says (not in names and texts that are data)."""
    words: list[str] = page.locator("nav, label, thead, h2, .btn, .foot, .empty, .tabs").evaluate_all(
        "all => all.map(one => { one = one.cloneNode(true); one.querySelectorAll('select, [lang|=zh]').forEach(s => s.remove()); return one.textContent; })"
    )
    return next((word for word in words if HAN.search(word.replace("中文", ""))), "")


def _index(taken: list[Picture]) -> str:
    names = list(dict.fromkeys(picture.page for picture in taken))
    by_place = {(picture.page, picture.language, picture.width): picture for picture in taken}
    places = [(language, width) for width in WIDTHS for language in LANGUAGES]
    head = "".join(f"<th>{LANGUAGES[language]} · {width}</th>" for language, width in places)
    body = []
    for name in names:
        cells = []
        for language, width in places:
            picture = by_place.get((name, language, width))
            wrong = f"<p class=wrong>{html.escape('; '.join(picture.wrong))}</p>" if picture and picture.wrong else ""
            cells.append(
                f'<td>{wrong}<a href="{picture.file}"><img src="{picture.file}" class="{width}" loading="lazy" alt="{name}"></a></td>'
                if picture
                else "<td></td>"
            )
        body.append(f"<tr><th>{name}</th>{''.join(cells)}</tr>")
    return (
        "<!doctype html><meta charset=utf-8><title>Pictures</title><style>body{font:14px sans-serif;margin:16px}"
        "td,th{vertical-align:top;padding:8px;text-align:left}img{border:1px solid #ccd}.phone{width:195px}.desktop{width:480px}"
        ".wrong{color:#b3261e;margin:0 0 4px;max-width:480px}</style>"
        f"<table><thead><tr><th></th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )


if __name__ == "__main__":
    raise SystemExit(main())
