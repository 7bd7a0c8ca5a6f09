"""CloudEvents into facts: what the API and `yinuo import` hand on is made here, so both send the same (regression 23)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Literal

import structlog
from django.db import DataError, OperationalError
from django.utils.translation import gettext as _
from psycopg import errors

from yinuo.city.api.reporting import batches
from yinuo.city.api.reporting.batches import Way
from yinuo.city.cases import commands
from yinuo.city.cases.acts import OWN, Act, Done, Refused
from yinuo.city.people.actor import Actor

MOST = 5_000
"""Events in one batch."""
LONGEST = 200
"""Characters of an id, a source, a type or a subject."""
TRIES = 3
CASE = ("kind", "item", "unit", "region", "step")
"""What `data` says beside its fields: of the case when it opens; the unit in whose name it was done, and the step."""
APART = frozenset({*CASE, "case", "person", "recorded_at", "sequence", "event_id", "actor"})
"""What is no field. The last four an exported event carries and nobody may claim: we record when and from whom we heard."""

Status = Literal["stored", "duplicate", "refused"]
log = structlog.get_logger("yinuo.api")


@dataclass(slots=True)
class Taken:
    """What became of one event: stored now, known before, or refused with a stable code and a sentence."""

    id: str | None
    source: str | None
    status: Status
    case_id: str | None = None
    receipt: str | None = None
    code: str | None = None
    reason: str | None = None
    field: str | None = None


def take(events: Sequence[Any], *, actor: Actor, now: datetime, way: Way = "api") -> list[Taken]:
    """Write down what a system reports, in the order given; for each event what became of it.

    The same event (source, id) again changes nothing. What became of the batch is kept with it (peers row 69). Raises
    NotAllowed when the actor may report nothing.
    """
    return [
        _refused(event, outcome)
        if isinstance(outcome, Refused)
        else Taken(
            event["id"], event["source"], "stored" if outcome.is_new else "duplicate", outcome.case_id, outcome.receipt
        )
        for event, outcome in zip(events, outcomes(events, actor=actor, now=now, way=way), strict=True)
    ]


def outcomes(events: Sequence[Any], *, actor: Actor, now: datetime, way: Way) -> list[Done | Refused]:
    """The same, but for how it is told."""
    acts: list[Act] = []
    unread: list[tuple[int, Refused]] = []
    for index, event in enumerate(events):
        try:
            acts.append(act_of(event))
        except Refused as refused:
            unread.append((index, refused))
    found = recorded(acts, actor=actor, now=now, unread=[refused.code for _index, refused in unread], way=way)
    for index, refused in unread:
        found.insert(index, refused)
    return found


def recorded(
    acts: Sequence[Act], *, actor: Actor, now: datetime, unread: Sequence[str] = (), way: Way = "api"
) -> list[Done | Refused]:
    """`cases.commands.record`, begun again after a deadlock, and in halves when the database cannot hold something.

    So one event that cannot be kept is refused by itself and takes no other with it. `unread` are the codes of what
    came in the same batch and was no event.
    """
    note = partial(batches.write, acts, unread=unread, actor=actor, now=now, way=way)
    for left in reversed(range(TRIES)):
        try:
            return commands.record(acts, actor=actor, now=now, beside=note)
        except (DataError, OperationalError) as error:
            if isinstance(error.__cause__, errors.DeadlockDetected | errors.SerializationFailure) and left:
                continue
            if not isinstance(error, DataError) and not isinstance(error.__cause__, errors.ProgramLimitExceeded):
                raise
            if len(acts) == 1:
                log.warning("event_not_storable", case_id=acts[0].case_id, error=type(error.__cause__).__name__)
                alone = [Refused("not_storable", _("其中有数据库不能保存的内容（过长或含有不能保存的字符），请核对。"))]
                commands.record((), actor=actor, now=now, beside=partial(_instead, partial(note, alone)))
                return [*alone]
            break
    half = len(acts) // 2
    first = recorded(acts[:half], actor=actor, now=now, unread=unread, way=way)
    return [*first, *recorded(acts[half:], actor=actor, now=now, way=way)]


def note_unread(codes: Sequence[str], *, actor: Actor, now: datetime) -> None:
    """Keep how many lines of a file told no event, by code."""
    note = partial(batches.write, (), (), unread=codes, actor=actor, now=now, way="import")
    commands.record((), actor=actor, now=now, beside=partial(_instead, note))


def _instead(note: Callable[[], None], _outcomes: object) -> None:
    note()


def act_of(event: Any) -> Act:
    """The fact a CloudEvent tells. Raises Refused with what is wrong with it.

    `subject` is the case, `type` the activity, `data` the fields beside `step`, `unit` and, on opening, `kind`, `item`,
    `region` (also as `data.case`); `data.person` are personal fields, kept apart and encrypted.
    """
    if type(event) is not dict and not isinstance(event, Mapping):
        raise Refused("not_an_event", _("这不是一个 CloudEvents 事件（应当是 JSON 对象）。"))
    if event.get("specversion") != "1.0":
        raise Refused("not_an_event", _("specversion 应当是 1.0。"), field="specversion")
    words: tuple[Any, ...] = (event.get("id"), event.get("source"), event.get("type"), event.get("subject"))
    if not _are_words(words):
        raise _no_word(event)
    if words[1] in OWN:
        sentence = _("来源“%(source)s”只用于本系统，请用您系统自己的名称。")
        raise Refused("not_your_source", sentence % {"source": words[1]}, field="source")
    data = event.get("data")
    if data is None:
        data = {}
    elif not isinstance(data, dict):
        raise Refused("bad_data", _("data 应当是 JSON 对象。"), field="data")
    return _act(words, moment(event.get("time")), data)


def _act(words: Sequence[str], at: datetime, data: dict[str, Any]) -> Act:
    event_id, source, activity, case_id = words
    if APART.isdisjoint(data):
        return Act(case_id, activity, at, data, None, None, None, None, None, source, event_id)
    case = data.get("case")
    if isinstance(case, dict):
        data = {**{name: value for name, value in case.items() if name != "person"}, **data}
    said = [data.get(name) for name in CASE]
    given = tuple([value for value in said if value is not None])
    if given and not _are_words(given):
        name = next(name for name in CASE if data.get(name) is not None and not _are_words((data[name],)))
        raise Refused("bad_data", _("“%(name)s”应当是 1 到 200 个字的文字。") % {"name": name}, field=name)
    fields = {name: value for name, value in data.items() if name not in APART}
    kind, item, unit, region, step = said
    person = data.get("person")
    return Act(
        case_id, activity, at, fields, kind, item, unit, region, step, source, event_id, None,
        {} if person is None else _person(person),
    )  # fmt: skip


def _person(raw: Any) -> dict[str, str]:
    if isinstance(raw, dict) and all(isinstance(one, str) and "\x00" not in one for one in raw.values()):
        return raw
    raise Refused("bad_data", _("“person”应当是文字组成的 JSON 对象。"), field="person")


def _are_words(values: tuple[Any, ...]) -> bool:
    """Whether all are texts of 1 to LONGEST characters that can be printed."""
    try:
        whole = "".join(values)
        return all(values) and whole.isprintable() and (len(whole) <= LONGEST or max(map(len, values)) <= LONGEST)
    except TypeError:
        return False


def _no_word(event: Mapping[str, Any]) -> Refused:
    names = [name for name in ("id", "source", "type", "subject") if not _are_words((event.get(name),))]
    sentence = _("“%(name)s”应当是 1 到 200 个字的文字，不含控制字符。")
    return Refused("bad_event", sentence % {"name": names[0]}, field=names[0])


def moment(raw: Any) -> datetime:
    """The instant of an RFC 3339 text with its offset. Raises Refused."""
    if isinstance(raw, str):
        try:
            at = datetime.fromisoformat(raw)
        except ValueError:
            at = None
        if at is not None and at.tzinfo is not None and 1900 <= at.year <= 2200:
            return at
    raise Refused("bad_time", _("time 应当是带时区的时间，例如 2026-03-02T10:00:00+08:00。"), field="time")


def _refused(event: Any, refused: Refused) -> Taken:
    known = event if isinstance(event, Mapping) else {}
    names = [known.get(name) for name in ("id", "source", "subject")]
    event_id, source, case_id = (name if isinstance(name, str) else None for name in names)
    return Taken(event_id, source, "refused", case_id, None, refused.code, refused.sentence, refused.field)
