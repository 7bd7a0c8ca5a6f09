"""Measuring: the figures of the text in force, written where pages read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from yinuo.city.figures.measured import window
from yinuo.city.figures.models import Figure
from yinuo.city.people import units
from yinuo.city.texts import in_force
from yinuo.engine.measure import measure

BEGIN = datetime(1990, 1, 1, tzinfo=ZoneInfo("UTC"))


def measure_figures(now: datetime, *, whole: bool = False) -> int:
    """Measure every indicator of the text in force and write the values down; how many were written.

    Periods that began before the quarter before this one are closed: they are kept as they were measured, unless `whole`, or
    nothing was measured under this text yet. Raises NoText.
    """
    pack = in_force.pack()
    zone = ZoneInfo(pack.rules.zone)
    known = Figure.objects.filter(digest=pack.digest).exists()
    first = date.min if whole or not known else _reopened(now.astimezone(zone).date())
    since = BEGIN if first == date.min else datetime.combine(first, time(), zone)
    found = window(pack, since=since, until=now)
    rows = measure(found.log, found.said, pack.rules, as_of=now).to_dicts()
    kept = [row for row in rows if row["period_start"] is None or row["period_start"] >= first]
    tree = units.tree(timezone.localdate(now))
    made = list(_figures(kept, tree, digest=pack.digest, now=now))
    with transaction.atomic():
        old = Figure.objects.exclude(digest=pack.digest) | Figure.objects.filter(period_start=None)
        old.delete()
        Figure.objects.filter(digest=pack.digest, period_start__gte=first).delete()
        Figure.objects.bulk_create(made, batch_size=2000)
    return len(made)


def _reopened(today: date) -> date:
    """The first day of the quarter before this one."""
    month = today.month - 1 - (today.month - 1) % 3
    return date(today.year, month - 2, 1) if month else date(today.year - 1, 10, 1)


def _figures(rows: Iterable[Mapping[str, Any]], tree: units.Tree, *, digest: str, now: datetime) -> Iterable[Figure]:
    for row in rows:
        unit = row["unit"]
        is_known = unit in tree.units or unit in tree.others
        scope = list(tree.ancestors(unit)) if is_known else list(tree.roots)
        kept = {
            name: row[name]
            for name in (
                "institution",
                "clause",
                "version",
                "unit",
                "item",
                "by",
                "period_start",
                "period_end",
                "numerator",
                "denominator",
                "value",
                "excluded",
            )
        }
        if row["denominator"] or row["value"] is not None:
            yield Figure(digest=digest, scope=scope, measured_at=now, **kept)
