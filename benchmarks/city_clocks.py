"""Supervision at full size: a million open clocks, midnights of a hundred thousand, a calendar published late; proof and rebuilding."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import a_city
from measured import OUT, Result

WORKER = """
import json, os, sys, time
from datetime import datetime, timedelta
from yinuo.cli.city import setup
setup()
from django.utils import timezone
from yinuo.city.supervision.desk import Desk, Pace
from yinuo.city.supervision.sweep import reproject, sweep
what, now, seconds, name = sys.argv[1], datetime.fromisoformat(sys.argv[2]), float(sys.argv[3]), sys.argv[4]
Desk.in_force()
print("ready", flush=True)
sys.stdin.readline()
begin, used, pace, told = time.time(), time.process_time(), Pace(), []
def note(swept):
    told.append({"at": time.time(), **{one: getattr(swept, one) for one in
        ("cases", "clocks", "raised", "opened", "reprojected", "moments", "failed", "late_p99")}})
    return swept
if what == "reproject":
    while note(reproject(now, worker=name)).cases:
        pass
elif what == "drain":
    while not note(sweep(now, pace.limit, worker=name)).is_idle:
        pace.after(told[-1]["cases"])
else:  # the clock of the city runs, as in `yinuo work`
    while (past := time.time() - begin) < seconds:
        swept = note(sweep(now + timedelta(seconds=past), pace.limit, worker=name))
        pace.after(swept.cases)
        if swept.is_idle:
            time.sleep(0.25)
