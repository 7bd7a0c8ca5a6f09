"""A clause in sentences a person at the counter can read, straight from its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from yinuo.city.cases.deciding.who import role_word
from yinuo.city.pages import bookreading
from yinuo.city.pages.bookreading import typed
from yinuo.city.pages.fieldwords import field_word
from yinuo.city.pages.figurereading import item_type, sentences_of
from yinuo.city.pages.showing import length, shown
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.common import Clause, FieldLimit, Rung
from yinuo.engine.clauses.conditions import Condition, Event, FieldValue, Listed, Test, parse_events
from yinuo.engine.clauses.constraint import Constraint, FieldNumber
from yinuo.engine.clauses.flow import FieldType, Flow, Sign, Step
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.clauses.register import Register
from yinuo.engine.clauses.table import Table
from yinuo.engine.signing import waits
from yinuo.engine.strata import kinds_named
from yinuo.kernel.limits import Limit


class Reader:
    """Spells clauses in one language."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._or = _(" 或者 ")
        self._comma = _("，")
        self._types: Mapping[str, FieldType] = {}
        """The fields of the kinds of case the clause at hand speaks of."""

    def sentences(self, clause: Clause) -> list[str]:
        """What the clause says, one sentence after the other."""
        self.begin(clause)
        about = [_("适用于：%(what)s。") % {"what": self.condition(clause.for_)}] if clause.for_ else []
        if isinstance(clause, Flow):
            return about + self._flow(clause)
        if isinstance(clause, Promise):
            return about + self._promise(clause)
        if isinstance(clause, Constraint):
            return about + self._constraint(clause)
        if isinstance(clause, Register):
            return about + list(bookreading.register(clause, self))
        if isinstance(clause, Table):
            return about + list(bookreading.table(clause, self))
        if isinstance(clause, Indicator):
            return about + sentences_of(clause, self._words, condition=self.condition, field=self._field)
        return about

    def begin(self, clause: Clause) -> None:
        """Call fields as the kinds of case this clause speaks of call them."""
        self._types = self._fields_of(clause)

    def _fields_of(self, clause: Clause) -> Mapping[str, FieldType]:
        if isinstance(clause, Flow):
            return clause.fields
        if isinstance(clause, Register):
            return {name: typed(own) for name, own in clause.fields.items()}
        flows = [self._words.flow(kind) for kind in sorted(kinds_named(clause.for_) or ())]
        return {name: type_ for flow in flows if flow is not None for name, type_ in flow.fields.items()}

    @property
    def is_english(self) -> bool:
        """Whether it spells in English."""
        return self._words.language == "en"

    def role(self, by: str) -> str:
        """Who a role word means: a unit of the tree by its name, else as the table of roles calls it."""
        return self._words.unit(by) if by in self._words.tree.units else role_word(by)

    def book(self, register: str) -> str:
        """A register by its id."""
        found = next((one for one in self._words.rules.of_kind("register") if register in (one.id, one.name)), None)
        return register if found is None else self._words.clause(found.institution, found.id)

    def limit(self, limit: Limit | FieldLimit | None) -> str:
        """A length of time, or the field that holds it."""
        return self._limit(limit)

    def length_or_field(self, text: str) -> str:
        """A length of time as a text writes it, or `field:<name>`."""
        return self.field(text.removeprefix("field:")) if text.startswith("field:") else length(text, self._words)

    def field(self, name: str) -> str:
        """A field as the text it stands in calls it, else by the table of common words."""
        return field_word(name, self._types.get(name)) if name in self._types else _field(name)

    def value(self, name: str, value: Any) -> str:
        """A value of a field as a reader reads it: a choice by its word."""
        type_ = self._types.get(name)
        return self._value(name, value) if type_ is None else shown(value, type_, self._words)

    def _flow(self, flow: Flow) -> list[str]:
        found = [
            _("从“%(opens)s”开始，到“%(ends)s”为止。")
            % {"opens": self._words.activity(flow.opens), "ends": self._names(flow.ends)}
        ]
        for number, step in enumerate(flow.steps, 1):
            after = self._names([flow_step.does[0] for flow_step in flow.steps if flow_step.id in step.after])
            parts = [_("第 %(number)s 步：%(does)s") % {"number": number, "does": self._names(step.does)}]
            if after:
                parts.append(_("在“%(after)s”之后") % {"after": after})
            if step.not_by:
                others = self._names([one.does[0] for one in flow.steps if one.id in step.not_by])
                parts.append(_("与办理“%(others)s”的不能是同一人") % {"others": others})
            if step.optional or step.anytime:
                parts.append(_("需要时才办"))
            if step.ask:
                parts.append(_("填写：%(fields)s") % {"fields": _("、").join(self.field(name) for name in step.ask)})
            found.append(self._comma.join(parts) + _("。"))
        return found

    def _promise(self, promise: Promise) -> list[str]:
        until = self.events(promise.until)
        spoken = {"on": self.events(promise.on), "until": until, "limit": self._within(promise)}
        found = [_("自“%(on)s”起，%(limit)s内“%(until)s”。") % spoken]
        if promise.due_on:
            found = [
                _("自“%(on)s”起，到“%(day)s”那天为止“%(until)s”。") % {**spoken, "day": self.field(promise.due_on)}
            ]
        pauses = promise.pause if isinstance(promise.pause, tuple) else ()
        for pause in pauses:
            end = self.events(pause.to) if pause.to else ""
            said = _("从“%(from)s”到“%(to)s”不计时") if end else _("自“%(from)s”起不计时")
            said = said % {"from": self.events(pause.from_), "to": end}
            found.append(
                said
                + (self._comma + _("最长 %(cap)s") % {"cap": self._limit(pause.cap)} if pause.cap else "")
                + _("。")
            )
        if promise.extend is not None:
            said = _("“%(on)s”可以延长") % {"on": self.events(promise.extend.on)}
            most = (
                self._comma + _("最多 %(max)s") % {"max": self._limit(promise.extend.max)} if promise.extend.max else ""
            )
            found.append(said + most + self._comma + _("最多 %(times)s 次") % {"times": promise.extend.times} + _("。"))
        if promise.moved:
            said = _("登记“%(moved)s”的，时限按那一天的规定重新定，仍从原来的起点算。")
            found.append(said % {"moved": self.events(promise.moved)})
        if promise.silence is not None:
            found.append(
                _("到期没有动静的，视为“%(means)s”。") % {"means": self._words.activity(promise.silence.means)}
            )
        rungs = self._words.rules.ladders.get(promise.levels, ()) if isinstance(promise.levels, str) else promise.levels
        found += [self._rung(rung) for rung in rungs]
        if promise.public_reason:
            found.append(_("没有按时做到的，向社会公布原因。"))
        return found

    def _rung(self, rung: Rung) -> str:
        level = self._words.level(rung.level)
        word = level.word if level else rung.level
        when = _("（%(when)s）") % {"when": self.condition(rung.when)} if rung.when else ""
        if rung.share is not None:
            return _("用去时限的 %(share)s%%%(when)s：%(level)s。") % {
                "share": f"{float(rung.share) * 100:g}",
                "when": when,
                "level": word,
            }
        if rung.left is not None:
            return _("还剩 %(left)s%(when)s：%(level)s。") % {
                "left": self._limit(rung.left),
                "when": when,
                "level": word,
            }
        if isinstance(rung.late, Limit):
            return _("超过时限 %(late)s%(when)s：%(level)s。") % {
                "late": self._limit(rung.late),
                "when": when,
                "level": word,
            }
        return _("一超过时限%(when)s：%(level)s。") % {"when": when, "level": word}

    def _constraint(self, one: Constraint) -> list[str]:
        spoken = {
            "event": self.events(one.event), "first": self.events(one.first), "then": self.events(one.then),
            "one": self.events(one.one), "other": self.events(one.other), "max": self._count(one.max), "min": self._count(one.min),
        }  # fmt: skip
        found = [_rule(one) % spoken] if one.signed is None else self._signed(one.signed, spoken["then"])
        if one.unless:
            found.append(_("除非有“%(unless)s”。") % {"unless": self.events(one.unless)})
        if one.rolling is not None:
            found.append(_("在任何连续的 %(rolling)s 之内。") % {"rolling": self._limit(one.rolling)})
        level = self._words.level(one.level)
        found.append(_("违反的：%(level)s。") % {"level": level.word if level else one.level})
        if one.block:
            found.append(_("系统当场不让办。"))
        if one.review:
            found.append(_("只作提示，由人核查。"))
        return found

    def _signed(self, step: Step, allowed: str) -> list[str]:
        """What the answers of several must be for something to be done: how many it takes, who may veto, whether all are heard."""
        assert step.sign is not None
        spoken = {"needed": step.sign.needs, "yes": self._names(step.sign.yes), "then": allowed}
        found = [_signatures(step.sign) % spoken]
        if step.sign.veto is True:
            found.append(_("任何一方不同意，即为否决。"))
        elif step.sign.veto:
            named = _("、").join(self._words.unit(key) or key for key in step.sign.veto)
            found.append(_("%(who)s不同意，即为否决。") % {"who": named})
        if waits(step.sign):
            found.append(_("要等各方都答复。"))
        return found

    def _field(self, name: str) -> str:
        word = self.field(name)
        return word[:1].lower() + word[1:] if self._words.language == "en" else word

    def events(self, raw: Any) -> str:
        """Which events, by their words."""
        found = parse_events(raw) if raw else ()
        return self._or.join(self._event(event) for event in found)

    def _event(self, event: Event) -> str:
        names = self._names(event.activities)
        return (
            names
            if event.where is None
            else _("%(names)s（%(where)s）") % {"names": names, "where": self.condition(event.where)}
        )

    def condition(self, condition: Any) -> str:
        """A condition: rows joined by "or", tests by commas."""
        if not isinstance(condition, Condition):
            return ""
        return self._or.join(self._comma.join(self._test(name, test) for name, test in row) for row in condition.any_of)

    def _test(self, name: str, test: Test) -> str:
        field = self._field(name)
        signs: list[tuple[str, object]] = [
            ("", test.equal), ("≠", test.unequal), ("=", test.same_as), ("≠", test.differs_from), ("≥", test.min), ("≤", test.max),
            (">", test.above), ("<", test.below), ("∋", test.has), ("∋", test.contains),
        ]  # fmt: skip
        parts = []
        for sign, bound in signs:
            if bound is not None:
                parts.append(self._bounded(name, sign, bound))
        if test.known is not None:
            parts.append((_("写明%(field)s") if test.known else _("没有写明%(field)s")) % {"field": field})
        for listed, said in (
            (test.listed, _("%(field)s在“%(table)s”里")),
            (test.unlisted, _("%(field)s不在“%(table)s”里")),
        ):
            if isinstance(listed, Listed):
                parts.append(said % {"field": field, "table": listed.table})
        if test.through is not None:
            parts.append(_("%(field)s的%(what)s") % {"field": field, "what": self.condition(test.through)})
        return self._comma.join(parts)

    def _bounded(self, name: str, sign: str, bound: object) -> str:
        field = self._field(name)
        if sign:
            return f"{field} {sign} {self._bound(name, bound)}"
        if bound in ((True,), (False,)):
            return field if bound == (True,) else _("不是“%(field)s”") % {"field": field}
        return _("%(field)s是%(value)s") % {"field": field, "value": self._bound(name, bound)}

    def _bound(self, name: str, bound: object) -> str:
        if isinstance(bound, FieldValue):
            return self.field(bound.field)
        values = bound if isinstance(bound, tuple) else (bound,)
        return _("、").join(self._value(name, value) for value in values)

    def _value(self, name: str, value: object) -> str:
        text, words = str(value), self._words
        type_ = self._types.get(name)
        if type_ is not None and (type_.of or type_.table is not None):
            return shown(value, type_, words)
        if isinstance(value, bool):
            return _("是") if value else _("否")
        looks = {
            "kind": words.kind, "state": words.state, "item": words.item, "unit": words.unit, "institution": words.institution,
            "did": words.activity, "did_not": words.activity, "status": _status(words), "type": item_type, "event": words.activity, "activity": words.activity, "clause": self._clause_called,
        }  # fmt: skip
        if name == "level":
            level = words.level(text)
            return level.word if level else text
        return looks[name](text) if name in looks else text

    def _clause_called(self, name: str) -> str:
        for ruling in self._words.rules.rulings:
            if name in (ruling.id, ruling.name):
                return self._words.clause(ruling.institution, ruling.id)
        return name

    def _within(self, promise: Promise) -> str:
        rows = [
            self._limit(row.limit) + (_("（%(when)s）") % {"when": self.condition(row.when)} if row.when else "")
            for row in promise.within
        ]
        return _("；").join(rows)

    def _limit(self, limit: Limit | FieldLimit | None) -> str:
        if limit is None:
            return ""
        if isinstance(limit, FieldLimit):
            name = self._field(limit.field)
            return (
                name
                if limit.or_ is None
                else _("%(field)s（没有规定的为 %(other)s）") % {"field": name, "other": self._limit(limit.or_)}
            )
        return self._words.amount(float(limit.count), limit.unit.value)

    def _count(self, count: int | FieldNumber | None) -> str:
        return "" if count is None else self.field(count.field) if isinstance(count, FieldNumber) else str(count)

    def _names(self, activities: Any) -> str:
        return _("、").join(_("任何一步") if name == "any" else self._words.activity(name) for name in activities)


