"""Units and people in and out of Excel."""

from __future__ import annotations

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.city.people.staffing import DAY, NOW, employ, grant, open_units
from yinuo.city.ledger import private, read
from yinuo.city.people import chain, commands, units
from yinuo.city.people.accounts.persons import actor_of
from yinuo.city.people.actor import OPERATOR, NotAllowed
from yinuo.city.people.exchange import incoming, outgoing, workbook
from yinuo.city.people.exchange.sheets import PEOPLE, UNITS
from yinuo.city.people.models import Account, Person

pytestmark = pytest.mark.django_db

CITY = {"机构编号": "city", "机构名称": "示例市", "类型": "市", "上级机构编号": "", "生效日期": "2026-01-01"}
WATER = {"机构编号": "water", "机构名称": "水利局", "类型": "部门", "上级机构编号": "city", "生效日期": "2026年1月1日"}
SECTION = {
    "机构编号": "water-1",
    "机构名称": "审批科",
    "类型": "section",
    "上级机构编号": "water",
    "生效日期": "2026/1/1",
}
WANG = {
    "人员编号": "wang", "姓名": "王某", "手机号码": "13812345678", "登录名": "wang", "机构编号": "water", "岗位名称": "局长",
    "责任层级": "主要负责人", "角色": "单位负责人、经办人", "起始日期": "2026-01-01",
}  # fmt: skip


def book(unit_rows, people_rows=()):
    def rows(sheet, given):
        return [[row.get(column.zh, "") for column in sheet.columns] for row in given]

    return workbook.write(
        [
            (sheet.zh, [column.zh for column in sheet.columns], rows(sheet, given))
            for sheet, given in ((UNITS, unit_rows), (PEOPLE, people_rows))
        ]
    )


def take(content, *, actor=OPERATOR, all_or_nothing=True, now=NOW):
    return incoming.take(content, actor=actor, now=now, all_or_nothing=all_or_nothing)


def versions():
    streams = ("people/units", "people/posts", "people/persons", "people/roles")
    return {name: len(events) for name, events in read.streams(streams).items()}


def test_units_and_people_come_in_whatever_the_order_of_rows():
    taken = take(book([SECTION, WATER, CITY], [WANG]))
    assert (taken.changed, taken.same, taken.refused, taken.is_written) == (4, 0, [], True)
    assert units.ancestors("water-1", DAY) == ("water-1", "water", "city")
    assert [duty.name for duty in chain.responsible("water", "principal", DAY)] == ["王某"]
    one = actor_of(str(Account.objects.get(username="wang").pk), now=NOW)
    assert {grant.role for grant in one.grants} == {"agency_head", "handler"}
    assert not Account.objects.get(username="wang").has_usable_password()
    shown = Person.objects.get(person="wang")
    assert (shown.name, shown.phone) == ("王某", "138****5678")


def test_the_same_file_twice_changes_nothing():
    content = book([CITY, WATER, SECTION], [WANG])
    take(content)
    before = versions()
    again = take(content)
    assert (again.changed, again.same) == (0, 4)
    assert versions() == before


def test_what_is_exported_can_be_imported_and_changes_nothing():
    take(book([CITY, WATER, SECTION], [WANG]))
    before = versions()
    exported = outgoing.export(actor=OPERATOR, now=NOW)
    again = take(exported)
    assert (again.changed, again.refused) == (0, [])
    assert versions() == before
    assert "13812345678" not in str(
        CalamineWorkbook.from_filelike(BytesIO(exported)).get_sheet_by_name("人员").to_python()
    )


def test_a_changed_row_changes_only_what_it_changes():
    take(book([CITY, WATER, SECTION], [WANG]))
    before = versions()
    moved = SECTION | {"上级机构编号": "city", "机构名称": "行政审批科", "生效日期": "2026-05-01"}
    taken = take(book([CITY, WATER, moved], [WANG | {"手机号码": "138****5678", "身份证号": "320***"}]))
    assert taken.refused == []
    after = versions()
    assert {name: after[name] - before[name] for name in after} == {
        "people/units": 2, "people/posts": 0, "people/persons": 0, "people/roles": 0,
    }  # fmt: skip
    clear = private.unseal(Person.objects.get(person="wang").ref)
    assert clear == {"name": "王某", "phone": "13812345678"}, "what is masked changes nothing"


