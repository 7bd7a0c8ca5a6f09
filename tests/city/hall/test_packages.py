"""One thing, done once: several items, one set of papers, one receipt, one window; the whole ends after its parts."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.city.board import small_city
from tests.city.hall.test_intake import PERSON, before, do, li, made, said
from tests.city.papers.pdftext import text_of
from yinuo.city.cases.acts import Refused
from yinuo.city.hall.packages import packages
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.units import Span

__all__ = ["before", "li"]


@pytest.fixture
def package(city, db):
    """Its second item is the business of a department the small city has not."""
    row = {one["id"]: one for one in small_city.demo_city().tables["units"].to_dicts()}["urban-management"]
    span = Span("urban-management", small_city.START, None, "city", row["zh"], row["en"], row["type"])
    people.open_unit(span, actor=OPERATOR, now=small_city.NOW)
    return packages(small_city.demo_city(), small_city.NOW.date())["open-restaurant"]


def taken(li, package, given=None):
    form = {"form": "p" * 32, **PERSON, "given": [one.id for one in package.papers] if given is None else given}
    return li.post("/packages/open-restaurant", form)


def test_every_department_gets_its_part_and_the_applicant_one_receipt(li, package, before):
    answer = taken(li, package)
    assert answer.status_code == 302
    whole = made(before).get(kind="package")
    parts = {case.item: case for case in made(before).filter(kind="application")}
    assert {name: (case.unit, case.parent, case.stage) for name, case in parts.items()} == {
        "food-permit": ("market", whole.case_id, "accepted"), "shop-sign": ("urban-management", whole.case_id, "accepted"),
    }  # fmt: skip
    assert "效果图（原件）" in parts["shop-sign"].fields["materials"]
    assert "效果图（原件）" not in parts["food-permit"].fields["materials"]
    assert whole.receipt in said(li.get(answer["Location"]))
    receipt = text_of(li.get(f"/cases/{whole.case_id}/papers/receipt.pdf").content)
    assert whole.receipt in receipt and "效果图" in receipt and "营业执照" in receipt


def test_the_whole_does_not_end_before_its_parts(li, package, before):
    taken(li, package)
    with pytest.raises(Refused, match="下级事项还没有办结"):
        do(made(before).get(kind="package").case_id, "package_done", small_city.actor("li"))


def test_a_paper_missing_or_nobody_named_is_said_at_its_place_and_nothing_is_opened(li, package, before):
    page = taken(li, package, [one.id for one in package.papers[1:]])
    assert page.status_code == 422 and "还缺：食品经营许可申请书" in said(page)
    assert page.content.decode().count("checked") == len(package.papers) - 1 and PERSON["name"] in page.content.decode()
    nobody = li.post("/packages/open-restaurant", {"form": "q" * 32, "given": [one.id for one in package.papers]})
    assert nobody.status_code == 422 and 'aria-describedby="name_error"' in nobody.content.decode()
    assert not made(before).exists()
    assert li.get("/packages/nothing").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pages_answer_within_eight_queries(package, sign_in, language):
    client = sign_in("li", language)
    for page in ("/packages", "/packages/open-restaurant"):
        client.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(page).status_code == 200
        assert len(asked) <= 8
