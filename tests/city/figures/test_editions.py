"""A figure of a period is told by the text that was in force when the period began, not by the last one written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from tests.city.board import small_city
from yinuo.city.figures import values, views
from yinuo.city.figures.models import Figure
from yinuo.city.pages.words import Words


@pytest.mark.holds("invariant 59", shows="/figures")
def test_each_period_is_a_share_or_a_number_as_its_own_text_said(sign_in, monkeypatch):
    words = Words()
    (ruling,) = (one for one in words.rules.of_kind("indicator") if one.name == "time-limit/on-time")
    last = ruling.editions[-1]
    counted = last.clause.model_copy(update={"measure": "count"})
    later = replace(last, start=date(2026, 3, 1), clause=counted)
    made = replace(ruling, editions=(*ruling.editions[:-1], replace(last, until=later.start), later))
    rulings = tuple(made if one is ruling else one for one in words.rules.rulings)
    words._found = replace(words.pack, rules=replace(words.rules, rulings=rulings))
    assert {one.period_start for one in Figure.objects.filter(clause="on-time")} >= {date(2026, 2, 1), date(2026, 3, 1)}
    lines = values.listed(words, actor=small_city.actor("chen"), today=small_city.NOW.date())
    (line,) = (one for one in lines if one.clause == "on-time")
    told = {value.begin: value.is_share for value in line.trend}
    assert (told[date(2026, 2, 1)], told[date(2026, 3, 1)]) == (True, False)
    assert line.closed.is_share
    monkeypatch.setattr(views, "words_for", lambda _request: words)
    page = sign_in("chen").get("/figures").content.decode()
    row = next(one for one in page.split("<tr>") if 'href="/figures/time-limit/on-time"' in one.partition("</a>")[0])
    months = re.search(r'role="img" aria-label="([^"]*2026-0[^"]*)"', row)[1]
    assert re.search(r"2026-02 [\d.]+\s%; 2026-03 \d+; $", months), months
