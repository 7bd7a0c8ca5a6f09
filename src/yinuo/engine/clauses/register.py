"""`register`: a book whose every entry is a case, with its duties written beside its fields (grammar 1.6; part 2, 2.7)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from yinuo.engine.clauses.choices import Choices, ChoiceWord, Named
from yinuo.engine.clauses.common import Clause, FieldLimit, LimitText, Names, Rung, Text
from yinuo.engine.clauses.conditions import ConditionText

ENTERED, CHANGED, VERIFIED, PUBLISHED = "entered", "changed", "verified", "published"
PROLONGED, CLOSED, REOPENED, STRUCK = "prolonged", "closed", "sent_back", "struck"
MOVED, DISPOSED = "moved", "disposed"
ACTIVITIES: Mapping[str, str] = {
    ENTERED: "登记", CHANGED: "变更登记", VERIFIED: "审核", PUBLISHED: "公布",
    PROLONGED: "批准延期", CLOSED: "核销", REOPENED: "不予核销", STRUCK: "注销",
    MOVED: "转入下一状态", DISPOSED: "期满处置",
}  # fmt: skip
"""What happens to an entry, the same words in every register."""
ACTS: Mapping[str, str] = {
    ENTERED: "Enter in the register", CHANGED: "Change the entry", VERIFIED: "Verify", PUBLISHED: "Publish",
    PROLONGED: "Extend", CLOSED: "Write off", REOPENED: "Refuse to write off", STRUCK: "Strike off",
    MOVED: "Move to the next state", DISPOSED: "Dispose of",
}  # fmt: skip
"""What a person does to an entry, as an English button says it."""
STAGE = "stage"
"""The field that holds where an entry of a register with `states` stands."""
TOUCHES = (ENTERED, CHANGED)
"""The activities that say what an entry holds."""

_ALIASES = {
    "long": "text", "people": "list:person", "units": "list:unit", "items": "list:item", "files": "list:file",
    "enterprise": "party", "household": "party",
}  # fmt: skip
"""Words of a register's fields and the type of a case's field they mean."""
Access = Literal["public", "internal", "handlers", "sealed"]
ACCESS: tuple[Access, ...] = ("public", "internal", "handlers", "sealed")
"""Who may read, from everybody to nobody but those named."""


class Roll(Text):
    """What the entries of another register that name this one come to: how many, how much, the newest, how many values."""

    roll: Literal["count", "sum", "latest", "distinct"]
    of: str
    field: str | None = None
    where: ConditionText | None = None


Operands = Annotated[tuple[str, ...], Field(max_length=2)]
_ROLLED = ("roll", "of", "field", "where")


class RegisterField(Choices):
    """A field of an entry: `"type"`, `"type!"` (compulsory), `["a", "b"]` (choices) or this table."""

    is_: str = Field(alias="is")
    in_: str | None = Field(None, alias="in")
    required: bool = False
    many: bool = False
    min: Any = None
    max: Any = None
    private: Access | None = None
    sealed: Names = ()
    one: bool = False
    minus: Operands = ()
    plus: Operands = ()
    times: Operands = ()
    ratio: Operands = ()
    days: Operands = ()
    """From the first date to the second."""
    lookup: str | None = None
    """What a decision table gives for the entry: `table:band.low`."""
    roll: Roll | None = None
    zh: str | None = None
    en: str | None = None

    @property
    def operands(self) -> tuple[str, ...]:
        """The fields of the entry it is worked out from by arithmetic."""
        return self.minus or self.plus or self.times or self.ratio or self.days

    @property
    def is_derived(self) -> bool:
        """Whether it is worked out and never filled in."""
        return bool(self.operands) or self.lookup is not None or self.roll is not None

    @property
    def word(self) -> str:
        """The type this is as a field of a case."""
        own = "case" if self.is_.startswith("entry:") else _ALIASES.get(self.is_, self.is_)
        return f"list:{own}" if self.many and not own.startswith("list:") else own

    @property
    def book(self) -> str | None:
        """The id of the register whose entry this names (`entry:disclosure/catalogue`); null for other types."""
        return self.is_.rpartition("/")[2] if self.is_.startswith("entry:") else None


_TYPES = {"minus": "number", "plus": "number", "times": "number", "ratio": "number", "days": "int", "lookup": "text",
          "roll": "number"}  # fmt: skip
"""What a derived field holds where the text does not say."""


def _field(raw: object) -> object:
    if isinstance(raw, str):
        return {"is": raw.removesuffix("!"), "required": raw.endswith("!")}
    if isinstance(raw, list):
        return {"is": "choice", "of": raw}
    if isinstance(raw, Mapping) and (how := [name for name in _TYPES if name in raw]):
        kept = {key: value for key, value in raw.items() if "roll" not in raw or key not in _ROLLED}
        rolled = {"roll": {key: raw[key] for key in _ROLLED if key in raw}} if "roll" in raw else {}
        default = {"count": "int", "distinct": "int", "latest": "text"}.get(str(raw.get("roll")), _TYPES[how[0]])
        return {"is": default, **kept, **rolled}
    if isinstance(raw, Mapping) and isinstance(raw.get("is"), str) and str(raw["is"]).endswith("!"):
        return {**raw, "is": raw["is"].removesuffix("!"), "required": True}
    if isinstance(raw, Mapping) and "is" not in raw and "of" in raw:
        return {**raw, "is": "choice"}
    return raw


class Due(Text):
    """By when an entry is closed: on the day a field names, or within a limit of its entry."""

    on: str | None = None
    within: LimitText | FieldLimit | None = None
    levels: tuple[Rung, ...] | str = ()
    basis: Literal["statutory", "promised", "step", "ordered"] = "ordered"


class Prolong(Text):
    """A later day (`to`) or more time (`by`), so often at most, with these fields."""

    to: str | None = None
    by: LimitText | FieldLimit | None = None
    max: LimitText | None = None
    times: Annotated[int, Field(ge=1)] = 1
    needs: Names = ()
    approver: str
    if_void: str | None = None


class Close(Text):
    """How an entry is written off: by whom, never by those in `not`, with these fields, from these states."""

    by: str
    not_: tuple[Literal["enterer", "handler", "verifier"], ...] = Field(("enterer", "handler"), alias="not")
    needs: Names = ()
    children: str | None = None
    """`register:issue.project`: not while an entry of that register names this one in that field and is open."""
    state: str | None = None
    """Only from this one of the register's `states`."""
    level: str | None = None


