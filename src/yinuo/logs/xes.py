"""XES in (IEEE 1849): read as a stream; document types and entities are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from yinuo.logs.delimited import decoded, is_utf8
from yinuo.logs.gather import Gather
from yinuo.logs.tables import LogError, Progress, Table

_STEP = 1 << 20
_ATTRIBUTES = frozenset({"string", "date", "int", "float", "boolean", "id", "list", "container"})


def read_xes(
    path: Path, wanted: Callable[[str], bool], *, name: str, encoding: str = "utf-8", progress: Progress
) -> Table:
    """One row per event: attribute k of the trace is column `case:k`, of the event column `k`.

    A trace without events is a row of its case alone. Raises LogError for what is no whole XES file.
    """
    reading = _Reading(Gather(wanted), name)
    plain = is_utf8(encoding)
    parser = expat.ParserCreate(None if plain else "utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.StartDoctypeDeclHandler = reading.refuse
    parser.EntityDeclHandler = reading.refuse
    reading.parser = parser
    pieces = _pieces(path) if plain else _recoded(path, name, encoding=encoding, progress=progress)
    total, done = path.stat().st_size, 0
    try:
        for piece in pieces:
            parser.Parse(piece)
            done += len(piece)
            progress(min(done, total), total, f"reading {name}")
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        said = expat.errors.messages.get(error.code, str(error))
        raise LogError(
            f"{name}, line {error.lineno}: this is no whole XES file ({said}). Fetch or write it again."
        ) from error
    except LogError:
        raise
    except (ValueError, LookupError) as error:
        raise LogError(
            f"{name}, line 1: it declares an encoding that is not read ({error}). "
            "Say it: --encoding gb18030 (or another), or encoding in [log] of pack.toml."
        ) from error
    return reading.gather.table()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(_STEP):
            yield piece


def _recoded(path: Path, name: str, *, encoding: str, progress: Progress) -> Iterator[bytes]:
    for text in decoded(path, name=name, encoding=encoding, progress=progress):
        yield text.encode()


class _Reading:
    """What expat tells, kept only as long as its trace lasts."""

    parser: expat.XMLParserType

    def __init__(self, gather: Gather, name: str) -> None:
        self.gather = gather
        self.name = name
        self.trace: dict[str, object] | None = None
        self.event: dict[str, object] | None = None
        self.events_of_trace = 0
        self.open: list[str] = []
        self.nested = 0
        self.list_key: str | None = None
        self.line = 0

    def refuse(self, *_declared: object) -> None:
        """A document type or an entity: never needed in a log, and a known way to make a reader burst."""
        line = self.parser.CurrentLineNumber
        raise LogError(f"{self.name}, line {line}: declares a document type or an entity. Remove it; XES needs none.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element opens."""
        word = tag.rpartition(" ")[2]
        if not self.open and word != "log":
            raise LogError(f"{self.name}, line {self.parser.CurrentLineNumber}: begins with <{word}>, XES with <log>.")
        self.open.append(word)
        if word in _ATTRIBUTES:
            self._attribute(word, attributes)
        elif word == "trace" and len(self.open) == 2:
            self.trace, self.events_of_trace, self.line = {}, 0, self.parser.CurrentLineNumber
        elif word == "event" and len(self.open) in (2, 3):
            self.event, self.line = {}, self.parser.CurrentLineNumber

    def end(self, _tag: str) -> None:
        """An element closes."""
        word = self.open.pop()
        if word in _ATTRIBUTES:
            self.nested -= 1
            self.list_key = self.list_key if self.nested else None
        elif word == "event" and self.event is not None:
            self.gather.add({**(self.trace or {}), **self.event} if self.trace else self.event, self.line)
            self.event = None
            self.events_of_trace += 1
        elif word == "trace" and self.trace is not None and len(self.open) == 1:
            if not self.events_of_trace:
                self.gather.add(self.trace, self.line)
            self.trace = None

    def _attribute(self, word: str, attributes: dict[str, str]) -> None:
        self.nested += 1
        owner = self.event if self.event is not None else self.trace
        if owner is None or self.open[1] != ("trace" if self.trace is not None else "event"):
            return
        if self.nested > 1:
            if self.list_key and self.nested == 2 and self.open[-2] == "values" and "value" in attributes:
                owner.setdefault(self.list_key, [])
                owner[self.list_key].append(attributes["value"])  # type: ignore[attr-defined]
            return
        key = attributes.get("key", "")
        name = key if self.event is not None else f"case:{key}"
        if self.event is None and self.events_of_trace:
            line = self.parser.CurrentLineNumber
            raise LogError(f'{self.name}, line {line}: the trace\'s attribute "{key}" stands after its events.')
        if self.gather.wants(name):
            if word == "list":
                owner[name] = []
                self.list_key = name
            elif "value" in attributes:
                owner[name] = attributes["value"]
