"""Every number the report should show, counted in plain Python from the tables, row by row."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.cli.report.made_up import Replay
from yinuo.cli.report.clocks import binding_citizens

Row = dict[str, Any]
JUDGED = ("kept", "late", "overdue")


def numbers(replay: Replay) -> dict[str, str]:
    """Name of each number → how the page should write it."""
    clocks = [{**row, "clause": f"{row['institution']}/{row['clause']}"} for row in replay.said.clocks.to_dicts()]
    findings = [{**row, "clause": f"{row['institution']}/{row['clause']}"} for row in replay.said.findings.to_dicts()]
    citizens = binding_citizens(replay.rules)
    own = [clock for clock in clocks if clock["clause"] not in citizens]
    return (
        _overview(replay, clocks, own, findings)
        | _lateness(clocks, own)
        | _spreads(clocks, replay.as_of)
        | _findings(findings)
        | _worst(own, replay)
        | _figures(replay)
    )


def whole(number: float) -> str:
    return f"{number:,.0f}"


def decimal(number: float | None) -> str:
    return "–" if number is None else f"{number:,.1f}".removesuffix(".0")


def percent(part: int, of: int) -> str:
    return f"{part / of * 100:.1f}%" if of else "–"


def _of(rows: list[Row], **only: Any) -> int:
    return sum(all(row[name] == value for name, value in only.items()) for row in rows)


def _overview(replay: Replay, clocks: list[Row], own: list[Row], findings: list[Row]) -> dict[str, str]:
    kept, late = _of(own, state="kept"), _of(own, state="late")
    states = ("kept", "late", "overdue", "running", "paused", "deemed", "void")
    return {
        "log/cases": whole(replay.log.cases.height),
        "log/events": whole(replay.log.events.height),
        "log/rejected": whole(replay.summary["log"]["rejected"]),
        "clocks/all": whole(len(clocks)),
        "clocks/own/overdue": whole(_of(own, state="overdue")),
        "late/share": percent(late, kept + late),
        "late/ended": whole(kept + late),
        "findings/total": whole(len(findings)),
        "findings/open": whole(_of(findings, cleared_at=None)),
        **{f"clocks/state/{state}": whole(_of(clocks, state=state)) for state in states},
    }


def _lateness(clocks: list[Row], own: list[Row]) -> dict[str, str]:
    shown: dict[str, str] = {}
    for clause, rows in _by(clocks, lambda row: row["clause"]).items():
        shown |= _late(f"clause/{clause}", rows)
    groups = _by(own, lambda row: row["clause"])
    if len(groups) > 1:
        groups["all"] = own
    for key, rows in groups.items():
        for unit, part in _by(rows, lambda row: row["unit"] or "").items():
            shown |= _late(f"unit/{key}/{unit}", part)
    return shown


def _late(name: str, rows: list[Row]) -> dict[str, str]:
    kept, late = _of(rows, state="kept"), _of(rows, state="late")
    return {
        f"{name}/ended": whole(kept + late),
        f"{name}/late": whole(late),
        f"{name}/share": percent(late, kept + late),
        f"{name}/overdue": whole(_of(rows, state="overdue")),
        f"{name}/open": whole(_of(rows, state="running") + _of(rows, state="paused")),
    }


def _by(rows: list[Row], key: Callable[[Row], str]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


def tenth(clock: Row, as_of: datetime) -> int | None:
    """Which tenth of its limit a clock has used; 20 for twice the limit and more."""
    if clock["allowed"]:
        ratio = clock["used"] / clock["allowed"]
    elif clock["allowed"] is None and clock["due_at"]:
        ratio = ((clock["ended_at"] or as_of) - clock["started_at"]) / (clock["due_at"] - clock["started_at"])
    else:
        return None
    return min(20, math.floor(ratio * 10 + 1e-9))


def _spreads(clocks: list[Row], as_of: datetime) -> dict[str, str]:
    shown: dict[str, str] = {}
    judged = [clock for clock in clocks if clock["state"] in JUDGED]
    for clause, rows in _by(judged, lambda row: row["clause"]).items():
        tally = Counter((tenth(row, as_of), row["state"]) for row in rows)
        for at in range(21):
            shown |= {f"spread/{clause}/{at}/{state}": whole(tally[at, state]) for state in JUDGED}
        drawn = sum(count for (at, _), count in tally.items() if at is not None)
        shown[f"spread/{clause}/n"] = whole(drawn)
        if drawn < len(rows):
            shown[f"spread/{clause}/left-out"] = whole(len(rows) - drawn)
        used = sorted(row["used"] for row in rows if row["state"] != "overdue" and row["used"] is not None)
        if used and len({row["measure"] for row in rows} - {None, ""}) < 2:
            shown[f"spread/{clause}/q50"] = decimal(used[_nearest(0.5, len(used))])
            shown[f"spread/{clause}/q90"] = decimal(used[_nearest(0.9, len(used))])
    return shown


def _nearest(share: float, size: int) -> int:
    """The observed value nearest to a quantile: an element, never a mean of two."""
    return math.floor(share * (size - 1) + 0.5)


def _findings(findings: list[Row]) -> dict[str, str]:
    shown: dict[str, str] = {}
    levels = sorted({finding["level"] for finding in findings})
    for by, key in (("clause", lambda row: row["clause"]), ("unit", lambda row: row["unit"] or "")):
        groups = {**_by(findings, key), **({"all": findings} if findings else {})}
        for subject, rows in groups.items():
            for level in levels:
                shown[f"findings/{by}/{subject}/{level}"] = whole(_of(rows, level=level))
            shown[f"findings/{by}/{subject}/open"] = whole(_of(rows, cleared_at=None))
            shown[f"findings/{by}/{subject}/total"] = whole(len(rows))
    return shown


def _worst(own: list[Row], replay: Replay) -> dict[str, str]:
    late = [clock for clock in own if clock["state"] in ("late", "overdue")]
    late.sort(key=lambda row: (row["case_id"], row["clause"], row["opener"]))
    late.sort(key=lambda row: (_rank(replay, row), (row["ended_at"] or replay.as_of) - row["due_at"]), reverse=True)
    cases = _by(late, lambda row: row["case_id"])
    shown: dict[str, str] = {}
    for case_id, rows in list(cases.items())[:30]:
        name = f"worst/{case_id}/{rows[0]['clause']}/{rows[0]['occurrence']}"
        shown |= {f"{name}/{part}": decimal(rows[0][part]) for part in ("used", "allowed", "paused")}
        if len(rows) > 1:
            shown[f"{name}/late-clocks"] = whole(len(rows))
    return shown


def _rank(replay: Replay, clock: Row) -> int:
    level = replay.rules.levels.get(clock["level"] or "")
    return level.rank if level else -1


def _figures(replay: Replay) -> dict[str, str]:
    shown: dict[str, str] = {}
    for row in replay.indicators.to_dicts():
        by = json.loads(row["by"]).values() if row["by"] else ()
        subject = " · ".join([*(row[name] for name in ("unit", "item") if row[name] is not None), *by])
        name = f"figure/{row['institution']}/{row['clause']}/{subject}/{row['period_start']}"
        measures = {
            (one.institution, one.id): one.editions[-1].clause.measure for one in replay.rules.of_kind("indicator")
        }
        is_share = measures[row["institution"], row["clause"]] == "share"
        shown[f"{name}/value"] = (
            f"{row['value']:.1%}" if is_share and row["value"] is not None else decimal(row["value"])
        )
        shown[f"{name}/numerator"] = decimal(row["numerator"])
        shown[f"{name}/n"] = decimal(row["denominator"])
        shown[f"{name}/excluded"] = decimal(row["excluded"])
    return shown
