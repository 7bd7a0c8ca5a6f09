"""What can be done to units, posts, persons, roles and tokens. Each command is one transaction and one or more events."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.ledger import append, private
from yinuo.city.ledger.events import NewEvent, StoredEvent
from yinuo.city.people import decide, projections, tokens, units
from yinuo.city.people.actor import OPERATOR, Actor
from yinuo.city.people.decide import Fact, Impossible
from yinuo.city.people.may import require
from yinuo.city.people.models import Token
from yinuo.city.people.staff import Absence, Appointment, Post, RoleGrant, Staff, StandIn
from yinuo.city.people.units import Span

Decision = Callable[[Staff], Sequence[Fact]]
SOURCE = "yinuo"
LONGEST = {"name": 100, "phone": 40, "identity": 40}
"""Characters of a person's fields."""


def open_unit(one: Span, *, actor: Actor, now: datetime) -> None:
    """Open a unit below another; only the whole city's administrator opens a root. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        within(staff, actor, "units.write", [one.parent] if one.parent else [], one.valid_from)
        return [decide.open_unit(staff, one)]

    change(decision, actor=actor, now=now)


def rename_unit(
    unit: str, *, since: date, zh: str, en: str, type_: str, rank: str, actor: Actor, now: datetime
) -> None:
    """Give a unit another name, type or rank from a day on. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        within(staff, actor, "units.write", [unit], since)
        return [decide.rename_unit(staff, unit, since=since, zh=zh, en=en, type_=type_, rank=rank)]

    change(decision, actor=actor, now=now)


def move_unit(unit: str, *, parent: str | None, since: date, actor: Actor, now: datetime) -> None:
    """Put a unit below another from a day on; the actor must administer both places. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        within(staff, actor, "units.write", [unit], since)
        within(staff, actor, "units.write", [parent] if parent else [], since)
        return [decide.move_unit(staff, unit, parent=parent, since=since)]

    change(decision, actor=actor, now=now)


def close_unit(unit: str, *, until: date, into: str | None = None, actor: Actor, now: datetime) -> None:
    """Close a unit from a day on, or merge it into another. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        within(staff, actor, "units.write", [unit], until)
        if into is not None:
            within(staff, actor, "units.write", [into], until)
        return [decide.close_unit(staff, unit, until=until, into=into)]

    change(decision, actor=actor, now=now)


def open_post(one: Post, *, actor: Actor, now: datetime) -> None:
    """Open a post. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        within(staff, actor, "people.write", [one.unit], one.valid_from)
        return [decide.open_post(staff, one)]

    change(decision, actor=actor, now=now)


def change_post(one: Post, *, actor: Actor, now: datetime) -> None:
    """Change a post's name, tier or charge. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        held = staff.posts.get(one.id, one)
        within(staff, actor, "people.write", [held.unit], one.valid_from)
        return [decide.change_post(staff, one)]

    change(decision, actor=actor, now=now)


def hire(person: str, *, fields: Mapping[str, str], since: date, actor: Actor, now: datetime) -> None:
    """Write a person down; `fields` (name, phone, identity) are encrypted apart. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        require(actor, "people.write")
        return [decide.hire(staff, person, since=since, private=seal(staff, person, fields))]

    change(decision, actor=actor, now=now)


def change_person(person: str, *, fields: Mapping[str, str], actor: Actor, now: datetime) -> None:
    """Change a person's name, phone or identity number. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        over(staff, actor, "people.write", person, timezone.localdate(now))
        return [decide.change_person(staff, person, private=seal(staff, person, fields))]

    change(decision, actor=actor, now=now)


def erase_person(person: str, *, actor: Actor, now: datetime) -> None:
    """Erase a person's clear fields for good; what the person did stays under its id. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        over(staff, actor, "people.write", person, timezone.localdate(now))
        facts = [decide.erase_person(staff, person)]
        private.erase(staff.persons[person].ref)
        return facts

    change(decision, actor=actor, now=now)


def link_account(person: str, account: str, *, actor: Actor, now: datetime) -> None:
    """Say by which login a person signs in. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        over(staff, actor, "people.write", person, timezone.localdate(now))
        return [decide.link_account(staff, person, account)]

    change(decision, actor=actor, now=now)


