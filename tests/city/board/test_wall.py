"""The wall: a map of the city's places, lit by what is open there, with the lists behind every number (peer row 67)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from tests.city.board import small_city
from yinuo.city.board import lights, polling
from yinuo.city.board.wall import layout, plan, views
from yinuo.city.board.wall.plan import LETTER, Light
from yinuo.city.pages.words import LevelWord


@pytest.fixture(autouse=True)
def nothing_kept():
    plan._MAPS.clear()
    lights._COUNTED.clear()


@pytest.mark.holds("peer 67", shows="/wall")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_wall_draws_every_place_within_eight_queries(sign_in, language):
    client = sign_in("chen", language)
    client.get("/wall")
    plan._MAPS.clear()
    lights._COUNTED.clear()
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/wall")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert len(asked) <= 8
    assert page.count("<polygon") == len(small_city.UNITS), "one hexagon for the city and one for each unit below it"
    assert 'style="' not in page
    assert "<script>" not in page


def test_a_page_of_the_wall_is_of_one_moment(city, db, monkeypatch):
    moments = [small_city.NOW.replace(second=59, microsecond=999_999), small_city.NOW + timedelta(minutes=5)]
    monkeypatch.setattr(views.timezone, "now", lambda: moments.pop(0) if len(moments) > 1 else moments[0])
    request = RequestFactory().get("/wall")
    request.actor = small_city.actor("chen")
    monkeypatch.setattr(views, "render", lambda _request, _template, facts: facts)
    first = moments[0]
    found = views._shown(request, "board/map.html.j2")
    assert (found["as_of"], found["plan"].as_of) == (first, first)


@pytest.mark.holds("peer 67", shows="/wall")
def test_every_number_of_the_map_is_the_length_of_its_list(sign_in):
    client = sign_in("chen")
    page = client.get("/wall").content.decode()
    lights = re.findall(r'href="(/cases\?[^"]*)">\s*<text class="open"[^>]*><title>[^<]*</title>在办 (\d+)', page)
    assert len(lights) == len(small_city.UNITS)
    for address, number in lights:
        rows = client.get(address.replace("&amp;", "&")).content.decode()
        assert f"<p>{number} 件</p>" in rows or (number == "0" and "list-head" not in rows), (address, number)


def test_the_gravest_light_of_a_place_is_told_by_shape_and_word(sign_in):
    page = sign_in("chen").get("/wall").content.decode()
    assert re.search(
        r'class="tile lit-tile c-red".*?<path class="sign c-red"[^>]*d="M-1-1H1V1H-1Z".*?红牌 \d+', page, re.DOTALL
    )


@pytest.mark.parametrize("word", ["黄牌", "yellow card", "handed on for accountability", "for people to check"])
def test_the_light_of_a_place_keeps_to_its_hexagon(word):
    """A word that is too long is left to the list; the sign and the number stay."""
    light = Light("market", "", "", 3, "", ((LevelWord("x", word, 3, "yellow"), 1234, ""),))
    right = light.lit_at + 14 + LETTER * sum(0.55 if one.isascii() else 1 for one in f"{light.lit_word} 1,234")
    assert light.lit_at - 8 > -80 and right < 80
    assert light.lit_word == (word if len(word) < 12 else "")


def test_who_reaches_one_unit_sees_its_map_and_no_other(sign_in):
    client = sign_in("zhou")
    page = client.get("/wall").content.decode()
    assert "市市场监督管理局" in page
    assert "市住房和城乡建设局" not in page.split("<svg")[1].split("</svg>")[0]
    for unit in ("housing", "nowhere"):
        answer = client.get(f"/wall?unit={unit}").content.decode()
        assert "没有这个单位，或者它不在您的管理范围内。" in answer
        assert "<svg" not in answer


def test_an_unchanged_wall_is_304(sign_in):
    client = sign_in("chen")
    seen = client.get("/wall/lights")["ETag"]
    polling._Kept.at = float("-inf")
    with CaptureQueriesContext(connection) as asked:
        answer = client.get("/wall/lights", headers={"If-None-Match": seen})
    assert (answer.status_code, answer.content) == (304, b"")
    assert len(asked) == 1


def test_hexagons_and_marks_never_meet():
    middles = layout.spiral(37)
    apart = [((x - a) ** 2 + (y - b) ** 2) ** 0.5 for x, y in middles for a, b in middles if (x, y) != (a, b)]
    assert min(apart) >= layout.RADIUS * 3**0.5
    for count in (1, 18, 110, 400):
        places, space = layout.marks(count)
        assert len(set(places)) == count
        left, top, width, height = layout.BAND
        assert all(left <= x <= left + width and top <= y <= top + height for x, y in places)
        assert space > 0
