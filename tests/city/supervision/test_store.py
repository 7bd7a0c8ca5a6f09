"""Rows written in bulk are those the plain way writes; a sweep takes more cases only while they pile up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import polars as pl
import pytest

from yinuo.city.ledger.events import StoredEvent
from yinuo.city.supervision import store
from yinuo.city.supervision.cards import CONTENT
from yinuo.city.supervision.desk import MOST, USUAL, Pace
from yinuo.city.supervision.models import Finding, Look

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
ODD = ("plain", "a\tb", "back\\slash", "two\nlines", '"quoted", {braced}', "中文“引号”", "")


def raised(number, text):
    payload = dict.fromkeys(CONTENT) | {
        "v": 1, "card": f"card-{number}", "turn": 0, "case_id": f"c{number}", "finding_id": f"f{number}", "institution": "i",
        "clause": "k", "occurrence": number, "raised_at": "2026-03-04T08:00:00.000000Z", "why_args": text, "evidence": text,
        "answer_by": "2026-03-11T08:00:00.000000Z",
    }  # fmt: skip
    return StoredEvent(
        f"said/c{number}", 1, "supervision", f"card-{number}:0", "finding_raised", NOW, NOW, None, None,
        orjson.dumps(payload).decode(), b"", b"", number,
    )  # fmt: skip


def rows():
    return list(Finding.objects.order_by("card").values())


@pytest.mark.django_db
def test_cards_copied_in_are_those_put_one_by_one(monkeypatch):
    events = [raised(number, text) for number, text in enumerate(ODD)]
    store.project(events, cards={})
    plain = rows()
    Finding.objects.all().delete()
    monkeypatch.setattr(store, "MANY", 1)
    cases = pl.DataFrame(schema=dict.fromkeys(("case_id", "kind", "item", "scope"), pl.String))
    store.project(events, cards={}, cases=cases)
    assert rows() == plain
    Finding.objects.all().delete()
    store.project(events)
    assert rows() == plain, "what they repeat of their cases is looked up where nobody brings it"
    assert [row["why_args"] for row in plain] == list(ODD)


LATER = [
    ("finding_escalated", {"tier": 1, "answer_by": "2026-03-12T08:00:00.123456Z"}),
    ("finding_explained", {"text": ODD[4], "by": "li"}),
    ("card_appealed", {"ground": ODD[1], "by": "li"}),
    ("card_cancelled", {"reason": ODD[2], "by": "zhao"}),
    ("delay_published", {"text": ODD[3]}),
    ("finding_withdrawn", {}),
    ("finding_cleared", {}),
]


def become(turn, activity, told):
    at = NOW + timedelta(minutes=turn, microseconds=turn)
    text = orjson.dumps({"v": 1, "card": "card-1", "turn": turn, **told}).decode()
    name = f"card-1:{turn}"
    return StoredEvent("said/c1", turn + 1, "supervision", name, activity, at, at, None, None, text, b"", b"", turn)


@pytest.mark.django_db
def test_a_card_to_which_things_happen_one_by_one_is_the_one_to_which_they_happened_at_once_and_reads_the_same():
    events = [raised(1, "why"), *(become(turn, *told) for turn, told in enumerate(LATER, start=1))]
    store.project(events, cards={})
    whole = rows()
    Finding.objects.all().delete()
    for event in events:
        cards = store.project([event])
        assert store.cards_named(["card-1"]) == cards
    assert rows() == whole


@pytest.mark.django_db
def test_texts_cross_as_one_array_whatever_is_in_them():
    store.run("look_again", case_ids=list(ODD), happened=[True] * len(ODD))
    assert list(Look.objects.order_by("id").values_list("case_id", flat=True)) == list(ODD)
    assert store.run("kinds_of", case_ids=[]) == []


def test_a_sweep_takes_more_while_cases_pile_up_and_few_again_afterwards():
    pace = Pace()
    taken = []
    for cases in (500, 1_000, 2_000, 4_000, 4_000, 12, 0):
        taken.append(pace.limit)
        pace.after(cases)
    assert taken == [USUAL, 1_000, 2_000, MOST, MOST, MOST, USUAL]
    assert pace.limit == USUAL
