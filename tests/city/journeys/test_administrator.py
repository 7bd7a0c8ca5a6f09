"""An administrator's day: units and people from a workbook, and a changed text by way of its trial."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import expect

from tests.city.journeys.visitor import must_say
from yinuo.city.people.exchange import sheets, workbook

pytestmark = pytest.mark.slow
PACK = Path(__file__).parents[3] / "packs/demo-city"
BEFORE, AFTER = "road haulage permit,transport,power,false,20 workdays,6 workdays", "8 workdays"


def book(units, people):
    """A workbook as an office would send it."""
    sheets_of = ((sheets.UNITS, "机构", units), (sheets.PEOPLE, "人员", people))
    return workbook.write([
        (title, [column.zh for column in sheet.columns], [[row.get(column.name, "") for column in sheet.columns] for row in rows])
        for sheet, title, rows in sheets_of
    ])  # fmt: skip


def upload(visitor, content, name, field):
    visitor.page.set_input_files(
        f"input[name={field}]", {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )


def test_units_and_people_come_from_a_workbook_and_bad_rows_are_named(visit):
    guan = visit("guan")
    guan.go("/units/import")
    guan.look()
    units = [
        {"unit": "market-north", "zh": "市场监管局城北所", "type": "科室", "parent": "market", "from": "2026-01-01"},
        {"unit": "lost", "zh": "无上级所", "type": "科室", "parent": "nowhere", "from": "2026-01-01"},
    ]
    people = [
        {"person": "n1", "name": "钱小北", "unit": "market-north", "post": "north-1", "post_zh": "经办", "roles": "经办人", "within": "market-north", "from": "2026-01-01"},
        {"person": "n2", "name": "坏角色", "unit": "market-north", "post": "north-2", "post_zh": "经办", "roles": "皇帝", "within": "market-north", "from": "2026-01-01"},
    ]  # fmt: skip
    content = book(units, people)
    guan.refusals_expected = True
    upload(guan, content, "机构人员.xlsx", "file")
    guan.page.click("main form button")
    must_say(guan.page, "没有导入任何内容", "nowhere", "皇帝")
    guan.notice()
    upload(guan, content, "机构人员.xlsx", "file")
    guan.page.check("input[name=only_good]")
    guan.page.click("main form button")
    must_say(guan.page, "已导入", "nowhere", "皇帝")
    guan.go("/units/lost", status=404)
    guan.refusals_expected = False
    guan.go("/units/market-north")
    must_say(guan.page, "城北所", "钱小北")
    guan.look()
    guan.go("/people/n1")
    guan.look()


def changed_text():
    """Demo City's text with a longer promise for haulage permits, as a zip file."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for file in sorted(PACK.rglob("*")):
            if file.suffix in {".toml", ".csv"}:
                text = file.read_text("utf-8")
                if file.name == "items.csv":
                    assert BEFORE in text
                    text = text.replace(BEFORE, BEFORE.replace("6 workdays", AFTER))
                archive.writestr(f"demo-city/{file.relative_to(PACK)}", text)
    return kept.getvalue()


def open_promise():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT case_id, due_at FROM supervision_clock WHERE clause = 'promised' AND item = 'transport-permit' "
            "AND ended_at IS NULL ORDER BY case_id LIMIT 1"
        )
        return cursor.fetchone()


def test_a_changed_text_is_tried_then_in_force_and_cases_say_so(visit, clock):
    guan, (case_id, due) = visit("guan"), open_promise()
    guan.go("/institutions")
    guan.look()
    guan.go("/texts/try")
    guan.look()
    upload(guan, changed_text(), "demo-city.zip", "archive")
    guan.page.click("main form button")
    must_say(guan.page, "如果施行这套文本", "承诺时限")
    expect(guan.page.locator(f"main tbody a[href='/cases/{case_id}']").first).to_be_visible()
    guan.look()
    assert open_promise() == (case_id, due)
    guan.page.click("main button:text-is('施行')")
    must_say(guan.page, "已经施行")
    clock.move(clock.now + timedelta(minutes=1))
    moved = open_promise()
    assert moved[0] == case_id
    assert moved[1] > due
    chen = visit("chen")
    chen.go(f"/cases/{case_id}")
    must_say(chen.page, "制度文本改动后重新计算")
