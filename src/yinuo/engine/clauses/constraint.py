"""`constraint`: what must, may not, or must first happen; Declare templates and two of ours (grammar 1.4, 2.5)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from yinuo.engine.clauses.common import Clause, LimitText, Names, Text
from yinuo.engine.clauses.conditions import EventText
from yinuo.engine.clauses.flow import Step
from yinuo.engine.clauses.table import TableRow

Template = Literal[
    "existence", "absence", "exactly", "init", "end",
    "responded_existence", "coexistence", "not_coexistence",
    "response", "precedence", "succession", "not_succession",
    "alternate_response", "alternate_precedence", "alternate_succession",
    "chain_response", "chain_precedence", "chain_succession", "not_chain_succession",
    "choice", "exclusive_choice", "follows_flow", "in_order", "entitled", "countersigned",
]  # fmt: skip


class Gap(Text):
    """The distance two events must keep: at least `min`, at most `max` apart."""

    min: LimitText | None = None
    max: LimitText | None = None


class FieldNumber(Text):
    """A count read from a field: `{ field = "item.visits" }`."""

    field: str


class While(Text):
    """The scope between an event and its matching end."""

    from_: EventText = Field(alias="from")
    to: EventText
    match: dict[str, str] = {}


class Constraint(Clause):
    """One rule over the events of a thread. Ordered rules take `first` and `then`, always in time order.

    Two are never written. Tables and registers expand to `entitled`: its `rows` say when its `event` may happen. Steps with
    `sign` expand to `countersigned`: `then` only while the answers `first` of the step `signed` carry it.
    """

    rule: Template
    event: EventText = ()
    first: EventText = ()
    then: EventText = ()
    one: EventText = ()
    other: EventText = ()
    min: Annotated[int, Field(ge=0)] | FieldNumber | None = None
    max: Annotated[int, Field(ge=0)] | FieldNumber | None = None
    distinct: str | None = None
    same: Names = ()
    differ: Names = ()
    gap: Gap | None = None
    rolling: LimitText | None = None
    after: EventText = ()
    before: EventText = ()
    while_: While | None = Field(None, alias="while")
    unless: EventText = ()
    rows: tuple[TableRow, ...] = ()
    match: Literal["first", "all"] = "first"
    signed: Step | None = None
    thread: Names = ("case",)
    level: str
    review: bool = False
    block: bool = False
    answers: str = "holder"
    applies_by: str | None = None
