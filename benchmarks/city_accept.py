"""One accept over HTTP, through production's middleware, beside pgbench running the same statements in the same minute."""

from __future__ import annotations

import json
import os
import re
import resource
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import a_city
import processors
from measured import OUT, Result

PAIRS, CLIENTS, WORKERS = 7, 8, 2
HERE = Path(__file__).parent
PRODUCTION = {
    "YINUO_MODE": "production",
    "YINUO_HOSTS": "127.0.0.1",
    "YINUO_SECRET_KEY": "a-benchmark-signs-nothing-0123456789",
    "YINUO_LEDGER_KEY": "a-benchmark-keys-its-own-ledger-0123456789",
    "YINUO_PRIVATE_KEYS": "a-benchmark-has-no-personal-fields-0123456789",
}
LITERAL = re.compile(r"E'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'")
PG_SEED = 77
"""The cases that pgbench accepts: b77-0, b77-1 …"""


@dataclass(frozen=True, slots=True)
class Round:
    """One half of a pair: rate a second, and processor milliseconds a request of the application, of PostgreSQL, of the load."""

    rate: float
    app: float
    postgres: float
    load: float


def run(*, smoke: bool) -> Result:
    """Cases were received; each request accepts another one. pgbench runs the statements that one such request made."""
    result = Result("city_accept", smoke)
    os.environ.update(PRODUCTION)
    home = a_city.make("accept")
    a_city.must_be_durable(result)
    pairs, each = (1, 96) if smoke else (PAIRS, 2_048)
    warm = each // 4
    token = a_city.token()
    receive(1, warm + pairs * each + 2)
    receive(PG_SEED, warm + pairs * each)
    script, copied = OUT / "accept.sql", warm + pairs * each + 1
    seen = statements(token, case=copied)
    result.tell("statements of one accept", len(seen))
    script.write_text(script_of(seen, case=copied), "utf-8")
    same_heads(copied)
    before = a_city.counted("SELECT count(*) FROM cases_case WHERE stage <> 'received'")
    ours: list[Round] = []
    theirs: list[Round] = []
    with a_city.served(workers=WORKERS) as address:
        port = int(address.rpartition(":")[2])
        posted(result, port, token, home=home, cases=range(warm))
        benched(script, home=home, first=0, each=warm)
        for pair in range(pairs):
            first = warm + pair * each
            ours.append(posted(result, port, token, home=home, cases=range(first, first + each)))
            theirs.append(benched(script, home=home, first=first, each=each))
            print(f"    {ours[-1].rate:,.0f} requests/s beside {theirs[-1].rate:,.0f} transactions/s", flush=True)
    accepted = a_city.counted("SELECT count(*) FROM cases_case WHERE stage <> 'received'") - before
    wanted = 2 * (warm + pairs * each)
    result.check("cases accepted by both", abs(accepted - wanted), wanted)
    tell(result, ours, theirs)
    return result


def receive(seed: int, cases: int) -> None:
    """Let so many cases have been received."""
    from django.utils import timezone

    from yinuo.city.api import incoming
    from yinuo.city.people.actor import Actor, Grant

    actor = Actor("system:bench", "bench", (Grant("system", "city"),), "city", is_system=True)
    stream = list(a_city.events(cases, activities=("received",), seed=seed))
    for start in range(0, cases, 1000):
        taken = incoming.take(stream[start : start + 1000], actor=actor, now=timezone.now())
        wrong = next((one for one in taken if one.status != "stored"), None)
        if wrong is not None:
            raise RuntimeError(f"a case was not received: {wrong}")


def accepts(cases: range) -> Iterator[dict[str, Any]]:
    """The event that accepts each of these cases of seed 1."""
    stream = a_city.events(cases.stop, activities=("received", "accepted"))
    return (event for event in stream if event["type"] == "accepted" and int(event["subject"][3:]) in cases)


