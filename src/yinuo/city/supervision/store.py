"""Rows in and out: cards, clocks, holdings and moments, written in bulk. Callers have a transaction open."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

import orjson
import polars as pl
from django.db import connection

from yinuo.city.ledger.batch import append_batch, cell
from yinuo.city.ledger.events import NewEvent, StoredEvent
from yinuo.city.ledger.statements import sql
from yinuo.city.supervision.cards import CONTENT, OF_CARDS, Card, Saying, content_of, fold, text_of
from yinuo.engine.log import CLOCK_COLUMNS, HOLDING_COLUMNS, INSTANT
from yinuo.kernel.instants import as_instant

SOURCE = "supervision"
_OWN = tuple(field.name for field in fields(Card) if field.name not in ("card", "content"))
_OF_CASE = ("kind", "item", "scope")
_COLUMNS = ("card", *CONTENT, "status", *_OWN)
"""Of a card's row, all but what its case repeats."""
_INSTANTS = tuple(place for place, name in enumerate(_COLUMNS) if name == "answer_by" or name.endswith("_at"))
MANY = 50
"""Fresh cards from which copying them in is cheaper than one statement for everything."""
_MOVED = ("card", "status", *_OWN)
"""What an event that says nothing new of the finding itself can change, and of which card."""
_OWN_OF = attrgetter("status", *_OWN)
_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPED = re.compile(r'\\[^"\\]')


_DUE: dict[str, Any] = {
    **dict.fromkeys(("case_id", "institution", "clause", "opener", "thread", "key", "version"), pl.String), "due_at": pl.Int64,
}  # fmt: skip


def run(name: str, /, **given: Any) -> list[tuple[Any, ...]]:
    """The rows of a named statement of supervision."""
    asked = {name: _array(value) if type(value) is list else value for name, value in given.items()}
    with connection.cursor() as cursor:
        cursor.execute(sql(__file__, name), asked)
        return cursor.fetchall() if cursor.description else []


def _array(values: list[Any]) -> str | list[Any]:
    """Texts, numbers or booleans as one literal of an array: far cheaper than quoting each."""
    text = orjson.dumps(values).decode()
    return values if _ESCAPED.search(text) else "{" + text[1:-1] + "}"


def cards_of(case_ids: Collection[str]) -> list[Card]:
    """The cards of some cases, locked until the transaction ends."""
    return _cards(case_ids=list(case_ids)) if case_ids else []


def cards_named(names: Collection[str]) -> dict[str, Card]:
    """Cards by name, locked until the transaction ends."""
    return {card.card: card for card in _cards(cards=list(names))} if names else {}


def _cards(*, cards: list[str] | None = None, case_ids: list[str] | None = None) -> list[Card]:
    return [_card(row) for row in run("cards_locked", cards=cards or [], case_ids=case_ids or [])]


def _card(row: tuple[Any, ...]) -> Card:
    """A card of its row, whose columns are those of _COLUMNS."""
    values = list(row)
    for place in _INSTANTS:
        if values[place] is not None:
            values[place] = _instant(values[place])
    own = _COLUMNS.index("status")
    return Card(values[0], dict(zip(CONTENT, values[1:own], strict=True)), *values[own + 1 :])


@lru_cache(maxsize=10_000)
def _instant(at: int) -> datetime:
    """Many cards have one moment in common."""
    return as_instant(at)


def said_stream(case_id: str) -> str:
    """The stream that holds what was said of a case."""
    return f"said/{case_id}"


def event_of(saying: Saying, *, actor: str | None = None, unit: str | None = None, source: str = SOURCE) -> NewEvent:
    """A saying as an event to be appended."""
    return NewEvent(
        said_stream(saying.case_id), source, saying.event_id, saying.activity, saying.at, saying.payload, actor, unit
    )


class NotSaid(Exception):
    """The ledger would not take what was to be said: nothing may go on as if it had."""


