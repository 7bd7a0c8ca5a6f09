"""Who is told of a hand-over: the receiving unit that a case is offered, the sender that it came back (D02)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.notices.commands import Telling, tell_many
from yinuo.city.supervision.cards import text_of
from yinuo.city.supervision.desk import Desk
from yinuo.city.supervision.looking import Looked
from yinuo.city.supervision.queries import Naming, clause_of
from yinuo.city.supervision.store import run
from yinuo.city.supervision.telling import Answering, answering
from yinuo.engine.clauses.promise import Promise, Silence
from yinuo.rulebook.loader import Pack

Named = tuple[str, datetime, tuple[str, ...]]
"""A hand-over as both the case and its clock name it: case, moment of the offer, values that tell two offers apart."""


@dataclass(frozen=True, slots=True)
class Handover:
    """One offer nobody has signed for, of a case that is still open."""

    case_id: str
    key: str
    state: str
    from_unit: str | None
    from_actor: str | None
    to_unit: str | None
    offered_at: datetime
    answered_at: datetime | None
    item: str | None
    receipt: str

    @property
    def name(self) -> Named:
        """What its clock is found by."""
        return self.case_id, self.offered_at, tuple(sorted(self.key.split("\x1f")))


def tell_handovers(looked: Looked, cases: pl.DataFrame, *, now: datetime, desk: Desk) -> int:
    """Tell who may sign for a case that is offered, and who offered one that came back, by a person or by silence.

    Each offer and each return is told once for ever; of a case that is over nothing is told any more. `cases` has
    case_id, kind. Returns how many notices.
    """
    kinds = _kinds(desk.pack) if desk.pack else frozenset()
    ids = cases.filter(pl.col("kind").is_in(sorted(kinds)))["case_id"].to_list() if kinds else []
    found = [Handover(*row) for row in run("handovers", case_ids=ids)] if ids else []
    if not found:
        return 0
    lapsed = dict(_lapsed(looked, desk))
    who, naming = answering(now, desk), Naming((), desk=desk, now=now)
    tellings = []
    for one in found:
        said = _returned(one, looked, desk) if one.state == "returned" else lapsed.get(one.name)
        persons = who.receiving(one.to_unit) if said is None else _sender(one, who)
        args = _args(one, naming) | _reason(said)
        kind = "handed_over" if said is None else "handover_returned"
        key = f"{kind}:{one.case_id}:{one.key}:{text_of(one.offered_at)}"
        tellings.append(Telling(persons, kind, key, args, one.case_id))
    return tell_many(tellings, now=now)


def _sender(one: Handover, who: Answering) -> tuple[str, ...]:
    person = who.present(one.from_actor)
    return who.responsible(one.from_unit, "member") if person is None else (person,)


def _args(one: Handover, naming: Naming) -> dict[str, Any]:
    zh, en = naming.item(one.item)
    args: dict[str, Any] = {"receipt": one.receipt, "item": one.item, "item_zh": zh, "item_en": en}
    for place, unit in (("from", one.from_unit), ("by", one.to_unit)):
        args |= {f"{place}_zh": naming.name(unit, "zh"), f"{place}_en": naming.name(unit, "en")}
    return args


def _reason(said: str | None) -> dict[str, Any]:
    return {} if said is None else {"reason": said}


def _returned(one: Handover, looked: Looked, desk: Desk) -> str:
    """What the person who returned it wrote, in the fields silence fills when it returns one."""
    names = {name for silence in _silences(desk) for name in silence.with_} & set(looked.log.events.columns)
    events = looked.log.events.filter(pl.col("case_id") == one.case_id, pl.col("at") == one.answered_at)
    texts = (row[name] for row in events.iter_rows(named=True) for name in sorted(names))
    return "；".join(str(text) for text in texts if text)


def _lapsed(looked: Looked, desk: Desk) -> Iterator[tuple[Named, str]]:
    """The offers that silence returned, and in which words of the text."""
    clocks = looked.said.clocks.filter(pl.col("state").cast(pl.String) == "deemed", pl.col("key").is_not_null())
    for row in clocks.iter_rows(named=True):
        clause = clause_of(row, desk.rules)
        if isinstance(clause, Promise) and clause.silence is not None:
            values = tuple(sorted(str(value) for value in json.loads(row["key"]).values()))
            words = (str(value) for name, value in clause.silence.with_.items() if name not in clause.match)
            yield (row["case_id"], row["started_at"], values), "；".join(words)


def _silences(desk: Desk) -> Iterator[Silence]:
    """What silence means, wherever it means something."""
    for ruling in desk.rules.of_kind("promise"):
        for edition in ruling.editions:
            if isinstance(edition.clause, Promise) and edition.clause.silence is not None:
                yield edition.clause.silence


def _kinds(pack: Pack) -> frozenset[str]:
    """The kinds of case that can be handed over; remembered for the text in force."""
    if pack.digest not in _KINDS:
        _KINDS.clear()
        kinds = Ways.of(pack).kinds
        _KINDS[pack.digest] = frozenset(kind for kind, ways in kinds.items() if any(way.offers for way in ways))
    return _KINDS[pack.digest]


_KINDS: dict[str, frozenset[str]] = {}
