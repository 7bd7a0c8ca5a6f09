"""A department's log as the events its system would have posted (peers row 20, regression 23)."""

from __future__ import annotations

import gzip
import itertools
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import polars as pl
from django.db import connection, connections

from yinuo.city.api import incoming
from yinuo.city.cases.acts import OWN, Done, Refused
from yinuo.city.cases.deciding.stages import STAGES
from yinuo.city.people.actor import Actor
from yinuo.engine.log import CASE_COLUMNS
from yinuo.engine.rules import Rules
from yinuo.logs import ReadLog
from yinuo.logs.texts import told
from yinuo.rulebook.codes import Code, CodeList

WINDOW = 20_000
"""Lines in which the events of one case are brought together, in their order: a case is then written once."""
BATCH = 5_000
READ_AT_ONCE = 1 << 20
"""Bytes of a file: at each reading another thread may go on, and keeps the interpreter for as long as it computes."""
LINES = (".jsonl", ".ndjson")
_SUBJECT = re.compile(rb'"subject"\s*:\s*"([^"\\]*)"')
VOID = "their_void_mark"
"""The attribute under which the column that marks void rows is read."""


Line = tuple[int, Any]
"""A line of the file and its event; a Rejected instead of an event that could not be read."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """One thing of the file that was not taken, and why."""

    line: int
    case_id: str | None
    column: str | None
    value: str | None
    reason: str
    kept: bool = False


@dataclass(slots=True)
class Imported:
    """What became of a file."""

    stored: int = 0
    duplicate: int = 0
    refused: int = 0
    unread: int = 0
    """Of the refused: the lines that told no event."""
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, batch: Sequence[Line], outcomes: Sequence[Done | Refused]) -> None:
        """Count a batch."""
        for (line, event), one in zip(batch, outcomes, strict=True):
            if isinstance(one, Done):
                if one.is_new:
                    self.stored += 1
                else:
                    self.duplicate += 1
            else:
                self.refused += 1
                value = event.get("type") if one.field in (None, "activity", "case_id") else None
                self.rejected.append(Rejected(line, _subject(event), one.field, value, one.sentence or one.code))


@dataclass(frozen=True)
class Aim:
    """Where events go: on whose behalf, under which source (null = each event's own), as which kind unless they say."""

    actor: Actor
    source: str | None
    default_source: str
    kind: str | None
    now: datetime


def take(
    lines: Iterable[Line], aim: Aim, *, tell: Callable[[Imported], None] | None = None, hands: int = 1
) -> Imported:
    """Write down the events of a file through the very door the API uses, in batches. Each case keeps its order.

    With several `hands`, threads with a connection each, one prepares its batch while the server is at another's; a case
    is always in the same hands. Inside a transaction of the caller there is only one.
    """
    done = Imported()
    hands = 1 if connection.in_atomic_block else hands
    given: list[Future[list[_Batch]]] = []
    # Hands in step would all be at the server at once: they begin with batches of several sizes.
    firsts = [BATCH * part // hands for part in range(1, hands + 1)]
    with _hands(hands) as takers:
        try:
            for parts in _windows(lines, done, hands):
                before = len(given)
                shares = zip(takers, parts, firsts, strict=True)
                given += [taker.submit(_take_part, part, aim, first) for taker, part, first in shares]
                firsts = [BATCH] * hands
                _add(done, given[:before], tell)
                del given[:before]
            _add(done, given, tell)
        finally:
            for future in given:
                future.cancel()
    incoming.note_unread(["unreadable"] * done.unread, actor=aim.actor, now=aim.now)
    done.rejected.sort(key=lambda one: one.line)
    return done


_Batch = tuple[Sequence[Line], list[Done | Refused]]


def _windows(lines: Iterable[Line], done: Imported, hands: int) -> Iterator[list[list[Line]]]:
    """Window by window what each of the hands gets, the events of a case beside each other."""
    source = iter(lines)
    while window := list(itertools.islice(source, WINDOW)):
        by_case: dict[str | None, list[Line]] = {}
        for one in window:
            event = one[1]
            if isinstance(event, Rejected):
                done.refused += 1
                done.unread += 1
                done.rejected.append(event)
            else:
                by_case.setdefault(_subject(event), []).append(one)
        parts: list[list[Line]] = [[] for _hand in range(hands)]
        for subject, many in by_case.items():
            parts[0 if hands == 1 else zlib.adler32(str(subject).encode(errors="replace")) % hands] += many
        yield parts


def _subject(event: Mapping[str, Any]) -> str | None:
    subject = event.get("subject")
    return subject if isinstance(subject, str) else None


def _take_part(part: Sequence[Line], aim: Aim, first: int) -> list[_Batch]:
    return [
        (some, incoming.outcomes([event for _line, event in some], actor=aim.actor, now=aim.now, way="import"))
        for some in _batched(part, first)
    ]


def _add(done: Imported, given: Sequence[Future[list[_Batch]]], tell: Callable[[Imported], None] | None) -> None:
    for future in given:
        for some, outcomes in future.result():
            done.add(some, outcomes)
            if tell is not None:
                tell(done)


class _Own(Executor):
    """The caller's own hands: what is given is done at once, on its connection and in its transaction."""

    def submit(self, fn: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*given, **named))
        return future


@contextmanager
def _hands(hands: int) -> Iterator[Sequence[Executor]]:
    if hands == 1:
        yield [_Own()]
        return
    takers = [ThreadPoolExecutor(1, f"import-{hand}") for hand in range(hands)]
    try:
        yield takers
    finally:
        for taker in takers:
            taker.submit(connections.close_all)
        for taker in takers:
            taker.shutdown(wait=True)


def is_lines(path: Path) -> bool:
    """Whether a file holds CloudEvents lines by its name."""
    names = path.suffixes[-2:]
    return path.suffix.lower() in LINES or [one.lower() for one in names] in ([one, ".gz"] for one in LINES)


def lines_of(path: Path, aim: Aim, *, share: tuple[int, int] = (0, 1)) -> Iterator[Line]:
    """The events of CloudEvents lines as they stand; of `share` (i, n) those of every n-th part of the cases."""
    mine, parts = share
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb", READ_AT_ONCE) as file:
        for number, raw in enumerate(file, 1):
            text = raw.strip(b"\xef\xbb\xbf \t\r\n")
            if text and (parts == 1 or zlib.crc32(_case_in(text)) % parts == mine):
                yield number, _read(number, text, aim)


def _read(number: int, text: bytes, aim: Aim) -> dict[str, Any] | Rejected:
    try:
        event = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = f"not a line of JSON ({error})"
    else:
        if isinstance(event, dict):
            return _aimed(event, aim)
        reason = "not a JSON object"
    return Rejected(number, None, None, text[:200].decode(errors="replace"), reason)


def _case_in(text: bytes) -> bytes:
    """What tells the case of a line from others, without reading the line where it names one subject in plain letters."""
    place = text.find(b"subject")
    named = _SUBJECT.match(text, place - 1) if place > 0 and text.find(b"subject", place + 1) < 0 else None
    if named is not None:
        return named[1]
    try:
        return str(orjson.loads(text)["subject"]).encode(errors="replace")
    except (orjson.JSONDecodeError, TypeError, KeyError, IndexError):
        return b""


def _aimed(event: dict[str, Any], aim: Aim) -> dict[str, Any]:
    if aim.source is not None:
        event["source"] = aim.source
    elif event.get("source") in OWN:
        event["source"] = aim.default_source
    if aim.kind is not None:
        data = event.setdefault("data", {})
        if isinstance(data, dict) and "kind" not in data and "kind" not in (data.get("case") or {}):
            data["kind"] = aim.kind
    return event


def events_of(
    read: ReadLog, aim: Aim, *, meant: Callable[[str, str | None], str], void: str | None = None
) -> Iterator[Line]:
    """The events of a log in the words of the pack, case by case in the order of time, as CloudEvents.

    The first of a case says what is known of it. An event without an id is named by its case, activity, time and how
    often that came, so that the same file names it the same. `meant` gives the activity of a code; a row whose VOID is
    `void` no longer holds. What cannot be told is Rejected.
    """
    cases = {row["case_id"]: row for row in read.log.cases.iter_rows(named=True)}
    events = read.log.events.with_columns(read.lines().alias("__line"))
    order = [name for name in ("case_id", "at", "sequence", "__line") if name in events.columns]
    last: str | None = None
    seen: dict[tuple[str, str], int] = {}
    for row in events.sort(order, maintain_order=True).iter_rows(named=True):
        line, case_id = row.pop("__line"), row["case_id"]
        case = cases.get(case_id) or {}
        is_first = case_id != last
        if is_first:
            last, seen = case_id, {}
        try:
            activity = meant(row["activity"], case.get("kind") or aim.kind)
            if void is not None and str(row.pop(VOID, "")) == void:
                raise ValueError("the row is marked void")
        except ValueError as error:
            yield line, Rejected(line, case_id, "activity", row["activity"], str(error))
            if is_first:
                last = None
            continue
        yield line, _event(row, activity, case if is_first else {}, seen=seen, aim=aim)


def _event(
    row: dict[str, Any], activity: str, case: Mapping[str, Any], *, seen: dict[tuple[str, str], int], aim: Aim
) -> dict[str, Any]:
    case_id, at = row["case_id"], told({"at": row["at"]})["at"]
    number = seen[activity, at] = seen.get((activity, at), 0) + 1
    data = told(row, leave=("case_id", "activity", "at", "recorded_at", "event_id", "sequence", "actor"))
    known = told(case, leave=("case_id",))
    if aim.kind is not None and case:
        known.setdefault("kind", aim.kind)
    own = {name: value for name, value in known.items() if name in CASE_COLUMNS}
    return {
        "specversion": "1.0", "id": row.get("event_id") or f"{case_id}/{activity}@{at}#{number}",
        "source": aim.source or aim.default_source, "type": activity, "subject": case_id, "time": at,
        "data": {**own, **{n: v for n, v in known.items() if n not in own}, **data},
    }  # fmt: skip


def meaning(codes: CodeList | None, rules: Rules) -> Callable[[str, str | None], str]:
    """What turns their activity into ours: as it is, or by a code list and the acts of the flow. It raises ValueError."""
    if codes is None:
        return lambda activity, _kind: activity
    known: dict[tuple[str, str | None], str] = {}

    def meant(code: str, kind: str | None) -> str:
        found = known.get((code, kind))
        if found is None:
            found = known[code, kind] = _act_of(codes, code, rules=rules, kind=kind)
        return found

    return meant


def _act_of(codes: CodeList, code: str, *, rules: Rules, kind: str | None) -> str:
    one = codes.of(code)
    if one is None:
        raise ValueError(f'"{code}" is no code of {codes.name}')
    acts = _acts(rules, kind)
    for act in acts:
        if _means(one, act):
            return act
    if one.state is None and one.does is None:
        raise ValueError(f"{one.zh}：{one.lossy}")
    raise ValueError(f'{one.zh}: the text has no act of "{kind}" for {one.state or one.does}')


def _means(one: Code, act: str) -> bool:
    return act == one.does or (one.state is not None and (STAGES.get(act) == one.state or act == one.state))


def _acts(rules: Rules, kind: str | None) -> list[str]:
    flows = [flow for name, many in rules.flows().items() if kind in (None, name) for flow in many]
    return list(
        dict.fromkeys(
            act
            for flow in flows
            for act in (flow.opens, *(one for step in flow.steps for one in step.does), *flow.ends)
        )
    )


def lossy(codes: CodeList, read: ReadLog) -> list[tuple[Code, int]]:
    """The codes of a log that lose something on the way to us, and how often they come."""
    counts = read.log.events.get_column("activity").value_counts().iter_rows()
    found = [(codes.of(str(code)), number) for code, number in counts]
    return [(one, number) for one, number in found if one is not None and one.lossy]


def rejected_table(rejected: Sequence[Rejected], before: pl.DataFrame) -> pl.DataFrame:
    """What the reader left out and what was refused, as REJECTED_COLUMNS in the order of lines."""
    rows = [(one.line, one.case_id, one.column, one.value, one.reason, one.kept) for one in rejected]
    return pl.concat([before, pl.DataFrame(rows, schema=before.schema, orient="row")]).sort("line", maintain_order=True)


def _batched(rows: Sequence[Line], first: int) -> Iterator[Sequence[Line]]:
    start, end = 0, first
    while start < len(rows):
        yield rows[start:end]
        start, end = end, end + BATCH