def write(events: Sequence[NewEvent], now: datetime) -> tuple[StoredEvent, ...]:
    """Append events of any `said/` streams. Raises NotSaid when one is refused."""
    if not events:
        return ()
    result = append_batch(events, recorded_at=now)
    if result.refused:
        index, reason = result.refused[0]
        raise NotSaid(f"{events[index].activity} of {events[index].stream}: {reason}")
    return result.stored


def project(
    events: Sequence[StoredEvent],
    *,
    cards: Mapping[str, Card] | None = None,
    payloads: Mapping[str, Mapping[str, Any]] | None = None,
    cases: pl.DataFrame | None = None,
) -> dict[str, Card]:
    """Bring the rows of the cards up to date with events of `said/` just appended, and return those cards.

    The one way a card's row is written, live and when everything is rebuilt. `cards` are their rows when they have been
    read already: all of their cases, so that any other card is fresh. `payloads` are the events' by their ids where they
    are known without reading them, `cases` what the fresh cards repeat of their cases (case_id, kind, item, scope).
    """
    known = payloads or {}
    found = [
        (event, known.get(event.event_id) or orjson.loads(event.payload))
        for event in events
        if event.activity in OF_CARDS
    ]
    if cards is None:
        cards = cards_named({payload["card"] for _, payload in found})
    changed: dict[str, Card] = {}
    for event, payload in found:
        name = payload["card"]
        card = changed.get(name) or cards.get(name)
        if card is None or payload["turn"] >= card.turn:
            changed[name] = fold(card, event.activity, payload, at=event.at, said_at=event.recorded_at)
    fresh = [card for name, card in changed.items() if name not in cards]
    if len(fresh) < MANY:
        fresh = []
    else:
        _copy_cards(fresh, _cases_of(fresh) if cases is None else cases)
    _put_cards([card for name, card in changed.items() if not fresh or name in cards], cards)
    return changed


def _put_cards(changed: Sequence[Card], before: Mapping[str, Card]) -> None:
    """Write the rows of cards that were there before, or are few."""
    moved, said = [], []
    for card in changed:
        if card.card in before and card.content is before[card.card].content:
            moved.append(dict(zip(_MOVED, (card.card, *map(_plain, _OWN_OF(card))), strict=True)))
        else:
            values = (card.card, *content_of(card.content), *_OWN_OF(card))
            said.append(dict(zip(_COLUMNS, map(_plain, values), strict=True)))
    for statement, rows in (("move_cards", moved), ("put_cards", said)):
        if rows:
            run(statement, rows=orjson.dumps(rows).decode())


