"""What a sweep judges by: the text in force, where cases are read from, how long people have to answer; and how many it takes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache, partial
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from yinuo.city.cases import queries
from yinuo.city.supervision.looking import Reader
from yinuo.city.supervision.store import run
from yinuo.city.texts import in_force
from yinuo.engine.log import Log
from yinuo.engine.rules import Conventions, Rules
from yinuo.kernel.calendars import Calendar
from yinuo.kernel.instants import as_instant, microseconds
from yinuo.kernel.limits import Limit
from yinuo.kernel.terms import Convention, Pauses, Terms
from yinuo.rulebook.loader import Pack

OUTAGES = "outages"
"""The dated table in which a text finds the register of outages: columns unit, source."""
ANSWER_WITHIN = Limit.parse(os.environ.get("YINUO_ANSWER_WITHIN", "5 workdays"))
"""How long a card may stay unanswered before the next tier is told (rules.md ESV-01: five working days)."""
ORDER_WITHIN = Limit.parse(os.environ.get("YINUO_ORDER_WITHIN", "5 workdays"))
"""The day a supervision order names when the text that opens it names none."""
STATEMENT_WITHIN = Limit.parse(os.environ.get("YINUO_STATEMENT_WITHIN", "5 workdays"))
"""How long the party of a proposed measure may speak before anybody decides without having heard it."""
USUAL, MOST = 500, 4_000
"""Cases a transaction: usually, and while very many wait."""


@dataclass(slots=True)
class Pace:
    """How many cases the next sweep takes: few, so that nobody waits for it; twice as many each time it could not take all.

    A case of a large batch costs a third of one of a small batch, and the most urgent are in the next batch whatever its size.
    """

    usual: int = USUAL
    most: int = MOST
    limit: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.limit = self.usual

    def after(self, cases: int) -> None:
        """Take note of how many cases the last sweep served."""
        is_full = cases >= self.limit // 2
        self.limit = min(2 * self.limit, max(self.most, self.usual)) if is_full else self.usual


@dataclass(frozen=True, eq=False)
class Desk:
    """The rules, the digest of the text they are from, and how cases are read."""

    rules: Rules
    digest: str
    read: Reader
    pack: Pack | None = None

    @classmethod
    def in_force(cls) -> Desk:
        """By the text in force, from the ledger. Raises texts.in_force.NoText."""
        pack = in_force.pack()
        return cls(pack.rules, pack.digest, partial(_read, pack), pack)

    def after(self, at: datetime, limit: Limit) -> datetime:
        """The last instant in time of a limit that begins at `at`, counted as this place counts."""
        return _after(self.rules.calendar, self.rules.conventions, at, limit)


def _read(pack: Pack, case_ids: Sequence[str]) -> Log:
    """The cases, and where the text looks up `outages` those that were declared and verified (whole local days)."""
    log = queries.log(case_ids)
    if OUTAGES not in pack.rules.tables:
        return log
    zone = ZoneInfo(pack.rules.zone)
    rows = [
        {
            "id": str(number), "unit": unit, "source": source, "from": begin.astimezone(zone).date(),
            "until": None if end is None else end.astimezone(zone).date() + timedelta(days=1),
        }
        for number, (unit, source, begin, end) in enumerate(run("outages"))
    ]  # fmt: skip
    frame = pl.DataFrame(
        rows, schema={"id": pl.String, "unit": pl.String, "source": pl.String, "from": pl.Date, "until": pl.Date}
    )
    return Log(log.events, log.cases, {**log.tables, OUTAGES: frame})


@lru_cache(maxsize=1024)
def _after(calendar: Calendar, ways: Conventions, at: datetime, limit: Limit) -> datetime:
    convention = Convention(limit.unit, ways.due_time, ways.rest_day_start, ways.first_day, ways.roll)
    terms = Terms.started(np.array([microseconds(at)]), convention, calendar=calendar)
    due = terms.due(terms.counted(np.array([limit.count])), Pauses.none())
    return as_instant(int(terms.instant(due)[0]))
