"""The sentences of the page name units by their titles, in both languages."""

from __future__ import annotations

import json

import polars as pl

from tests.reference.comparison import Custom, Text
from yinuo.cli.report.sentences import Sentences
from yinuo.cli.report.words import Names

WHY = {
    "limit": 5.0, "unit": "workdays", "used": 5.0, "paused": 0.0, "due_at": "2026-03-09T15:59:59.999999Z",
    "holder": "fire", "held": [{"by": "hall", "used": 3.0}, {"by": "fire", "used": 2.0}],
}  # fmt: skip


def test_whoever_answers_and_whoever_held_the_case_are_named_by_title() -> None:
    promise = Text.always("decide", "promise", en="Decide", on="accepted", until="decided", within="5 workdays")
    rules = Custom().rules([promise])
    units = pl.DataFrame({"id": ["fire"], "zh": ["消防"], "en": ["Fire brigade"]})
    finding = {
        "institution": "test", "clause": "test/decide", "version": "2009-01-01", "why_code": "late",
        "why_args": json.dumps(WHY),
    }  # fmt: skip
    said = Sentences(rules, Names(rules, {}, {"units": units})).of(finding)
    assert said.zh.endswith("由消防承担，其间hall持有3个工作日、消防持有2个工作日。")
    assert said.en.endswith(
        "answered for by Fire brigade, in the hands of hall for 3 working days and Fire brigade for 2 working days."
    )
