"""A town with offices that publish, and the acts by which they do."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from django.test import Client

from tests.city.board import small_city
from tests.city.catalogue import stock
from yinuo.city.cases import commands
from yinuo.city.cases.acts import Act
from yinuo.city.figures.commands import measure_figures
from yinuo.city.openness.records import ANSWERS, CATALOGUE, DECISIONS, RELEASES
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.units import Span

NOW = small_city.NOW
MORE = ("government-office", "party-office", "water-company", "market-approval", "town-linjiang", "town-linjiang-v01")
STAFF = (
    ("gao", "高主任", "government-office", "agency_head", "government-office"),
    ("fang", "方副主任", "government-office", "agency_head", "government-office"),
    ("cun", "村主任", "town-linjiang-v01", "agency_head", "town-linjiang-v01"),
    ("zhen", "镇长", "town-linjiang", "agency_head", "town-linjiang"),
    ("dang", "党办主任", "party-office", "agency_head", "party-office"),
    ("dangfu", "党办副主任", "party-office", "agency_head", "party-office"),
)
WRITERS = {
    "market": ("zhao", "sun"), "town-linjiang-v01": ("cun", "zhen"), "party-office": ("dang", "dangfu"),
    "government-office": ("fang", "gao"),
}  # fmt: skip
"""Unit → who drafts, who checks and lets out."""


def found():
    """Units, people, the text, an item, weeks of cases with what was said of them, and the figures."""
    small_city.found()
    tables = {row["id"]: row for row in small_city.demo_city().tables["units"].to_dicts()}
    for unit in MORE:
        row = tables[unit]
        one = Span(unit, small_city.START, None, row["parent"], row["zh"], row["en"] or row["zh"], row["type"])
        people.open_unit(one, actor=OPERATOR, now=NOW)
    for line in STAFF:
        small_city.employ(*line)
    stock.publish()
    small_city.month_of_cases()
    small_city.supervised()
    measure_figures(NOW)


def at(month, day, hour=10):
    """A moment of 2026 in the city."""
    return datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)


def act(case_id, activity, who, when, **given):
    """One act by somebody, done when it happened; the case it is of."""
    opening = {name: given.pop(name) for name in ("kind", "unit") if name in given}
    done = commands.act(Act(case_id, activity, when, given, **opening), actor=small_city.actor(who), now=when)
    return done.case_id


def subject(title, *, unit="market", begun=(1, 5), out=(), class_="政务", interval="1 month", **given):
    """A subject of the catalogue, checked on the day it was listed and let out on these days."""
    writer, checker = WRITERS[unit]
    fields = {
        "subject": title,
        "class": class_,
        "owner": unit,
        "interval": interval,
        "legal_basis": "条例第二十条",
        **given,
    }
    case_id = act(None, "entered", writer, at(*begun), kind=CATALOGUE, unit=unit, **fields)
    act(case_id, "verified", "gao", at(*begun, 11))
    for day in out:
        act(case_id, "published", checker, at(*day), medium="门户网站")
    return case_id


def release(title, entry, *, unit="market", day=(2, 2), secrecy="公开", body="正文。", out=True, **given):
    """A release of a subject: checked, and let out where the check opened it."""
    writer, checker = WRITERS[unit]
    fields = {"number": f"号{title}", "title": title, "body": body, "entry": entry, **given}
    case_id = act(None, "entered", writer, at(*day), kind=RELEASES, unit=unit, **fields)
    act(case_id, "verified", checker, at(*day, 11), secrecy=secrecy)
    if out and secrecy == "公开":
        act(case_id, "published", checker, at(*day, 12), medium="门户网站", released_on=date(2026, *day).isoformat())
    return case_id


def decision(title, *, day=(2, 2), out=True, **given):
    """A decision that says whom it touches and how those were heard."""
    fields = {
        "number": f"号{title}", "title": title, "affected": "沿线居民两万人", "heard": "听证会一次，公示三十天",
        "heard_days": 30, "urgent": False, "decided_on": "2026-02-01", **given,
    }  # fmt: skip
    case_id = act(None, "entered", "zhao", at(*day), kind=DECISIONS, unit="market", **fields)
    act(case_id, "verified", "gao", at(*day, 11))
    if out:
        act(case_id, "published", "fang", at(*day, 12), medium="门户网站")
    return case_id


def answer(question, text, *, begun=(1, 5), interval="1 month", out=((1, 6),), **given):
    """An answer, let out by the centre on these days."""
    fields = {
        "question": question,
        "topic": "开办企业",
        "answer": text,
        "owner": "market",
        "interval": interval,
        **given,
    }
    case_id = act(None, "entered", "zhao", at(*begun), kind=ANSWERS, unit="market", **fields)
    act(case_id, "verified", "sun", at(*begun, 11))
    for day in out:
        act(case_id, "published", "li", at(*day), medium="网站、热线、大厅")
    return case_id


def read(path, language="zh-hans", **asked):
    """A page as anybody reads it: its status, its text with the marks and without."""
    answer = Client(HTTP_ACCEPT_LANGUAGE=language).get(path, asked)
    page = answer.content.decode()
    return answer.status_code, page, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
