"""Eight items on the shelves of the catalogue: entered or not, with letters that run out, one on the list of exemptions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from tests.city.board import small_city
from yinuo.city.cases import commands as cases
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.catalogue import commands
from yinuo.city.catalogue.item import Exemption, Item, Letter
from yinuo.city.people.actor import OPERATOR

ENTERED = date(2025, 1, 1)
LETTER = Letter(number="示授〔2025〕1号", since=ENTERED)
SHELVES = {
    "food-permit": {"unit": "market", "type": "01", "entered_on": ENTERED, "letter": LETTER},
    "shop-name": {"unit": "market", "type": "07", "entered_on": ENTERED, "letter": LETTER, "case_type": "immediate"},
    "shop-sign-market": {
        "unit": "market",
        "type": "01",
        "entered_on": date(2026, 3, 10),
        "letter": LETTER.model_copy(update={"until": date(2026, 3, 15)}),
    },
    "secret-archive": {
        "unit": "market",
        "type": "10",
        "exemption": Exemption(reason="涉密", approver="分管市领导", until=date(2027, 1, 1)),
    },
    "market-advice": {"unit": "market", "type": "20", "entered_on": ENTERED, "case_type": "immediate"},
    "road-dig": {"unit": "housing", "type": "01", "entered_on": ENTERED, "letter": LETTER},
    "house-sale": {"unit": "housing", "type": "01"},
    "transport-permit": {"unit": "transport", "type": "01", "entered_on": ENTERED},
}
"""Item → what differs from the plain one."""


def publish(since):
    """Put them all in force from a day."""
    for key, own in SHELVES.items():
        item = Item.model_validate({
            "zh": key, "audiences": ["person"], "basis": [{"law": "某法"}], "content": "内容", "standard": "标准", "result": {"zh": "证"},
            "statutory": "20 workdays", "promised": "0 workdays" if own.get("case_type") == "immediate" else "5 workdays",
            **own,
        })  # fmt: skip
        commands.publish(key, item, since=since, authority="示政发〔2025〕1号", actor=OPERATOR, now=small_city.NOW)


def sections():
    """The approval section of one department sits in the centre, that of another does not; the third has none on record."""
    at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    made = []
    for unit, fields in (
        ("market", {"in_centre": True, "counter": "3号窗口", "entered_on": date(2026, 3, 2)}),
        ("housing", {"in_centre": False, "why_not": "场地未定"}),
    ):
        said = {"department": unit, "section": "审批科", **fields}
        name = f"section-{unit}"
        made += [
            Act(name, "entered", at, said, source="hall", event_id=f"{name}-1", unit=unit, kind="three-concentrations/approval-section"),
            Act(name, "verified", at + timedelta(days=1), {}, source="hall", event_id=f"{name}-2", unit=unit),
        ]  # fmt: skip
    refused = [
        one for one in cases.record(made, actor=small_city.SYSTEM, now=small_city.NOW) if isinstance(one, Refused)
    ]
    assert not refused, refused