def _cases_of(cards: Sequence[Card]) -> pl.DataFrame:
    """What cards repeat of their cases."""
    rows = run("cases_now", case_ids=sorted({card.content["case_id"] for card in cards}))
    return pl.DataFrame(
        [(case_id, kind, item, scope) for case_id, kind, item, _version, scope, *_rest in rows],
        schema=dict.fromkeys(("case_id", *_OF_CASE), pl.String), orient="row",
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return text_of(value) if isinstance(value, datetime) else value


@lru_cache(maxsize=1_000)
def _own_line(own: tuple[Any, ...]) -> str:
    """What a card has of its own, as COPY takes it: the same of most that are raised at one moment."""
    return _line([_plain(value) for value in own])


def _copy_cards(cards: Sequence[Card], cases: pl.DataFrame) -> None:
    """Copy in the rows of cards that are in no table yet, with what their cases repeat."""
    beside = {
        case_id: "\t".join((_cell(kind), _cell(item), cell(scope)))
        for case_id, kind, item, scope in cases.select("case_id", *_OF_CASE).iter_rows()
    }
    missing = "\\N\t\\N\t{}"
    lines = []
    for card in cards:
        content = [_plain(value) for value in content_of(card.content)]
        parts = beside.get(card.content["case_id"], missing), _line([card.card, *content]), _own_line(_OWN_OF(card))
        lines.append("\t".join(parts) + "\n")
    names = ", ".join((*_OF_CASE, *_COLUMNS))
    with connection.cursor() as cursor, cursor.copy(f"COPY supervision_finding ({names}) FROM STDIN") as copy:
        copy.write("".join(lines))


def _line(values: Sequence[str | int | None]) -> str:
    """Values as COPY takes a row; all are looked through for what must be escaped at once, as hardly any has it."""
    whole = "".join([value for value in values if type(value) is str])
    if _SPECIAL.search(whole):
        return "\t".join(map(_cell, values))
    return "\t".join(["\\N" if value is None else value if type(value) is str else str(value) for value in values])


def _cell(value: str | int | None) -> str:
    """A value as COPY takes it."""
    return "\\N" if value is None else cell(value) if type(value) is str else str(value)


def put_clocks(case_ids: Collection[str], clocks: pl.DataFrame, *, cases: pl.DataFrame) -> set[str]:
    """Put these clocks in the place of all clocks of the cases. `cases` has case_id, kind, item, scope, opened_at.

    A case's clocks lie together: what reads or replaces them again finds them on one page, and its index in one place.
    Returns the cases to which silence had done something by the clocks that were there before.
    """
    silent = {case_id for (case_id,) in run("forget_clocks", case_ids=list(case_ids))}
    rows = clocks.with_columns(pl.col("case_id").cast(pl.String)).join(cases, on="case_id", how="left")
    rows = rows.with_columns(pl.col("scope").fill_null("{}")).sort("case_id", maintain_order=True)
    _copy("supervision_clock", rows.select(*CLOCK_COLUMNS, *_OF_CASE, "opened_at"))
    return silent


def units_of(scope: str | None) -> list[str]:
    """The units of a scope as the database writes an array."""
    return [unit.strip('"') for unit in (scope or "{}")[1:-1].split(",") if unit]


def put_holdings(case_ids: Collection[str], holdings: pl.DataFrame) -> None:
    """Put these holdings in the place of all holdings of the cases."""
    run("forget_holdings", case_ids=list(case_ids))
    _copy(
        "supervision_holding",
        holdings.select(*HOLDING_COLUMNS).rename({"from": "held_from", "to": "held_to"}),
    )


def _copy(table: str, rows: pl.DataFrame) -> None:
    """COPY a frame into a table; its columns are the table's."""
    if rows.is_empty():
        return
    names = ", ".join(f'"{name}"' for name in rows.columns)
    text = rows.with_columns(pl.col(pl.Categorical).cast(pl.String)).write_csv(
        include_header=False, null_value="\\N", quote_style="non_numeric", datetime_format="%Y-%m-%d %H:%M:%S%.f+00"
    )
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT csv, NULL '\\N')") as copy,
    ):
        copy.write(text)


def due_dates_of(case_ids: Collection[str]) -> pl.DataFrame:
    """Identity, version and due moment of the clocks of some cases, as they were last written."""
    text = run("due_dates", case_ids=list(case_ids))[0][0]
    if not text:
        return pl.DataFrame(schema={**_DUE, "due_at": INSTANT})
    rows = pl.read_csv(
        text.encode(), has_header=False, separator="\x1f", quote_char=None, null_values="\\N",
        new_columns=list(_DUE), schema_overrides=_DUE,
    )  # fmt: skip
    return rows.with_columns(pl.col("due_at").cast(INSTANT))


def put_moments(rows: pl.DataFrame, *, as_of: datetime, digest: str) -> None:
    """Write when each case is looked at next, after it was judged as of a moment by the text of a digest.

    `rows` has case_id, next_at, next_rank, evaluated_version, open_clocks.
    """
    given = {name: rows[name].to_list() for name in ("case_id", "next_rank", "evaluated_version", "open_clocks")}
    run(
        "put_moments",
        **given,
        next_at=rows["next_at"].cast(INSTANT).to_physical().to_list(),
        as_of=as_of,
        digest=digest,
    )
