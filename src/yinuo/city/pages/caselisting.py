"""What every list of cases can be filtered and sorted by, whatever else it shows (`c` is the case)."""

from __future__ import annotations

from collections.abc import Mapping

from yinuo.city.cases.projection import pairs
from yinuo.city.ledger.statements import sql
from yinuo.city.pages.listing import Filter, Sort, day

STANDING = sql(__file__, "standing")
"""The condition that a case is an entry of a register that stands: not work in hand. One look a row, however many rows."""

FILTERS = (
    Filter("since", "c.opened_at >= %(since)s::date::timestamptz", day),
    Filter("until", "c.opened_at < (%(until)s::date + 1)::timestamptz", day),
    Filter("q", "c.words @> %(q)s::text[]", pairs),
)
SORTS: Mapping[str, Sort] = {
    "opened": Sort("c.opened_at", "timestamptz"),
    "ended": Sort("coalesce(c.ended_at, 'infinity'::timestamptz)", "timestamptz"),
}
