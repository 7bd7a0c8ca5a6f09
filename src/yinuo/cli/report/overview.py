"""The figures at the head of the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from markupsafe import Markup

from yinuo.cli.report.numbers import Number, both, count, link, share
from yinuo.cli.report.words import STATES, Name, percent
from yinuo.engine.statistics import wilson


@dataclass(frozen=True)
class Tile:
    """One figure: its name, its number, and a line that defines it."""

    title: Markup | str
    number: Number
    note: Markup | str
    weighty: bool = False


@dataclass(frozen=True)
class Overview:
    """The tiles, and the clocks by state."""

    tiles: tuple[Tile, ...]
    states: tuple[tuple[Name, str, Number, float], ...]


def tiles(summary: Mapping[str, Any], clocks: pl.DataFrame, findings: pl.DataFrame) -> Overview:
    """What a reader wants to know first."""
    log = summary["log"]
    by_state = dict(clocks.group_by("state").len().iter_rows())
    own = clocks.filter(~pl.col("party"))
    own_states = dict(own.group_by("state").len().iter_rows())
    late, kept = own_states.get("late", 0), own_states.get("kept", 0)
    overdue = own_states.get("overdue", 0)
    open_findings = int(findings["open"].sum())
    shown = (
        Tile(both("办件", "Cases"), count("log/cases", log["cases"], href=link("cases")), _events_note(log)),
        Tile(
            both("计时", "Clocks"),
            count("clocks/all", clocks.height, href=link("clocks")),
            both("每件办件的每项承诺各计一次时", "one for each promise that a case started"),
        ),
        _late_tile(late, kept),
        Tile(
            both("逾期未结", "Overdue now"),
            count("clocks/own/overdue", overdue, href=link("clocks", state="overdue", party=0)),
            both("截止时刻已过、仍未办结", "past due and still not done"),
            weighty=overdue > 0,
        ),
        Tile(
            both("提示与亮牌", "Findings"),
            count("findings/total", findings.height, href=link("findings")),
            both_open(open_findings),
        ),
        _rejected(log),
    )
    most = max(by_state.values(), default=1)
    states = tuple(
        (
            name,
            state,
            count(f"clocks/state/{state}", by_state.get(state, 0), href=link("clocks", state=state)),
            by_state.get(state, 0) / most,
        )
        for state, name in STATES.items()
    )
    return Overview(shown, states)


def both_open(number: int) -> Markup:
    """How many findings are still open, as a linked number in a sentence."""
    linked = count("findings/open", number, href=link("findings", open=1)).__html__()
    return Markup("{} {}").format(linked, both("项尚未消除", "still open"))


def _late_tile(late: int, kept: int) -> Tile:
    ended = late + kept
    value = late / ended if ended else None
    low, high = (float(bound) for bound in wilson(late, ended))
    number = share("late/share", value, href=link("clocks", state="late", party=0), rows=late)
    linked = count("late/ended", ended, href=link("clocks", state=("kept", "late"), party=0)).__html__()
    note = Markup("{} {}").format(linked, both("项已停", "ended"))
    if ended:
        interval = f"{percent(low)} – {percent(high)}"
        note += Markup(" · {}").format(both(f"95% 区间 {interval}", f"95% {interval}"))
    return Tile(both("超期办结占比", "Ended late"), number, note, weighty=late > 0)


def _events_note(log: Mapping[str, Any]) -> Markup:
    linked = count("log/events", log["events"], href=link("cases")).__html__()
    return Markup("{} {}").format(linked, both("条事件", "events"))


def _rejected(log: Mapping[str, Any]) -> Tile:
    rejected = _length(log["rejected"])
    names = unknown({"log": log})
    note = (
        both(f"{len(names)} 种活动未见于规则", f"{len(names)} activities no text names")
        if names
        else both("原因逐行列在 rejected.csv", "each with its reason in rejected.csv")
    )
    if mended := log.get("mended", 0):
        note = both(f"另有 {mended} 行按 [log] 约定改读", f"{mended} more were read otherwise than written")
    number = Number("log/rejected", f"{rejected:,}", "rejected.csv" if rejected or mended else None)
    return Tile(both("未采用的行", "Rejected rows"), number, note, weighty=rejected > 0)


def _length(value: Any) -> int:
    return int(value) if isinstance(value, int) else len(value)


def unknown(summary: Mapping[str, Any]) -> dict[str, int]:
    """Activities that no text names, most frequent first."""
    found = summary["log"].get("unknown") or {}
    if isinstance(found, Mapping):
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
    return {}
