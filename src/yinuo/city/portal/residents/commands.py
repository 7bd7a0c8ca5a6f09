"""What happens to an account: each command is one transaction and appends to `resident/<id>`."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import orjson
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import BaseModel
from stdnum.cn import ric, uscc

from yinuo.city.cases.commands import forget
from yinuo.city.cases.models import Case
from yinuo.city.ledger import private, read
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import require
from yinuo.city.portal.models import Draft, Holding, Mandate, Resident
from yinuo.city.portal.residents import events, keys, projection

LONGEST = 100
AGENT = frozenset({"agent_name", "agent_identity", "phone"})
"""What is sealed of an agent himself with a case he brings for another."""


class Impossible(Exception):
    """It cannot be done. `field` is the field of the form, `sentence` is for the person."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@dataclass(frozen=True, slots=True)
class Principal:
    """Who gives a mandate, what it is called and its number: a firm's credit code, a person's identity number."""

    kind: Literal["firm", "person"]
    name: str
    number: str
    document: str
    until: date


def register(
    resident: str, fields: Mapping[str, str], *, by: Literal["phone", "identity", "window"], now: datetime
) -> str:
    """The account of whoever comes under this subject or has this telephone: found, or opened under the id handed in.

    One account is of one subject for ever. An account of the telephone alone becomes that of the first subject who comes
    with this telephone; to another subject the telephone opens nothing, and he gets an account of his own without it.
    """
    try:
        return _registered(resident, fields, by=by, now=now)
    except IntegrityError:  # whoever it is came in by another door at the same moment
        return _registered(resident, fields, by=by, now=now)


def _registered(
    resident: str, fields: Mapping[str, str], *, by: Literal["phone", "identity", "window"], now: datetime
) -> str:
    subject, phone = fields.get("subject"), fields.get("phone")
    with transaction.atomic():
        row = Resident.objects.filter(subject_key=keys.subject_key(subject)).first() if subject else None
        if row is None and phone:
            row = Resident.objects.select_for_update().filter(phone_key=keys.phone_key(phone)).first()
            if row is not None and subject and row.subject_key:
                row, fields = None, {name: text for name, text in fields.items() if name != "phone"}
            elif row is not None and subject:
                _changed(row, fields, now=now)
        if row is not None:
            return row.resident
        sealed = private.seal(f"resident/{resident}/1", fields)
        said = events.ResidentRegistered(person=events.Sealed(**sealed), by=by)
        _say(resident, events.REGISTERED, said, actor=actor_id(resident), now=now)
        return resident


def change(resident: str, fields: Mapping[str, str], *, now: datetime) -> None:
    """Another name or identity number; the fields before are erased. Raises Impossible."""
    checked(fields)
    with transaction.atomic():
        _changed(Resident.objects.select_for_update().get(resident=resident), fields, now=now)


def learn(resident: str, fields: Mapping[str, str], *, now: datetime) -> None:
    """A name or identity number where none is known yet; what is known stays. Raises Impossible."""
    checked(fields)
    with transaction.atomic():
        row = Resident.objects.select_for_update().get(resident=resident)
        before = private.unseal(row.ref) or {}
        _changed(row, {name: text for name, text in fields.items() if not before.get(name)}, now=now)


def _changed(row: Resident, fields: Mapping[str, str], *, now: datetime) -> None:
    before = private.unseal(row.ref) or {}
    after = {**before, **{name: text.strip() for name, text in fields.items() if text.strip()}}
    if after == before:
        return
    sealed = private.seal(f"resident/{row.resident}/{row.version + 1}", after)
    said = events.ResidentChanged(person=events.Sealed(**sealed))
    _say(row.resident, events.CHANGED, said, actor=actor_id(row.resident), now=now)
    private.erase(row.ref)


def checked(fields: Mapping[str, str]) -> None:
    """Raises Impossible for a name or an identity number that cannot be right."""
    if "name" in fields and not 1 < len(fields["name"].strip()) <= LONGEST:
        raise Impossible("name", _("请填写姓名，2 到 100 个字。"))
    number = fields.get("identity", "").strip()
    if number and not ric.is_valid(number):
        raise Impossible("identity", _("身份证号不对：应当是 18 位，最后一位是校验码，请逐位核对。"))


def hold(
    resident: str, case_id: str, *, by: Literal["sent", "shown"], mandate: str | None = None, now: datetime
) -> None:
    """A case is this resident's from now on. Inside the caller's transaction; twice changes nothing."""
    _locked(resident)
    if not Holding.objects.filter(resident=resident, case_id=case_id).exists():
        said = events.CaseHeld(case=case_id, by=by, mandate=mandate)
        _say(resident, events.HELD, said, actor=actor_id(resident), now=now)


