"""Units and people from a workbook: what each row asks for, decided row by row, written in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from yinuo.city.ledger import private
from yinuo.city.people import commands, decide
from yinuo.city.people.actor import Actor, NotAllowed
from yinuo.city.people.decide import Fact, Impossible
from yinuo.city.people.exchange import sheets, workbook
from yinuo.city.people.exchange.workbook import Line, Refused
from yinuo.city.people.masking import is_masked
from yinuo.city.people.may import require
from yinuo.city.people.models import Account
from yinuo.city.people.staff import Appointment, Post, RoleGrant, Staff
from yinuo.city.people.units import Span

PENDING = "pending"
"""Where the reference to encrypted fields will stand once a whole row is taken."""


@dataclass
class Taken:
    """What came of an import: rows taken that changed something, rows that said what we knew, rows refused."""

    changed: int = 0
    same: int = 0
    refused: list[Refused] = field(default_factory=list)
    is_written: bool = False
    """False when nothing was written because `all_or_nothing` was asked for and a row was refused."""


class _Undo(Exception):
    """Some row was refused and all or nothing was asked for."""


@dataclass
class _Import:
    """The rows as they would be, and what the lines taken so far made of them."""

    staff: Staff
    actor: Actor
    now: datetime
    facts: list[Fact] = field(default_factory=list)
    clear: dict[str, Mapping[str, str]] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The city's day."""
        return timezone.localdate(self.now)


def take(content: bytes, *, actor: Actor, now: datetime, all_or_nothing: bool) -> Taken:
    """Import a workbook. A second time it changes nothing. Raises NotAllowed, and Unreadable when it is no such workbook.

    With `all_or_nothing` nothing is written when a single row is refused; else the good rows are.
    """
    require(actor, "people.import")
    lines = workbook.read(content, sheets.SHEETS)
    taken = Taken()

    def decision(staff: Staff) -> Sequence[Fact]:
        held = _Import(staff, actor, now)
        held.clear = _clear(staff)
        _take_units(held, [line for line in lines if line.sheet is sheets.UNITS], taken)
        for line in lines:
            if line.sheet is sheets.PEOPLE:
                _one(held, line, taken, _person_facts)
        taken.refused.sort(key=lambda one: (one.sheet, one.row))
        if taken.refused and all_or_nothing:
            raise _Undo
        return [_sealed(held, staff, fact) for fact in held.facts]

    try:
        commands.change(decision, actor=actor, now=now)
    except _Undo:
        return taken
    taken.is_written = True
    return taken


def _take_units(held: _Import, lines: Sequence[Line], taken: Taken) -> None:
    """Units in any order of lines: what lies below waits until what lies above is there."""
    waiting = list(lines)
    while waiting:
        opened = set(held.staff.units)
        coming = {line.text("unit") for line in waiting} - opened
        ready = [
            line for line in waiting if line.text("parent") not in coming or line.text("parent") == line.text("unit")
        ]
        for line in ready or waiting:
            _one(held, line, taken, _unit_facts)
        waiting = [line for line in waiting if line not in ready] if ready else []


def _one(held: _Import, line: Line, taken: Taken, facts_of: Callable[[_Import, Line], Iterator[Fact]]) -> None:
    """One row: all of what it asks for, or a line of the report."""
    before, clear = held.staff, held.clear
    held.staff, held.clear = before.copy(), dict(clear)
    facts: list[Fact] = []
    try:
        for fact in facts_of(held, line):
            held.staff.apply(fact.activity, fact.payload)
            facts.append(fact)
    except Impossible as problem:
        held.staff, held.clear = before, clear
        taken.refused.append(_refused(line, problem.field, problem.sentence))
    except NotAllowed as problem:
        held.staff, held.clear = before, clear
        taken.refused.append(_refused(line, "unit", str(problem)))
    else:
        held.facts += facts
        taken.changed += bool(facts)
        taken.same += not facts


def _refused(line: Line, column: str, reason: str) -> Refused:
    return Refused(line.sheet.zh, line.number, line.sheet.zh_of(column), line.text(column), reason)


