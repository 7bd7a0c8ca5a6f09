"""Asking for information, or to have a record put right, without an account (政府信息公开条例 29、41; requirements E220)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Done
from yinuo.city.cases.commands import act
from yinuo.city.pages.showing import choices_of
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor, applicant

REQUEST, CORRECTION = "information-request", "correction"
OPENS: Mapping[str, str] = {REQUEST: "received", CORRECTION: "correction_asked"}
ONLINE = "互联网"
"""The channel of what comes by the public pages, as the law words it."""
ASKABLE = frozenset({"department", "office", "town", "subdistrict", "centre", "zone", "city"})
"""Types of unit that may be asked for information: the organs of the city, not their sections and windows."""
MOST: Mapping[str, int] = {"subject": 200, "wanted": 2000, "wrong": 2000, "right": 2000, "name": 60, "identity": 30, "phone": 20}  # fmt: skip
"""How many characters a field takes."""
ASKED: Mapping[str, tuple[str, ...]] = {
    REQUEST: ("unit", "subject", "wanted", "delivery", "name", "identity", "phone"),
    CORRECTION: ("unit", "subject", "wrong", "right", "name", "identity", "phone"),
}
"""The fields of each form, all of them compulsory but `wanted`."""
FREE = frozenset({"wanted"})
_PHONE_SIGNS = frozenset("0123456789-+ ")


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in, and what is wrong with it, field by field."""

    kind: str
    given: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """What was typed."""
        return self.given.get(name, "")


def deliveries(words: Words) -> list[tuple[str, str]]:
    """How the answer may be had, with the words of the text."""
    return choices_of(REQUEST, "delivery", words)


def units(words: Words) -> list[tuple[str, str]]:
    """The organs one may ask, with their names."""
    return [
        (span.unit, "　" * depth + words.unit(span.unit))
        for depth, span in words.tree.walk()
        if depth <= 1 and span.type in ASKABLE
    ]


def read(kind: str, posted: Mapping[str, str], words: Words) -> Filled:
    """A form as it came: every field cut of blanks; each that is missing, too long or unknown has its sentence."""
    given = {name: str(posted.get(name, "")).strip() for name in (*ASKED[kind], "form")}
    wrong: dict[str, str] = {}
    for name in ASKED[kind]:
        if not given[name] and name not in FREE:
            wrong[name] = _("这一项必须填写。")
        elif name in MOST and len(given[name]) > MOST[name]:
            wrong[name] = _("不能超过 %(most)s 个字，现在是 %(now)s 个字。") % {
                "most": MOST[name],
                "now": len(given[name]),
            }
    if given["unit"] and given["unit"] not in {unit for unit, _name in units(words)}:
        wrong["unit"] = _("没有这个机关，请在列表里选。")
    if kind == REQUEST and given["delivery"] and given["delivery"] not in dict(deliveries(words)):
        wrong["delivery"] = _("请选一种获取方式。")
    phone = given["phone"]
    if phone and "phone" not in wrong and (sum(one.isdigit() for one in phone) < 7 or set(phone) - _PHONE_SIGNS):
        wrong["phone"] = _("电话要有至少七位数字；机关要用它与您确认。")
    return Filled(kind, given, wrong)


def send(filled: Filled, words: Words, *, now: datetime) -> Done:
    """Open the case: what is asked goes into the ledger, who asks is sealed apart.

    The same form sent twice is one case; gone back to and filled in with something else it is another. Raises Refused with the sentence of the text that refuses.
    """
    given = filled.given
    names = ("subject", "wanted", "delivery") if filled.kind == REQUEST else ("subject", "wrong", "right")
    fields = {name: given[name] for name in names if given[name]} | {"channel": ONLINE}
    person = {name: given[name] for name in ("name", "identity", "phone")}
    opening = Act(
        None, OPENS[filled.kind], now, fields, kind=filled.kind, unit=given["unit"], person=person,
        event_id=_id_of(filled) if given["form"] else None,
    )  # fmt: skip
    return act(opening, actor=public_actor(words), now=now)


def _id_of(filled: Filled) -> str:
    """What tells a form from any other: its own number with all that was typed, keyed so that nobody reads it back."""
    said = orjson.dumps([filled.kind, filled.given], option=orjson.OPT_SORT_KEYS).decode()
    return f"{filled.kind}-{salted_hmac('yinuo.openness.requests', said, algorithm='sha256').hexdigest()[:32]}"


def public_actor(words: Words) -> Actor:
    """Whoever uses the public pages without an account: an applicant to the whole city, and nobody in particular."""
    return applicant("public", words.tree.roots, name=_("公众"))
