"""CloudEvents in: one JSON object a line, flattened to columns (`data.k`, `data.case.k`)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from yinuo.logs.delimited import decoded
from yinuo.logs.gather import Gather
from yinuo.logs.tables import REJECTED_COLUMNS, Progress, Table, no_rejected

_NEEDED = ("specversion", "id", "source", "type")


def read_cloudevents(
    path: Path, wanted: Callable[[str], bool], *, name: str, encoding: str, progress: Progress
) -> Table:
    """The wanted attributes of every event. A line that is no CloudEvent goes to `rejected`."""
    gather = Gather(wanted)
    wrong: list[tuple[int, None, None, str, str, bool]] = []
    rest, number = "", 0
    for text in decoded(path, name=name, encoding=encoding, progress=progress):
        *whole, rest = (rest + text).split("\n") if text else (rest, "")
        for line in whole:
            number += 1
            if line.strip("\ufeff \t\r"):
                event, reason = _event(line)
                if event is None:
                    wrong.append((number, None, None, line.strip()[:200], reason, False))
                else:
                    gather.add(_flat(event), number)
    rejected = pl.DataFrame(wrong, schema=REJECTED_COLUMNS, orient="row") if wrong else no_rejected()
    return gather.table(rejected)


def _event(line: str) -> tuple[dict[str, Any] | None, str]:
    try:
        event = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return None, f"not a line of JSON ({error})"
    if not isinstance(event, dict):
        return None, "not a JSON object"
    missing = [key for key in _NEEDED if not event.get(key)]
    if missing:
        return None, f"not a CloudEvent: it has no {', '.join(missing)}"
    return event, ""


def _flat(event: dict[str, Any]) -> dict[str, Any]:
    """Attributes under their own names, data's members as `data.k`, the case's as `data.case.k`."""
    flat = {key: value for key, value in event.items() if key != "data"}
    data = event.get("data")
    if isinstance(data, dict):
        case = data.get("case")
        flat |= {f"data.{key}": value for key, value in data.items() if key != "case" or not isinstance(case, dict)}
        if isinstance(case, dict):
            flat |= {f"data.case.{key}": value for key, value in case.items()}
    return flat
