"""What is wrong with an act whoever does it: its kind, activity, fields and time. Facts reported by systems are held to this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.deciding.ways import Way

AHEAD = timedelta(minutes=5)
"""How far a clock that runs fast may be ahead of ours."""


def check_time(act: Act, now: datetime) -> None:
    """Raises Refused for an act without zone, or in the future."""
    if act.at.tzinfo is None:
        raise Refused("time_without_zone", _("发生时间没有时区，请带上时区，例如 +08:00。"), field="at")
    if act.at > now + AHEAD:
        raise Refused("in_the_future", _("发生时间在将来，请核对时钟后再报。"), field="at")


def check_activity(act: Act, way: Way) -> None:
    """Raises Refused for an activity the text does not know."""
    if act.activity not in way.by_activity and act.activity not in way.others:
        sentence = _("制度里没有“%(activity)s”这个动作，请核对名称。")
        raise Refused("unknown_activity", sentence % {"activity": act.activity}, field="activity")
    if act.step is not None and (act.step not in way.steps or act.activity not in way.steps[act.step].does):
        sentence = _("环节“%(step)s”里没有“%(activity)s”这个动作。")
        raise Refused("unknown_step", sentence % {"step": act.step, "activity": way.word(act.activity)}, field="step")


def check_own(act: Act, own: frozenset[str], way: Way) -> None:
    """Raises Refused for an activity that only a command of the city may say, told by anybody else."""
    if act.activity in own and not act.is_own:
        sentence = _("“%(activity)s”只随本系统自己的办理记下，不能另外填报或者上报。")
        raise Refused("own_activity", sentence % {"activity": way.word(act.activity)}, field="activity")


def read_fields(act: Act, way: Way) -> dict[str, Any]:
    """The fields of an act as they are kept. Raises Refused with the field that is wrong and what would be right.

    Empty values are left out. They come in the order in which the ledger gives them back, so that a case made again has
    them in the same. Whether what they name is there, `check_references` says.
    """
    readers = way.readers
    found: dict[str, Any] = {}
    for name, raw in act.fields.items():
        reader = readers.get(name)
        if reader is None:
            sentence = _("“%(kind)s”没有“%(field)s”这一栏。")
            raise Refused("unknown_field", sentence % {"kind": way.name, "field": name}, field=name)
        if not raw and (raw is None or raw in ("", [])):
            continue
        if way.fields[name].derived:
            raise Refused("derived_field", _("“%(field)s”由系统算出，不用填写。") % {"field": name}, field=name)
        try:
            found[name] = reader(raw)
        except ValueError as error:
            sentence = _("“%(field)s”填得不对：%(why)s。")
            raise Refused("bad_field", sentence % {"field": name, "why": error}, field=name) from error
    return found if len(found) < 2 else dict(sorted(found.items()))


def check_references(found: Mapping[str, Any], way: Way, *, day: date, is_unit: Callable[[str], object]) -> None:
    """Raises Refused for a field that names a unit, an item or a row of a table that is not there on that day."""
    for name in way.unit_fields:
        value = found.get(name)
        for unit in value if isinstance(value, list) else [value]:
            if unit is not None and not is_unit(unit):
                check_unit(unit, is_unit, field=name)
    item = found.get("item")
    if item is not None:
        check_item(item, way, day)
    for name in way.row_fields.keys() & found.keys():
        for row in found[name] if isinstance(found[name], list) else [found[name]]:
            _check_row(row, name, way, day)


def _check_row(row: str, field: str, way: Way, day: date) -> None:
    """Raises Refused for a row that the field's table does not have on that day."""
    if not way.tester.has(way.row_fields[field], row, day):
        sentence = _("“%(field)s”里没有“%(row)s”，请从列出的里选。")
        raise Refused("unknown_row", sentence % {"field": way.fields[field].zh or field, "row": row}, field=field)


def check_unit(unit: str, is_unit: Callable[[str], object], *, field: str = "unit") -> None:
    """Raises Refused for a unit that is not in the tree."""
    if not is_unit(unit):
        raise Refused("unknown_unit", _("没有“%(unit)s”这个单位，请从机构树里选。") % {"unit": unit}, field=field)


def check_item(item: str, way: Way, day: date) -> None:
    """Raises Refused for an item that is not in the catalogue of that day."""
    if not way.tester.has("items", item, day):
        sentence = _("事项清单里没有“%(item)s”，或者它在 %(day)s 不在用。")
        raise Refused("unknown_item", sentence % {"item": item, "day": day.isoformat()}, field="item")