def posted(result: Result, port: int, token: str, *, home: Path, cases: range) -> Round:
    """Accept these cases over HTTP with eight connections kept open."""
    file = OUT / "accepts.jsonl"
    count = a_city.lines(file, accepts(cases))
    server = int(subprocess.run(["pgrep", "-of", f"serve --port {port}"], capture_output=True, check=True).stdout)
    app, postgres = processors.of_tree(server), processors.of_postgres(home)
    command = [sys.executable, str(HERE / "poster.py"), str(port), str(CLIENTS), str(file)]
    done = subprocess.run(command, input=token, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    if told["strange"]:
        print(f"    {told['strange']}")
    if told["stored"] != count:
        result.check("every accept stored", count - told["stored"], count)
    return Round(
        count / told["seconds"],
        (processors.of_tree(server) - app) / count * 1000,
        (processors.of_postgres(home) - postgres) / count * 1000,
        told["cpu"] / count * 1000,
    )


def statements(token: str, *, case: int) -> list[str]:
    """What one accept asks of the database, as it is sent, from the look at the token to the last row."""
    import psycopg
    from django.db import connection
    from django.test import Client

    seen: list[str] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        found = execute(sql, params, many, context)
        seen.append(psycopg.ClientCursor(connection.connection).mogrify(sql, params))
        return found

    client = Client(headers={"Authorization": f"Bearer {token}", "X-Forwarded-Proto": "https", "Host": "127.0.0.1"})
    for last in (case - 1, case):
        event = next(accepts(range(last, last + 1)))
        connection.ensure_connection()
        seen.clear()
        with connection.execute_wrapper(keep):
            answer = client.post("/api/events", json.dumps(event), content_type="application/cloudevents+json")
        if answer.status_code != 200 or answer.json()["stored"] != 1:
            raise RuntimeError(f"the accept to be copied was refused: {answer.status_code} {answer.content[:300]!r}")
    return seen


def script_of(seen: list[str], *, case: int) -> str:
    """The same as a script for pgbench: each transaction another of its own cases, one after the other in each client.

    The transaction begins after the look at the token, as `cases.commands.record` begins it.
    """
    text = "\n".join(seen)
    found = re.search(r"\b\d{8}(\d{8})\b", text)
    assert found is not None
    names = {f"b1-{case}": f"b{PG_SEED}-:n", f"1-{case}-1": f"{PG_SEED}-:n-1", found[1]: ":r"}
    many = [LITERAL.sub(lambda one: _varied(one[0], names), statement).strip() + ";" for statement in seen]
    start = "\\set n :first + :client_id * :span + :k\n\\set r 10000000 + :n\n\\set k :k + 1"
    return "\n".join([start, many[0], "BEGIN;", *many[1:], "COMMIT;"]) + "\n"


def _varied(literal: str, names: dict[str, str]) -> str:
    """A literal in which a pgbench variable stands for the case; JSON's nulls apart from their colons, or pgbench takes them for one."""
    quote = "E'" if literal.startswith("E") else "'"
    varied = literal.replace(":null", ": null")
    for name, instead in names.items():
        varied = varied.replace(name, re.sub(r":\w", lambda one: f"' || {one[0]} || {quote}", instead))
    if varied == literal.replace(":null", ": null"):
        return varied
    return f"({varied})::text[]" if literal.startswith("'{") else f"({varied})"


def same_heads(case: int) -> None:
    """Let the streams of pgbench's cases end in the digest its script names; nobody verifies this ledger."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT prev FROM ledger_event WHERE stream = %s AND version = 2", [f"case/b1-{case}"])
        cursor.execute(
            "UPDATE ledger_head SET digest = %s WHERE stream LIKE %s", [cursor.fetchone()[0], f"case/b{PG_SEED}-%"]
        )


def benched(script: Path, *, home: Path, first: int, each: int) -> Round:
    """pgbench with as many clients over its cases from `first` on."""
    from django.conf import settings

    from yinuo.city.site import embedded

    where = settings.DATABASES["default"]
    span = each // CLIENTS
    numbers = [
        part for name, value in (("k", 0), ("first", first), ("span", span)) for part in ("-D", f"{name}={value}")
    ]
    command = [
        embedded.provider_of(home).command("pgbench"), "-n", "-c", str(CLIENTS), "-j", "2", "-t", str(span), "-f",
        str(script), *numbers, "-h", where["HOST"], "-p", str(where["PORT"] or 5432), "-U", where["USER"], where["NAME"],
    ]  # fmt: skip
    postgres, load = processors.of_postgres(home), resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"PGPASSWORD": where["PASSWORD"]}
    )
    rate = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or rate is None:
        raise RuntimeError(done.stdout + done.stderr)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = spent.ru_utime + spent.ru_stime - load.ru_utime - load.ru_stime
    return Round(float(rate[1]), 0.0, (processors.of_postgres(home) - postgres) / each * 1000, seconds / each * 1000)


def tell(result: Result, ours: list[Round], theirs: list[Round]) -> None:
    """The medians, and the bar."""
    for name, rounds in (("HTTP", ours), ("pgbench", theirs)):
        for word, values in (
            ("rate a second", [one.rate for one in rounds]),
            ("application, CPU ms a request", [one.app for one in rounds]),
            ("PostgreSQL, CPU ms a request", [one.postgres for one in rounds]),
            ("load, CPU ms a request", [one.load for one in rounds]),
        ):
            result.tell(f"{name}: {word}", statistics.median(values))
    shares = [one.rate / other.rate for one, other in zip(ours, theirs, strict=True)]
    result.tell("shares of pgbench, pair by pair", " ".join(f"{one:.3f}" for one in shares))
    result.bar("share of pgbench, median of pairs", statistics.median(shares), 0.25, at_least=True)
