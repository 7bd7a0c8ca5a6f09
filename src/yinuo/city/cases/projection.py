"""Keeps the tables of cases in step with the ledger: the same code live, in batches, and when everything is rebuilt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from django.db import connection

from yinuo.city.cases import copied
from yinuo.city.cases.deciding.states import Happened, State, fold, local_day
from yinuo.city.cases.deciding.ways import Way, Ways
from yinuo.city.cases.kept import beside
from yinuo.city.cases.logs import PREFIX
from yinuo.city.ledger import read
from yinuo.city.ledger.events import StoredEvent
from yinuo.city.ledger.statements import sql
from yinuo.city.people import units
from yinuo.city.texts import in_force
from yinuo.kernel.instants import microseconds

SERIAL = 8
"""Digits at the end of a receipt number by which it may be looked for."""


@dataclass(slots=True)
class Folded:
    """A case before and after its new events."""

    before: State | None
    after: State
    way: Way
    changed_at: int
    head: bytes


class News(NamedTuple):
    """What was just written of one case: its events in the order of their versions, when, and the digest of the last."""

    case_id: str
    events: list[Happened]
    recorded_at: int
    head: bytes


@lru_cache(maxsize=4)
def ways_of(digest: str) -> Ways:
    """The flows of an installed text, prepared once a process."""
    pack = in_force.by_digest(digest)
    return Ways.of(pack, beside(pack))


def ways_in_force() -> Ways:
    """The flows of the text in force. Raises NoText."""
    return ways_of(in_force.pack().digest)


def happened(event: StoredEvent) -> Happened:
    """An event as the fold reads it."""
    payload = orjson.loads(event.payload)
    return Happened(event.activity, microseconds(event.at), event.version, event.actor, event.unit, payload)


def news(events: Sequence[StoredEvent]) -> News:
    """Events of one case, in the order of their versions, as news of it."""
    last = events[-1]
    return News(
        last.stream.removeprefix(PREFIX), list(map(happened, events)), microseconds(last.recorded_at), last.digest
    )


def folded(before: State | None, news: News, ways: Ways) -> Folded:
    """The state of one case after what was written of it.

    One that happened before what is already known means folding the whole case again, in the order of time.
    """
    case_id, new, recorded_at, head = news
    ordered, start = True, before.last_at if before is not None else 0
    for one in new:
        if one.at < start:
            ordered = False
            break
        start = one.at
    if not ordered:
        known = [] if before is None else [happened(one) for one in read.stream(PREFIX + case_id)]
        known = [one for one in known if one.version < new[0].version]
        new, state = sorted([*known, *new], key=lambda one: (one.at, one.version)), State(case_id)
        # The receipt, kind and lead unit were said by whichever event was recorded first.
        first = min(new, key=lambda one: one.version)
        new[0].payload = {**_opening(first), **new[0].payload} if new[0] is not first else new[0].payload
    else:
        state = State(case_id) if before is None else before.copied()
    way = fold_all(state, new, ways)
    return Folded(before, state, way, recorded_at, head)


def _opening(first: Happened) -> dict[str, Any]:
    names = ("kind", "item", "unit", "region", "parent", "receipt")
    return {name: first.payload[name] for name in names if name in first.payload}


def fold_all(state: State, events: Sequence[Happened], ways: Ways) -> Way:
    """Fold events in their order; returns the way of the case. Raises LookupError for a kind no text ever knew."""
    zone = ways.zone
    kind = state.kind or str(events[0].payload.get("kind") or "")
    way = ways.way(kind, local_day(state.opened_at or events[0].at, zone))
    if way is None:
        raise LookupError(f'case {state.case_id}: the text in force knows no kind "{kind}"')
    for event in events:
        fold(state, event, way=way, day=local_day(event.at, zone))
        if event.version == 1:
            state.title = title_of(state, way, ways)
    return way


def write(cases: Iterable[Folded], ways: Ways, *, tree: units.Tree, look: bool) -> None:
    """Write the rows of these cases. With `look` supervision will look at each of them."""
    fresh: list[Folded] = []
    others: list[Folded] = []
    for one in cases:
        (fresh if one.before is None else others).append(one)
    if len(fresh) < copied.MANY:
        fresh, others = [], [*fresh, *others]
    if fresh:
        copied.write(_fresh(fresh, ways, tree), look=look)
    if others:
        given: dict[str, Any] = {name: orjson.dumps(many).decode() for name, many in rows(others, ways, tree).items()}
        with connection.cursor() as cursor:
            cursor.execute(sql(__file__, "project"), {**given, "look": look})
    _note_books(one.way for one in (*fresh, *others))


def _note_books(ways: Iterable[Way]) -> None:
    if books := {way.book for way in ways if way.book is not None}:
        with connection.cursor() as cursor:
            cursor.execute(sql(__file__, "note_books"), {"kinds": list(books)})


def rows(cases: Iterable[Folded], ways: Ways, tree: units.Tree) -> dict[str, list[dict[str, Any]]]:
    """The rows of these cases by table: what is written anew, and tasks that are `gone`."""
    made: dict[str, list[dict[str, Any]]] = {"cases": [], "tasks": [], "gone": [], "offers": [], "threads": []}
    for one in cases:
        made["cases"].append(_case_row(one, tree.scope((*one.after.units, *one.way.named)), ways))
        task_rows(one, made["tasks"], made["gone"])
        _offer_rows(one, made["offers"])
        _thread_rows(one, made["threads"])
    return made


def _fresh(cases: Iterable[Folded], ways: Ways, tree: units.Tree) -> list[copied.Fresh]:
    """Cases that are in no table yet, as they are copied in: what `rows` would say of them."""
    made = []
    for one in cases:
        state, way = one.after, one.way
        state.title = state.title or title_of(state, way, ways)
        words = _pairs(state.title) + _words(state.receipt)
        scope = tree.scope((*state.units, *way.named))
        made.append(copied.Fresh(state, way, scope, words, one.changed_at, one.head))
    return made


def _case_row(one: Folded, scope: tuple[str, ...], ways: Ways) -> dict[str, Any]:
    state = one.after
    state.title = state.title or title_of(state, one.way, ways)
    return {
        "case_id": state.case_id, "kind": state.kind, "item": state.item, "unit": state.unit, "region": state.region,
        "channel": state.channel, "receipt": state.receipt, "title": state.title, "words": _pairs(state.title) + _words(state.receipt),
        "opened_at": state.opened_at, "ended_at": state.ended_at, "status": "ended" if state.is_over else "open",
        "stage": state.stage, "holder_unit": state.holder_unit, "holder_actor": state.holder_actor,
        "parent": state.parent, "version": state.version, "fields": state.fields,
        "scope": scope, "person_ref": state.person_ref, "changed_at": one.changed_at,
        "state": orjson.dumps(state).decode(), "head": one.head.hex(),
    }  # fmt: skip


def title_of(state: State, way: Way, ways: Ways) -> str:
    """What a list calls the case: its item or kind, and the first words its opening asked for."""
    day = local_day(state.opened_at, ways.zone)
    text = next((_told(way, name, state.fields[name], day) for name in way.titling if name in state.fields), "")
    head = _head(way, state.item, day)
    return f"{head}：{text[:40]}" if text else head


def _told(way: Way, name: str, value: Any, day: date) -> str:
    """A field's text; of a row of a table its name."""
    row = way.tester.row(way.row_fields[name], str(value), day) if name in way.row_fields else None
    return str((row or {}).get("zh") or value)


