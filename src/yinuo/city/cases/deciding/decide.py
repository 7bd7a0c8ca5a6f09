"""`decide`: a state, an act and the text of its day, to what is written, or Refused. Pure (design 3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.cases.acts import Act, Refused
from yinuo.city.cases.deciding import facts
from yinuo.city.cases.deciding.readiness import is_due, key_of, keys_of, open_steps, step_done, was_done
from yinuo.city.cases.deciding.states import State, given_to
from yinuo.city.cases.deciding.ways import Way
from yinuo.city.cases.deciding.who import STAFF, Place, Unresolved, may_do, role_word, unit_named
from yinuo.city.people.actor import Actor
from yinuo.engine.clauses.flow import Step


@dataclass(frozen=True, slots=True)
class Decided:
    """What an act comes to: the step it does, its fields as kept, the unit in whose name it is done."""

    step: Step | None
    fields: dict[str, Any]
    unit: str | None
    desk: str | None
    """The actor's own unit, when it acts in another's name."""
    sealed: dict[str, str]
    """Field values only some roles may read: kept apart, encrypted."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The case as it stands: as people made it, and with what silence did to it meanwhile (the same when it did nothing)."""

    state: State
    deemed: State
    said: frozenset[str] = frozenset()
    """The activities silence did."""

    def is_due(self, step: Step, activity: str, *, way: Way, day: date, key: str) -> bool:
        """Whether the step may be done. What silence has already said may still be said by people; it changes nothing."""
        if is_due(self.deemed, step, way=way, day=day, key=key):
            return True
        return activity in self.said and is_due(self.state, step, way=way, day=day, key=key)


def decide(case: Standing, act: Act, *, actor: Actor, way: Way, day: date, now: datetime, place: Place) -> Decided:
    """Whether a person may do this to the case as it stands. Raises Refused with a sentence that says what to do.

    1. The act names what the text knows: kind, activity, step, fields of the right types (facts.py).
    2. The case is open, and the form was filled in on the case as it stands.
    3. The activity does a step that is due, by somebody the step names and not by who did a step it excludes.
    4. Every field the step asks for is there.
    5. Nothing compulsory is open when it ends the case.
    """
    state = case.deemed
    facts.check_time(act, now)
    _check_form(state, act)
    facts.check_activity(act, way)
    _check_opening(state, act, way)
    given = act.fields if act.item is None or "item" in act.fields else {**act.fields, "item": act.item}
    fields = facts.read_fields(Act(act.case_id, act.activity, act.at, given), way)
    facts.check_references(fields, way, day=day, is_unit=place.above)
    step = _step(state, act, way, day=day)
    _check_due(case, act, step, way=way, day=day, fields=fields)
    _check_who(state, step, actor=actor, fields=fields, place=place, way=way)
    _check_asked(state, act, step, fields=fields, way=way)
    if act.activity in way.ends and not step.anytime:
        _check_nothing_open(state, step, way=way, day=day)
    unit = act.unit or _in_whose_name(state, step, actor=actor, fields=fields, place=place)
    if unit is not None:
        facts.check_unit(unit, place.above)
    sealed = {name: str(fields.pop(name)) for name in way.sealed & fields.keys()}
    return Decided(step, fields, unit, actor.unit if actor.unit != unit else None, sealed)


def _check_form(state: State, act: Act) -> None:
    if act.expected is not None and act.expected != state.version:
        sentence = _("这件事在您填写期间已有变化，请刷新后按现状再办。")
        raise Refused("changed_meanwhile", sentence)


def _check_opening(state: State, act: Act, way: Way) -> None:
    opens = act.activity == way.flow.opens
    if state.version == 0 and not opens:
        sentence = _("“%(kind)s”要从“%(first)s”开始。")
        raise Refused("not_opened", sentence % {"kind": way.name, "first": way.word(way.flow.opens)}, field="activity")
    if state.version > 0 and opens and not _may_open_again(act, way):
        raise Refused("already_opened", _("这件事已经登记过了。"))


def _may_open_again(act: Act, way: Way) -> bool:
    return any(step.repeat for step in way.by_activity.get(act.activity, ()))


def _step(state: State, act: Act, way: Way, *, day: date) -> Step:
    step = step_done(state, act.activity, way=way, named=act.step, day=day)
    if step is None:
        sentence = _("“%(activity)s”不是“%(kind)s”的环节，只能由业务系统报来。")
        raise Refused("not_a_step", sentence % {"activity": way.word(act.activity), "kind": way.name}, field="activity")
    if step.auto:
        sentence = _("“%(activity)s”由系统自动完成，不能由人办理。")
        raise Refused("automatic_step", sentence % {"activity": way.word(act.activity)}, field="activity")
    return step


