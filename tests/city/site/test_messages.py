"""Every sentence of every page has its English, and the two say the same things."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment

CITY = Path(__file__).parents[3] / "src/yinuo/city"
METHODS = [("**.py", "python"), ("**/templates/**.j2", "jinja2")]
OPTIONS = {"**/templates/**.j2": {"newstyle_gettext": "true", "trimmed": "true"}}
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
PLACE = re.compile(r"%\(\w+\)[sd]")
HAN = re.compile(r"[\u4e00-\u9fff]")
FULL_WIDTH = re.compile(r"[：；、，。（）！？]")
HAN_WORD = re.compile(r"[\u4e00-\u9fff]+")
ALLOWED = {"中文"}
BLANKS = re.compile(r"\s+")


def said_in(area):
    found = {}
    for file, line, message, _comments, _context in extract_from_dir(area, METHODS, OPTIONS, keywords=KEYWORDS):
        found.setdefault(message if isinstance(message, str) else message[0], f"{file}:{line}")
    return found


def catalogue_of(area):
    file = area / "locale/en/LC_MESSAGES/django.po"
    if not file.exists():
        return {}
    with file.open("rb") as lines:
        read = read_po(lines)
    return {one.id if isinstance(one.id, str) else one.id[0]: one for one in read if one.id and not one.fuzzy}


@pytest.mark.parametrize("area", sorted(path.parent for path in CITY.glob("*/apps.py")), ids=lambda path: path.name)
def test_every_message_has_its_english(area):
    """A message may stand in another area's catalogue: Django reads them all."""
    said = said_in(str(area))
    told = {key: one for other in CITY.glob("*/apps.py") for key, one in catalogue_of(other.parent).items()}
    told |= catalogue_of(area)
    missing = {message: place for message, place in said.items() if HAN.search(message) and message not in told}
    assert not missing, missing
    for message in said:
        if message not in told:
            continue
        english = told[message].string
        for text in [english] if isinstance(english, str) else english:
            assert text, message
            assert all(f"“{word}”" in message for word in HAN_WORD.findall(text)), (message, text)
            assert set(PLACE.findall(text)) == set(PLACE.findall(message)), (message, text)


def test_no_message_has_two_english():
    """Django puts the catalogues of all areas together: of two the first would be read everywhere."""
    told: dict[str, set[str]] = {}
    for area in CITY.glob("*/apps.py"):
        for key, one in catalogue_of(area.parent).items():
            if isinstance(one.id, str):
                told.setdefault(key, set()).add(one.string)
    assert {key: said for key, said in told.items() if len(said) > 1} == {}


def test_no_english_is_left_of_what_nothing_says():
    """Words that are looked up by a name (permissions, kinds) stand in the source as plain text."""
    files = (file for file in CITY.rglob("*") if file.suffix in {".py", ".j2", ".toml"})
    said = BLANKS.sub(" ", "\n".join(file.read_text(encoding="utf-8") for file in files))
    told = {key for area in CITY.glob("*/apps.py") for key in catalogue_of(area.parent)}
    left = {key for key in told if BLANKS.sub(" ", key) not in said and key.replace('"', '\\"') not in said}
    assert not left, left


@pytest.mark.parametrize("file", sorted(CITY.glob("*/templates/**/*.j2")), ids=lambda path: path.name)
def test_no_template_says_chinese_outside_a_message(file):
    tokens = Environment().lex(file.read_text(encoding="utf-8"))
    said = ((line, text) for line, kind, text in tokens if kind == "data")
    bare = [(line, text.strip()) for line, text in said if HAN.search(text) or FULL_WIDTH.search(text)]
    assert not [one for one in bare if not any(word in one[1] for word in ALLOWED)], bare
