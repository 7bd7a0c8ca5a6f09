"""Run as a process when all is quiet: what the city says happened, as JSON, for the test to compare."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import timedelta

from yinuo.cli.city import setup

DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def rows(statement: str) -> list[tuple]:
    """Rows of a statement."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def settle() -> None:
    """Do what is still to be done: sweep, and deliver also what a killed worker had taken for a while."""
    from django.utils import timezone

    from yinuo.city.notices.deliver import LEASE, deliver
    from yinuo.city.supervision.sweep import sweep

    while not sweep(timezone.now(), 500).is_idle:
        pass
    for later in (timedelta(), LEASE + timedelta(minutes=1)):
        while not deliver(timezone.now() + later).is_idle:
            pass


def replayed() -> dict[str, str]:
    """Every finding that replay gives, and whether it is open."""
    from django.utils import timezone

    from yinuo.city.cases import queries
    from yinuo.city.texts import in_force
    from yinuo.engine.evaluate import evaluate

    now = timezone.now()
    cases = [
        stream.removeprefix("case/") for (stream,) in rows("SELECT stream FROM ledger_head WHERE stream LIKE 'case/%'")
    ]
    found = evaluate(queries.log(cases), in_force.rules(), as_of=now, known_at=now).findings
    return {
        f"{row['finding_id']}@{row['raised_at'].isoformat()}": "open" if row["cleared_at"] is None else "cleared"
        for row in found.to_dicts()
    }


def said() -> dict[str, list[str]]:
    """Of every card, by finding and moment: what was said of it, in order."""
    from yinuo.city.supervision.models import Finding

    keys = {one.card: f"{one.finding_id}@{one.raised_at.isoformat()}" for one in Finding.objects.all()}
    told: dict[str, list[str]] = {key: [] for key in keys.values()}
    statement = "SELECT activity, payload FROM ledger_event WHERE stream LIKE 'said/%' ORDER BY stream, version"
    for activity, payload in rows(statement):
        card = json.loads(payload).get("card")
        if card in keys:
            told[keys[card]].append(activity)
    return told


def main() -> None:
    """Settle, look, and print what was found."""
    setup()
    settle()
    from yinuo.city.supervision.models import Finding

    opened = Counter(
        row
        for row in rows(
            "SELECT fields->>'about', fields->>'broken_clause', fields->>'broken_due' FROM cases_case WHERE kind = 'order'"
        )
    )
    print(
        json.dumps(
            {
                "durable": {name: rows(f"SHOW {name}")[0][0] for name in DURABLE},
                "events": [
                    list(row)
                    for row in rows(
                        "SELECT stream, event_id, count(*) FROM ledger_event WHERE source = 'hall' GROUP BY 1, 2"
                    )
                ],
                "replayed": replayed(),
                "said": said(),
                "open_cards": list(Finding.objects.filter(status="open", unit="market").values_list("card", flat=True)),
                "notices": [
                    list(row) for row in rows("SELECT person, key, count(*) FROM notices_notice GROUP BY 1, 2")
                ],
                "outbox": [list(row) for row in rows("SELECT id, sent_at IS NOT NULL FROM notices_outbox")],
                "orders_twice": [list(key) for key, count in opened.items() if count > 1],
                "orders": sum(opened.values()),
                "waiting": rows("SELECT count(*) FROM cases_look")[0][0],
            }
        )
    )


if __name__ == "__main__":
    main()
    sys.stdout.flush()
