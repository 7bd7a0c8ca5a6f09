"""What may become of units, posts, persons and roles: the rows there are and a wish give events, or a refusal. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from django.utils.translation import gettext as _

from yinuo.city.people.actor import Role
from yinuo.city.people.staff import TIERS, Absence, Appointment, Person, Post, RoleGrant, Row, Staff, StandIn, is_on
from yinuo.city.people.units import Span

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What an id may look like: also an 18-digit social credit code or a staff number."""
FOREVER = date(9999, 12, 31)


class Impossible(Exception):
    """The wish does not fit what there is; nothing was changed. `field` is what is wrong, the message what to do."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field, self.sentence = field, sentence


@dataclass(frozen=True, slots=True)
class Fact:
    """One event to be: `stream` without `people/`."""

    stream: str
    activity: str
    payload: Mapping[str, Any]


def open_unit(staff: Staff, one: Span) -> Fact:
    """Raises Impossible when the id is taken, or what is above is not there from that day."""
    _id("unit", one.unit)
    _text("zh", one.zh)
    _text("type", one.type)
    if one.unit in staff.units and (staff.units[one.unit][-1].valid_until or FOREVER) > one.valid_from:
        raise Impossible("unit", _("机构编号“%(unit)s”已被使用，请换一个编号。") % {"unit": one.unit})
    if one.parent is not None:
        _above(staff, one.unit, one.parent, one.valid_from)
    words = {"unit": one.unit, "parent": one.parent, "zh": one.zh, "en": one.en, "type": one.type, "rank": one.rank}
    return Fact("units", "unit_opened", {"v": 1, **words, "from": one.valid_from.isoformat()})


def rename_unit(staff: Staff, unit: str, *, since: date, zh: str, en: str, type_: str, rank: str) -> Fact:
    """Another name, type or rank from a day on. Raises Impossible."""
    _changeable(staff, unit, since)
    _text("zh", zh)
    _text("type", type_)
    words = {"unit": unit, "zh": zh, "en": en, "type": type_, "rank": rank}
    return Fact("units", "unit_renamed", {"v": 1, **words, "from": since.isoformat()})


def move_unit(staff: Staff, unit: str, *, parent: str | None, since: date) -> Fact:
    """Below another unit from a day on. Raises Impossible when it would lie below itself on any day from then."""
    _changeable(staff, unit, since)
    if parent is not None:
        _above(staff, unit, parent, since)
    return Fact("units", "unit_moved", {"v": 1, "unit": unit, "parent": parent, "from": since.isoformat()})


def close_unit(staff: Staff, unit: str, *, until: date, into: str | None) -> Fact:
    """No longer there from a day on, perhaps merged into another. Raises Impossible while units lie below it then."""
    last = _changeable(staff, unit, until)
    if until <= last.valid_from:
        raise Impossible("until", _("撤销日期必须晚于 %(valid_from)s。") % {"valid_from": last.valid_from.isoformat()})
    below = [
        span.zh
        for stretches in staff.units.values()
        for span in stretches
        if span.parent == unit and (span.valid_until or FOREVER) > until
    ]
    if below:
        raise Impossible(
            "unit",
            _("“%(zh)s”在 %(until)s 仍有下级机构：%(list)s，请先调整。")
            % {"zh": last.zh, "until": until.isoformat(), "list": "、".join(below[:5])},
        )
    if into is not None:
        if into == unit:
            raise Impossible("into", _("机构不能并入自身。"))
        _in_force(staff, into, until, "into")
    return Fact("units", "unit_closed", {"v": 1, "unit": unit, "until": until.isoformat(), "into": into})


def open_post(staff: Staff, one: Post) -> Fact:
    """Raises Impossible when the id is taken or the unit is not there."""
    _id("post", one.id)
    _text("zh", one.zh)
    if one.id in staff.posts:
        raise Impossible("post", _("岗位编号“%(id)s”已被使用，请换一个编号。") % {"id": one.id})
    _in_force(staff, one.unit, one.valid_from, "unit")
    _post_words(staff, one)
    said = _post_payload(one) | {"unit": one.unit, "from": one.valid_from.isoformat()}
    return Fact("posts", "post_opened", said)


def change_post(staff: Staff, one: Post) -> Fact:
    """Another name, tier or charge of a post. Raises Impossible."""
    if one.id not in staff.posts:
        raise Impossible("post", _("岗位“%(id)s”不存在。") % {"id": one.id})
    _text("zh", one.zh)
    _post_words(staff, one)
    return Fact("posts", "post_changed", _post_payload(one))


def hire(staff: Staff, person: str, *, since: date, private: Mapping[str, Any]) -> Fact:
    """A person joins the staff. Raises Impossible when the id is taken."""
    _id("person", person)
    if person in staff.persons:
        raise Impossible("person", _("人员编号“%(person)s”已被使用，请换一个编号。") % {"person": person})
    said = {"v": 1, "person": person, "private": dict(private), "from": since.isoformat(), "until": None}
    return Fact("persons", "person_hired", said)


def change_person(staff: Staff, person: str, *, private: Mapping[str, Any]) -> Fact:
    """Another name, phone or identity number. Raises Impossible."""
    _known(staff, person)
    return Fact("persons", "person_changed", {"v": 1, "person": person, "private": dict(private)})


def erase_person(staff: Staff, person: str) -> Fact:
    """The person's fields are erased. Raises Impossible."""
    ref = _known(staff, person).ref
    return Fact("persons", "person_erased", {"v": 1, "person": person, "ref": ref})


