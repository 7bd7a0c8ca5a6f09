"""The approval sections of Demo City's departments: all in the service centre but two (E021, E072)."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from yinuo.city.figures.catalogued import tables_of
from yinuo.cli.demo.cast import Cast
from yinuo.cli.demo.points import enter_and_check
from yinuo.rulebook.loader import Pack

KIND = "three-concentrations/approval-section"
OUTSIDE = {"tobacco": "事项在例外清单里，审批科不进驻", "meteorology": "人员未到位，计划下半年进驻"}
"""Departments whose section is not in the centre, and why."""


def enter(pack: Pack, cast: Cast, *, first: date) -> int:
    """Enter and check the section of every department that holds approval items; how many. A second time nothing changes."""
    begin = datetime.combine(first, time(9), ZoneInfo(pack.rules.zone))
    held = sorted(set(tables_of(pack, ["departments"])["departments"]["unit"]))
    entries = []
    for number, unit in enumerate(held, 1):
        where = (
            {"in_centre": False, "why_not": OUTSIDE[unit]}
            if unit in OUTSIDE
            else {"in_centre": True, "takes_only": False, "counter": f"{number}号窗口", "entered_on": str(first)}
        )
        said = {"department": unit, "section": "行政审批科", **where}
        entries.append((f"section-{unit}", unit, said))
    return enter_and_check(KIND, entries, cast, begin=begin)