def _unit_facts(held: _Import, line: Line) -> Iterator[Fact]:
    unit, parent = line.text("unit"), line.text("parent") or None
    since, until = _day(line, "from"), _day(line, "until")
    words = {"zh": line.text("zh"), "en": line.text("en"), "rank": line.text("rank")}
    type_ = _read(line, "type", sheets.type_of)
    stretches = held.staff.units.get(unit)
    if stretches is None:
        begin = since or held.today
        commands.within(held.staff, held.actor, "units.write", [parent] if parent else [], begin)
        yield decide.open_unit(
            held.staff, Span(unit, begin, None, parent, words["zh"], words["en"], type_, words["rank"])
        )
    else:
        last = stretches[-1]
        when = since if since is not None and since > last.valid_from else max(held.today, last.valid_from)
        if (last.zh, last.en, last.type, last.rank) != (words["zh"], words["en"], type_, words["rank"]):
            commands.within(held.staff, held.actor, "units.write", [unit], when)
            yield decide.rename_unit(held.staff, unit, since=when, type_=type_, **words)
        if last.parent != parent:
            commands.within(held.staff, held.actor, "units.write", [unit], when)
            commands.within(held.staff, held.actor, "units.write", [parent] if parent else [], when)
            yield decide.move_unit(held.staff, unit, parent=parent, since=when)
    if until is not None and held.staff.units[unit][-1].valid_until != until:
        commands.within(held.staff, held.actor, "units.write", [unit], until)
        yield decide.close_unit(held.staff, unit, until=until, into=line.text("into") or None)


def _person_facts(held: _Import, line: Line) -> Iterator[Fact]:
    since = _day(line, "from") or held.today
    yield from _identity_facts(held, line, since)
    if username := line.text("username"):
        yield from _login_facts(held, line, username)
    if line.text("post") or line.text("post_zh"):
        yield from _post_facts(held, line, since)
    elif line.text("unit") and not line.text("roles"):
        raise Impossible("post", _("填写了机构，请同时填写岗位编号或岗位名称。"))
    yield from _role_facts(held, line, since)


def _identity_facts(held: _Import, line: Line, since: date) -> Iterator[Fact]:
    person = line.text("person")
    known = held.clear.get(person, {})
    wanted = {word: line.text(word) for word in ("name", "phone", "identity")}
    if not wanted["name"]:
        raise Impossible("name", _("请填写姓名。"))
    fields = {
        word: known.get(word, "") if is_masked(text) or (not text and word in known) else text
        for word, text in wanted.items()
    }
    if person not in held.staff.persons:
        if any(map(is_masked, wanted.values())):
            raise Impossible("phone", _("新登记的人员不能使用带星号的脱敏内容。"))
        commands.within(held.staff, held.actor, "people.write", _units(line), since)
        yield decide.hire(held.staff, person, since=since, private={"ref": PENDING})
    elif {word: text for word, text in fields.items() if text} != dict(known):
        commands.over(held.staff, held.actor, "people.write", person, held.today)
        yield decide.change_person(held.staff, person, private={"ref": PENDING})
    held.clear[person] = {word: text for word, text in fields.items() if text}


def _login_facts(held: _Import, line: Line, username: str) -> Iterator[Fact]:
    person = line.text("person")
    account = held.logins.get(username) or _account_key(username)
    held.logins[username] = account
    if held.staff.persons[person].account != account:
        if held.staff.units_of(person) or held.staff.granted(person, held.today):
            commands.over(held.staff, held.actor, "people.write", person, held.today)
        else:
            commands.within(held.staff, held.actor, "people.write", _units(line), held.today)
        yield decide.link_account(held.staff, person, account)


