"""A made-up replay for the report: every state, levels, pauses, few and many, and texts that try to break the page."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from yinuo.cli.report import About, Name, write_report
from yinuo.engine.log import CLOCK_COLUMNS, FINDING_COLUMNS, HOLDING_COLUMNS, INDICATOR_COLUMNS, INSTANT, Log, Said
from yinuo.engine.rules import Rules
from yinuo.rulebook.loader import load_pack

AS_OF = datetime(2026, 6, 30, 15, 59, 59, 999999, tzinfo=UTC)
NASTY = '</script><script>document.title="broken"</script>'
UNITS = ["规划局", "市场监管局", "Water & Roads, North", NASTY, "档案馆", None]
PROMISES = ["time-limit/statutory", "time-limit/promised", "time-limit/answer", "elsewhere/by-date"]
RULES = load_pack(str(Path(__file__).parent / "report-test")).rules
CHANNELS = ["网上", "窗口", NASTY]
_CASES = {"case_id": pl.String, "kind": pl.String, "channel": pl.String}
STATES = ["kept", "late", "overdue", "running", "paused", "deemed", "void"]


@dataclass(frozen=True)
class Replay:
    """Everything write_report is given."""

    log: Log
    said: Said
    indicators: pl.DataFrame
    summary: dict[str, Any]
    rules: Rules
    about: About

    @property
    def as_of(self) -> datetime:
        """The moment of the replay."""
        return datetime.fromisoformat(self.summary["as_of"])

    def write(self, path: Path) -> Path:
        """Write the page and say where."""
        write_report(
            path,
            log=self.log,
            said=self.said,
            indicators=self.indicators,
            summary=self.summary,
            rules=self.rules,
            about=self.about,
        )
        return path


def made_up(cases: int = 240, seed: int = 7) -> Replay:
    """A replay of so many cases; the same seed gives the same one."""
    chance = random.Random(seed)
    clocks = [clock for number in range(cases) for clock in _clocks(chance, number)]
    findings = [finding for clock in clocks for finding in _findings(chance, clock)]
    events = [event for number in range(cases) for event in _events(chance, number)]
    ids = [_case(number) for number in range(cases)]
    log = Log(
        events=pl.DataFrame(
            events,
            schema={
                "case_id": pl.String,
                "activity": pl.String,
                "at": INSTANT,
                "unit": pl.String,
                "event_id": pl.String,
            },
        ),
        cases=pl.DataFrame(
            {"case_id": ids, "kind": "application", "channel": [CHANNELS[n % 3] for n in range(cases)]}, schema=_CASES
        ),
    )
    said = Said(_frame(clocks, CLOCK_COLUMNS), _frame(findings, FINDING_COLUMNS), pl.DataFrame(schema=HOLDING_COLUMNS))
    summary = {
        "log": {"cases": cases, "events": len(events), "rejected": 3, "unknown": {"盖章<b>": 4, "phoned": 2}},
        "as_of": AS_OF.isoformat(),
    }
    about = About(
        Name("示例市", "Demo city"),
        "0123456789abcdef" * 4,
        "made-up.csv",
        {"time-limit": Name("限时办结", "time limits")},
    )
    return Replay(log, said, _indicators(clocks), summary, RULES, about)


def nothing() -> Replay:
    """A replay in which nothing happened."""
    full = made_up(0)
    return replace(
        full, summary={"log": {"cases": 0, "events": 0, "rejected": 0, "unknown": {}}, "as_of": AS_OF.isoformat()}
    )


def _frame(rows: list[dict[str, Any]], columns: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in columns} for row in rows], schema=columns)


def _case(number: int) -> str:
    return f"办件-{number:04d}" if number else "x" * 200


def _clocks(chance: random.Random, number: int) -> list[dict[str, Any]]:
    started = datetime(2026, 1, 5, 1, tzinfo=UTC) + timedelta(hours=number * 7)
    unit = chance.choices(UNITS, [60, 60, 40, 12, 3, 6])[0]
    clocks = []
    for promise in PROMISES[: chance.randint(1, 4)]:
        institution, clause = promise.split("/")
        state = chance.choices(STATES, [50, 22, 6, 8, 4, 4, 4])[0]
        allowed = None if clause == "by-date" else chance.choice([5.0, 20.0])
        days = allowed or 15.0
        due = None if state == "paused" else started + timedelta(days=days * 1.4)
        share = {"kept": chance.uniform(0.05, 1.0), "late": chance.uniform(1.01, 2.6), "overdue": 2.8}.get(state, 0.5)
        ended = None if state in ("overdue", "running", "paused") else started + timedelta(days=days * 1.4 * share)
        level = chance.choice(["yellow", "red"]) if state in ("late", "overdue") else None
        clocks.append({
            "case_id": _case(number), "institution": institution, "clause": clause, "opener": f"e{number}", "occurrence": 1,
            "version": "2026-01-01", "basis": "promised", "started_at": started, "due_at": due, "ended_at": ended,
            "state": state, "allowed": allowed, "used": None if allowed is None else round(days * share, 2),
            "paused": chance.choice([0.0, 0.0, 2.0]), "extended": 0.0, "measure": None if allowed is None else "workdays",
            "level": level, "unit": unit, "provisional": False,
        })  # fmt: skip
    return clocks


def _findings(chance: random.Random, clock: dict[str, Any]) -> list[dict[str, Any]]:
    if clock["state"] not in ("late", "overdue"):
        return []
    raised = ["prompt", clock["level"]] if chance.random() < 0.5 else [clock["level"]]
    return [
        {
            **{name: clock[name] for name in ("case_id", "institution", "clause", "opener", "occurrence", "version", "unit")},
            "finding_id": f"{clock['case_id'][-6:]}-{clock['clause']}-{level}", "level": level,
            "raised_at": clock["due_at"] + timedelta(microseconds=1), "cleared_at": clock["ended_at"], "actor": "李强",
            "why_code": "late",
            "why_args": '{"limit":5.0,"unit":"workdays","used":7.0,"paused":0.0,"due_at":"2026-02-03T15:59:59.999999Z","holder":"规划局"}',
            "evidence": "[]",
        }
        for level in raised
    ]  # fmt: skip


def _events(chance: random.Random, number: int) -> list[dict[str, Any]]:
    start = datetime(2026, 1, 5, 1, tzinfo=UTC) + timedelta(hours=number * 7)
    return [
        {
            "case_id": _case(number),
            "activity": activity,
            "at": start + timedelta(days=day),
            "unit": "规划局",
            "event_id": f"e{number}" if activity == "received" else f"e{number}-{day}",
        }
        for day, activity in enumerate(["received", "asked", NASTY, "answered", "decided"][: chance.randint(1, 5)])
    ]


def _indicators(clocks: list[dict[str, Any]]) -> pl.DataFrame:
    return _frame([*_late_shares(clocks), *_medians()], INDICATOR_COLUMNS)


def _late_shares(clocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rows = []
    for number, channel in enumerate(CHANNELS):
        own = [clock for clock in clocks if clock["clause"] == "promised" and clock["state"] in ("kept", "late")]
        own = [clock for clock in own if _number(clock["case_id"]) % 3 == number]
        late = sum(clock["state"] == "late" for clock in own)
        rows.append({
            "institution": "time-limit", "clause": "late-share", "version": "2026-01-01", "by": json.dumps({"channel": channel}),
            "numerator": float(late), "denominator": float(len(own)), "value": late / len(own) if own else None,
            "low": 0.1, "high": 0.4, "excluded": 0,
        })  # fmt: skip
    return rows


def _medians() -> list[dict[str, Any]]:
    return [
        {
            "institution": "time-limit", "clause": "waiting", "version": "2026-01-01", "unit": unit,
            "period_start": date(2026, month, 1), "period_end": date(2026, month, 28 if month == 2 else 31),
            "denominator": 50.0 + month, "value": 4.25 + month, "excluded": 1,
        }
        for unit in ("规划局", NASTY)
        for month in (1, 2)
    ]  # fmt: skip


def _number(case_id: str) -> int:
    return int(case_id[-4:]) if case_id[-1].isdigit() else 0
