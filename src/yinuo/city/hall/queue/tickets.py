"""Who waits, who is called: read from the cases of today's queue numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.pages.statements import rows

TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Ticket:
    """One queue number of today, as it stands."""

    case_id: str
    number: str
    service: str
    lane: str
    drawn_at: datetime
    counter: str | None
    called_at: datetime | None
    calls: int
    is_over: bool
    is_served: bool
    is_missed: bool
    appointment: str | None
    about: str | None
    jump_reason: str | None

    @property
    def is_waiting(self) -> bool:
        """Not called yet and still here."""
        return not self.is_over and self.called_at is None

    @property
    def is_at_counter(self) -> bool:
        """Called and not finished."""
        return not self.is_over and self.called_at is not None


def today(
    hall: str, *, now: datetime, condition: str = "TRUE", given: Mapping[str, Any] | None = None
) -> list[Ticket]:  # fmt: skip
    """The numbers drawn in a hall on the local day, first come first. `condition` is the row filter over `c.scope`."""
    asked = {**(given or {}), "hall": hall, "since": midnight(now)}
    return [_ticket(row) for row in rows(__file__, "tickets", asked, case_rows=condition)]


def midnight(now: datetime) -> datetime:
    """The first instant of the local day."""
    return timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))


def _ticket(row: Mapping[str, Any]) -> Ticket:
    return Ticket(
        case_id=row["case_id"], number=row["number"] or "", service=row["service"] or "", lane=row["lane"] or "",
        drawn_at=row["opened_at"], counter=row["counter"], called_at=row["called_at"], calls=row["calls"],
        is_over=row["status"] == "ended", is_served=bool(row["is_served"]), is_missed=bool(row["is_missed"]),
        appointment=row["appointment"], about=row["about"], jump_reason=row["jump_reason"],
    )  # fmt: skip


def in_turn(found: Iterable[Ticket], service: str, lanes: Sequence[str]) -> list[Ticket]:
    """Who waits for a service in the order in which they are called: by lane, within a lane as they came (invariant 12).

    Whoever a head signed to go first comes first in the lane.
    """
    rank = {lane: place for place, lane in enumerate(lanes)}
    waiting = (one for one in found if one.is_waiting and one.service == service)
    return sorted(
        waiting, key=lambda one: (rank.get(one.lane, len(rank)), not one.jump_reason, one.drawn_at, one.case_id)
    )


def lanes_of(ways: Ways, now: datetime) -> tuple[str, ...]:
    """The lanes in the order in which the text has them called."""
    way = ways.way(TICKET, timezone.localdate(now))
    return tuple(str(one) for one in way.flow.fields["lane"].of) if way and "lane" in way.flow.fields else ()
