"""What Demo City publishes, answers and is asked: the acts of a year, by the commands people use; the texts are disclosed.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.resources import files
from random import Random
from typing import Any

from yinuo.city.cases import attachments
from yinuo.city.openness.records import ANSWERS, CATALOGUE, DECISIONS, RELEASES
from yinuo.city.openness.requests import CORRECTION, ONLINE, REQUEST
from yinuo.city.people.actor import OPERATOR, Actor, Grant
from yinuo.city.supervision import commands as supervision
from yinuo.cli.demo.cast import HALL, Cast
from yinuo.cli.demo.names import applicant
from yinuo.cli.demo.plan import Demand, Planned
from yinuo.engine.clauses.register import CLOSED, ENTERED, PUBLISHED, VERIFIED

GATE = "head:government-office"
"""Who checks the catalogue and files releases."""
MINUTE = 30
"""When in the day a record is worked on, in minutes of office time."""
SITE, EVERYWHERE = "门户网站", "网站、热线、大厅"
REASONS = (
    "承办人交接时漏登，已补办并调整AB岗。",
    "现场核查遇连续暴雨推迟，已向申请人说明。",
    "会审单位意见反复，今后超过两天由分管领导当场拍板。",
)
"""What a unit says in public when it missed a limit."""
WAITED = timedelta(days=4)
"""So long after a limit was missed the reason is made public."""
Row = Mapping[str, Any]


def plan(demand: Demand) -> list[Planned]:
    """Every act, in the order of time, as far as the office's days go."""
    said = tomllib.loads(files("yinuo.cli.demo").joinpath("disclosed.toml").read_text("utf-8"))
    scripts = {
        "subject": _subject, "release": _release, "decision": _decision, "answer": _answer, "request": _request,
        "correction": _correction,
    }  # fmt: skip
    acts = [act for name, script in scripts.items() for row in said[name] for act in _Diary(demand, row).told(script)]
    return sorted(acts, key=lambda act: (act.at, act.case_id, act.number))


def keep_files(now: datetime) -> None:
    """Store the files that releases name. Kept already, nothing changes."""
    said = tomllib.loads(files("yinuo.cli.demo").joinpath("disclosed.toml").read_text("utf-8"))
    keeper = Actor(OPERATOR.id, OPERATOR.name, (Grant("handler", "city"),), is_system=True)
    for row in said["release"]:
        if "file" in row:
            attachments.store([row["file_text"].encode()], row["file"], actor=keeper, now=now)


def publish_reasons(cast: Cast, *, now: datetime) -> int:
    """Let the heads of units make public why they missed a limit; how many did. Made public already, it stays."""
    done = 0
    for number, (card, unit, raised_at) in enumerate(_silent(now)):
        plays = f"head:{unit}"
        if plays in cast.actors:
            head = cast.of(plays, case_id=card)
            supervision.publish_reason(card, reason=REASONS[number % len(REASONS)], actor=head, now=max(now, raised_at))
            done += 1
    return done


def _silent(now: datetime) -> list[tuple[str, str, datetime]]:
    from yinuo.city.supervision.models import Finding  # noqa: PLC0415 - after setup

    found = Finding.objects.filter(
        institution="time-limit", clause__in=["promised", "statutory"], why_code="late", published_at=None,
        status__in=["open", "cleared"], raised_at__lt=now - WAITED, level__in=["yellow", "red"],
    )  # fmt: skip
    return list(found.order_by("raised_at", "card").values_list("card", "unit", "raised_at")[:12])


class _Diary:
    """The acts of one record as they are written down."""

    def __init__(self, demand: Demand, row: Row) -> None:
        self.row, self.office = row, demand.office
        self.day, self.acts = int(row["day"]), list[Planned]()
        self.rng = Random(f"{demand.seed}/{row['id']}")
        self.has_desk = row["unit"] in demand.units

    def told(self, script: Any) -> list[Planned]:
        """The acts of its script as far as the days go."""
        script(self)
        return self.acts

    @property
    def writer(self) -> str:
        """Who drafts for the unit."""
        if "checker" in self.row:
            return f"head:{self.row['unit']}"
        return f"{'handler' if self.has_desk else 'deputy'}:{self.row['unit']}"

    @property
    def checker(self) -> str:
        """Who checks and lets out for the unit: somebody else."""
        return str(self.row.get("checker") or f"{'approver' if self.has_desk else 'head'}:{self.row['unit']}")

    def fields(self, *names: str) -> dict[str, Any]:
        """These fields of the record."""
        return {name: self.row[name] for name in names if name in self.row}

    def do(self, activity: str, who: str, *, after: int = 0, opening: Row | None = None, **given: Any) -> bool:
        """The next act, so many working days later; False when the office's days are over."""
        self.day += after
        if self.day >= len(self.office.days):
            return False
        at = self.office.at(self.day, MINUTE + len(self.acts) * 7 % 300)
        if self.acts and at <= self.acts[-1].at:
            at = self.acts[-1].at + timedelta(minutes=9)
        case_id = f"OPEN-{self.row['id']}"
        self.acts.append(Planned(at, len(self.acts), case_id, activity, who, given, **(opening or {})))
        return True

    def open(self, kind: str, activity: str, who: str, person: Mapping[str, str] | None = None, **given: Any) -> bool:
        """The first act."""
        return self.do(
            activity, who, opening={"kind": kind, "unit": self.row["unit"], "person": person or {}}, **given
        )  # fmt: skip

    def today(self) -> str:
        """The day it is."""
        return self.office.days[min(self.day, len(self.office.days) - 1)].isoformat()

    def renewals(self) -> Iterator[int]:
        """After how many working days it is let out again, each time; none for what is let go stale."""
        while "renew" in self.row and self.day < len(self.office.days):
            yield max(1, int(self.row["renew"]) - self.rng.randrange(3))