def _status(words: Words) -> Callable[[str], str]:
    """A case's status as conditions write it."""
    return lambda status: words.state("ended" if status == "closed" else status)


def _field(name: str) -> str:
    known = {
        "institution": _("所属制度"), "clause": _("条款"), "state": _("状态"), "level": _("等级"), "unit": _("单位"), "kind": _("类别"), "did": _("办过"),
        "event": _("环节"), "activity": _("环节"), "city": _("全市"), "used": _("已用"), "allowed": _("时限"), "person": _("人员"), "deemed": _("视为"),
        "item.statutory": _("事项清单的法定时限"), "item.promised": _("事项清单的承诺时限"), "item.review": _("事项清单的审查时限"),
        "item.decide": _("事项清单的决定时限"), "immediate": _("即办件"), "nature": _("性质"),
        "entered": _("已进驻中心"), "authorised": _("有有效授权书"), "exempt": _("在例外清单里"), "type": _("事项类型"),
        "papers_listed": _("材料数"), "steps_listed": _("环节数"), "promised_days": _("承诺天数"), "statutory_days": _("法定天数"), "visits": _("到场次数"), "doors": _("进门个数"),
        "persons": _("找人个数"), "passes": _("移交次数"), "lasted": _("从收件到办结的天数"), "dwell": _("隔了几个工作日"), "span": _("历时（天）"),
        "did_not": _("没有办过"), "status": _("办件状态"), "in_centre": _("整建制进驻中心"),
    }  # fmt: skip
    return known.get(name) or field_word(name)


