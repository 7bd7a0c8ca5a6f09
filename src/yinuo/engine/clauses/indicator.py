"""`indicator`: a figure over cases, clocks, findings … by subject and period (grammar part 2, 2.1)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from yinuo.engine.clauses.common import Clause, Names, Text
from yinuo.engine.clauses.conditions import ConditionText

Measure = Literal[
    "count", "share", "sum", "mean", "median", "p90", "min", "max", "distinct", "ratio", "cut", "change", "streak",
    "score",
]  # fmt: skip
Period = Literal["day", "week", "month", "quarter", "half", "year", "all"]


class Mapped(Text):
    """A code turned into a number: `{ field = "grade", map = { "警告" = 10 } }`."""

    field: str
    map: dict[str, Any] = {}


class Part(Text):
    """A figure that goes into a score with its weight; `line` = the values worth nothing and worth all, when it is no share."""

    of: str
    weight: float = Field(gt=0)
    line: tuple[float, float] | None = None
    missing: Literal["unrated", "reweigh", "zero"] = "unrated"

    @field_validator("line")
    @classmethod
    def _is_a_stretch(cls, line: tuple[float, float] | None) -> tuple[float, float] | None:
        if line is not None and line[0] == line[1]:
            raise ValueError(
                f"the line begins and ends at {line[0]:g}; write what is worth nothing, then what is worth all"
            )
        return line

    def worth(self, value: float) -> float:
        """From 0 to 1."""
        low, high = self.line or (0.0, 1.0)
        return min(1.0, max(0.0, (value - low) / (high - low)))


class Indicator(Clause):
    """One figure: its population (`where`), its numerator (`count`), who it is about and over which period."""

    over: str = "cases"
    measure: Measure = "count"
    where: ConditionText | None = None
    count: ConditionText | None = None
    value: str | Mapped | None = None
    of: str | None = None
    per: str | None = None
    versus: Literal["1y", "1p"] | None = None
    times: float = 1.0
    """What a ratio is multiplied by: 1,000 gives so many per thousand."""
    parts: tuple[Part, ...] = ()
    holds: ConditionText | None = None
    subject: str = "unit"
    period: Period = "month"
    at: str | None = None
    stock: bool = False
    by: Names = ()
    exempt: ConditionText | None = None
    min_n: int = Field(1, ge=1)
    interval: Literal["wilson", "none"] | None = None
    better: Literal["high", "low"] = "high"
    target: Any = Field(None, json_schema_extra={"type": "number"})
    guard: Names = ()
    published_with: Names = ()
    public: bool = False
    then: dict[str, Any] | None = None
