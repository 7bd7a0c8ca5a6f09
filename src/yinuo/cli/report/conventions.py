"""How a pack counts, in words."""

from __future__ import annotations

from yinuo.cli.report.words import Name
from yinuo.engine.rules import Conventions

_WORDS: dict[tuple[str, str], Name] = {
    ("due_time", "end_of_day"): Name("到末日二十四时为止。", "A last day counts until midnight."),
    ("due_time", "same_time"): Name("到末日的同一时刻为止。", "A last day counts until the time of day of the start."),
    ("due_time", "closing"): Name("到末日下班为止。", "A last day counts until the office closes."),
    ("first_day", "excluded"): Name("开始当日不计。", "The day of the start is not counted."),
    ("first_day", "included"): Name("开始当日计入。", "The day of the start is counted."),
    ("rest_day_start", "next_is_day_1"): Name(
        "休息日开始的，下一个应计之日为第一日。", "After a start on a rest day, the next day that counts is day one."
    ),
    ("rest_day_start", "as_next_workday"): Name(
        "休息日开始的，视为下一个工作日开始。", "A start on a rest day is a start on the next working day."
    ),
    ("roll", "next"): Name(
        "末日是休息日的，顺延到下一个工作日。", "A last day that rests rolls on to the next working day."
    ),
    ("roll", "previous"): Name(
        "末日是休息日的，提前到上一个工作日。", "A last day that rests rolls back to the last working day."
    ),
    ("roll", "none"): Name("末日是休息日的，不顺延。", "A last day that rests stays the last day."),
}


def conventions(chosen: Conventions) -> tuple[Name, ...]:
    """A sentence for each convention; one without a sentence is shown as it is written."""
    written = chosen.model_dump()
    return tuple(
        _WORDS.get((key, str(value)), Name(f"{key} = {value}", f"{key} = {value}")) for key, value in written.items()
    )