def link_account(staff: Staff, person: str, account: str) -> Fact:
    """The person signs in by this account. Raises Impossible when somebody else does."""
    _known(staff, person)
    others = [one.id for one in staff.persons.values() if one.account == account and one.id != person]
    if others:
        raise Impossible("account", _("该账号已属于人员“%(others)s”。") % {"others": others[0]})
    return Fact("persons", "account_linked", {"v": 1, "person": person, "account": account})


def appoint(staff: Staff, one: Appointment) -> Fact:
    """A person takes a post. Raises Impossible when either is not there, or the person holds it then already."""
    person = _known(staff, one.person)
    if not is_on(person, one.valid_from):
        raise Impossible(
            "person",
            _("人员“%(person)s”在 %(valid_from)s 不在岗。")
            % {"person": one.person, "valid_from": one.valid_from.isoformat()},
        )
    post = staff.posts.get(one.post)
    if post is None:
        raise Impossible("post", _("岗位“%(post)s”不存在，请先设置岗位。") % {"post": one.post})
    if not is_on(post, one.valid_from):
        raise Impossible(
            "post",
            _("岗位“%(post)s”在 %(valid_from)s 未设置或已撤销。")
            % {"post": one.post, "valid_from": one.valid_from.isoformat()},
        )
    _ordered(one.valid_from, one.valid_until)
    same = [row for row in staff.appointments.values() if (row.person, row.post) == (one.person, one.post)]
    if any(_overlap(row, one) for row in same):
        raise Impossible(
            "post", _("人员“%(person)s”在此期间已任岗位“%(post)s”。") % {"person": one.person, "post": one.post}
        )
    return Fact("persons", "person_appointed", _stretch(one) | {"person": one.person, "post": one.post})


def name_stand_in(staff: Staff, one: StandIn) -> Fact:
    """While the one is away the other acts. Raises Impossible for oneself or who is not there."""
    for person in (one.person, one.by):
        _known(staff, person)
    if one.person == one.by:
        raise Impossible("by", _("AB岗不能由本人顶岗。"))
    _ordered(one.valid_from, one.valid_until)
    if one.id in staff.stand_ins:
        raise Impossible("by", _("该AB岗安排已登记。"))
    return Fact("persons", "stand_in_named", _stretch(one) | {"person": one.person, "by": one.by})


def declare_absence(staff: Staff, one: Absence) -> Fact:
    """A person is away for some days. Raises Impossible when that is written down already."""
    _known(staff, one.person)
    _ordered(one.valid_from, one.valid_until)
    if any(row.person == one.person and _overlap(row, one) for row in staff.absences.values()):
        raise Impossible("from", _("人员“%(person)s”在此期间已登记外出。") % {"person": one.person})
    return Fact("persons", "absence_declared", _stretch(one) | {"person": one.person})


def grant(staff: Staff, one: RoleGrant) -> Fact:
    """A role within a unit, to a person, a post or a whole unit (D27). Raises Impossible."""
    if one.role not in get_args(Role) or one.role == "system":
        raise Impossible("role", _("没有“%(role)s”这个角色。") % {"role": one.role})
    _in_force(staff, one.unit, one.valid_from, "unit")
    holders: Mapping[str, Collection[str]] = {
        "person": staff.persons,
        "post": staff.posts,
        "unit": staff.units,
    }
    if one.holder not in holders[one.kind]:
        raise Impossible("holder", _("“%(holder)s”不存在，无法授予角色。") % {"holder": one.holder})
    _ordered(one.valid_from, one.valid_until)
    same = (one.kind, one.holder, one.role, one.unit)
    others = [row for row in staff.grants.values() if (row.kind, row.holder, row.role, row.unit) == same]
    if any(_overlap(row, one) for row in others):
        raise Impossible("role", _("该角色在此期间已授予。"))
    said = {"kind": one.kind, "holder": one.holder, "role": one.role, "unit": one.unit}
    return Fact("roles", "role_granted", _stretch(one) | said)


ENDINGS: Mapping[str, tuple[str, str, str]] = {
    "posts": ("posts", "post_closed", "post"),
    "persons": ("persons", "person_dismissed", "person"),
    "appointments": ("persons", "appointment_ended", "id"),
    "stand_ins": ("persons", "stand_in_ended", "id"),
    "absences": ("persons", "absence_ended", "id"),
    "grants": ("roles", "role_revoked", "id"),
}
"""Table → stream, activity, and what the payload calls the row."""


