"""How a log of other words is read: the `[log]` and `[vocabulary]` tables of pack.toml as frozen models (grammar 1.7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Constant(_Words):
    """A value that is the same in every row: `{ value = "ticket" }`."""

    value: str


Column = str | Constant
"""The name of one of their columns, or a constant instead of one."""


def _moment(raw: object) -> object:
    return [raw] if isinstance(raw, dict) else raw


class Moment(_Words):
    """An event that their table holds as a column: `{ do = "opened", at = "OPEN_DT" }`; the rest are its own columns."""

    do: str
    at: str
    recorded_at: str | None = None
    actor: Column | None = None
    unit: Column | None = None
    fields: dict[str, Column] = {}


class Vocabulary(_Words):
    """Their word = ours; a word not listed passes unchanged. `values` is per field of ours (also kind, item, region)."""

    activities: dict[str, str] = {}
    units: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}


class LogText(_Words):
    """`[log]`; what is absent keeps our own column names, so a log written by us needs no mapping."""

    table: Literal["cases", "events"] = "events"
    case_id: str = "case_id"
    activity: Column | None = None
    at: str | None = None
    recorded_at: str | None = None
    event_id: str | None = None
    sequence: str | None = None
    actor: Column | None = None
    step: Column | None = None
    unit: Column | None = None
    item: Column | None = None
    region: Column | None = None
    kind: Column | None = None
    fields: dict[str, Column] = {}
    event: Annotated[tuple[Moment, ...], BeforeValidator(_moment)] = ()
    zone: str | None = None
    format: str | None = None
    times: Literal["instant", "date"] = "instant"
    ambiguous: Literal["first", "last", "reject"] = "reject"
    backwards: Literal["reject", "end_at_start"] = "reject"
    not_before: date | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    case_object: str | None = None
    vocabulary: Vocabulary = Field(default_factory=Vocabulary, exclude=True)
