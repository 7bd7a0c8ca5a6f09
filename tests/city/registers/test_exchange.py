"""Excel in: each row decided like a person's act, what was not taken reported by row and column; the same file twice changes nothing."""

from __future__ import annotations

import base64
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from tests.city.registers.test_desk import AUTHORISATION, PROJECTS, project, text
from tests.city.registers.test_forms import DECISION, listed_in
from yinuo.city.cases.models import Case
from yinuo.city.people.exchange.workbook import write

NAME = "市重点重大项目名录"
TITLES = ["项目编号", "项目名称", "总投资", "单位"]


def book_of(rows, *, titles=TITLES, name=NAME):
    return SimpleUploadedFile("x.xlsx", write([(name, titles, rows)]))


def taken(client, rows, address=PROJECTS, **how):
    return client.post(f"{address}/import", {"file": book_of(rows, **how)})


def message(response):
    return re.findall(r'<p class="message message-\w+" role="status">(.*?)</p>', text(response))[-1]


def refusals(response):
    """Row, column, value and reason of what was not taken."""
    cells = re.findall(r'<td(?: class="num")? data-label="(?:行|列|值|原因)">(.*?)</td>', text(response))
    return [tuple(cells[place : place + 4]) for place in range(0, len(cells), 4)]


def numbers():
    return dict(Case.objects.filter(kind="priority-lanes/key-project").values_list("fields__number", "fields__title"))


@pytest.mark.holds("peer 20", shows="/registers/<kind>/import")
def test_rows_are_entered_and_what_is_wrong_is_told_by_row_and_column(sign_in):
    zhao = sign_in("zhao")
    answer = taken(
        zhao,
        [
            ["示重1", "大桥", "1,200.50", ""],
            ["示重2", "", "3", ""],
            ["示重3", "电厂", "很多", ""],
            ["示重1", "大桥二", "", ""],
            ["示重4", "水库", "-5", ""],
            ["示重5", "隧道", "", "没有这个局"],
        ],
    )
    assert answer.status_code == 422
    assert message(answer) == "新登记 1 行，变更 0 行，0 行与现有一致，5 行未导入。"
    assert [one[:3] for one in sorted(refusals(answer))] == [
        ("3", "项目名称", ""), ("4", "总投资", "很多"), ("5", "项目编号", "示重1"), ("6", "", ""), ("7", "单位", "没有这个局"),
    ]  # fmt: skip
    reasons = {row: reason for row, _column, _value, reason in refusals(answer)}
    assert "必须填写" in reasons["3"] and "应当是金额" in reasons["4"] and "第 2 行" in reasons["5"]
    assert "数值超出规定范围" in reasons["6"], "a row is held to the clauses of the register like a person"
    assert numbers() == {"示重1": "大桥"}
    made = re.search(r'href="data:[^"]+;base64,([^"]+)" download="refused.xlsx"', text(answer))
    report = CalamineWorkbook.from_filelike(BytesIO(base64.b64decode(made[1]))).get_sheet_by_index(0).to_python()
    assert len(report) == 6 and report[0] == ["工作表", "行", "列", "值", "原因"]


def test_the_same_file_again_changes_nothing_and_a_row_of_a_known_key_changes_its_entry(sign_in):
    zhao = sign_in("zhao")
    rows = [["示重1", "大桥", "1200", ""], ["示重2", "电厂", "", ""]]
    assert message(taken(zhao, rows)) == "新登记 2 行，变更 0 行，0 行与现有一致，0 行未导入。"
    assert message(taken(zhao, rows)) == "新登记 0 行，变更 0 行，2 行与现有一致，0 行未导入。"
    assert (
        message(taken(zhao, [["示重1", "大桥二期", "1200", ""]]))
        == "新登记 0 行，变更 1 行，0 行与现有一致，0 行未导入。"
    )
    assert numbers() == {"示重1": "大桥二期", "示重2": "电厂"}


