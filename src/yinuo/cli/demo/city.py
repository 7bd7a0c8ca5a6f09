"""Demo City made from nothing: text installed, units opened, staff hired, logins given; and what is asked of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
from django.contrib.auth.hashers import make_password

from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR
from yinuo.city.people.models import Account
from yinuo.city.texts import commands as texts
from yinuo.cli.demo.cast import Cast, Part, actors, found_city, named, parts
from yinuo.cli.demo.office import Office
from yinuo.cli.demo.plan import Demand, Item, Shares
from yinuo.kernel.limits import Limit, Unit
from yinuo.rulebook.loader import Pack

KEPT = "demo.json"
AHEAD = timedelta(days=120)
"""How far the plan goes beyond today, so that cases can be carried on."""


def demand_of(pack: Pack, office: Office, *, shares: Shares, cases: int, seed: int) -> Demand:
    """What is asked for: the items of the catalogue in force, services and matters done at once most of all."""
    rows = pack.tables["items"].filter(pl.col("until").is_null()).iter_rows(named=True)
    items = [
        Item(
            row["id"], row["unit"], _workdays(row["promised"]), _weight(row), bool(row["immediate"]),
            row["review"] is not None,
        )
        for row in rows
        if row["promised"] is not None
    ]  # fmt: skip
    units = sorted({item.unit for item in items})
    return Demand(office, items, units, shares, cases, seed)


def make_city(pack: Pack, office: Office, *, seed: int, password: str) -> Cast:
    """Install the text, found the city, give the logins of the cast the one password. What is there already stays."""
    begin = datetime.combine(office.first, time(0, 0, 1), ZoneInfo(pack.rules.zone))
    texts.put_in_force(pack, actor=OPERATOR, now=begin)
    members = parts(pack.tables["units"], pack.tables["items"])
    found_city(pack.tables["units"], named(members, seed=seed), since=office.first, now=begin)
    _give_logins(members, password=password, now=begin)
    return cast_of(pack, seed=seed)


@dataclass(frozen=True)
class Told:
    """What `yinuo demo` was told the first time: the plan that was begun is carried on."""

    first: date
    cases: int
    seed: int
    shares: Shares

    def keep(self, home: Path) -> None:
        """Write it into the home folder."""
        words = {"first": self.first.isoformat(), "cases": self.cases, "seed": self.seed, "shares": asdict(self.shares)}
        (home / KEPT).write_text(json.dumps(words, indent=1), encoding="utf-8")

    @classmethod
    def kept(cls, home: Path) -> Told | None:
        """Read it back; null when there is no Demo City here yet."""
        if not (home / KEPT).exists():
            return None
        words = json.loads((home / KEPT).read_text(encoding="utf-8"))
        return cls(date.fromisoformat(words["first"]), words["cases"], words["seed"], Shares(**words["shares"]))

    def demand(self, pack: Pack, *, today: date) -> Demand:
        """What is asked of the city from its first day to some months after today."""
        office = Office(pack.rules.calendar, self.first, today + AHEAD)
        return demand_of(pack, office, shares=self.shares, cases=self.cases, seed=self.seed)


def cast_of(pack: Pack, *, seed: int) -> Cast:
    """Who plays what, without asking the database."""
    return actors(named(parts(pack.tables["units"], pack.tables["items"]), seed=seed))


def _give_logins(members: list[Part], *, password: str, now: datetime) -> None:
    hashed = make_password(password)
    for part in members:
        if part.login is None or Account.objects.filter(username=part.login).exists():
            continue
        account = Account.objects.create(username=part.login, password=hashed)
        people.link_account(part.id, str(account.pk), actor=OPERATOR, now=now)


def _workdays(text: str) -> int:
    """A promised limit in working days; calendar days are taken as five in seven, less one for safety."""
    limit = Limit.parse(text)
    if limit.unit is Unit.WORKDAYS:
        return limit.count
    return max(limit.count * 5 // 7 - 2, 1)


def _weight(row: dict[str, object]) -> int:
    if row["immediate"]:
        return 9
    return 6 if row["nature"] == "service" else 3