class Strike(Text):
    """When an entry may be taken out of the book, and that its enterer does not do it."""

    by: str
    when: ConditionText | None = None
    needs: Names = ()
    not_: tuple[Literal["enterer", "handler", "verifier"], ...] = Field(("enterer", "handler"), alias="not")


class Filled(Text):
    """As long as `where` holds these fields may not be empty."""

    where: ConditionText
    fields: Names
    zh: str | None = None
    en: str | None = None
    level: str | None = None


class Refusal(Text):
    """An entry of which `when` holds is refused with this sentence."""

    when: ConditionText
    zh: str
    en: str | None = None
    level: str | None = None


class Cadence(Text):
    """At least one per period: of every open entry (`per = "entry"`), or of every unit (`per = "unit:town"`)."""

    every: str
    per: str = "entry"
    does: str | None = None
    min: Annotated[int, Field(ge=1)] = 1
    grace: LimitText | None = None
    where: ConditionText | None = None
    zh: str | None = None
    en: str | None = None
    level: str | None = None


class Publish(Text):
    """What the public may read of an entry, who lets it out, on which medium, and how often it is renewed."""

    fields: Names
    where: ConditionText | None = None
    checker: str | None = None
    every: LimitText | FieldLimit | None = None
    medium: Named = Choices(of={"portal": ChoiceWord(zh="门户网站", en="portal")})
    levels: tuple[Rung, ...] | str = ()


def _many(raw: object) -> object:
    return [raw] if isinstance(raw, Mapping) else raw


class Register(Clause):
    """A book of entries. Its duties expand at load into a flow, promises, constraints and figures on the entries."""

    key: Names
    fields: dict[str, Annotated[RegisterField, BeforeValidator(_field)]]
    date: str | None = None
    enter: str
    verify: str | None = None
    holder: str = "unit"
    due: Due | None = None
    extend: Prolong | None = None
    close: Close | None = None
    strike: Strike | None = None
    while_: Annotated[tuple[Filled, ...], BeforeValidator(_many)] = Field((), alias="while")
    refuse: Annotated[tuple[Refusal, ...], BeforeValidator(_many)] = ()
    complete: str | None = None
    cadence: Annotated[tuple[Cadence, ...], BeforeValidator(_many)] = ()
    publish: Publish | None = None
    private: Access = "internal"
    unique: bool = False
    states: Named = Choices()
    """Where an entry can stand, in the order it goes through them; it begins in the first."""
    retain: LimitText | FieldLimit | None = None
    """How long an entry is kept after it is over."""
    level: str

    @cached_property
    def derived(self) -> dict[str, RegisterField]:
        """The fields nobody fills in."""
        return {name: one for name, one in self.fields.items() if one.is_derived}

    def columns(self) -> dict[str, str]:
        """The columns of its entries as a dated table, beside id, from and until: its fields, unit, state."""
        stage = {STAGE: "choice"} if self.states.of else {}
        return {"unit": "unit", "state": "text", **stage, **{name: one.word for name, one in self.fields.items()}}
