"""The report, read back from the page by a browser and compared with the tables it was made from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.cli.report.expected import numbers, tenth
from tests.cli.report.made_up import NASTY, Replay, made_up, nothing
from tests.cli.report.shipped import shipped
from yinuo.cli.report import rows
from yinuo.cli.report.figures import MOST_ROWS
from yinuo.cli.report.page import safe_json

AXE = Path(__file__).parents[3] / "web" / "node_modules" / "axe-core" / "axe.min.js"
READ = "nodes => nodes.map(node => [node.dataset.fact, node.textContent.trim()])"
FOLLOW = """async () => {
  const wrong = [];
  for (const link of document.querySelectorAll("a.n[data-rows]")) {
    const heard = new Promise(done => addEventListener("hashchange", done, { once: true }));
    if (location.hash === link.getAttribute("href")) continue;
    location.hash = link.getAttribute("href");
    await heard;
    const found = document.getElementById("shown").dataset.found;
    if (found !== link.dataset.rows) wrong.push([link.dataset.fact, link.dataset.rows, found]);
  }
  return wrong;
}"""
DRAWN = """() => [...document.querySelectorAll("[data-spread]")].map(place => {
  const option = echarts.getInstanceByDom(place).getOption();
  return option.series.slice(0, 3).map(series => series.data);
})"""


def read(page: Page) -> dict[str, str]:
    """Every number of the page as it is written there."""
    found = page.eval_on_selector_all("[data-fact]", READ)
    assert len(found) == len(dict(found)), "two numbers of the page share a name"
    return dict(found)


def english(page: Page) -> None:
    if page.evaluate("document.documentElement.lang") != "en":
        page.click("#language")


def chinese(page: Page) -> None:
    if page.evaluate("document.documentElement.lang") == "en":
        page.click("#language")


@pytest.mark.parametrize("seed", [7, 8])
def test_every_number_is_the_tables_number(page: Page, tmp_path: Path, seed: int) -> None:
    replay = made_up(seed=seed)
    page.goto(replay.write(tmp_path / "report.html").as_uri())
    assert read(page) == numbers(replay)


@pytest.mark.parametrize(
    ("pack", "example", "late"),
    [
        ("nl-wabo", "wabo/receipt.xes.gz", ("clause/stored-deadline/stored/share", "28.4%")),
        ("demo-city", "demo-city/cases.csv", ("log/cases", "1,998")),
    ],
)
def test_every_number_of_a_real_replay_is_the_tables_number(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: str, example: str, late: tuple[str, str]
) -> None:
    monkeypatch.setattr(rows, "CAP", 10_000)
    replay = shipped(pack, example)
    page.goto(replay.write(tmp_path / "report.html").as_uri())
    found, wanted = read(page), numbers(replay)
    left_out = {name for name in wanted if name.startswith("figure/")} - found.keys()
    assert found == {name: text for name, text in wanted.items() if name not in left_out}
    assert found[late[0]] == late[1]
    assert len(left_out) == 4 * sum(
        max(0, count - MOST_ROWS) for count in replay.indicators.group_by("clause").len()["len"]
    )
    assert page.evaluate(FOLLOW) == []


@pytest.mark.holds("invariant 58", shows="yinuo replay --out")
def test_every_link_opens_as_many_rows_as_its_number_says(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    assert page.evaluate(FOLLOW) == []
    assert page.locator("a.n[data-rows]").count() > 250


def test_a_link_shows_exactly_the_cases_behind_it(page: Page, report: Path, replay: Replay) -> None:
    page.goto(report.as_uri())
    page.click("[data-fact='clause/time-limit/statutory/late']")
    shown = page.eval_on_selector_all("#list tbody tr td:first-child", "cells => cells.map(cell => cell.textContent)")
    late = [
        row["case_id"]
        for row in replay.said.clocks.to_dicts()
        if (row["clause"], row["state"]) == ("statutory", "late")
    ]
    assert len(late) > len(shown) == 50, "the list is cut into pages of fifty"
    page.click("#forth")
    shown += page.eval_on_selector_all("#list tbody tr td:first-child", "cells => cells.map(cell => cell.textContent)")
    assert sorted(shown) == sorted(late)


def test_the_charts_draw_the_tables_numbers(page: Page, report: Path, replay: Replay) -> None:
    page.goto(report.as_uri())
    clauses = sorted({f"{row['institution']}/{row['clause']}" for row in replay.said.clocks.to_dicts()})
    for clause, drawn in zip(clauses, page.evaluate(DRAWN), strict=True):
        own = [row for row in replay.said.clocks.to_dicts() if f"{row['institution']}/{row['clause']}" == clause]
        for state, series in zip(("kept", "late", "overdue"), drawn, strict=True):
            assert series == [
                sum(row["state"] == state and tenth(row, replay.as_of) == at for row in own) for at in range(21)
            ]


def test_a_bar_opens_its_cases(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.locator("[data-spread='0'] svg path[fill='#0b5a86']").first.click()
    page.wait_for_url(re.compile(r"#clocks\?clause=.*&state=kept&bin=\d+$"))
    assert int(page.locator("#shown").get_attribute("data-found") or 0) > 0


def test_the_language_is_chosen_without_loading_and_remembered(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    chinese(page)
    assert page.locator("h1").inner_text().startswith("示例市")
    assert page.locator("#overview-title").inner_text() == "总览"
    page.click("#language")
    assert page.locator("h1").inner_text().startswith("Demo city")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("#list thead").inner_text().startswith("Case")
    page.reload()
    assert page.locator("#overview-title").inner_text() == "Overview"
    chinese(page)


def test_english_shows_no_chinese_of_ours(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    english(page)
    of_the_log = {"办件", "规划局", "市场监管局", "档案馆", "网上", "窗口", "盖章"}
    text = re.sub("|".join(of_the_log), "", page.locator("main").inner_text())
    assert re.findall(r"[\u4e00-\u9fff]+", text) == []
    chinese(page)


def test_nothing_is_fetched_and_nothing_of_a_case_runs(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.click("[data-fact='findings/total']")
    english(page)
    chinese(page)
    assert page.requests == [report.as_uri()]  # type: ignore[attr-defined]
    assert page.complaints == []  # type: ignore[attr-defined]
    assert "broken" not in page.title()
    assert page.locator("th", has_text=NASTY).count() > 0, "the text itself is shown"


def test_a_script_that_is_not_ours_is_refused(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); }"
    )
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize(
    "size", [{"width": 390, "height": 844}, {"width": 1280, "height": 900}], ids=["phone", "desktop"]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everybody_can_read_it(page: Page, tmp_path: Path, size: dict[str, int], lang: str) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.goto(made_up(16).write(tmp_path / "report.html").as_uri() + "#findings?open=1")
    (english if lang == "en" else chinese)(page)
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"], "the page is wider than the screen"
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    complaints = [(one["id"], one["help"], one["nodes"][0]["html"][:200]) for one in found["violations"]]
    chinese(page)
    assert complaints == []


def test_it_says_how_many_rows_it_does_not_carry(
    page: Page, replay: Replay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "CAP", 40)
    page.goto(replay.write(tmp_path / "report.html").as_uri())
    chinese(page)
    kept = sum(row["state"] == "kept" for row in replay.said.clocks.to_dicts())
    page.click("[data-fact='clocks/state/kept']")
    told = page.locator("#shown").inner_text()
    carried = int(page.locator("#shown").get_attribute("data-found") or 0)
    assert 0 < carried < kept
    assert told == f"共 {kept:,} 行，本页带有其中 {carried} 行，另有 {kept - carried} 行在 clocks.parquet"
    assert read(page) == numbers(replay), "the numbers themselves are of the whole"


def test_a_replay_of_nothing_says_so(page: Page, tmp_path: Path) -> None:
    empty = nothing()
    page.goto(empty.write(tmp_path / "report.html").as_uri())
    chinese(page)
    assert read(page) == numbers(empty)
    assert "没有一项计时开始" in page.locator("#late").inner_text()
    assert page.complaints == []  # type: ignore[attr-defined]


def test_it_prints_without_its_machinery(page: Page, report: Path) -> None:
    page.goto(report.as_uri())
    page.emulate_media(media="print")
    assert not page.locator(".nav").is_visible()
    assert not page.locator("#rows").is_visible()
    assert page.locator(".case svg").first.is_visible()


def test_json_cannot_close_its_script_element() -> None:
    text = safe_json({"a": "</script><!-- \u2028 &", "b": [1.5, None, True]})
    assert "<" not in text
    assert json.loads(text) == {"a": "</script><!-- \u2028 &", "b": [1.5, None, True]}