def test_refused_rows_are_reported_with_row_column_value_and_reason():
    bad = [
        {"机构编号": "x", "机构名称": "甲", "类型": "星球", "上级机构编号": "city"},
        {"机构编号": "y", "机构名称": "乙", "类型": "部门", "上级机构编号": "nowhere"},
        {"机构编号": "z", "机构名称": "丙", "类型": "部门", "上级机构编号": "city", "生效日期": "下周"},
        {"机构编号": "=1+1", "机构名称": "丁", "类型": "部门", "上级机构编号": "city", "生效日期": "2026-02-01"},
    ]
    lost = WANG | {"人员编号": "li", "登录名": "", "角色": "国王"}
    taken = take(book([CITY, WATER, *bad], [WANG, lost]))
    assert [(one.sheet, one.row, one.column, one.value) for one in taken.refused] == [
        ("人员", 3, "角色", "国王"),
        ("机构", 4, "类型", "星球"),
        ("机构", 5, "上级机构编号", "nowhere"),
        ("机构", 6, "生效日期", "下周"),
        ("机构", 7, "机构编号", "=1+1"),
    ]
    assert all(one.reason for one in taken.refused)
    assert not taken.is_written
    assert versions()["people/units"] == 0, "all or nothing"
    assert not Account.objects.exists()
    good = take(book([CITY, WATER, *bad], [WANG, lost]), all_or_nothing=False)
    assert good.is_written
    assert versions()["people/units"] == 2
    assert not Person.objects.filter(person="li").exists()


def test_no_cell_is_ever_a_formula():
    """Cells that begin with = + - @ are text on both ways (design 6)."""
    take(book([CITY, WATER | {"机构名称": '=HYPERLINK("http://x")'}], [WANG | {"姓名": "@某"}]))
    exported = outgoing.export(actor=OPERATOR, now=NOW)
    sheet = CalamineWorkbook.from_filelike(BytesIO(exported)).get_sheet_by_name("机构").to_python()
    assert sheet[2][1] == '=HYPERLINK("http://x")'
    import zipfile

    with zipfile.ZipFile(BytesIO(exported)) as parts:
        assert b"<f>" not in b"".join(parts.read(name) for name in parts.namelist())
    assert b"'=1+1" in workbook.write_csv(["值"], [["=1+1"]])


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(content):
    with pytest.raises(workbook.Unreadable):
        take(content)


def test_a_workbook_without_a_needed_column_is_refused_by_name():
    with pytest.raises(workbook.Unreadable, match="上级机构编号"):
        take(workbook.write([("机构", ["机构编号", "机构名称", "类型"], [["a", "b", "c"]])]))


def test_import_and_export_keep_to_the_administrators_part_of_the_tree():
    """Regression 21: import and export go by the same scope as everything."""
    open_units()
    employ("wang", "water")
    employ("li", "health")
    commands.link_account("wang", "account-wang", actor=OPERATOR, now=NOW)
    with pytest.raises(NotAllowed):
        take(book([CITY]), actor=actor_of("account-wang", now=NOW))
    grant("administrator", "water", holder="wang")
    wang = actor_of("account-wang", now=NOW)
    mine = {"机构编号": "mine", "机构名称": "新科", "类型": "科室", "上级机构编号": "water", "生效日期": "2026-05-01"}
    theirs = mine | {"机构编号": "theirs", "上级机构编号": "health"}
    taken = take(book([mine, theirs]), actor=wang, all_or_nothing=False)
    assert [one.row for one in taken.refused] == [3]
    assert taken.changed == 1
    exported = CalamineWorkbook.from_filelike(BytesIO(outgoing.export(actor=wang, now=NOW)))
    assert {row[0] for row in exported.get_sheet_by_name("机构").to_python()[1:]} == {
        "water", "water-approval", "water-window", "mine",
    }  # fmt: skip
    assert {row[0] for row in exported.get_sheet_by_name("人员").to_python()[1:]} == {"wang"}
