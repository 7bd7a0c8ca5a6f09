"""`flow`: a kind of case, its fields, its steps, who holds it and when it is over (grammar 1.2)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from yinuo.engine.clauses.common import Clause, Names, Text
from yinuo.engine.clauses.conditions import ConditionText, EventText


class FieldType(Text):
    """What a field holds: a type word, and for choices the words there are (short form: their list)."""

    is_: str = Field(alias="is")
    of: tuple[Any, ...] = ()
    in_: str | None = Field(None, alias="in")
    sealed: Names = ()
    one: bool = False
    zh: str | None = None
    en: str | None = None


def _field_type(raw: object) -> object:
    if isinstance(raw, list):
        return {"is": "choice", "of": raw}
    return {"is": raw} if isinstance(raw, str) else raw


class Step(Text):
    """One step: who does what after which other steps."""

    id: str
    by: str | None = None
    not_by: Names = ()
    does: Names
    after: Names = ()
    when: ConditionText | None = None
    each: str | None = None
    as_: str | None = Field(None, alias="as")
    ask: Names = ()
    optional: bool = False
    repeat: bool = False
    anytime: bool = False
    auto: bool = False


class Back(Text):
    """An activity that reopens a step and everything after it."""

    on: EventText
    to: str


class OpenedBy(Text):
    """An event that opens a case of this kind, and the fields taken over."""

    on: EventText
    copy_: dict[str, str] = Field({}, alias="copy")


class Hide(Text):
    """Who may not see cases of this kind, and until when."""

    when: ConditionText | None = None
    from_: str = Field(alias="from")
    until: str


class Flow(Clause):
    """A kind of case; its id is the kind."""

    opens: str
    ends: Names
    holder: dict[str, str] = {}
    fields: dict[str, Annotated[FieldType, BeforeValidator(_field_type)]] = {}
    steps: tuple[Step, ...] = ()
    back: tuple[Back, ...] = ()
    opened_by: tuple[OpenedBy, ...] = ()
    once_per: Names = ()
    mirror: dict[str, str] = {}
    hide: tuple[Hide, ...] = ()
    board: dict[str, Any] = {}
    public: bool | ConditionText | None = None
