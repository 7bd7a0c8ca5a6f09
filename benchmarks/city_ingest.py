"""A department's log into the city: `yinuo import` with one and two processes, and the API in batches of a thousand."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.request
from itertools import islice
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).parent))
import a_city
from measured import OUT, Result

ACTIVITIES = ("received", "accepted", "reviewed", "granted")


def run(*, smoke: bool) -> Result:
    """Validated, projected, chained, marked to be looked at; the same file again changes nothing."""
    result = Result("city_ingest", smoke)
    cases = 1_000 if smoke else 100_000
    a_city.make("ingest")
    a_city.must_be_durable(result)
    for processes, bar in ((1, 20_000), (2, 30_000)):
        file = OUT / f"ingest-{processes}.jsonl"
        count = a_city.lines(file, a_city.events(cases, activities=ACTIVITIES, seed=processes))
        before = stored()
        seconds = imported(file, processes)
        result.check(f"events stored, {processes} processes", abs(stored() - before - count), count)
        result.bar(f"yinuo import, {processes} process(es), events/s", count / seconds, bar, at_least=True)
        again = stored()
        imported(file, processes)
        result.check("the same file again changes nothing", stored() - again, count)
    posted(result, cases=250 if smoke else 25_000)
    result.check(
        "a look-now row for every case touched", cases_not_marked(), a_city.counted("SELECT count(*) FROM cases_case")
    )
    return result


def stored() -> int:
    """How many events the case streams hold."""
    return a_city.counted("SELECT count(*) FROM ledger_event WHERE stream LIKE 'case/%'")


def cases_not_marked() -> int:
    """Cases that supervision would not look at."""
    return a_city.counted(
        "SELECT count(*) FROM cases_case c WHERE NOT EXISTS (SELECT FROM cases_look l WHERE l.case_id = c.case_id)"
    )


def imported(file: Path, processes: int) -> float:
    """Seconds of the whole command, less those it takes to do nothing (its start)."""
    empty = OUT / "empty.jsonl"
    empty.write_text("")
    seconds = []
    for one in (empty, file):
        command = [
            *a_city.PROGRAM,
            "import",
            str(one),
            "--unit",
            "city",
            "--workers",
            str(processes if one is file else 1),
        ]
        begin = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode and one is file:
            raise RuntimeError(done.stdout + done.stderr)
        seconds.append(time.perf_counter() - begin)
    return seconds[1] - seconds[0]


def posted(result: Result, *, cases: int) -> None:
    """The same through `POST /api/events`."""
    secret = a_city.token()
    stream = a_city.events(cases, activities=ACTIVITIES, seed=9)
    batches = list(iter(lambda: list(islice(stream, 1000)), []))
    bodies = [orjson.dumps(batch) for batch in batches]
    before = stored()
    with a_city.served() as address:
        begin = time.perf_counter()
        for body in bodies:
            headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/cloudevents-batch+json"}
            request = urllib.request.Request(f"{address}/api/events", data=body, headers=headers, method="POST")
            urllib.request.urlopen(request, timeout=120).read()
        seconds = time.perf_counter() - begin
    count = sum(map(len, batches))
    result.check("events stored through the API", abs(stored() - before - count), count)
    result.bar("POST /api/events in batches of 1,000, events/s", count / seconds, 5_000, at_least=True)
