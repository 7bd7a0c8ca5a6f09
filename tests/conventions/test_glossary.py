"""The glossary holds every word of the interface, and every identifier in it exists in the code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import typer.main

from yinuo.cli.main import app
from yinuo.engine import log
from yinuo.engine.promises.clocks import STATES
from yinuo.kernel.limits import Unit

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| `([^`|]+)` \|", re.MULTILINE)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
KINDS = ("flow", "promise", "constraint", "table", "register", "indicator")
"""The kinds of clause that this version evaluates."""


def rows() -> list[tuple[str, str, str]]:
    """(中文, English, identifier) of every row."""
    return ROW.findall((ROOT / "docs" / "glossary.md").read_text("utf-8"))


def commands() -> set[str]:
    """The commands of the command line."""
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group) or hasattr(group, "commands")
    return set(group.commands)


def columns() -> set[str]:
    tables = (log.EVENT_COLUMNS, log.CASE_COLUMNS, log.CLOCK_COLUMNS, log.FINDING_COLUMNS, log.HOLDING_COLUMNS)
    tables += (log.INDICATOR_COLUMNS, log.DECISION_COLUMNS, log.SHARE_COLUMNS)
    return {name for table in tables for name in table}


def test_every_word_of_the_interface_is_in_the_glossary():
    known = {identifier for _, _, identifier in rows()}
    wanted = columns() | set(STATES) | set(KINDS) | commands() | {unit.value for unit in Unit}
    assert wanted - known == set()


def test_every_identifier_of_the_glossary_is_in_the_code():
    sources = [path.read_text("utf-8") for path in (ROOT / "src").rglob("*.py")]
    sources += [path.read_text("utf-8") for path in (ROOT / "packs").rglob("*.toml")]
    text = "\n".join(sources)
    missing = [name for _, _, name in rows() if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text)]
    assert missing == []


def test_each_row_has_a_chinese_and_an_english_word():
    assert [row for row in rows() if not CHINESE.search(row[0]) or CHINESE.search(row[1])] == []


def test_no_identifier_stands_twice():
    names = [identifier for _, _, identifier in rows()]
    assert sorted(names) == sorted(set(names))
