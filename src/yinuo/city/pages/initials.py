"""What a search looks for in names: pairs of neighbouring characters, pinyin initials (sp = 审批), words of Latin letters.

`initials.txt` holds one letter for each of U+4E00…U+9FFF, made from the readings of pypinyin 0.55 (MIT licence).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files

FIRST = 0x4E00
POLYPHONES = {
    "行": "xh", "长": "cz", "重": "zc", "会": "hk", "车": "cj", "乐": "ly", "调": "dt", "率": "ls", "还": "hh", "单": "ds",
    "参": "cs", "校": "xj", "降": "jx", "藏": "cz", "传": "cz", "弹": "dt", "折": "z", "石": "sd", "省": "sx", "识": "sz",
    "宿": "sx", "系": "xj", "厦": "sx", "朝": "cz", "曾": "cz", "畜": "cx", "核": "h", "几": "j", "壳": "kq", "强": "qj",
    "圈": "qj", "提": "td", "纤": "xq", "巷": "xh", "遗": "yw", "屏": "pb", "给": "gj",
}  # fmt: skip
"""Characters read in two ways in names of matters, with the initials of both."""
HAN = re.compile(r"[㐀-䶿一-鿿]+")
LATIN = re.compile(r"[a-z0-9]+")
SOUND = "~"
"""Stands before a pair of initials, so that sp (审批) is not the beginning of an English word."""
LONGEST = 60
"""Characters of a question that are read."""


@cache
def _letters() -> str:
    return files("yinuo.city.pages").joinpath("initials.txt").read_text("utf-8").replace("\n", "")


def of(character: str) -> str:
    """The initials a Chinese character may be read with, as a rule one; empty for any other character."""
    if character in POLYPHONES:
        return POLYPHONES[character]
    place = ord(character) - FIRST
    letter = _letters()[place] if 0 <= place < len(_letters()) else "-"
    return "" if letter == "-" else letter


def terms(texts: Iterable[str]) -> list[str]:
    """What a record with these texts is found by: sorted, none twice."""
    return sorted({term for text in texts for term in _terms(text)})


@lru_cache(maxsize=20_000)
def _terms(text: str) -> tuple[str, ...]:
    small = text.lower()
    found: dict[str, None] = dict.fromkeys(LATIN.findall(small))
    for run in HAN.findall(small):
        found |= dict.fromkeys(_pairs(run))
        found[run[-1]] = None
    for run in re.findall(r"[㐀-䶿一-鿿、，（）()]+", small):
        found |= dict.fromkeys(_sounds("".join(HAN.findall(run))))
    return tuple(found)


def _pairs(run: str) -> Iterator[str]:
    return (run[place : place + 2] for place in range(len(run) - 1))


def _sounds(run: str) -> Iterator[str]:
    for pair in _pairs(run):
        for one in of(pair[0]):
            for other in of(pair[1]):
                yield f"{SOUND}{one}{other}"


def query(asked: str) -> str:
    """A tsquery (simple) of what somebody typed; empty when there is nothing to look for.

    Words with spaces between them must all be there. Chinese of one character is a beginning of a pair or the last
    character; Latin letters are a word's beginning or initials.
    """
    parts = [part for word in asked[:LONGEST].lower().split() for part in _asked(word)]
    return " & ".join(dict.fromkeys(parts))


def _asked(word: str) -> Iterator[str]:
    for run in HAN.findall(word):
        yield from (f"'{pair}'" for pair in _pairs(run)) if len(run) > 1 else [f"'{run}':*"]
    for run in LATIN.findall(word):
        sounds = " & ".join(f"'{SOUND}{pair}'" for pair in _pairs(run)) if len(run) > 1 and run.isalpha() else ""
        yield f"('{run}':* | ({sounds}))" if sounds else f"'{run}':*"
