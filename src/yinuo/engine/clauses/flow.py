"""`flow`: a kind of case, its fields, its steps, who holds it and when it is over (grammar 1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from yinuo.engine.clauses.choices import Choices
from yinuo.engine.clauses.common import Clause, Names, Text
from yinuo.engine.clauses.conditions import ConditionText, EventText


class FieldType(Choices):
    """What a field holds: a type word, and for choices what there is to choose from (short form: their list)."""

    is_: str = Field(alias="is")
    in_: str | None = Field(None, alias="in")
    sealed: Names = ()
    one: bool = False
    derived: bool = False
    """Worked out from other fields: nobody fills it in."""
    zh: str | None = None
    en: str | None = None

    @property
    def table(self) -> str | None:
        """The dated table of whose rows a choice without words of its own picks; null for every other field."""
        return self.in_ if self.is_.removeprefix("list:") == "choice" and not self.of else None


def _field_type(raw: object) -> object:
    if isinstance(raw, list):
        return {"is": "choice", "of": raw}
    return {"is": raw} if isinstance(raw, str) else raw


NEEDS = ("all", "any", "majority")


def _needs(raw: object) -> object:
    if isinstance(raw, (int, Fraction)) and not isinstance(raw, bool) and raw > 0:
        return raw
    if isinstance(raw, str) and raw in NEEDS:
        return raw
    if isinstance(raw, str) and "/" in raw:
        over, _, under = raw.partition("/")
        if over.isdecimal() and under.isdecimal() and 0 < int(over) <= int(under):
            return Fraction(int(over), int(under))
    raise ValueError(f'{raw!r} is no rule for signing; write "all", "any", "majority", a number, or a share like "2/3"')


class Sign(Text):
    """How those a step over a list asks decide together: which answers are a yes, how many it takes, who may veto.

    `no` is by default every other activity of the step; what is in neither abstains. `allows` names the activities that
    only what is carried allows: with `level` they are refused, and found, while it is not.
    """

    yes: Names
    no: Names = ()
    needs: Annotated[
        int | Fraction | Literal["all", "any", "majority"],
        PlainValidator(_needs),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string"}]}),
    ] = "all"
    veto: bool | Names = False
    wait: bool | None = None
    """Whether all are heard although it is decided already; by default only where all must agree."""
    allows: Names = ()
    level: str | None = None


class Delegate(Text):
    """A step may be given to a person by whoever does it: `does` gives it to whom the field `to` names, `back` takes it back.

    The giver stays named and answers; the person given it does the step until it is done or taken back.
    """

    does: str
    to: str
    back: str | None = None


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
    sign: Sign | None = None
    delegate: Delegate | None = None
    ask: Names = ()
    optional: bool = False
    repeat: bool = False
    anytime: bool = False
    auto: bool = False
    gives: str | None = None
    """The step this one gives to the person its one compulsory field names. Never written: `delegate` means it."""
    returns: str | None = None
    """The step this one takes back from whom it was given. Never written: `delegate` means it."""


_MADE = ("gives", "returns")
_SHARED = ("by", "not_by", "after", "when", "each", "as")


def _with_giving(raw: object) -> object:
    """The steps as written, and after them those that `delegate` means: `<id>-given` and `<id>-back`."""
    if not isinstance(raw, (list, tuple)):
        return raw
    made: list[object] = []
    for step in raw:
        if not isinstance(step, Mapping):
            continue
        if strange := [key for key in _MADE if key in step]:
            raise ValueError(
                f'{strange[0]} is not written; write delegate = {{ does = "…", to = "…" }} in the step given'
            )
        told = step.get("delegate")
        if isinstance(told, Mapping) and "id" in step:
            base = {key: step[key] for key in _SHARED if key in step} | {"optional": True, "repeat": True}
            given = {"id": f"{step['id']}-given", "does": told.get("does"), "ask": told.get("to"), "gives": step["id"]}
            back = {"id": f"{step['id']}-back", "does": told.get("back"), "returns": step["id"]}
            made += [base | one for one in (given, back) if one["does"] is not None]
    return (*raw, *made)


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
    steps: Annotated[tuple[Step, ...], BeforeValidator(_with_giving)] = ()
    back: tuple[Back, ...] = ()
    opened_by: tuple[OpenedBy, ...] = ()
    once_per: Names = ()
    mirror: dict[str, str] = {}
    """What is told on the case that the field `to` names: on its opening, its end, or one of the ways it can end."""
    hide: tuple[Hide, ...] = ()
    board: dict[str, Any] = {}
    public: bool | ConditionText | None = None
    served: Names = ()
    """What the party is served with, beside how a case begins and ends and what the party itself does: told with its words."""
    told: Names = ()
    """What the party is told was done, without what was written; all else is among offices."""