def _post_facts(held: _Import, line: Line, since: date) -> Iterator[Fact]:
    person, unit = line.text("person"), line.text("unit")
    key = line.text("post") or f"{unit}.{person}"
    tier = _read(line, "tier", sheets.tier_of)
    oversees = tuple(sheets.several(line.text("oversees")))
    known = held.staff.posts.get(key)
    zh = line.text("post_zh") or (known.zh if known else key)
    wanted = Post(key, unit, zh, known.en if known else "", tier, oversees, known.valid_from if known else since)  # type: ignore[arg-type]
    commands.within(held.staff, held.actor, "people.write", [known.unit if known else unit], since)
    if known is None:
        yield decide.open_post(held.staff, wanted)
    elif unit not in {"", known.unit}:
        raise Impossible("unit", _("该岗位属于另一个机构，岗位不能换机构，请用新的岗位编号。"))
    elif (known.zh, known.tier, known.oversees) != (wanted.zh, wanted.tier, wanted.oversees):
        yield decide.change_post(held.staff, wanted)
    until = _day(line, "until")
    held_now = [row for row in held.staff.appointments.values() if (row.person, row.post) == (person, key)]
    same = next((row for row in held_now if row.valid_until is None or row.valid_until == until), None)
    if same is None:
        one = Appointment(f"{person}:{key}:{since.isoformat()}", person, key, since, until)
        yield decide.appoint(held.staff, one)
    elif same.valid_until != until and until is not None:
        yield decide.end(held.staff, "appointments", same.id, until=until)


def _role_facts(held: _Import, line: Line, since: date) -> Iterator[Fact]:
    person, until = line.text("person"), _day(line, "until")
    within = line.text("within") or line.text("unit")
    for text in sheets.several(line.text("roles")):
        role = _read(line, "roles", lambda _cell, text=text: sheets.role_of(text))  # type: ignore[misc]
        if not within:
            raise Impossible("within", _("填写了角色，请同时填写机构编号或角色范围。"))
        same = ("person", person, role, within)
        rows = [row for row in held.staff.grants.values() if (row.kind, row.holder, row.role, row.unit) == same]
        if any(row.valid_until is None or since < row.valid_until for row in rows):
            continue
        commands.within(held.staff, held.actor, "role.grant", [within], since)
        if held.actor.id == person:
            raise Impossible("roles", _("不能给自己授予角色，请由另一位管理员办理。"))
        key = f"{':'.join(same)}:{since.isoformat()}"
        yield decide.grant(held.staff, RoleGrant(key, "person", person, role, within, since, until))


def _sealed(held: _Import, before: Staff, fact: Fact) -> Fact:
    """The fact with the person's fields encrypted, and the account opened, now that the row is taken."""
    said: dict[str, Any] = dict(fact.payload)
    if said.get("private", {}).get("ref") == PENDING:
        said["private"] = commands.seal(before, said["person"], held.clear[said["person"]])
    if fact.activity == "account_linked":
        username = next((name for name, key in held.logins.items() if key == said["account"]), None)
        said["account"] = _opened(username) if username and said["account"].startswith(PENDING) else said["account"]
    return Fact(fact.stream, fact.activity, said)


def _account_key(username: str) -> str:
    found = Account.objects.filter(username=username).values_list("pk", flat=True).first()
    return f"{PENDING}:{username}" if found is None else str(found)


def _opened(username: str) -> str:
    """A new account without a password: an administrator sets one, or the city's identity provider lets the person in."""
    account = Account(username=username)
    account.set_unusable_password()
    account.save()
    return str(account.pk)


def _clear(staff: Staff) -> dict[str, Mapping[str, str]]:
    """The clear fields of everybody, to see what a row changes."""
    opened = private.unseal_many([row.ref for row in staff.persons.values()])
    return {row.id: opened.get(row.ref, {}) for row in staff.persons.values()}


def _units(line: Line) -> list[str]:
    return [line.text("unit")] if line.text("unit") else []


def _day(line: Line, column: str) -> date | None:
    try:
        return workbook.day(line.text(column))
    except ValueError as problem:
        raise Impossible(column, str(problem)) from problem


def _read(line: Line, column: str, reader: Callable[[str], str]) -> str:
    try:
        return reader(line.text(column))
    except ValueError as problem:
        raise Impossible(column, str(problem)) from problem