def _signatures(sign: Sign) -> str:
    if isinstance(sign.needs, str):
        return {
            "all": _("各方都“%(yes)s”，才可以“%(then)s”。"), "any": _("有一方“%(yes)s”，就可以“%(then)s”。"),
            "majority": _("过半数“%(yes)s”，才可以“%(then)s”。"),
        }[sign.needs]  # fmt: skip
    if isinstance(sign.needs, int):
        return _("至少%(needed)s方“%(yes)s”，才可以“%(then)s”。")
    return _("至少有%(needed)s的单位“%(yes)s”，才可以“%(then)s”。")


def _rule(one: Constraint) -> str:
    if one.rule == "absence":
        return _("“%(event)s”最多 %(max)s 次。") if one.max else _("不得“%(event)s”。")
    return {
        "existence": _("办结前必须有“%(event)s”。"), "exactly": _("“%(event)s”必须正好 %(min)s%(max)s 次。"),
        "init": _("第一步必须是“%(event)s”。"), "end": _("最后一步必须是“%(event)s”。"),
        "responded_existence": _("有“%(one)s”就必须有“%(other)s”。"), "coexistence": _("“%(one)s”和“%(other)s”必须同有同无。"),
        "not_coexistence": _("“%(one)s”和“%(other)s”不得并存。"), "response": _("“%(first)s”之后必须有“%(then)s”。"),
        "precedence": _("没有“%(first)s”不得“%(then)s”。"), "succession": _("“%(first)s”之后必须有“%(then)s”，没有前者不得有后者。"),
        "not_succession": _("“%(first)s”之后不得再“%(then)s”。"), "alternate_response": _("每次“%(first)s”之后、下一次之前必须有“%(then)s”。"),
        "alternate_precedence": _("每次“%(then)s”之前必须重新有“%(first)s”。"), "alternate_succession": _("“%(first)s”和“%(then)s”必须一来一往。"),
        "chain_response": _("“%(first)s”之后必须紧接“%(then)s”。"), "chain_precedence": _("“%(then)s”之前必须紧挨着“%(first)s”。"),
        "chain_succession": _("“%(first)s”必须紧接“%(then)s”。"), "not_chain_succession": _("“%(first)s”之后不得紧接“%(then)s”。"),
        "choice": _("“%(one)s”和“%(other)s”至少有一项。"), "exclusive_choice": _("“%(one)s”和“%(other)s”只能有一项。"),
        "follows_flow": _("只能按公布的环节办理。"), "in_order": _("先来先办，不得插队。"),
        "entitled": _("符合条文所列情形之一，才可以“%(event)s”。"),
    }[one.rule]  # fmt: skip
