"""Requests for a lane, with what the text gives each: what heads answer and everybody may follow."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.hall.lanes.entitlement import Request, entitled_all
from yinuo.city.ledger.statements import sql
from yinuo.city.pages.statements import select

FIELDS = ("asked_lane", "ground", "project_no", "lane", "lane_reason")
"""What a request and its answer say."""
MOST = 100
"""Requests on the page."""


def requests(condition: str, given: Mapping[str, Any], *, ways: Ways, now: datetime) -> list[dict[str, Any]]:
    """Those that wait for an answer first, then the newest; each with `entitled`. `condition` is the row filter over `c.scope`."""
    found = select(sql(__file__, "requests").replace("{case_rows}", condition), {**given, "most": MOST})
    for row in found:
        row["fields"] = json.loads(row["fields"]) if isinstance(row["fields"], str) else row["fields"]
    waiting = [Request(row["case_id"], row["unit"], row["opened_at"], row["fields"]) for row in found if row["waits"]]
    said = entitled_all(waiting, ways=ways, now=now)
    for row in found:
        row["fields"] = {**dict.fromkeys(FIELDS, ""), **row["fields"]}
        row["entitled"] = said.get(row["case_id"])
    return found
