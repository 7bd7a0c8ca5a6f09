"""Regression 21 on the pages: list, search, count, both exports, the papers of a case and its files show the same rows."""

from __future__ import annotations

import csv
import io
import re

import pytest
from python_calamine import load_workbook

from tests.city.matrix.world import MINE, OTHERS, text_of
from yinuo.city.cases.models import Case
from yinuo.city.supervision.models import Finding

ADDRESS = re.compile(r'href="/cases/(?!new")([\w-]+)"')


def ask(town, key, address):
    return town.clients[key].get(address)


def shown(answer):
    return set(ADDRESS.findall(answer.content.decode()))


def counted(answer):
    return int(re.search(r"(\d+) [件条]<", answer.content.decode()).group(1))


def rows(answer, form):
    if form == "csv":
        return list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))[1:]
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]


@pytest.mark.holds("regression 21", "peer 98", shows="/cases")
@pytest.mark.parametrize("key", ["part-section_head", "whole-section_head", "part-auditor", "part-supervising_office"])
def test_regression_21_list_search_count_and_exports_of_cases_show_the_same_rows(town, key):
    seen = Case.objects.all() if key.startswith("whole") else Case.objects.filter(scope__contains=[MINE])
    truth = set(seen.values_list("case_id", flat=True))
    receipts = {receipt or case_id for case_id, receipt in seen.values_list("case_id", "receipt")}
    page = ask(town, key, "/cases")
    assert (shown(page), counted(page)) == (truth, len(truth))
    for form in ("csv", "xlsx"):
        assert {row[0] for row in rows(ask(town, key, f"/cases.{form}"), form)} == receipts, form
    for case_id, receipt in Case.objects.values_list("case_id", "receipt"):
        assert (case_id in shown(ask(town, key, f"/cases?q={receipt}"))) is (case_id in truth)
        status = {address: ask(town, key, f"/cases/{case_id}{address}").status_code for address in ("", "/proof")}
        assert set(status.values()) == ({200} if case_id in truth else {404}), (case_id, status)
    for unit in (MINE, OTHERS):
        chosen = seen.filter(unit=unit)
        answer = ask(town, key, f"/cases?unit={unit}")
        assert shown(answer) == set(chosen.values_list("case_id", flat=True))
        of = town.departments[unit]
        file = ask(town, key, f"/cases/{of.case}/files/{of.file}")
        assert (file.status_code == 200) is (of.case in truth)
        if file.streaming:
            text_of(file)


@pytest.mark.holds("regression 21", "peer 98", shows="/findings")
@pytest.mark.parametrize("key", ["part-section_head", "whole-section_head", "part-auditor"])
def test_regression_21_list_count_and_exports_of_cards_show_the_same_rows(town, key):
    seen = Finding.objects.all() if key.startswith("whole") else Finding.objects.filter(scope__contains=[MINE])
    truth = sorted(seen.values_list("finding_id", flat=True))
    page = ask(town, key, "/findings")
    assert counted(page) == len(truth)
    assert shown(page) <= set(seen.values_list("case_id", flat=True))
    for form in ("csv", "xlsx"):
        assert sorted(row[0] for row in rows(ask(town, key, f"/findings.{form}"), form)) == truth, form
    other = Case.objects.get(case_id=town.departments[OTHERS].case)
    theirs = seen.filter(case_id=other.case_id).count()
    assert len(rows(ask(town, key, f"/findings.csv?q={other.receipt}"), "csv")) == theirs


@pytest.mark.holds("regression 21", shows="/units")
def test_regression_21_the_workbook_of_people_and_the_list_of_units_show_one_part(town):
    book = text_of(ask(town, "part-auditor", "/units/export"))
    assert "职员之market" in book
    assert "职员之police" not in book
    page = text_of(ask(town, "part-auditor", "/units?all"))
    assert "/units/section-market" in page
    assert "/units/section-police" not in page