@lru_cache(maxsize=10_000)
def _head(way: Way, item: str | None, day: date) -> str:
    row = None if item is None else way.tester.row("items", item, day)
    return str((row or {}).get("zh") or way.flow.zh)


def pairs(text: str) -> list[str]:
    """What search looks for: pairs of neighbouring characters of each word, small letters; a word of one character is itself.

    A long number is itself and its last SERIAL digits: what people read out of a receipt number.
    """
    return list(_words(text))


def _words(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for word in text.lower().split():
        if len(word) >= SERIAL and word.isascii() and word.isdigit():
            found[word] = found[word[-SERIAL:]] = None
        else:
            found |= dict.fromkeys(word[index : index + 2] for index in range(max(1, len(word) - 1)))
    return tuple(found)


_pairs = lru_cache(maxsize=10_000)(_words)


def task_rows(one: Folded, tasks: list[dict[str, Any]], gone: list[dict[str, Any]]) -> None:
    """Add the tasks of a case that are not as they were before, and name those that are gone."""
    old = {} if one.before is None else one.before.tasks
    for step, keys in one.after.tasks.items():
        for key, row in keys.items():
            if old.get(step, {}).get(key) == row:
                continue
            state, since, unit, done_at, actor = row
            tasks.append({
                "case_id": one.after.case_id, "step": step, "key": key, "unit": unit,
                "role": one.way.steps[step].by or "", "state": state, "due_since": since, "done_at": done_at,
                "actor": actor,
            })  # fmt: skip
    for step, keys in old.items():
        left = one.after.tasks.get(step, {})
        gone += [{"case_id": one.after.case_id, "step": step, "key": key} for key in keys if key not in left]


def _offer_rows(one: Folded, offers: list[dict[str, Any]]) -> None:
    old = {} if one.before is None else one.before.offers
    for key, row in one.after.offers.items():
        if old.get(key) != row:
            state, from_unit, from_actor, to_unit, offered, answered, by = row
            offers.append({
                "case_id": one.after.case_id, "key": key, "state": state, "from_unit": from_unit,
                "from_actor": from_actor, "to_unit": to_unit, "offered_at": offered, "answered_at": answered,
                "answered_by": by,
            })  # fmt: skip


def _thread_rows(one: Folded, threads: list[dict[str, Any]]) -> None:
    known = [] if one.before is None else one.before.threads
    fresh = (row for row in one.after.threads if row not in known)
    threads += [{"names": names, "values": values, "case_id": one.after.case_id} for names, values in fresh]


def reset() -> None:
    """Empty the tables; what supervision still has to look at stays."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_case, cases_task, cases_handover, cases_thread RESTART IDENTITY")


def load_states(case_ids: Sequence[str]) -> dict[str, State]:
    """The states of those of these cases that exist. Their heads are remembered for the next append."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "load_many"), {"case_ids": orjson.dumps(list(case_ids)).decode()})
        found = {}
        for case_id, text, head in cursor.fetchall():
            state = found[case_id] = State(**orjson.loads(text))
            read.remember(PREFIX + case_id, (state.version, bytes(head)))
    return found


def apply(events: Sequence[StoredEvent]) -> None:
    """Take events over when everything is rebuilt: each under the text and the tree of the day it was recorded on.

    Cases that begin among them are folded and copied in as a whole, unless the text changed meanwhile.
    """
    past = _Past()
    whole: dict[tuple[str, date], list[Folded]] = {}
    parts: list[StoredEvent] = []
    for _stream, grouped in groupby(sorted(events, key=_place), key=_stream_of):
        many = list(grouped)
        when = {past[event.recorded_at] for event in many}
        if many[0].version == 1 and len({digest for digest, _day in when}) == 1:
            digest, day = past[many[-1].recorded_at]
            whole.setdefault((digest, day), []).append(folded(None, news(many), ways_of(digest)))
        else:
            parts += many
    revision = units.revision()
    fresh: list[copied.Fresh] = []
    for (digest, day), cases in whole.items():
        fresh += _fresh(cases, ways_of(digest), units.tree(day, known=revision))
    copied.write(fresh, look=False)
    _note_books(one.way for one in fresh)
    for (digest, day), some_parts in groupby(parts, key=lambda event: past[event.recorded_at]):
        take(news_of(some_parts), ways_of(digest), tree=units.tree(day, known=revision), look=False)


_place = attrgetter("stream", "version")
_stream_of = attrgetter("stream")


class _Past(dict[datetime, tuple[str, date]]):
    """For each moment at which something was recorded: the digest of the text in force, and the local day."""

    def __init__(self) -> None:
        super().__init__()
        self._installed = sorted(in_force.installations(), key=lambda one: one.version)

    def __missing__(self, at: datetime) -> tuple[str, date]:
        known = [one for one in self._installed if one.installed_at <= at]
        digest = (known[-1] if known else self._installed[0]).digest
        self[at] = digest, at.astimezone(ways_of(digest).zone).date()
        return self[at]


def news_of(events: Iterable[StoredEvent]) -> list[News]:
    """Events of many cases, those of each in the order of their versions, as news of each."""
    by_stream: dict[str, list[StoredEvent]] = {}
    for event in events:
        by_stream.setdefault(event.stream, []).append(event)
    return [news(many) for many in by_stream.values()]


def take(many: Sequence[News], ways: Ways, *, tree: units.Tree, look: bool) -> list[Folded]:
    """Fold what was written of many cases into their states and write the rows."""
    if not many:
        return []
    before = load_states([one.case_id for one in many])
    cases = [folded(before.get(one.case_id), one, ways) for one in many]
    write(cases, ways, tree=tree, look=look)
    return cases


def rescope(ways: Ways, tree: units.Tree, *, after: str, limit: int) -> tuple[str | None, int]:
    """See whether open cases still belong to what the tree says; the last case looked at (null: none left), how many moved."""
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, "open_scopes"), {"after": after, "limit": limit})
        found = cursor.fetchall()
        moved = []
        for case_id, text, scope in found:
            state = State(**orjson.loads(text))
            way = ways.way(state.kind, local_day(state.opened_at, ways.zone))
            now = tree.scope((*state.units, *(way.named if way is not None else ())))
            if list(now) != list(scope):
                moved.append({"case_id": case_id, "scope": now})
        if moved:
            cursor.execute(sql(__file__, "rescope"), {"rows": orjson.dumps(moved).decode()})
    return (found[-1][0] if found else None), len(moved)