def end(staff: Staff, table: str, key: str, *, until: date) -> Fact:
    """Something no longer holds from a day on. Raises Impossible when it is not there, or has ended by then."""
    row: Row | None = getattr(staff, table).get(key)
    stream, activity, word = ENDINGS[table]
    if row is None:
        raise Impossible(word, _("“%(key)s”不存在。") % {"key": key})
    if until < row.valid_from or (row.valid_until is not None and row.valid_until <= until):
        raise Impossible("until", _("截止日期 %(until)s 不在其有效期内。") % {"until": until.isoformat()})
    return Fact(stream, activity, {"v": 1, word: key, "until": until.isoformat()})


def _post_words(staff: Staff, one: Post) -> None:
    if one.tier not in TIERS:
        raise Impossible(
            "tier", _("责任层级“%(tier)s”应为 principal、deputy_in_charge 或 member。") % {"tier": one.tier}
        )
    for unit in one.oversees:
        if unit not in staff.units:
            raise Impossible("oversees", _("分管的机构“%(unit)s”不存在。") % {"unit": unit})


def _post_payload(one: Post) -> dict[str, Any]:
    words = {"post": one.id, "zh": one.zh, "en": one.en, "tier": one.tier}
    return {"v": 1, **words, "oversees": list(one.oversees)}


def _stretch(one: Appointment | StandIn | Absence | RoleGrant) -> dict[str, Any]:
    until = one.valid_until.isoformat() if one.valid_until else None
    return {"v": 1, "id": one.id, "from": one.valid_from.isoformat(), "until": until}


def _changeable(staff: Staff, unit: str, since: date) -> Span:
    """The last stretch of a unit, which a change from that day on may touch. Changes go forward in time."""
    if unit not in staff.units:
        raise Impossible("unit", _("机构“%(unit)s”不存在。") % {"unit": unit})
    last = staff.units[unit][-1]
    if last.valid_until is not None:
        raise Impossible(
            "unit",
            _("机构“%(zh)s”已于 %(valid_until)s 撤销。") % {"zh": last.zh, "valid_until": last.valid_until.isoformat()},
        )
    if since < last.valid_from:
        raise Impossible(
            "from",
            _("机构“%(zh)s”自 %(valid_from)s 起已有变更，新的变更不能更早。")
            % {"zh": last.zh, "valid_from": last.valid_from.isoformat()},
        )
    return last


def _above(staff: Staff, unit: str, parent: str, since: date) -> None:
    """Raises Impossible when the unit above is unknown or will be closed, or lies below the unit on some day from then.

    What was there before the unit above was opened stands alone until then.
    """
    if parent not in staff.units:
        raise Impossible("parent", _("上级机构“%(parent)s”不存在，请先设立。") % {"parent": parent})
    last = staff.units[parent][-1]
    if last.valid_until is not None:
        raise Impossible(
            "parent",
            _("上级机构“%(zh)s”将于 %(valid_until)s 撤销。")
            % {"zh": last.zh, "valid_until": last.valid_until.isoformat()},
        )
    changes = {span.valid_from for stretches in staff.units.values() for span in stretches if span.valid_from > since}
    for moment in sorted({since, *changes}):
        if unit in staff.units and unit in staff.ancestors(parent, moment):
            raise Impossible(
                "parent",
                _("“%(parent)s”是“%(unit)s”的下级（%(moment)s），不能作为其上级。")
                % {"parent": parent, "unit": unit, "moment": moment.isoformat()},
            )


def _in_force(staff: Staff, unit: str, on: date, field: str) -> None:
    if unit not in staff.units:
        raise Impossible(field, _("机构“%(unit)s”不存在，请先设立。") % {"unit": unit})
    if not any(is_on(span, on) for span in staff.units[unit]):
        raise Impossible(field, _("机构“%(unit)s”在 %(on)s 未设立或已撤销。") % {"unit": unit, "on": on.isoformat()})


def _known(staff: Staff, person: str) -> Person:
    if person not in staff.persons:
        raise Impossible("person", _("人员“%(person)s”不存在，请先登记。") % {"person": person})
    return staff.persons[person]


def _ordered(since: date, until: date | None) -> None:
    if until is not None and until <= since:
        raise Impossible("until", _("截止日期必须晚于起始日期 %(since)s。") % {"since": since.isoformat()})


def _overlap(one: Row, other: Row) -> bool:
    return one.valid_from < (other.valid_until or FOREVER) and other.valid_from < (one.valid_until or FOREVER)


def _id(field: str, text: str) -> None:
    if not ID.fullmatch(text):
        raise Impossible(
            field, _("编号“%(text)s”只能由字母、数字和 . _ - 组成，以字母或数字开头，最多64位。") % {"text": text}
        )


def _text(field: str, text: str) -> None:
    if not text.strip() or len(text) > 200:
        raise Impossible(field, _("此项不能为空，最多200字。"))