def appoint(one: Appointment, *, actor: Actor, now: datetime) -> None:
    """Put a person on a post. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        if one.post in staff.posts:
            within(staff, actor, "people.write", [staff.posts[one.post].unit], one.valid_from)
        return [decide.appoint(staff, one)]

    change(decision, actor=actor, now=now)


def name_stand_in(one: StandIn, *, actor: Actor, now: datetime) -> None:
    """Say who acts while a person is away (AB 岗). Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        over(staff, actor, "people.stand_in", one.person, one.valid_from)
        return [decide.name_stand_in(staff, one)]

    change(decision, actor=actor, now=now)


def declare_absence(one: Absence, *, actor: Actor, now: datetime) -> None:
    """Say on which days a person is away; one says it of oneself too. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        if actor.id != one.person:
            over(staff, actor, "people.stand_in", one.person, one.valid_from)
        return [decide.declare_absence(staff, one)]

    change(decision, actor=actor, now=now)


def grant(one: RoleGrant, *, actor: Actor, now: datetime) -> None:
    """Give a role within a unit to a person, a post or a unit (D27). Nobody gives himself one. Raises NotAllowed, Impossible."""

    def decision(staff: Staff) -> Sequence[Fact]:
        within(staff, actor, "role.grant", [one.unit], one.valid_from)
        if actor.id == one.holder:
            raise Impossible("holder", _("不能给自己授予角色，请由另一位管理员办理。"))
        return [decide.grant(staff, one)]

    change(decision, actor=actor, now=now)


def end(table: str, key: str, *, until: date, actor: Actor, now: datetime) -> None:
    """End a post, person, appointment, stand-in, absence or grant (`table` of decide.ENDINGS) from a day on.

    Raises NotAllowed, Impossible.
    """

    def decision(staff: Staff) -> Sequence[Fact]:
        row = getattr(staff, table).get(key)
        if row is not None:
            _ending_allowed(staff, row, actor, until)
        return [decide.end(staff, table, key, until=until)]

    change(decision, actor=actor, now=now)


def create_token(secret: str, *, name: str, unit: str, rate: int, actor: Actor, now: datetime) -> str:
    """Let a department's system in by `secret`, which is not kept. `rate` is requests a minute. The token's id.

    Raises NotAllowed, Impossible.
    """
    if not 1 <= rate <= 100_000 or not name.strip():
        raise Impossible("rate", _("请填写系统名称，每分钟请求数应在1到100000之间。"))
    with transaction.atomic():
        versions = projections.lock()
        staff = projections.load()
        within(staff, actor, "token.write", [unit], timezone.localdate(now))
        if unit not in staff.units:
            raise Impossible("unit", _("该机构不存在。"))
        digest = tokens.digest(secret)
        said = {"v": 1, "token": digest[:12], "digest": digest, "name": name.strip(), "unit": unit, "rate": rate}
        _write([Fact("tokens", "token_created", said)], versions, actor=actor, now=now)
    return digest[:12]


def revoke_token(token: str, *, actor: Actor, now: datetime) -> None:
    """Let a system in no longer, from this moment. Raises NotAllowed, Impossible."""
    with transaction.atomic():
        versions = projections.lock()
        row = Token.objects.filter(token=token, revoked_at=None).first()
        if row is None:
            raise Impossible("token", _("该令牌不存在或已停用。"))
        within(projections.load(), actor, "token.write", [row.unit], timezone.localdate(now))
        _write([Fact("tokens", "token_revoked", {"v": 1, "token": token})], versions, actor=actor, now=now)


def unmask(
    ref: str, *, actor: Actor, reason: str, now: datetime, scope: Collection[str] | None = None
) -> Mapping[str, str]:
    """The clear personal fields behind a reference, after the event that says who saw them and why is written.

    `scope` is the scope of the thing they belong to (default: where the actor works); its auditors see the event. Raises NotAllowed, Impossible (no reason; nothing there).
    """
    require(actor, "person.unmask", scope=scope)
    if len(reason.strip()) < 2:
        raise Impossible("reason", _("请填写查看完整信息的理由。"))
    with transaction.atomic():
        versions = projections.lock()
        clear = private.unseal(ref)
        if clear is None:
            raise Impossible("ref", _("该个人信息不存在或已删除。"))
        lies_in = scope or (units.ancestors(actor.unit, timezone.localdate(now)) if actor.unit else ())
        said = {"v": 1, "ref": ref, "reason": reason.strip()[:400], "scope": sorted(lies_in)}
        _write([Fact("unmaskings", "person_unmasked", said)], versions, actor=actor, now=now)
    return clear


def note_export(*, actor: Actor, what: str, query: Mapping[str, str], rows: int | None, now: datetime) -> None:
    """Write down that somebody takes rows away in a file: what, the names of the filters used, how many (None = streamed)."""
    filters = sorted(name for name, value in query.items() if value)
    with transaction.atomic():
        versions = projections.lock()
        said = {"v": 1, "what": what, "filters": filters, "rows": rows}
        _write([Fact("exports", "exported", said)], versions, actor=actor, now=now)


def change(decision: Decision, *, actor: Actor, now: datetime) -> tuple[StoredEvent, ...]:
    """One transaction: lock, look at the rows, decide, append, write the rows. What `decision` raises undoes it all."""
    with transaction.atomic():
        versions = projections.lock()
        return _write(decision(projections.load()), versions, actor=actor, now=now)


def seal(staff: Staff, person: str, fields: Mapping[str, str]) -> dict[str, str]:
    """Encrypt a person's clear fields apart; what the event holds of them. Raises Impossible without a name or too long."""
    clear = {word: text.strip() for word, text in fields.items() if text.strip()}
    if not clear.get("name"):
        raise Impossible("name", _("请填写姓名。"))
    for word, most in LONGEST.items():
        if len(clear.get(word, "")) > most:
            raise Impossible(word, _("“%(word)s”不能超过 %(most)s 个字符。") % {"word": word, "most": most})
    known = staff.persons.get(person)
    turn = int(known.ref.rpartition("/")[2]) + 1 if known else 1
    return private.seal(f"person/{person}/{turn}", clear)