def _check_due(case: Standing, act: Act, step: Step, *, way: Way, day: date, fields: Mapping[str, Any]) -> None:
    state = case.deemed
    clause = f"{way.kind}.{step.id}"
    if state.is_over and not is_after_end(step, way):
        raise Refused("case_over", _("这件事已经办结，不能再办。"), clause=clause)
    key = key_of(step, fields)
    keys = keys_of(state, step)
    if step.each is not None and keys is not None and key not in keys:
        name = step.as_ or step.each
        sentence = _("“%(field)s”要从这件事列出的各方里选：%(keys)s。")
        raise Refused("not_in_list", sentence % {"field": name, "keys": _("、").join(keys)}, clause=clause, field=name)
    if not case.is_due(step, act.activity, way=way, day=day, key=key):
        if case.said & set(step.does) and is_due(case.state, step, way=way, day=day, key=key):
            sentence = _("逾期未办，按制度已经视为“%(activity)s”，不能再另作决定。")
            said = _("、").join(way.word(one) for one in sorted(case.said & set(step.does)))
            raise Refused("done_by_silence", sentence % {"activity": said}, clause=clause)
        if step.sign is not None and keys and was_done(state, step):
            raise Refused("already_settled", _("会签已经有结论，不再需要另出意见。"), clause=clause)
        sentence = _("还没有轮到“%(activity)s”，或者它已经办过：请按公布的环节办理。")
        raise Refused("step_not_due", sentence % {"activity": way.word(act.activity)}, clause=clause)
    offer = way.offers.get(act.activity)
    if offer is not None and act.activity in offer.answers:
        row = state.offers.get("\x1f".join(str(fields.get(name, "")) for name in offer.keys))
        if row is None:
            raise Refused("nothing_offered", _("没有这次移交，不能签收或者退回。"), clause=clause)
        if row[0] != "offered":
            raise Refused("offer_answered", _("这次移交已经签收或者退回，不能再签。"), clause=clause)


def is_after_end(step: Step, way: Way) -> bool:
    """Whether the text places the step after the end: it comes after a step that does nothing but end the case."""
    return not step.anytime and any(way.ends.issuperset(way.steps[name].does) for name in step.after)


def _check_who(state: State, step: Step, *, actor: Actor, fields: Mapping[str, Any], place: Place, way: Way) -> None:
    given = given_to(state, step, key_of(step, fields))
    if given is not None and actor.id != given[0]:
        sentence = _("这一环节已由%(giver)s委托%(to)s办理；收回委托后才能由别人办。")
        named = {"giver": given[1] or role_word(step.by), "to": given[0]}
        raise Refused("given_to_another", sentence % named, clause=step.id)
    _check_giving(state, step, actor=actor, fields=fields, way=way, place=place)
    try:
        allowed = given is not None or may_do(actor, step, state, fields=fields, place=place)
    except Unresolved as unknown:
        sentence = _("制度里的“%(role)s”没有对应的单位或者角色，请管理员补上后再办。")
        raise Refused("role_unknown", sentence % {"role": unknown}, clause=step.id) from unknown
    if not allowed:
        sentence = _("这一环节由“%(role)s”办理，您不在其中。")
        raise Refused("not_your_step", sentence % {"role": role_word(step.by)}, clause=step.id)
    for other in step.not_by:
        if actor.id in state.doers.get(other, ()):
            sentence = _("办过“%(step)s”的人不能再办这一环节，请换一个人。")
            raise Refused("same_person", sentence % {"step": way.step_word(other)}, clause=step.id)


def _check_giving(state: State, step: Step, *, actor: Actor, fields: Mapping[str, Any], way: Way, place: Place) -> None:
    """A step is given on while it is to be done, to another person of the staff; it is taken back while it is given."""
    about, key = step.gives or step.returns, key_of(step, fields)
    if about is None:
        return
    given = given_to(state, way.steps[about], key)
    if step.returns is not None and given is None:
        raise Refused("not_given", _("这一环节没有委托给别人，不用收回。"), clause=about)
    if step.gives is None:
        return
    if state.tasks.get(about, {}).get(key, ("",))[0] != "due":
        raise Refused("step_not_due", _("这一环节现在不用办，不能委托。"), clause=about)
    if given is not None:
        sentence = _("这一环节已委托%(to)s办理；先收回，再委托别人。")
        raise Refused("given_already", sentence % {"to": given[0]}, clause=about)
    to = fields.get(step.ask[0])
    if to == actor.id:
        raise Refused("given_to_oneself", _("不能委托给自己。"), clause=about, field=step.ask[0])
    if to is not None and not place.is_staff(to):
        sentence = _("人员名册里没有“%(to)s”，委托给他就没有人能办了；请从名册里选人。")
        raise Refused("unknown_person", sentence % {"to": to}, clause=about, field=step.ask[0])


def _check_asked(state: State, act: Act, step: Step, *, fields: Mapping[str, Any], way: Way) -> None:
    """Compulsory fields. A later activity of the same step (its end, its answer) may rest on what its first one said."""
    was_begun = step.id in state.done and act.activity != step.does[0]
    for name in step.ask:
        known = name in fields or (was_begun and name in state.fields)
        if name in way.sealed or (name in way.fields and way.fields[name].is_ == "party"):
            known = known or bool(act.person)
        if not known:
            raise Refused("field_missing", _("“%(field)s”必须填写。") % {"field": name}, clause=step.id, field=name)


def _check_nothing_open(state: State, step: Step, *, way: Way, day: date) -> None:
    still = [way.step_word(one.id) for one in open_steps(state, way=way, but=step, day=day)]
    if still:
        sentence = _("还有必须办的环节没有办完，不能办结：%(steps)s。")
        raise Refused("steps_open", sentence % {"steps": _("、").join(still)}, clause=step.id)


def _in_whose_name(state: State, step: Step, *, actor: Actor, fields: Mapping[str, Any], place: Place) -> str | None:
    """The unit an act is done for: the one its step names, or the part of it the actor works in."""
    if (step.by or "").startswith("unit:"):
        target: str | None = unit_named(step, state, fields)
    elif step.by == "holder":
        target = state.holder_unit
    elif any(grant.role in STAFF for grant in actor.grants):
        target = state.unit
    else:
        target = None
    if target is None or (actor.unit is not None and target in place.above(actor.unit)):
        return actor.unit
    return target
