"""Two departments that must not see each other, everything twice, and somebody of every role over one of them and over all."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any, get_args

import polars as pl
from django.db import connection
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.city.cases import town
from tests.city.papers.pdftext import text_of as pdf_text
from tests.city.supervision import staff
from tests.city.together import BACKEND
from yinuo.city.cases import attachments, commands, queries
from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.models import Case
from yinuo.city.catalogue import commands as catalogue
from yinuo.city.catalogue.item import Item
from yinuo.city.figures.commands import measure_figures
from yinuo.city.notices import commands as notices
from yinuo.city.people import commands as people
from yinuo.city.people.actor import OPERATOR, Role
from yinuo.city.people.models import Account
from yinuo.city.people.staff import Appointment, Post, RoleGrant
from yinuo.city.people.units import Span
from yinuo.city.supervision import commands_registers as registers
from yinuo.city.supervision.models import Finding, Measure, Outage

NOW = staff.local(3, 20, 9)
"""Friday 20 March 2026, 09:00 in the city: every promise of the cases is broken."""
MINE, OTHERS = "market", "police"
ITEMS = {MINE: "food-permit", OTHERS: "residence-permit"}
ROLES: tuple[Role, ...] = get_args(Role)
PDF = b"%PDF-1.7\n%%EOF\n"


@dataclass(frozen=True)
class Department:
    """What there is of one department, and the words that only its own rows hold."""

    unit: str
    case: str
    cases: tuple[str, ...]
    card: str
    file: str
    person: str
    token: str
    webhook: str
    notice: int
    measure: str
    outage: str
    secrets: tuple[str, ...]


class Town:
    """The departments by unit, and the clients of everybody."""

    def __init__(self) -> None:
        town.found()
        staff.appoint()
        for unit in (MINE, OTHERS):
            _happen(unit)
        for role in ROLES:
            for key, unit in ((f"part-{role}", MINE), (f"whole-{role}", "city")):
                _employ(key, unit, role)
        staff.sweep_all(NOW)
        measure_figures(NOW)
        for unit in (MINE, OTHERS):
            _register(unit)
        self.departments = {unit: _told(unit) for unit in (MINE, OTHERS)}
        keys = [f"{part}-{role}" for part in ("part", "whole") for role in ROLES]
        self.clients = {key: _client(key) for key in (*keys, "nobody")}
        """Of every login, of a system's token, and of nobody."""


def _client(key: str) -> Client:
    client = Client()
    if key.endswith("-system"):
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret_of(key)}"
    elif key != "nobody":
        client.force_login(Account.objects.get(username=key), backend=BACKEND)
    return client


def secret_of(key: str) -> str:
    """The token of a system."""
    return f"{key}-{'t' * 40}"


def _employ(key: str, unit: str, role: Role) -> None:
    by = {"actor": OPERATOR, "now": NOW}
    if role == "system":
        people.create_token(secret_of(key), name=f"系统{key}", unit=unit, rate=100_000, **by)
        return
    account = Account.objects.create_user(username=key, password="!")
    seat = "supervising-office" if unit == "city" else unit
    people.hire(key, fields={"name": f"员工{key}", "phone": "13800138000"}, since=town.START, **by)
    people.open_post(Post(f"post-{key}", seat, "岗位", "post", "member", (), town.START), **by)
    people.appoint(Appointment(f"on-{key}", key, f"post-{key}", town.START), **by)
    people.grant(RoleGrant(f"role-{key}", "person", key, role, unit, town.START), **by)
    people.link_account(key, str(account.pk), **by)