def _write(
    facts: Sequence[Fact], versions: Mapping[str, int], *, actor: Actor, now: datetime
) -> tuple[StoredEvent, ...]:
    """Append the facts to their streams and take them into the tables."""
    by_stream: dict[str, list[Fact]] = {}
    for fact in facts:
        by_stream.setdefault(f"people/{fact.stream}", []).append(fact)
    stored: list[StoredEvent] = []
    for name, wanted in by_stream.items():
        seen = versions[name]
        events = [
            NewEvent(name, SOURCE, f"{name}/{seen + index}", fact.activity, now, fact.payload, actor.id, actor.unit)
            for index, fact in enumerate(wanted, start=1)
        ]
        stored += append.append(events, expected=seen, recorded_at=now)
    projections.apply(stored)
    return tuple(stored)


def within(staff: Staff, actor: Actor, action: str, units: Sequence[str], on: date) -> None:
    """Raises NotAllowed unless the actor may do this to what lies in one of these units; no unit = the whole city."""
    if actor is OPERATOR:
        return
    known = [unit for unit in units if unit in staff.units]
    if known:
        require(actor, action, scope={above for unit in known for above in staff.ancestors(unit, on)})
    elif units:
        require(actor, action)
    else:
        require(actor, action, scope=staff.tree(on).roots)


def over(staff: Staff, actor: Actor, action: str, person: str, on: date) -> None:
    """Raises NotAllowed unless the actor may do this wherever the person has a post or a role reaches.

    Whoever may change a login or name a stand-in gets what the person may, so one of several places is not enough.
    """
    places = staff.units_of(person) | {row.unit for row in staff.granted(person, on)}
    for place in sorted(places):
        within(staff, actor, action, [place], on)
    if not places:
        within(staff, actor, action, [], on)


def _ending_allowed(staff: Staff, row: Any, actor: Actor, on: date) -> None:
    match row:
        case Post():
            within(staff, actor, "people.write", [row.unit], on)
        case RoleGrant():
            within(staff, actor, "role.grant", [row.unit], on)
        case Appointment():
            within(staff, actor, "people.write", [staff.posts[row.post].unit], on)
        case StandIn() | Absence():
            if actor.id != row.person or isinstance(row, StandIn):
                over(staff, actor, "people.stand_in", row.person, on)
        case _:
            over(staff, actor, "people.write", row.id, on)
