"""Run as a process: a department's system that reports for ever and prints each event once it was acknowledged.

It tells the same event again until it is acknowledged, as any sender must. Prints `ack <stream> <event id>` lines.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta

from yinuo.cli.city import setup

SOURCE = "hall"


def main(name: str) -> None:
    """Report cases a month old: what they say is late by now."""
    setup(database=False)
    from django.db import InterfaceError, OperationalError, close_old_connections
    from django.utils import timezone

    from tests.city.cases import town
    from yinuo.city.cases.acts import Act, Done
    from yinuo.city.cases.commands import record

    def report(*acts: Act) -> None:
        while True:
            try:
                done = record(acts, actor=town.SYSTEM, now=timezone.now())
            except (OperationalError, InterfaceError):
                time.sleep(0.05)
                close_old_connections()
                continue
            assert all(isinstance(one, Done) for one in done), done
            for act in acts:
                print("ack", f"case/{act.case_id}", act.event_id, flush=True)
            return

    def act(case_id: str, activity: str, days: float, **opening: str) -> Act:
        at = timezone.now() - timedelta(days=days)
        fields = {"applicant": "市民甲"} if opening else {}
        return Act(
            case_id, activity, at, fields, unit="market", source=SOURCE, event_id=f"{case_id}/{activity}", **opening
        )

    number = 0
    while True:
        number += 1
        case_id = f"{name}-{number}"
        opened = act(case_id, "received", 40, kind="application", item="food-permit")
        if number % 3:
            report(opened, act(case_id, "accepted", 39))
        else:
            report(opened)
            report(act(case_id, "accepted", 39))
        if number % 4 == 0:
            report(act(case_id, "granted", 0.0001))


if __name__ == "__main__":
    main(sys.argv[1])