def give_mandate(resident: str, principal: Principal, *, mandate: str, now: datetime) -> None:
    """Written down with its document; it lets the resident file from now on. Raises Impossible."""
    name, number = principal.name.strip(), principal.number.strip().upper()
    if not 1 < len(name) <= LONGEST:
        raise Impossible("name", _("请填写委托人的名称，2 到 100 个字。"))
    if principal.kind == "firm" and not uscc.is_valid(number):
        raise Impossible("number", _("统一社会信用代码不对：应当是 18 位，最后一位是校验码，请对照营业执照逐位核对。"))
    if principal.kind == "person" and not ric.is_valid(number):
        raise Impossible("number", _("身份证号不对：应当是 18 位，最后一位是校验码，请逐位核对。"))
    today = timezone.localdate(now)
    if principal.until <= today:
        raise Impossible("until", _("委托的截止日期要在今天以后。"))
    with transaction.atomic():
        sealed = private.seal(f"resident/{resident}/mandate/{mandate}", {"name": name, "identity": number})
        shown = name if principal.kind == "firm" else ""
        said = events.MandateGiven(
            mandate=mandate, kind=principal.kind, name=shown, person=events.Sealed(**sealed),
            document=principal.document, since=today, until=principal.until,
        )  # fmt: skip
        _say(resident, events.MANDATED, said, actor=actor_id(resident), now=now)


def check_mandate(mandate: str, *, name: str, number: str, actor: Actor, now: datetime) -> None:
    """A window compared the document: the agent may now see what others filed for the principal.

    `name` and `number` are the principal's as they were read from the document. Raises Impossible when either is not what
    the agent wrote down, NotAllowed, Mandate.DoesNotExist for one that does not stand.
    """
    require(actor, "case.intake")
    with transaction.atomic():
        _locked(Mandate.objects.values_list("resident", flat=True).get(mandate=mandate))
        row = Mandate.objects.get(mandate=mandate, ended_at=None, until__gt=timezone.localdate(now))
        if row.checked_at is not None:
            return
        written = private.unseal(row.ref) or {}
        if [_plain(name), _plain(number)] != [_plain(written.get("name", "")), _plain(written.get("identity", ""))]:
            raise Impossible("number", _("名称或者号码和代办人登记的不一致，没有通过核对。请对照委托书原件再填。"))
        said = events.MandateChecked(mandate=mandate)
        _say(row.resident, events.MANDATE_CHECKED, said, actor=actor.id, now=now)


def _plain(text: str) -> str:
    """A name or number without what two writers write differently: blanks, wide letters, small letters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def end_mandate(mandate: str, resident: str, *, now: datetime) -> None:
    """The agent gives it up; nothing more is seen or filed under it."""
    with transaction.atomic():
        _locked(resident)
        row = Mandate.objects.get(mandate=mandate, resident=resident)
        if row.ended_at is None:
            said = events.MandateEnded(mandate=mandate)
            _say(resident, events.MANDATE_ENDED, said, actor=actor_id(resident), now=now)


def erase(resident: str, *, actor: str, now: datetime) -> int:
    """Erase what is sealed of a resident: account, mandates, drafts, and his ended cases; the ledger still verifies.

    Cases he brought for another under a mandate stay that other's: only what was sealed of himself is parted and erased.

    Returns how many refs were erased. Raises Impossible while a case of his is open.
    """
    with transaction.atomic():
        row = Resident.objects.select_for_update().get(resident=resident)
        held = list(Holding.objects.filter(resident=resident).values_list("case_id", flat=True))
        still = Case.objects.filter(case_id__in=held, status="open").count()
        if still:
            raise Impossible("", _("还有 %(count)s 件在办，办结或者撤回以后才能注销。") % {"count": still})
        own = set(Holding.objects.filter(resident=resident, mandate=None).values_list("case_id", flat=True))
        refs = [row.ref, *_refs(resident), *_case_refs(own)]
        for case_id in sorted({*held} - own):
            refs += forget(case_id, AGENT, brought_by=actor_id(resident), actor=actor, now=now)
        said = events.ResidentErased(refs=tuple(refs))
        _say(resident, events.ERASED, said, actor=actor, now=now)
        return sum(private.erase(ref) for ref in refs)


def _refs(resident: str) -> list[str]:
    drafts = Draft.objects.filter(resident=resident).values_list("ref", flat=True)
    return [*drafts, *Mandate.objects.filter(resident=resident).values_list("ref", flat=True)]


def _case_refs(cases: Collection[str]) -> list[str]:
    """What was sealed with any act of these cases: an event may bring personal fields of its own."""
    found = read.streams([f"case/{case_id}" for case_id in cases])
    people = (orjson.loads(event.payload).get("person") for events in found.values() for event in events)
    return [str(person["ref"]) for person in people if person]


def actor_id(resident: str) -> str:
    """What events carry as actor."""
    return f"resident:{resident}"


def _say(resident: str, activity: str, said: BaseModel, *, actor: str, now: datetime) -> None:
    """One event more; whoever else has something to say of this resident waits until the transaction ends."""
    stream = f"{projection.PREFIX}{resident}"
    version = _locked(resident)
    payload: dict[str, Any] = said.model_dump(mode="json", by_alias=True, exclude_none=True)
    event = NewEvent(stream, "yinuo", f"{resident}-{version + 1}", activity, now, payload, actor)
    projection.apply(append([event], expected=version, recorded_at=now))


def _locked(resident: str) -> int:
    """How many events there are of a resident, whose row nobody else changes until the transaction ends."""
    rows = Resident.objects.select_for_update().filter(resident=resident)
    return rows.values_list("version", flat=True).first() or 0
