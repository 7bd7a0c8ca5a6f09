"""`promise`: after A, B happens within a limit on a clock that can pause and be extended (grammar 1.3)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from yinuo.engine.clauses.common import (
    Clause,
    DueTime,
    FieldLimit,
    FirstDay,
    LimitText,
    Names,
    RestDayStart,
    Roll,
    Rung,
    Text,
)
from yinuo.engine.clauses.conditions import ConditionText, EventText
from yinuo.kernel.limits import Limit


class LimitRow(Text):
    """One row of a limit table: its conditions (none = always) and its limit."""

    when: ConditionText | None = None
    limit: LimitText | FieldLimit


def _row(raw: object) -> object:
    if not isinstance(raw, dict) or "when" in raw:
        return raw
    rest = {key: value for key, value in raw.items() if key != "limit"}
    return {"limit": raw.get("limit"), **({"when": rest} if rest else {})}


def _within(raw: object) -> object:
    if isinstance(raw, str):
        return (LimitRow(limit=Limit.parse(raw)),)
    if isinstance(raw, dict):
        return (LimitRow(limit=FieldLimit.model_validate(raw)),)
    if isinstance(raw, (list, tuple)) and raw:
        return tuple(one if isinstance(one, LimitRow) else LimitRow.model_validate(_row(one)) for one in raw)
    raise ValueError(f'{raw!r} is no limit; write "5 workdays", {{ field = "…" }} or rows [{{ …, limit = "…" }}]')


class Pause(Text):
    """Time that does not count, from one event to another; `cap` ends it by itself, `needs` are compulsory fields."""

    from_: EventText = Field(alias="from")
    to: EventText | None = None
    match: dict[str, str] = {}
    cap: LimitText | FieldLimit | None = None
    needs: Names = ()
    when: ConditionText | None = None


class Extension(Text):
    """A longer limit granted in time: by a length, or to a date; at most `max` long and `times` often."""

    on: EventText
    by: LimitText | FieldLimit | None = None
    to: str | None = None
    max: LimitText | None = None
    times: Annotated[int, Field(ge=1)] = 1
    needs: Names = ()
    if_void: str | None = None


class Silence(Text):
    """What it means when nothing happened by the due date, and from which day that counts."""

    means: str
    with_: dict[str, Any] = Field({}, alias="with")
    dated: Literal["start", "lapse"] = "lapse"


def _no_list(raw: object) -> object:
    return raw if isinstance(raw, (list, tuple, str)) else [raw]


class Promise(Clause):
    """One promise. Exactly one of `within` and `due_on` (or neither with `soft`: refused)."""

    on: EventText
    until: EventText
    dated: str | None = None
    void: EventText = ()
    match: dict[str, str] = {}
    again: Literal["ignore", "restart", "stack"] = "ignore"
    moved: EventText = ()
    """What moves a running clock's limit: taken anew as of the day of the last such event, counted from the old start."""
    thread: Names = ("case",)
    within: Annotated[
        tuple[LimitRow, ...],
        PlainValidator(_within),
        WithJsonSchema(
            {"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
        ),
    ] = ()
    due_on: str | None = None
    ahead: LimitText | None = None
    pause: Annotated[tuple[Pause, ...] | str, BeforeValidator(_no_list)] = ()
    extend: Extension | None = None
    silence: Silence | None = None
    levels: tuple[Rung, ...] | str = ()
    answers: str = "holder"
    party: bool = False
    due_time: DueTime | None = None
    applies_by: str | None = None
    basis: Literal["statutory", "promised", "step", "ordered"] = "promised"
    roll: Roll | None = None
    first_day: FirstDay | None = None
    rest_day_start: RestDayStart | None = None
    soft: bool = False
    public_reason: bool = False