def _subject(diary: _Diary) -> None:
    given = diary.fields("subject", "class", "interval", "legal_basis", "approver_rank")
    diary.open(CATALOGUE, ENTERED, diary.writer, owner=diary.row["unit"], **given)
    diary.do(VERIFIED, GATE)
    if diary.do(PUBLISHED, diary.checker, after=1, medium=SITE):
        for days in diary.renewals():
            diary.do(PUBLISHED, diary.checker, after=days, medium=SITE)


def _release(diary: _Diary) -> None:
    given = diary.fields("number", "title", "body")
    if "file" in diary.row:
        given["files"] = [sha256(diary.row["file_text"].encode()).hexdigest()]
    diary.open(RELEASES, ENTERED, diary.writer, entry=f"OPEN-{diary.row['entry']}", **given)
    secrecy = diary.row.get("secrecy", "公开")
    diary.do(VERIFIED, diary.checker, after=1, secrecy=secrecy)
    if secrecy == "公开":
        out = diary.today()
        diary.do(PUBLISHED, diary.checker, medium=SITE, released_on=out)
        if not diary.row["unit"].startswith("government-office"):
            diary.do(CLOSED, GATE, after=3, secrecy=secrecy, released_on=out)


def _decision(diary: _Diary) -> None:
    given = diary.fields("number", "title", "affected", "heard", "heard_days")
    diary.open(DECISIONS, ENTERED, diary.writer, urgent=False, decided_on=diary.today(), **given)
    diary.do(VERIFIED, GATE, after=2)
    diary.do(PUBLISHED, "deputy:government-office", after=1, medium=SITE)
    if "result" in diary.row:
        diary.do(CLOSED, GATE, after=40, result=diary.row["result"])


def _answer(diary: _Diary) -> None:
    given = diary.fields("question", "topic", "answer", "interval", "legal_basis")
    diary.open(ANSWERS, ENTERED, diary.writer, owner=diary.row["unit"], **given)
    diary.do(VERIFIED, diary.checker, after=1)
    if diary.do(PUBLISHED, f"window:{HALL}", medium=EVERYWHERE):
        for days in diary.renewals():
            diary.do(PUBLISHED, f"window:{HALL}", after=days, medium=EVERYWHERE)


def _request(diary: _Diary) -> None:
    row, desk = diary.row, f"handler:{diary.row['unit']}"
    given = diary.fields("subject", "wanted", "delivery")
    diary.open(REQUEST, "received", f"window:{row['unit']}", applicant(diary.rng), channel=ONLINE, **given)
    diary.do("receipt_confirmed", desk, after=1)
    left = row["after"]
    if "third_party" in row:
        diary.do("third_party_asked", desk, after=2, third_party=row["third_party"])
        diary.do("third_party_served", desk, third_party=row["third_party"])
        diary.do(
            "third_party_answered",
            f"window:{row['unit']}",
            after=7,
            third_party=row["third_party"],
            opinion="不同意公开",
        )
        left -= 9
    if row.get("extension"):
        diary.do(
            "extension_granted", f"approver:{row['unit']}", after=15, days="20 workdays",
            approver=f"{row['unit']}-section", notified_on=diary.office.days[min(diary.day + 15, len(diary.office.days) - 1)].isoformat(),
        )  # fmt: skip
        left -= 15
    diary.do("replied", desk, after=left, **diary.fields("result", "ground"))


def _correction(diary: _Diary) -> None:
    row = diary.row
    given = diary.fields("subject", "wrong", "right")
    diary.open(CORRECTION, "correction_asked", f"window:{row['unit']}", applicant(diary.rng), channel=ONLINE, **given)
    diary.do(row["activity"], f"handler:{row['unit']}", after=row["after"], reason=row["reason"])
