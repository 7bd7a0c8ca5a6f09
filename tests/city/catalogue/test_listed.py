"""The published list of a real district becomes drafts: names, codes and types, nothing that it does not say."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.city.cases import town as cases_town
from tests.city.catalogue import stock
from tests.conftest import EXAMPLES
from yinuo.city.catalogue import commands, exchange, queries, sheet
from yinuo.city.catalogue.models import Draft
from yinuo.city.people.actor import OPERATOR, NotAllowed
from yinuo.city.people.models import Unit

SHIPPED = EXAMPLES / "catalogue" / "guangan_items.csv"
BY = {"actor": OPERATOR, "now": stock.NOW}


@pytest.mark.parametrize(
    ("where", "items", "departments", "licences"), [("real", 1_135, 34, 536), ("shipped", 144, 34, 43)]
)
def test_every_row_of_the_list_is_an_item_of_its_department(where, items, departments, licences, real_data):
    path = real_data("catalogue/guangan_items.csv") if where == "real" else SHIPPED
    lines = list(exchange.listed(path.read_bytes()))
    assert len(lines) == len({line.text("key") for line in lines}) == items
    assert len({line.text("unit") for line in lines}) == departments
    made = [sheet.read(line.cells)[0] for line in lines]
    assert None not in made
    assert Counter(item.type for item in made)["01"] == licences
    assert {(item.promised, item.statutory, item.content, item.basis) for item in made} == {("", "", "", ())}


@pytest.mark.holds("E024", shows="/catalogue/import")
def test_a_list_opens_its_departments_and_drafts_its_items_once(sign_in):
    clerk = sign_in("guan")
    book = {"file": SimpleUploadedFile("list.csv", SHIPPED.read_bytes())}
    page = clerk.post("/catalogue/import", book).content.decode()
    assert "144 行未导入" in page
    assert "没有这个单位" in page
    before = Unit.objects.count()
    page = clerk.post(
        "/catalogue/import", {"file": SimpleUploadedFile("list.csv", SHIPPED.read_bytes()), "under": "city"}
    ).content.decode()
    assert "144 行成为草稿，0 行与现有一致，0 行未导入" in page
    assert "新建了 34 个单位" in page
    assert (Draft.objects.count(), Unit.objects.count() - before) == (144, 34)
    again = exchange.take_listed(SHIPPED.read_bytes(), under="city", **BY)
    assert (again.drafted, again.same, again.opened, again.refused) == (0, 144, 0, [])
    key = Draft.objects.values_list("item", flat=True).first()
    with pytest.raises(commands.NotFit):
        commands.publish(key, queries.standing(key).draft, since=stock.DAY, authority="目录", **BY)


def test_who_may_not_open_units_opens_none(town):
    with pytest.raises(NotAllowed):
        exchange.take_listed(
            SHIPPED.read_bytes(), under="city", actor=cases_town.person("赵倩", "handler", "market"), now=stock.NOW
        )
    assert not Draft.objects.exists()