print(json.dumps({"told": told, "cpu": time.process_time() - used}))
"""
"""A worker told what to do: everything there is at a moment (drain), a running clock (run), or another text (reproject)."""

QUIET = ("water-intake",)
"""Its first moment comes after ten working days: later than every midnight measured."""
BUSY = "food-permit"
"""Its review, a prompt, a warning and the promise come due at four midnights, one after another."""


def run(*, smoke: bool) -> Result:
    """1 M open clocks: 370,000 cases in which nothing comes due, 100,000 whose clocks come due together."""
    result = Result("city_clocks", smoke)
    size = 100 if smoke else 1
    home = a_city.make("clocks")
    try:
        a_city.must_be_durable(result)
        late_calendar(result, cases=50_000 // size)
        first_look(result, quiet=320_000 // size, busy=100_000 // size)
        idle(result)
        midnight(result, "whose cards are raised and told", expected=100_000 // size)
        steady(result, rate=2_000 if not smoke else 100, due=100_000 // size)
        drained(next_moment())  # the warnings before the promise itself runs out
        midnight(result, "with an order opened for each", expected=100_000 // size)
        proof(result)
    finally:
        a_city.clear(home)
        for name in ("clocks.jsonl", "late-pack"):
            shutil.rmtree(OUT / name) if (OUT / name).is_dir() else (OUT / name).unlink(missing_ok=True)
    return result


def late_calendar(result: Result, *, cases: int) -> None:
    """A day off that is published late: every running clock moves, each move is an event of its case."""
    imported(a_city.events(cases, activities=("received", "accepted"), days=1, seed=1, items=QUIET))
    drained(datetime.now(UTC))
    running = a_city.counted("SELECT count(*) FROM supervision_clock WHERE ended_at IS NULL")
    put_in_force(datetime.now(UTC).date() + timedelta(days=5), datetime.now(UTC).date() + timedelta(days=8))
    seconds, told = worked("reproject", datetime.now(UTC))
    said = a_city.counted("SELECT count(*) FROM ledger_event WHERE activity = 'clock_reprojected'")
    moved = sum(one["reprojected"] for one in told)
    result.check("moves of clocks that are events of their cases", abs(said - moved) + int(moved < running), running)
    result.tell("running clocks when a calendar is published late", running)
    result.bar("seconds until two workers moved 100,000 of them", seconds / max(1, running) * 100_000, 10)


def put_in_force(*days: Any) -> None:
    """The pack in force with further days off."""
    from yinuo.city.people.actor import OPERATOR
    from yinuo.city.texts.commands import put_in_force
    from yinuo.rulebook.loader import load_pack

    folder, source = OUT / "late-pack", load_pack("demo-city").root
    shutil.rmtree(folder, ignore_errors=True)
    for name in (source.name, "cn-national"):
        shutil.copytree(source.parent / name, folder / name)
    file = folder / source.name / "calendars" / "city.toml"
    text, off = file.read_text("utf-8"), "".join(f'{day} = "天气停工"\n' for day in days)
    file.write_text(text.replace("[off]\n", f"[off]\n{off}") if "[off]\n" in text else f"{text}\n[off]\n{off}", "utf-8")
    put_in_force(load_pack(folder / source.name), actor=OPERATOR, now=datetime.now(UTC))


def first_look(result: Result, *, quiet: int, busy: int) -> None:
    """Every case is looked at for the first time."""
    start = datetime.now(UTC) - timedelta(hours=3)
    at_once = a_city.events(busy, activities=("received", "accepted"), seed=5, days=0, end=start, items=(BUSY,))
    rest = a_city.events(quiet, activities=("received", "accepted"), days=1, seed=2, items=QUIET)
    imported(chain(rest, at_once))
    seconds, told = worked("drain", datetime.now(UTC))
    seen = sum(one["cases"] for one in told)
    result.check("cases that were looked at", abs(quiet + busy - seen), quiet + busy)
    result.tell("open clocks", a_city.counted("SELECT count(*) FROM supervision_clock WHERE ended_at IS NULL"))
    rate = sum(one["clocks"] for one in told) / seconds
    result.bar("clocks judged and written by two workers, a second", rate, 8_000, at_least=True)


def midnight(result: Result, what: str, *, expected: int) -> None:
    """The next midnight at which something comes due: seconds until the last of it was judged, appended and told.

    The bar is for what comes due; where each card opens an order besides, a case of its own, the seconds are only told.
    """
    moment = next_moment()
    due = a_city.counted(f"SELECT count(*) FROM supervision_clock WHERE next_at <= '{moment.isoformat()}'")
    seconds, told = worked("drain", moment)
    served = seconds - (told[-1]["at"] - max(one["at"] for one in told if one["moments"]))
    left = a_city.counted(f"SELECT count(*) FROM supervision_moment WHERE next_at <= '{moment.isoformat()}'")
    raised, opened = (sum(one[name] for one in told) for name in ("raised", "opened"))
    result.check(f"a midnight {what}: cards", abs(expected - raised), expected)
    result.check(f"a midnight {what}: moments left out", left, due)
    clocks = sum(one["clocks"] for one in told)
    result.tell(f"a midnight {what}: clocks due, orders, clocks judged", f"{due:,}, {opened:,}, {clocks:,}")
    if opened:
        result.tell(f"a midnight {what}: seconds until all were", served)
        result.tell(f"a midnight {what}: seconds until the orders were looked at too", seconds)
    else:
        result.bar(f"a midnight {what}: seconds until all were", served, 15)


def steady(result: Result, *, rate: int, due: int) -> None:
    """Moments come at a steady rate, each with a card: how late the sweeps are that serve them."""
    moment = next_moment() - timedelta(seconds=1)
    with_each = f"'{moment.isoformat()}'::timestamptz + r.number * interval '1 second' / {rate}"
    changed(
        f"UPDATE supervision_moment AS m SET next_at = {with_each} + interval '1 second' FROM (SELECT case_id, row_number() "
        f"OVER (ORDER BY case_id) AS number FROM supervision_moment WHERE next_at <= '{moment.isoformat()}') AS r "
        "WHERE r.case_id = m.case_id"
    )
    _, told = worked("run", moment, seconds=due / rate + 5)
    served = sum(one["moments"] for one in told)
    result.check(f"moments served while {rate:,} came a second", abs(served - due), due)
    late = max(one["late_p99"] for one in told if one["moments"])
    result.bar(f"the worst p99 of a sweep, s late, at {rate:,} cards a second", late, 1)


def idle(result: Result) -> None:
    """What a sweep costs when there is nothing to do."""
    from yinuo.city.supervision.sweep import sweep

    now, times = datetime.now(UTC), []
    for _ in range(50):
        begin = time.perf_counter()
        assert sweep(now).is_idle
        times.append(time.perf_counter() - begin)
    result.bar("an idle sweep, ms", sorted(times)[len(times) // 2] * 1000, 5)


def proof(result: Result) -> None:
    """Events proved and rebuilt a second, the start of the command in it and told apart."""
    count = a_city.counted("SELECT count(*) FROM ledger_event")
    start = min(seconds_of("verify", "--help") for _ in range(3))
    result.tell("events in the ledger", count)
    result.tell("start of a command, s", start)
    result.bar("yinuo verify, events/s", count / seconds_of("verify"), 100_000, at_least=True)
    result.bar("yinuo rebuild, events/s", count / seconds_of("rebuild"), 20_000, at_least=True)


def imported(events: Iterator[dict[str, object]]) -> None:
    """Bring events in; not measured here."""
    file = OUT / "clocks.jsonl"
    a_city.lines(file, events)
    command = [*a_city.PROGRAM, "import", str(file), "--unit", "city", "--workers", "2"]
    subprocess.run(command, capture_output=True, check=True)


def drained(now: datetime) -> None:
    """Everything that is to be done at a moment; not measured."""
    worked("drain", now)


def worked(what: str, now: datetime, *, seconds: float = 0) -> tuple[float, list[dict[str, Any]]]:
    """Two workers, let go together: seconds until both were done, and every sweep of theirs."""
    command = [sys.executable, "-c", WORKER, what, now.isoformat(), str(seconds)]
    workers = [
        subprocess.Popen([*command, f"w{number}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for number in range(2)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n", "a worker did not start"
    begin, server = time.time(), a_city.server_cpu()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [json.loads(worker.communicate()[0]) for worker in workers]
    took, used = time.time() - begin, sum(one["cpu"] for one in said)
    print(
        f"    {what}: {took:.1f} s; CPU {used:.1f} s workers, {a_city.server_cpu() - server:.1f} s server", flush=True
    )
    return took, sorted(chain.from_iterable(one["told"] for one in said), key=lambda one: one["at"])


def next_moment() -> datetime:
    """A second after the next moment at which anything comes due."""
    due = a_city.counted("SELECT extract(epoch FROM min(next_at)) * 1000000 FROM supervision_moment")
    return datetime.fromtimestamp(due / 1e6, UTC) + timedelta(seconds=1)


def changed(statement: str) -> None:
    """Change something in the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)


def seconds_of(*arguments: str) -> float:
    """Seconds of a command of ours. Raises when it fails."""
    begin = time.perf_counter()
    done = subprocess.run([*a_city.PROGRAM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return time.perf_counter() - begin
