"""The pages staff work with: list, versions, form, import, export."""

from __future__ import annotations

import html
import io
import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from tests.city.catalogue import stock
from yinuo.city.catalogue import commands, queries, sheet
from yinuo.city.catalogue.models import Draft
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.exchange import workbook

BY = {"actor": OPERATOR, "now": stock.NOW}


def book(*rows):
    titles = [one.zh for one in sheet.SHEET.columns]
    cells = [[row.get(one.name, "") for one in sheet.SHEET.columns] for row in rows]
    return SimpleUploadedFile("items.xlsx", workbook.write([(sheet.SHEET.zh, titles, cells)]))


def row(name, **changes):
    return {"key": name, **sheet.write(stock.item()), **changes}


@pytest.mark.holds("E223", "E024", shows="/catalogue")
def test_the_list_says_what_is_to_be_mended(sign_in):
    stock.publish(questions=(), points=())
    page = sign_in("zhao").get("/catalogue").content.decode()
    for word in ("食品经营许可", "共 2 处", "没有写明到哪里办", "四公开齐全", "1 / 1"):
        assert word in page, word

    assert "To be mended" in sign_in("zhao", "en").get("/catalogue").content.decode()


def test_a_draft_is_seen_by_those_who_reach_its_unit(sign_in):
    commands.draft("secret", stock.item(zh="未公开的事项"), **BY)
    for who, is_seen in (("zhao", True), ("chen", True), ("wu", False)):
        for path in ("/catalogue", "/catalogue.csv", "/catalogue?q=未公开&unit=market"):
            answer = sign_in(who).get(path)
            text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
            assert ("secret" in text) is is_seen, (who, path)
        assert sign_in(who).get("/catalogue/items/secret").status_code == (200 if is_seen else 404)
        assert sign_in("wu").get("/catalogue/items/secret/edit").status_code == 404
    assert sign_in("wu").get("/matters/secret").status_code == 404


@pytest.mark.holds("peer 1", "E033", "E035", "E041", "E042", shows="/catalogue/items/<item>")
def test_a_head_drafts_reads_what_changes_and_publishes(sign_in):
    stock.publish()
    head = sign_in("zhou")
    texts = {**sheet.write(stock.item()), "promised": "5个工作日", "steps": "收件 | 窗口\n审查 | 局 | 5个工作日"}
    assert head.post("/catalogue/items/food-permit/edit", texts).status_code == 302
    page = head.get("/catalogue/items/food-permit").content.decode()
    for word in ("7个工作日", "5个工作日", "审查 | 局 | 5个工作日", "行政许可应写明至少 5 个环节", "进驻到位"):
        assert word in page, word
    assert (
        head.post(
            "/catalogue/items/food-permit/publish", {"since": "2026-04-01", "authority": "示市监〔2026〕2号"}
        ).status_code
        == 302
    )
    assert queries.version_on("food-permit", date(2026, 4, 1))["item"].promised == "5 workdays"
    assert queries.version_on("food-permit", date(2026, 3, 31))["item"].promised == "7 workdays"
    page = head.get("/catalogue/items/food-permit").content.decode()
    assert "示市监〔2026〕2号" in page
    assert (
        head.post("/catalogue/items/food-permit/withdraw", {"until": "2026-05-01", "reason": "取消"}).status_code == 302
    )
    assert "停止办理：取消" in head.get("/catalogue/items/food-permit").content.decode()


@pytest.mark.holds("invariant 4", shows="/catalogue/items/<item>")
def test_a_promise_longer_than_the_law_stands_on_the_page_of_the_draft_and_is_not_published(sign_in):
    stock.publish()
    head = sign_in("zhou")
    longer = {**sheet.write(stock.item()), "promised": "21个工作日", "steps": ""}
    assert head.post("/catalogue/items/food-permit/edit", longer).status_code == 302
    head.post("/catalogue/items/food-permit/publish", {"since": "2026-04-01", "authority": "示市监〔2026〕2号"})
    page = head.get("/catalogue/items/food-permit").content.decode()
    assert (
        "不能发布" in page.partition("草稿")[2]
        and "承诺时限 21 workdays 比法定时限 20 workdays 长" in page.partition("LINT-11")[2]
    )
    assert queries.version_on("food-permit", date(2026, 4, 1))["item"].promised == "7 workdays"


def test_a_handler_drafts_and_cannot_publish(sign_in):
    handler = sign_in("zhao")
    texts = {"key": "new-one", **sheet.write(stock.item())}
    assert handler.post("/catalogue/new", texts).status_code == 302
    assert (
        handler.post("/catalogue/items/new-one/publish", {"since": "2026-04-01", "authority": "甲"}).status_code == 403
    )
    assert queries.version_on("new-one", date(2026, 4, 1)) is None
    assert handler.post("/catalogue/new", texts).status_code == 422
    assert handler.post("/catalogue/items/new-one/drop", {"reason": "写错了"}).status_code == 302
    assert not Draft.objects.exists()


