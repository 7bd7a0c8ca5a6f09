"""`table`: which facts give which result, row by row; with `grant`, who is entitled to what (grammar part 2, 2.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from yinuo.engine.clauses.common import Clause, FieldLimit, LimitText, Names, Text
from yinuo.engine.clauses.conditions import ConditionText, EventText


class TableRow(Text):
    """One row: when it holds, then these results. `zh` is how the text words it, for the sentence of a refusal."""

    when: ConditionText
    then: dict[str, Any] = {}
    zh: str | None = None
    en: str | None = None


class Cap(Text):
    """How many may be granted: a share of the events `of` (or `most`, a number) of each `by` in each `per`.

    The share is a guard at the moment of the command; the engine counts and publishes it.
    """

    share: Annotated[Decimal, Field(gt=0, le=1)] | None = None
    most: Annotated[int, Field(ge=1)] | None = None
    of: EventText = ()
    for_: ConditionText | None = Field(None, alias="for")
    per: Literal["day", "week", "month", "quarter", "half", "year"] = "month"
    by: Literal["unit", "city"] = "unit"
    over: Literal["refuse", "queue", "flag"] = "flag"

    def allowed(self, of: int) -> float:
        """How many may be granted where there are so many of them."""
        return float(self.most or 0) if self.share is None else float(self.share) * of


class Number(Text):
    """What is granted is numbered: the field that holds the number, and how it is made (`JK-{year}-{seq:4}`)."""

    field: str
    as_: str = Field(alias="as")


class Grant(Text):
    """What makes a table an entitlement: what the giving must name (reason, approver …), how many there may be.

    What is granted is in force for `valid`, from the giving or its renewal (`renew`), until that runs out (`ends`, an
    activity nobody does) or it is taken back (`revoke`). `uses` are the activities it entitles to, `benefits` the words
    that their field `benefit` may hold.
    """

    needs: Names = ()
    cap: Cap | None = None
    number: Number | None = None
    valid: LimitText | FieldLimit | None = None
    ends: str | None = None
    renew: Names = ()
    revoke: Names = ()
    uses: Names = ()
    benefits: Names = ()


class FromRegister(Text):
    """Rows that are the entries of a register in force that day: which columns must be equal, which give results."""

    register_: str = Field(alias="register")
    on: dict[str, str] = Field(min_length=1)
    then: dict[str, str] = {}


class Table(Clause):
    """A decision table. `on` asks, `gives` writes the results; what the rows do not give may not be given.

    `rows_from` reads the rows from a file beside the text (`bands.csv`, read when the text is) or from a register.
    """

    on: EventText
    gives: EventText = ()
    match: Literal["first", "all"] = "first"
    rows: tuple[TableRow, ...] = ()
    rows_from: FromRegister | str | None = None
    otherwise: dict[str, Any] = {}
    as_of: str | None = None
    grant: Grant | None = None
    level: str | None = None
    block: bool = True
    answers: str = "holder"
