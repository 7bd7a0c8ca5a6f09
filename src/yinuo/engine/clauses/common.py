"""What every clause has, and the small words several clauses share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema

from yinuo.engine.clauses.conditions import ConditionText
from yinuo.kernel.limits import Limit


def _limit(raw: object) -> Limit:
    if isinstance(raw, Limit):
        return raw
    if not isinstance(raw, str):
        raise ValueError(f'{raw!r} is not a length of time; write for example "5 workdays"')
    return Limit.parse(raw)


def _many(raw: object) -> object:
    return raw if isinstance(raw, (list, tuple)) else [raw]


LimitText = Annotated[
    Limit,
    PlainValidator(_limit),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+ (office )?[a-z-]+$", "examples": ["5 workdays", "24 hours"]}),
]
Names = Annotated[tuple[str, ...], BeforeValidator(_many)]

DueTime = Literal["end_of_day", "closing", "same_time"]
FirstDay = Literal["excluded", "included"]
Roll = Literal["next", "none", "previous"]
RestDayStart = Literal["next_is_day_1", "as_next_workday"]


class Text(BaseModel):
    """A frozen table of the text; an unknown key is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Clause(Text):
    """The keys every clause may carry."""

    zh: str
    en: str | None = None
    for_: ConditionText | None = Field(None, alias="for")
    like: str | None = None
    note: str | None = None
    source: str | None = None
    status: str | None = None
    assumed: Names = ()


class Rung(Text):
    """One step of a ladder: a level and the moment it is reached (exactly one of share, left, late)."""

    level: str
    share: Any = Field(None, json_schema_extra={"type": "number"})
    left: LimitText | None = None
    late: LimitText | Literal[0] | None = None
    tell: Names = ()
    when: ConditionText | None = None
    then: dict[str, Any] | None = None


class FieldLimit(Text):
    """A limit read from a field of the opener: `{ field = "item.promised", or = "20 workdays" }`."""

    field: str
    or_: LimitText | None = Field(None, alias="or")
    take: Literal["max"] | None = None