def test_a_form_that_is_refused_names_the_field_and_keeps_what_was_typed(sign_in):
    texts = {
        "key": "new-one",
        **sheet.write(stock.item()),
        "materials": "申请书 | 原件 | 一份",
        "content": "<b>保留</b>",
    }
    answer = sign_in("zhao").post("/catalogue/new", texts)
    page = answer.content.decode()
    assert answer.status_code == 422
    for word in (
        "申请书 | 原件 | 一份",
        "&lt;b&gt;保留",
        "“一份”不是数字",
        'aria-describedby="f-materials_error"',
        'value="new-one"',
    ):
        assert word in page, word


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_form_says_everything_in_words_and_takes_back_what_it_shows(sign_in, language):
    one = stock.item(
        themes=("准营准办",), level="county", fees=({"zh": "工本费", "fen": 1250, "basis": "示价〔2025〕1号"},), pays_online=True,
        conditions=("有食品安全管理人员", {"zh": "场所未被列入限期拆除", "situations": ("新办",)}),
    )  # fmt: skip
    commands.draft("food-permit", one, **BY)
    sun = sign_in("sun", language)
    page = sun.get("/catalogue/items/food-permit/edit").content.decode()
    form = page[page.index('class="sheet"') : page.index("</form>", page.index('class="sheet"'))]
    if language == "zh-hans":
        for word in ("20个工作日", "食品经营许可证 | 证照 | 样本一", "市市场监督管理局", "| 市级 |", ">行政许可<"):
            assert word in form, word
        for raw in ("workdays", "certificate", "| city", ">market<", ">promised<"):
            assert raw not in form, raw
    assert sun.post("/catalogue/items/food-permit/edit", fields(form)).status_code == 302
    assert queries.standing("food-permit").draft == one


def fields(form):
    """What a browser sends of a form as it stands."""
    sent = {}
    for kind, rest in re.findall(r"<(input|textarea|select)([^>]*>[^<]*(?:<option.*?</select>)?)", form, re.DOTALL):
        name = re.search(r'name="([^"]*)"', rest)[1]
        if kind == "textarea":
            sent[name] = html.unescape(rest.partition(">")[2])
        elif kind == "select":
            sent[name] = re.search(r'value="([^"]*)" selected', rest)[1]
        elif 'type="checkbox"' not in rest:
            sent[name] = html.unescape(re.search(r'value="([^"]*)"', rest)[1])
        elif " checked" in rest:
            sent.setdefault(name, []).append(re.search(r'value="([^"]*)"', rest)[1])
    return sent


@pytest.mark.holds("E024", shows="/catalogue/import")
def test_a_workbook_becomes_drafts_and_a_report_of_refused_rows(sign_in):
    clerk = sign_in("guan")
    answer = clerk.post("/catalogue/import", {"file": book(
        row("one"), row("two", unit="市住房和城乡建设局", basis=""), row("three", unit="没有的局"), row("four", visits="两"),
        row("one"), row("five", key="", zh="没有编号"),
    )})  # fmt: skip
    page = answer.content.decode()
    assert answer.status_code == 422
    for word in (
        "2 行成为草稿，0 行与现有一致，4 行未导入",
        "没有这个单位",
        "“两”不是数字",
        "与第 2 行的编号相同",
        "事项编号只能用",
    ):
        assert word in page, word
    assert set(Draft.objects.values_list("item", "unit")) == {("one", "market"), ("two", "housing")}
    again = clerk.post("/catalogue/import", {"file": book(row("one"))}).content.decode()
    assert "0 行成为草稿，1 行与现有一致" in again
    assert (
        "文件不是可读取的"
        in clerk.post("/catalogue/import", {"file": SimpleUploadedFile("x.xlsx", b"no")}).content.decode()
    )


def test_the_list_goes_out_as_the_workbook_that_comes_in(sign_in):
    stock.publish()
    content = sign_in("guan").get("/catalogue.xlsx").content
    found = CalamineWorkbook.from_filelike(io.BytesIO(content))
    rows = found.get_sheet_by_index(0).to_python()
    texts = dict(zip([one.name for one in sheet.SHEET.columns], map(str, rows[1]), strict=True))
    assert texts.pop("key") == "food-permit"
    assert sheet.read(texts)[0] == stock.item()
    assert sign_in("guan").get("/catalogue/template.xlsx").status_code == 200


def test_pages_take_few_queries(sign_in, django_assert_max_num_queries):
    for number in range(30):
        stock.publish(f"item-{number}", zh=f"事项{number}")
    client = sign_in("chen")
    client.get("/catalogue")
    for path, most in (("/catalogue", 14), ("/catalogue/items/item-1", 14), ("/catalogue/items/item-1/edit", 12)):
        with django_assert_max_num_queries(most):
            assert client.get(path).status_code == 200
