"""Lines of keys: every key of every shipped file is found where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from yinuo.rulebook.places import scan

PACKS = Path(__file__).parents[2] / "packs"
FILES = sorted(PACKS.rglob("*.toml"))


def paths(raw: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path of a parsed file."""
    if path:
        yield path
    if isinstance(raw, Mapping):
        for key, value in raw.items():
            yield from paths(value, (*path, key))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from paths(value, (*path, index))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKS)))
def test_every_key_of_a_shipped_file_has_its_line(file: Path):
    text = file.read_text("utf-8")
    places, lines = scan(text), text.splitlines()
    for path in paths(tomllib.loads(text)):
        line = places.lines.get(path)
        assert line is not None, path
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        if isinstance(path[-1], str):
            assert name in lines[line - 1], (path, lines[line - 1])


def test_strings_and_comments_do_not_mislead():
    text = '# [a]\nx = "[b] # no"\n[["q r".c]]\ny = """\n[d]\nz = 1\n"""\nk = [1, # one\n  { m = 2 }]\n[["q r".c]]\nn = 3\n'
    found = scan(text).lines
    assert found["x",] == 2
    assert found["q r", "c", 0, "y"] == 4
    assert found["q r", "c", 0, "k", 1, "m"] == 9
    assert found["q r", "c", 1, "n"] == 11
    assert ("d",) not in found


def test_an_unknown_path_stands_where_its_nearest_ancestor_does():
    assert scan("[a]\nb = 1\n").line(("a", "c", 0)) == 1
