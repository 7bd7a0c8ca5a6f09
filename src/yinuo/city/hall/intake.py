"""The window's one screen: what is shown on it, and what was written down on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, get_args

from django.http import QueryDict
from django.utils.translation import gettext as _

from yinuo.city.hall.commands import APPLICATION, Beside, Outcome, Visit
from yinuo.city.hall.delivery.words import DELIVERY
from yinuo.city.hall.items import Catalogue, Item, Paper
from yinuo.city.hall.lanes.entitlement import ASKED, REQUEST
from yinuo.city.pages.showing import choices_of
from yinuo.city.pages.words import Words

Options: TypeAlias = list[tuple[str, str]]
"""What there is to choose from: values and their words."""

PERSON = ("name", "phone", "identity")
"""Personal fields of who has come: kept apart from the case, encrypted."""
REFUSING = ("basis", "alternative", "forbidden_by", "reason")
"""What a refusal to accept says, in the order it is asked."""
LANE = ("asked_lane", "ground", "project_no")
"""What a request for a lane says."""
TYPED = (
    "form",
    "contact",
    "item",
    "typed",
    "cause",
    "more",
    "to_unit",
    "promised_on",
    "taken_by",
    *PERSON,
    *REFUSING,
    *LANE,
)
PLACES = {"applicant": "name", "item": "typed", "need": "typed", "papers": "more", "materials": "more"}
"""Field a refusal names → where it is on the screen, when it is called otherwise there."""


@dataclass(frozen=True)
class Screen:
    """The screen as it is shown: everything typed stands where it was typed."""

    typed: Mapping[str, str]
    given: frozenset[str]
    item: Item | None
    found: Sequence[Item]
    outcome: str = ""
    error: str = ""
    field: str = ""
    owed: frozenset[str] = frozenset()
    """Papers that are not here and may come later, or that are declared instead."""

    @property
    def papers(self) -> tuple[Paper, ...]:
        """The papers the chosen item asks for."""
        return self.item.papers if self.item else ()

    @property
    def missing(self) -> tuple[Paper, ...]:
        """Those of them that were not handed in, and are not owed either."""
        return tuple(one for one in self.papers if one.id not in self.given and one not in self.owing)

    @property
    def owing(self) -> tuple[Paper, ...]:
        """Those that the list lets come later or be declared, and of which that was said."""
        return tuple(one for one in self.papers if one.later and one.id in self.owed and one.id not in self.given)

    def value(self, name: str) -> str:
        """What was typed there."""
        return self.typed.get(name, "")

    def wrong(self, name: str) -> str:
        """The sentence about a field, when it is this one that is wrong."""
        return self.error if self.error and self.field == name else ""

    @property
    def general(self) -> str:
        """The sentence that is about no field of the screen."""
        return self.error if self.field not in TYPED else ""


def empty(form: str) -> Screen:
    """For the next person."""
    return Screen({"form": form}, frozenset(), None, ())


def read(posted: QueryDict, catalogue: Catalogue, *, error: str = "", field: str = "") -> Screen:
    """What was sent. The item is the one chosen from the list or, without script, the one that was typed."""
    typed = {name: str(posted.get(name, "")).strip() for name in TYPED}
    item = catalogue.get(typed["item"])
    if item is None or typed["typed"] not in ("", item.zh, item.en):
        item = catalogue.meant(typed["typed"])
    found = () if item else catalogue.find(typed["typed"])
    given, owed = (frozenset(one for one in posted.getlist(name) if isinstance(one, str)) for name in ("given", "owed"))
    return Screen(typed, given, item, found, posted.get("outcome", ""), error, PLACES.get(field, field), owed)


def wanted(screen: Screen) -> Outcome | None:
    """What the clerk decided; null for the choice of an item alone, or something unknown."""
    return next((one for one in get_args(Outcome) if one == screen.outcome), None)


def unready(screen: Screen, outcome: Outcome) -> tuple[str, str] | None:
    """Why it cannot be sent off as it stands, with the field to mend; null when the text has to say."""
    if outcome in ("ask", "guide"):
        missing_place = outcome == "guide" and not screen.value("to_unit")
        return (_("请选择引导到哪个单位。"), "to_unit") if missing_place else None
    if screen.item is None:
        several = _("有几个事项都对得上，请从列出的事项里选定一个。")
        none = _("没有这个事项，请换个说法，或者登记首问、引导到能办的地方。")
        return (several if screen.found else none, "typed")
    if outcome in ("accept", "settle") and screen.missing:
        names = _("、").join(one.zh for one in screen.missing)
        return (_("还缺：%(papers)s。请一次告知补正，或者核对后勾上。") % {"papers": names}, "more")
    if outcome == "settle" and any(one.may_come_later for one in screen.owing):
        return (_("还有容缺的材料，不能当场办结；请先受理，补齐以后再办。"), "more")
    if outcome == "tell" and not screen.missing and not screen.value("more"):
        return (_("材料都已勾上，没有要补的；请去掉缺少的，或者写明还要补什么。"), "more")
    return None


def visit_of(screen: Screen, outcome: Outcome) -> Visit:
    """What is handed to the command."""
    item, value = screen.item, screen.value
    need = (item.zh if item else value("typed")) or _("到窗口咨询")
    return Visit(
        form=value("form"),
        outcome=outcome,
        item=item.id if item else None,
        unit=(item.unit if item else None) or None,
        need=need,
        person={name: value(name) for name in PERSON if value(name)},
        given=tuple(one.worded for one in screen.papers if one.id in screen.given),
        fields=_fields(screen, outcome),
        contact=value("contact") or None,
        beside=_beside(screen, outcome),
        taken_by=value("taken_by") if outcome == "settle" else "",
    )


def _fields(screen: Screen, outcome: Outcome) -> dict[str, Any]:
    if outcome == "tell":
        more = [line.strip() for line in screen.value("more").splitlines() if line.strip()]
        return {
            "papers": "\n".join([*(one.worded for one in screen.missing), *more]),
            "cause": screen.value("cause"),
        }
    if outcome == "refuse":
        return {name: screen.value(name) for name in REFUSING if screen.value(name)}
    return {"to_unit": screen.value("to_unit")} if outcome == "guide" else {}


def lane_asked(screen: Screen) -> dict[str, str]:
    """The fields of a request for a lane; empty when none is asked for."""
    return {name: screen.value(name) for name in LANE if screen.value(name)} if screen.value("asked_lane") else {}


def _beside(screen: Screen, outcome: Outcome) -> tuple[Beside, ...]:
    """What is opened about the application: a lane, a paper promised (then nothing is decided before it is here), a declaration."""
    if outcome not in ("accept", "settle", "tell"):
        return ()
    asked = lane_asked(screen) if outcome != "settle" else {}
    owing = screen.owing if outcome != "tell" else ()
    day = {"promised_on": screen.value("promised_on")}
    return (
        *((Beside(REQUEST, ASKED, asked),) if asked else ()),
        *(Beside("paper-promise", "paper_promised", {"paper": one.id, **day}, is_part=True) for one in owing if one.may_come_later),
        *(Beside("paper-pledge", "declared", {"paper": one.id}) for one in owing if not one.may_come_later),
    )  # fmt: skip


def lanes(words: Words) -> dict[str, Options]:
    """The lanes and the grounds there are to choose from; empty where the text has none."""
    return {name: found for name in ("asked_lane", "ground") if (found := choices_of(REQUEST, name, words))}


def causes(words: Words) -> Options:
    """Why an application can be sent back."""
    return choices_of(APPLICATION, "cause", words)


def takers(words: Words) -> Options:
    """Who may take what was settled on the spot."""
    return choices_of(DELIVERY, "taken_by", words)
