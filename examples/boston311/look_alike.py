"""Make a look-alike of Boston's 311 tickets of early 2015: our own numbers, the city's rule, no row of the city's data.

`python examples/boston311/look_alike.py [OUT.parquet]` writes the same 3,000 tickets every time.
"""

# ruff: noqa: S311
from __future__ import annotations

import csv
import random
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import polars as pl

HERE = Path(__file__).parent
ITEMS = HERE.parent.parent / "packs" / "us-boston" / "tables" / "items.csv"
TICKETS, SEED = 3_000, 311
OPEN, CLOSE = time(8, 30), time(17)
HOLIDAYS = {date(2015, *day) for day in ((1, 1), (1, 19), (2, 16), (4, 20), (5, 25), (9, 7), (10, 12), (11, 11))}
NO_TARGET = ("Look-alike Inquiry", "Look-alike Referral")
CHANNELS = ("Constituent Call", "Employee Generated", "Self Service", "Citizens Connect App")


def limits() -> dict[str, int]:
    """Working days per ticket type, from the pack's own table."""
    with ITEMS.open(encoding="utf-8", newline="") as file:
        return {row["id"]: int(row["target"].split()[0]) for row in csv.DictReader(file)}


def works(day: date) -> bool:
    """Whether the city works that day."""
    return day.weekday() < 5 and day not in HOLIDAYS


def next_workday(day: date) -> date:
    """The first working day after `day`."""
    day += timedelta(1)
    while not works(day):
        day += timedelta(1)
    return day


def target(opened: datetime, days: int) -> datetime:
    """`days` working days after the opening of the next window, at the same time of day (a plain walk, day by day)."""
    day, at = opened.date(), opened.time()
    if works(day) and at < OPEN:
        at = OPEN
    elif not works(day) or at >= CLOSE:
        day, at = next_workday(day), OPEN
    for _ in range(days):
        day = next_workday(day)
    return datetime.combine(day, at)


def ticket(number: int, chance: random.Random, *, kinds: dict[str, int]) -> dict[str, object]:
    """One ticket; `EXTENDED` marks the targets that somebody moved by hand."""
    opened = datetime.combine(date(2015, 1, 2), time()) + timedelta(seconds=chance.randrange(180 * 86_400))
    if chance.random() < 0.8:
        opened = opened.replace(hour=chance.randrange(7, 18))
    elif opened.hour == 2:  # on 8 March this hour does not exist
        opened = opened.replace(hour=3)
    kind = chance.choice(sorted(kinds)) if chance.random() < 0.85 else chance.choice(NO_TARGET)
    due = target(opened, kinds[kind]) if kind in kinds else None
    extended = due is not None and chance.random() < 0.01
    if due is not None and extended:
        due += timedelta(days=chance.randrange(7, 61))
    elif due is not None and chance.random() < 0.3:
        due = due.replace(second=0)
    late = due is not None and chance.random() < 0.25
    if due is not None and late:
        closed: datetime | None = due + timedelta(seconds=chance.randrange(1, 20 * 86_400))
    elif chance.random() < 0.1:
        closed = None
    else:
        upper = int(((due or opened + timedelta(30)) - opened).total_seconds())
        closed = opened + timedelta(
            seconds=chance.randrange(-20, 0) if chance.random() < 0.005 else chance.randrange(upper)
        )
    flag = None if due is None or closed is None else "OVERDUE" if closed > due else "ONTIME"
    return {
        "CASE_ENQUIRY_ID": f"L{number:06d}",
        "OPEN_DT": opened,
        "TARGET_DT": due,
        "CLOSED_DT": closed,
        "OnTime_Status": flag,
        "CASE_STATUS": "Open" if closed is None else "Closed",
        "TYPE": kind,
        "Department": f"DEPARTMENT-{sorted(kinds).index(kind) % 5 + 1}" if kind in kinds else "INFO",
        "neighborhood": f"Quarter {chance.randrange(1, 9)}",
        "Source": chance.choice(CHANNELS),
        "EXTENDED": extended,
    }


def tickets() -> pl.DataFrame:
    """The whole look-alike, the same at every call."""
    chance, kinds = random.Random(SEED), limits()
    rows = [ticket(number, chance, kinds=kinds) for number in range(1, TICKETS + 1)]
    times = {name: pl.Datetime("us") for name in ("OPEN_DT", "TARGET_DT", "CLOSED_DT")}
    return pl.DataFrame(rows, schema_overrides=times, infer_schema_length=None)


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "tickets_look_alike.parquet"
    tickets().write_parquet(out)
    sys.stdout.write(f"{TICKETS} tickets written to {out}\n")
