"""One resident through several doors at the same moment: one account, one stream, nothing lost.

Not among the tests of the portal: those share one open transaction, which these would wait for.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.city.cases.test_together import together
from yinuo.city.ledger import read
from yinuo.city.portal import commands as portal
from yinuo.city.portal import drafts
from yinuo.city.portal.form import Filled
from yinuo.city.portal.items import Fee
from yinuo.city.portal.models import Draft, Holding, Payment, Resident
from yinuo.city.portal.payments import commands as payments
from yinuo.city.portal.residents import commands, queries

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 20, 2, tzinfo=UTC)
PHONE = {"phone": "13712345678"}


def registered(key="a" * 32, fields=PHONE):
    return commands.register(key, fields, by="phone", now=NOW)


def test_who_comes_in_by_several_doors_at_once_has_one_account():
    for number in range(5):
        fields = {"phone": f"1371234567{number}"}
        found = together(*[lambda key=key: registered(f"{number}{key}" * 16, fields) for key in "abcd"])  # noqa: B023
        assert len(set(found)) == 1, found
        assert Resident.objects.count() == number + 1
        assert sum(len(read.stream(f"resident/{f'{number}{key}' * 16}")) for key in "abcd") == 1


def test_acts_on_one_account_at_once_are_all_written():
    resident = queries.of(registered())
    done = together(
        *[lambda case=f"c{number}": portal.show(case, resident, now=NOW) for number in range(4)],
        *[lambda: portal.show("same", resident, now=NOW)] * 2,
        lambda: commands.change(resident.id, {"name": "张小满"}, now=NOW),
    )
    assert done == [None] * 7
    assert sorted(Holding.objects.values_list("case_id", flat=True)) == ["c0", "c1", "c2", "c3", "same"]
    stream = read.stream(f"resident/{resident.id}")
    assert [one.version for one in stream] == list(range(1, 8))
    assert Resident.objects.get().version == 7


@pytest.mark.holds("invariant 15", shows="/my/cases/<id>")
def test_a_fee_ordered_twice_at_once_is_ordered_once():
    fees = (Fee("工本费", 1000, "示价〔2025〕1号"),)

    def order(payment):
        return payments.order("c1", "工本费", fees=fees, payment=payment, actor="resident:a", now=NOW)

    for _time in range(5):
        Payment.objects.all().delete()
        names = [f"p{_time}{number}" for number in range(4)]
        done = together(*[lambda name=name: order(name) for name in names])
        assert len({one.payment for one in done}) == Payment.objects.count() == 1, done
        assert sum(len(read.stream(f"payment/{name}")) for name in names) == 1


def test_a_form_begun_twice_at_once_is_one_draft():
    def begin():
        return drafts.begin("d" * 32, "somebody", "food-permit", filled=Filled(situation="新办"), now=NOW)

    assert together(*[begin] * 4) == [None] * 4
    assert Draft.objects.count() == 1
    assert drafts.kept("d" * 32, "somebody").filled.situation == "新办"
