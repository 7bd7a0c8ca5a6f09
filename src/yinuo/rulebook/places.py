"""Where in a TOML file each key stands: tomllib forgets lines, errors need them."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

Path_: TypeAlias = tuple[str | int, ...]
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_LONG = re.compile(r'"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}\n#]*")


@dataclass(frozen=True)
class Places:
    """Line numbers (from 1) of every table, key, array element and inline key of one file."""

    lines: Mapping[Path_, int]

    def line(self, path: Path_) -> int:
        """The line of a path, or of its nearest ancestor that stands in the file."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return line
        return 1


def scan(text: str) -> Places:
    """Find the places of a text that tomllib has accepted."""
    return Places(_Scanner(text).run())


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.breaks = [index for index, char in enumerate(text) if char == "\n"]
        self.lines: dict[Path_, int] = {}
        self.counts: dict[Path_, int] = {}

    def run(self) -> dict[Path_, int]:
        table: Path_ = ()
        while self._skip(_BLANK) < len(self.text):
            if self.text.startswith("[[", self.position):
                table = self._header(2)
            elif self.text[self.position] == "[":
                table = self._header(1)
            else:
                self._pair(table)
        return self.lines

    def _skip(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.position)
        assert match is not None
        self.position = match.end()
        return self.position

    def _note(self, path: Path_, at: int) -> None:
        self.lines.setdefault(path, bisect_right(self.breaks, at - 1) + 1)

    def _header(self, brackets: int) -> Path_:
        at = self.position
        self.position += brackets
        path: Path_ = ()
        keys = self._keys()
        for index, key in enumerate(keys):
            path += (key,)
            last = index == len(keys) - 1
            if last and brackets == 2:
                self.counts[path] = self.counts.get(path, 0) + 1
            self._note(path, at)
            if path in self.counts:
                path += (self.counts[path] - 1,)
                self._note(path, at)
        self._skip(_SPACE)
        self.position += brackets
        return path

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            start = self.position
            if self.text[start] == '"':
                keys.append(json.loads(self.text[start : self._skip(_BASIC)]))
            elif self.text[start] == "'":
                keys.append(self.text[start + 1 : self._skip(_LITERAL) - 1])
            else:
                keys.append(self.text[start : self._skip(_BARE)])
            self._skip(_SPACE)
            if not self.text.startswith(".", self.position):
                return keys
            self.position += 1

    def _pair(self, table: Path_) -> None:
        at = self.position
        path = table
        for key in self._keys():
            path += (key,)
            self._note(path, at)
        self.position += 1
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path_) -> None:
        self._note(path, self.position)
        char = self.text[self.position]
        if self.text.startswith(('"""', "'''"), self.position):
            self._skip(_LONG)
        elif char == '"':
            self._skip(_BASIC)
        elif char == "'":
            self._skip(_LITERAL)
        elif char in "[{":
            self._inside(path, "]" if char == "[" else "}")
        else:
            self._skip(_PLAIN)

    def _inside(self, path: Path_, close: str) -> None:
        self.position += 1
        index = 0
        while True:
            self._skip(_BLANK)
            if self.text[self.position] == close:
                self.position += 1
                return
            if self.text[self.position] == ",":
                self.position += 1
            elif close == "]":
                self._value((*path, index))
                index += 1
            else:
                self._pair(path)