def _happen(unit: str) -> None:
    """Cases of one department alone, a file, somebody on its staff, a system, a subscription, a notice."""
    by = {"actor": OPERATOR, "now": NOW}
    people.open_unit(Span(f"section-{unit}", town.START, None, unit, f"科室之{unit}", "", "section"), **by)
    hall = town.person(f"office-{unit}", "handler", unit)
    file = attachments.store([PDF + unit.encode()], f"附件之{unit}.pdf", actor=hall, now=town.NOW)
    acts = []
    for number in range(3):
        case_id = f"case-{unit}-{number}"
        fields = {
            "applicant": f"party-{unit}-{number}",
            "channel": "窗口",
            **({"files": [file.digest]} if not number else {}),
        }
        opening = {
            "kind": "application",
            "item": ITEMS[unit],
            "person": {"name": f"秘密{unit}", "phone": "13912345678"},
        }
        common: dict[str, Any] = {"source": f"hall-{unit}", "unit": unit}
        acts.append(Act(case_id, "received", town.NOW, fields, event_id=f"{case_id}-r", **opening, **common))
        acts.append(Act(case_id, "accepted", town.later(minutes=5), {}, event_id=f"{case_id}-a", **common))
    refused = [
        one for one in commands.record(acts, actor=town.SYSTEM, now=town.later(hours=1)) if isinstance(one, Refused)
    ]
    assert not refused, refused
    people.hire(f"staff-{unit}", fields={"name": f"职员之{unit}", "phone": "13700000000"}, since=town.START, **by)
    people.open_post(Post(f"desk-{unit}", unit, f"岗位之{unit}", "post", "member", (), town.START), **by)
    people.appoint(Appointment(f"at-{unit}", f"staff-{unit}", f"desk-{unit}", town.START), **by)
    people.create_token(f"other-{unit}-{'o' * 40}", name=f"系统之{unit}", unit=unit, rate=60, **by)
    notices.open_webhook(
        f"hook-{unit}", name=f"推送之{unit}", unit=unit, url=f"https://93.184.216.34/{unit}", secret="whsec_" + "c2VjcmV0" * 4,
        activities=(), **by,
    )  # fmt: skip
    args = {"from_zh": f"移交自{unit}", "from_en": f"handed over from {unit}"}
    notices.tell(
        [f"staff-{unit}"], kind="handed_over", key=f"told-{unit}", args=args, case_id=f"case-{unit}-0", now=NOW
    )


def _register(unit: str) -> None:
    """An outage declared and a measure proposed."""
    by: dict[str, Any] = {"actor": OPERATOR, "now": NOW}
    catalogue.draft(
        f"draft-{unit}", Item(zh=f"事项之{unit}", unit=unit, type="01", audiences=("person",)), actor=OPERATOR, now=NOW
    )
    registers.declare_outage(unit=unit, begins_at=town.NOW, ends_at=None, reason=f"停机之{unit}", **by)
    card = Finding.objects.get(case_id=f"case-{unit}-0", clause="promised", level="yellow").card
    registers.propose_measure(card, what=f"建议之{unit}", grounds=f"理由之{unit}", **by)


def _told(unit: str) -> Department:
    rows = Case.objects.filter(scope__contains=[unit])
    cases = tuple(sorted(rows.values_list("case_id", flat=True)))
    receipts = tuple(one for one in rows.values_list("receipt", flat=True) if one)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM notices_notice WHERE person = %s", [f"staff-{unit}"])
        (notice,) = cursor.fetchone()
        cursor.execute("SELECT token FROM people_token WHERE name = %s", [f"系统之{unit}"])
        (token,) = cursor.fetchone()
    first = Case.objects.get(case_id=f"case-{unit}-0")
    card = Finding.objects.get(case_id=first.case_id, clause="promised", level="yellow").card
    cards = tuple(Finding.objects.filter(case_id__in=cases).values_list("card", flat=True))
    (file,) = queries.files_of(first.case_id)
    names = tuple(
        f"{word}之{unit}" for word in ("附件", "职员", "岗位", "系统", "推送", "停机", "建议", "理由", "事项")
    )
    secrets = (
        *cases,
        *receipts,
        *cards,
        *names,
        f"party-{unit}",
        f"秘密{unit}",
        f"staff-{unit}",
        f"hook-{unit}",
        token,
        f"移交自{unit}",
        file,
    )
    measure = Measure.objects.get(case_id=first.case_id).measure_id
    outage = Outage.objects.get(unit=unit).outage_id
    return Department(
        unit, first.case_id, cases, card, file, f"staff-{unit}", token, f"hook-{unit}", notice, measure, outage,
        (*secrets, measure, outage),
    )  # fmt: skip


def text_of(answer: Any) -> str:
    """Everything an answer says, whatever its form, as text to search in."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if "spreadsheetml" in kind and answer.status_code == 200:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        return "\n".join(
            str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
        )
    if "parquet" in kind and answer.status_code == 200:
        return str(pl.read_parquet(content).to_dicts())
    printed = pdf_text(content) if kind == "application/pdf" and answer.status_code == 200 else ""
    return content.decode("utf-8", "replace") + answer.headers.get("Location", "") + printed
