"""What is wrong in a text: file, line, what to do. Errors of a pack are collected and told together."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from yinuo.rulebook.places import Path_, Places, scan


@dataclass(frozen=True)
class TextError:
    """One thing wrong in a text. A warning is told but refuses nothing."""

    path: Path
    line: int
    message: str
    remedy: str = ""
    warning: bool = False

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        remedy = f"\n    → {self.remedy}" if self.remedy else ""
        return f"{self.path}:{self.line}: {kind}{self.message}{remedy}"


class PackRefused(Exception):
    """A pack that cannot be used; `errors` holds every reason."""

    def __init__(self, errors: Sequence[TextError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in errors))


@dataclass(frozen=True)
class Document:
    """One TOML file as read: its raw tables and the lines of its keys."""

    path: Path
    raw: dict[str, Any] = field(default_factory=dict)
    places: Places = field(default_factory=lambda: Places({}))

    def error(self, path: Path_, message: str, remedy: str = "", *, warning: bool = False) -> TextError:
        """What is wrong at a key of this file."""
        return TextError(self.path, self.places.line(path), message, remedy, warning)


def read_document(path: Path) -> Document:
    """Read a TOML file, decimals exact; raises PackRefused with the line that is no UTF-8 or no TOML."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = TextError(path, 1, f"cannot be read: {error.strerror}", "check that the file exists")
        raise PackRefused([reason]) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PackRefused([TextError(path, line, "is not UTF-8", "save the file as UTF-8")]) from error
    text = text.replace("\r\n", "\n")
    try:
        raw = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)", str(error))
        line = int(found.group(1)) if found and found.group(1) else text.count("\n") + 1
        message = str(error)[: found.start()] if found else str(error)
        remedy = "keys that are not ASCII need quotes; strings need quotes; every key once"
        raise PackRefused([TextError(path, line, f"is not TOML: {message}", remedy)]) from error
    return Document(path, raw, scan(text))


def explain_errors(
    document: Document, prefix: Path_, refused: ValidationError, *, model: type[BaseModel], raw: object
) -> list[TextError]:
    """A pydantic refusal of `raw`, which stands at `prefix`, as errors of the file."""
    leaves = list(_leaves(refused, (), raw))
    keys = _keys(model)
    meant = {
        (path[:-1], near)
        for path, kind, _, _ in leaves
        if kind == "extra_forbidden"
        for near in _near(str(path[-1]), keys)
    }
    told: dict[tuple[int, str], TextError] = {}
    for path, kind, message, loc in leaves:
        leaf = str(loc[-1]) if loc else ""
        is_misspelt = kind == "missing" and (path, leaf) in meant
        is_other_form = kind.endswith("_type") and any(
            other[: len(path)] == path and other != path for other, *_ in leaves
        )
        if not is_misspelt and not is_other_form:
            one = _say(document, prefix + path, kind, message, leaf=leaf, keys=keys)
            told.setdefault((one.line, one.message), one)
    return list(told.values())


def _leaves(refused: ValidationError, base: Path_, raw: object) -> Iterator[tuple[Path_, str, str, Path_]]:
    for error in refused.errors():
        inner = error.get("ctx", {}).get("error")
        path = base + _walk(error["loc"], raw)
        if isinstance(inner, ValidationError):
            yield from _leaves(inner, path, _at(raw, path[len(base) :]))
        else:
            yield path, error["type"], error["msg"], error["loc"]


def _walk(loc: Path_, raw: object) -> Path_:
    """The parts of a pydantic location that stand in the text (it also names union branches)."""
    path: Path_ = ()
    for part in loc:
        inside = part in raw if isinstance(raw, Mapping) else isinstance(part, int) and part < _length(raw)
        if inside:
            raw = raw[part]  # type: ignore[index]
            path += (part,)
    return path


def _length(raw: object) -> int:
    return len(raw) if isinstance(raw, list) else 0


def _at(raw: object, path: Path_) -> object:
    for part in path:
        raw = raw[part]  # type: ignore[index]
    return raw


def _say(document: Document, path: Path_, kind: str, message: str, *, leaf: str, keys: set[str]) -> TextError:
    where = ".".join(str(part) for part in path)
    if kind == "extra_forbidden":
        return document.error(path, f'unknown key "{leaf}"', suggest(leaf, keys))
    if kind == "missing":
        return document.error(path, f'{where}: the key "{leaf}" is missing', f"add {leaf} = …")
    text = message.removeprefix("Value error, ")
    return document.error(path, f"{where}: {text}", "")


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key a model and the models inside it take."""
    schema = model.model_json_schema()
    tables = [schema, *schema.get("$defs", {}).values()]
    return {key for table in tables for key in table.get("properties", {})}


def _near(word: str, words: Iterable[str]) -> list[str]:
    return get_close_matches(word, sorted(words), n=1, cutoff=0.6)


def suggest(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, or which there are."""
    words = sorted(set(known))
    if near := _near(word, words):
        return f'did you mean "{near[0]}"?'
    return f"there are: {', '.join(words)}" if words and len(words) <= 60 else ""
