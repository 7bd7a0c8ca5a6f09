"""Supervision: a million open clocks judged by two workers, a hundred thousand due at one midnight, an idle sweep; proof and rebuilding."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import a_city
from measured import OUT, Result

WORKER = """
import sys
from datetime import datetime
from yinuo.cli.city import setup
setup()
from yinuo.city.supervision.sweep import sweep
from yinuo.city.supervision.desk import Desk
sys.stdin.readline()
now, desk, total = datetime.fromisoformat(sys.argv[1]), None, 0
while not (swept := sweep(now, int(sys.argv[2]), worker=sys.argv[3])).is_idle:
    total += swept.clocks
print(total)
"""


def run(*, smoke: bool) -> Result:
    """About three open clocks a case."""
    result = Result("city_clocks", smoke)
    cases = 2_000 if smoke else 340_000
    a_city.make("clocks")
    a_city.must_be_durable(result)
    file = OUT / "clocks.jsonl"
    a_city.lines(file, a_city.events(cases, activities=("received", "accepted"), days=2))
    imported(file)
    now = datetime.now(UTC)
    seconds, clocks = swept(now)
    result.check("every case was judged", cases - a_city.counted("SELECT count(*) FROM supervision_moment"), cases)
    open_ = a_city.counted("SELECT count(*) FROM supervision_clock WHERE state IN ('running', 'paused', 'overdue')")
    result.tell("open clocks", open_)
    result.bar("clocks judged, written and told by two workers, a second", clocks / seconds, 8_000, at_least=True)
    midnight(result, now, cases=1_000 if smoke else 50_000)
    idle(result)
    proof(result)
    return result


def imported(file: Path) -> None:
    """Bring the events in; not measured here."""
    subprocess.run(
        [*a_city.PROGRAM, "import", str(file), "--unit", "city", "--workers", "2"], capture_output=True, check=True
    )


def swept(now: datetime) -> tuple[float, int]:
    """Two workers until nothing is left: seconds, and clocks judged. They start together, and only then the time runs."""
    command = [sys.executable, "-c", WORKER, now.isoformat(), "500"]
    workers = [
        subprocess.Popen([*command, f"w{n}"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for n in range(2)
    ]
    time.sleep(4)
    begin = time.perf_counter()
    told = [worker.stdin.write("go\n") or worker.stdin.flush() for worker in workers if worker.stdin]
    assert len(told) == 2
    counts = [int(worker.communicate()[0].split()[-1]) for worker in workers]
    return time.perf_counter() - begin, sum(counts)


def midnight(result: Result, now: datetime, *, cases: int) -> None:
    """Two promises of each case fall due at one midnight: how long until every card is raised."""
    start = now - timedelta(hours=3)
    stream = (event | {"id": f"m{event['id']}", "subject": f"m{event['subject']}"} for event in one_day(cases, start))
    file = OUT / "midnight.jsonl"
    a_city.lines(file, stream)
    imported(file)
    swept(datetime.now(UTC))
    due = a_city.counted(
        "SELECT extract(epoch FROM min(next_at)) * 1000000 FROM supervision_moment WHERE case_id LIKE 'm%'"
    )
    moment = datetime.fromtimestamp(due / 1e6, UTC)
    waiting = a_city.counted(
        f"SELECT count(*) FROM supervision_clock WHERE next_at <= '{(moment + timedelta(seconds=1)).isoformat()}'"
    )
    seconds, _ = swept(moment + timedelta(seconds=1))
    left = a_city.counted(f"SELECT count(*) FROM supervision_moment WHERE next_at <= '{moment.isoformat()}'")
    result.check("cases whose moment was left out", left, cases)
    result.tell("clocks whose moment came at that midnight", waiting)
    result.bar("seconds until all of them were judged", seconds, 15)


def one_day(cases: int, start: datetime) -> list[dict[str, object]]:
    """Cases of one item, accepted within one hour: their moments fall together."""
    events = list(a_city.events(cases, activities=("received", "accepted"), seed=5, days=0, end=start))
    for event in events:
        if "kind" in event["data"]:
            event["data"] |= {"item": "food-permit", "unit": "market"}
    return events


def idle(result: Result) -> None:
    """What a sweep costs when there is nothing to do."""
    from yinuo.city.supervision.sweep import sweep

    now = datetime.now(UTC) - timedelta(days=30)
    sweep(now)
    begin = time.perf_counter()
    for _ in range(50):
        sweep(now)
    result.bar("an idle sweep, ms", (time.perf_counter() - begin) / 50 * 1000, 5)


def proof(result: Result) -> None:
    """Events proved and rebuilt a second, the start of the command left out."""
    count = a_city.counted("SELECT count(*) FROM ledger_event")
    nothing = seconds_of("verify", "--help")
    result.bar("yinuo verify, events/s", count / (seconds_of("verify") - nothing), 100_000, at_least=True)
    result.bar("yinuo rebuild, events/s", count / (seconds_of("rebuild") - nothing), 20_000, at_least=True)


def seconds_of(*arguments: str) -> float:
    """Seconds of a command of ours. Raises when it fails."""
    begin = time.perf_counter()
    done = subprocess.run([*a_city.PROGRAM, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return time.perf_counter() - begin
