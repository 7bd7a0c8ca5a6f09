"""The generic desk: a register of the text is entered, listed, verified by another, exported, with no code of its own."""

from __future__ import annotations

import re
from io import BytesIO

from python_calamine import CalamineWorkbook

from yinuo.city.cases.models import Case

PROJECTS = "/registers/priority-lanes/key-project"
AUTHORISATION = "/registers/authorisation/authorisation"
CATALOGUE = "/registers/disclosure/catalogue"


def text(response):
    return response.content.decode()


def errors_in(page):
    """What a page says is wrong."""
    return re.findall(r'<p class="(?:message message-)?error"[^>]*>(.*?)</p>', page)


def entered(client, address, **fields):
    response = client.post(f"{address}/new", fields)
    assert response.status_code == 302, errors_in(text(response))
    return Case.objects.get(case_id=response.url.removeprefix("/cases/"))


def project(client, number="示重2026-01", **more):
    return entered(
        client, PROJECTS, **{"number": number, "title": "产业园", "amount": "1200.50", "unit": "market", **more}
    )


def test_the_overview_lists_the_books_of_the_text_with_their_counts(sign_in):
    zhao = sign_in("zhao")
    project(zhao)
    page = text(zhao.get("/registers"))
    assert "市重点重大项目名录" in page
    assert f'href="{PROJECTS}?status=open">1<' in page
    assert f'href="{PROJECTS}/new"' in page
    assert f'href="{AUTHORISATION}/new"' not in page, "a letter of authority is entered by the head of the unit"
    assert f'href="{AUTHORISATION}/new"' in text(sign_in("zhou").get("/registers"))


def test_an_entry_is_made_listed_verified_by_another_and_exported(sign_in):
    zhao, gao, zhou = sign_in("zhao"), sign_in("gao"), sign_in("zhou")
    one = project(zhao)
    assert one.fields == {"number": "示重2026-01", "title": "产业园", "amount": 120050}
    page = text(zhao.get(PROJECTS))
    assert "1,200.50 元" in page and "示重2026-01" in page and "等“审核”" in page
    done = gao.post(f"/cases/{one.case_id}/do/verified", {"step": "verify"})
    assert done.status_code == 302, text(done)
    book = CalamineWorkbook.from_filelike(BytesIO(zhou.get(f"{PROJECTS}.xlsx").content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:5] == ["收件号", "项目编号", "项目名称", "总投资", "移出原因"]
    assert rows[1][1:4] == ["示重2026-01", "产业园", "1,200.50 元"]