def test_numbers_yes_or_no_and_days_are_compared_as_the_book_keeps_them(sign_in):
    """The same rows again change nothing, however a number, a day or a yes is spelled."""
    he = sign_in("he")
    how = {"address": DECISION, "name": "重大决策", "titles": ["文号", "决策事项", "听取意见天数", "紧急", "决策日期"]}
    first = [["示政9", "调整水价", "30", "否", "2026-03-09"]]
    assert message(taken(he, first, **how)) == "新登记 1 行，变更 0 行，0 行与现有一致，0 行未导入。"
    again = [["示政9", "调整水价", "30.0", "false", "2026年3月9日"]]
    assert message(taken(he, again, **how)) == "新登记 0 行，变更 0 行，1 行与现有一致，0 行未导入。"


def test_a_flow_without_a_key_is_imported_once(sign_in):
    li = sign_in("li")
    titles = ["诉求", "渠道", "姓名或名称", "单位"]
    first = CalamineWorkbook.from_filelike(BytesIO(li.get("/registers/inquiry/template.xlsx").content))
    heads = first.get_sheet_by_index(0).to_python()[0]
    assert {"渠道", "姓名或名称", "电话", "证件号", "单位"} <= set(heads)
    rows = [["办执照要什么材料", "窗口", "王小敏", ""]]
    how = {"address": "/registers/inquiry", "titles": [heads[0], *titles[1:]], "name": "Sheet1"}
    for done in ("新登记 1 行", "1 行与现有一致"):
        answer = taken(li, rows, **how)
        assert done in message(answer), refusals(answer)
    assert Case.objects.filter(kind="inquiry").count() == 1


def test_what_was_exported_is_imported_again_and_says_what_is_there(sign_in):
    zhao, sun = sign_in("zhao"), sign_in("sun")
    listed_in(zhao)
    content = sun.get("/registers/disclosure/catalogue.xlsx").content
    answer = zhao.post("/registers/disclosure/catalogue/import", {"file": SimpleUploadedFile("x.xlsx", content)})
    assert message(answer) == "新登记 0 行，变更 0 行，1 行与现有一致，0 行未导入。", refusals(answer)


def test_the_template_says_what_each_column_takes(sign_in):
    book = CalamineWorkbook.from_filelike(BytesIO(sign_in("zhou").get(f"{AUTHORISATION}/template.xlsx").content))
    heads = book.get_sheet_by_index(0).to_python()[0]
    assert heads[:3] == ["被授权人", "事项", "权限"]
    told = {row[0]: row[1:] for row in book.get_sheet_by_name("填写说明").to_python()}
    assert told["权限"] == ["必填", "受理、审查、签批；可以写多个，用顿号隔开"]
    assert told["专用章编号"][0] == ""


def test_every_book_has_a_template_for_whoever_may_enter_in_it(sign_in):
    asked = {}
    for person in ("li", "zhao", "zhou", "chen"):
        client = sign_in(person)
        kinds = re.findall(r'href="/registers/([^"]+)/new"', client.get("/registers").content.decode())
        asked |= {kind: client.get(f"/registers/{kind}/template.xlsx") for kind in kinds}
    assert len(asked) > 20
    assert [kind for kind, answer in asked.items() if answer.status_code != 200] == []
    heads = (
        CalamineWorkbook.from_filelike(BytesIO(asked["joint-approval"].content)).get_sheet_by_index(0).to_python()[0]
    )
    assert "事项" in heads


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04 no book", "不是可读取的"), (write([(NAME, ["项目名称"], [["甲"]])]), "缺少列：项目编号")],
)
def test_a_file_that_is_no_such_workbook_is_refused_whole(sign_in, content, said):
    answer = sign_in("zhao").post(f"{PROJECTS}/import", {"file": SimpleUploadedFile("x.xlsx", content)})
    assert answer.status_code == 200
    assert said in text(answer)
    assert not numbers()


def test_who_may_not_enter_may_not_import(sign_in):
    assert sign_in("qian").get(f"{PROJECTS}/import").status_code == 403
    assert sign_in("zhao").get(f"{AUTHORISATION}/import").status_code == 404, "the head of the unit enters letters"


def test_an_export_leaves_a_trace_and_a_cell_never_runs(sign_in):
    zhao, zhou = sign_in("zhao"), sign_in("zhou")
    project(zhao, title='=HYPERLINK("http://x")')
    lines = zhou.get(f"{PROJECTS}.csv").getvalue().decode("utf-8-sig").splitlines()
    assert "'=HYPERLINK" in lines[1]
    assert sign_in("zhao").get(f"{PROJECTS}.csv").status_code == 403, "a handler exports nothing"
