"""The flows of a text, prepared for deciding: per kind of case its steps, fields and role words by date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from yinuo.city.cases.deciding.conditions import Conditions, LookUp, Tester
from yinuo.city.cases.deciding.fieldvalues import Reader, reader_of
from yinuo.city.cases.deciding.guards import Guards
from yinuo.city.cases.deciding.stages import STAGES
from yinuo.engine.clauses.conditions import parse_events
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import FieldType, Flow, Step
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.rules import Rules
from yinuo.engine.strata import kinds_of
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.words import RESERVED, Words, words_of

OWN_FIELDS: Mapping[str, FieldType] = {
    name: FieldType.model_validate({"is": word})
    for name, word in {"item": "item", "parent": "case", "files": "list:file", "channel": "text"}.items()
}
"""Fields every kind of case has beside those of its text."""


def is_english() -> bool:
    """Whether the reader chose English."""
    return (get_language() or "").startswith("en")


@dataclass(frozen=True, eq=False)
class Way:
    """One kind of case as its text of one period says it is done."""

    kind: str
    start: date
    until: date | None
    flow: Flow
    tester: Tester
    threads: tuple[tuple[str, ...], ...] = ()
    """Fields along which some clause reads the events of several such cases."""
    words: Mapping[str, str] = field(default_factory=dict)
    """What activities are called in Chinese."""
    acts: Mapping[str, str] = field(default_factory=dict)
    """What a person is asked to do in English, by activity."""
    others: frozenset[str] = frozenset()
    """Activities of the text that no step of this flow does: facts may name them, nobody can be asked to do them."""

    @property
    def name(self) -> str:
        """What this kind of case is called in the reader's language."""
        return (self.flow.en or self.flow.zh) if is_english() else self.flow.zh

    def word(self, activity: str) -> str:
        """What an activity is called in the reader's language, as its button says it."""
        if is_english():
            return self.acts.get(activity, activity.replace("_", " "))
        return self.words.get(activity, activity)

    def step_word(self, step: str) -> str:
        """What a step is called: by the first thing it does."""
        return self.word(self.steps[step].does[0]) if step in self.steps else step

    @cached_property
    def book(self) -> str | None:
        """The register whose entry it is (<institution>/<register>); null for a case."""
        return self.kind if "/" in self.kind else None

    @cached_property
    def steps(self) -> dict[str, Step]:
        """The steps by id."""
        return {step.id: step for step in self.flow.steps}

    @cached_property
    def listed(self) -> tuple[Step, ...]:
        """The steps that are somebody's task: those done once, in their place."""
        return tuple(step for step in self.flow.steps if not (step.anytime or step.repeat))

    @cached_property
    def listed_ids(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(step.id for step in self.listed)

    @cached_property
    def conditions(self) -> Conditions:
        """By step: the condition unless which it is skipped."""
        return Conditions({step.id: step.when for step in self.flow.steps if step.when is not None})

    @cached_property
    def has_lists(self) -> bool:
        """Whether some step is done for every entry of a list."""
        return any(step.each is not None for step in self.flow.steps)

    @cached_property
    def decisive(self) -> frozenset[str]:
        """The fields on which it hangs what is to be done: lists, conditions, units that steps name."""
        found: set[str] = set()
        for step in self.listed:
            found |= {step.each} if step.each else set()
            found |= step.when.fields() if step.when is not None else set()
            found |= {step.by.removeprefix("unit:")} if step.by and step.by.startswith("unit:") else set()
        return frozenset(found)

    @cached_property
    def moving(self) -> frozenset[str]:
        """The activities that move the case, where some task lies with its holder."""
        return frozenset(self.flow.holder if any(step.by == "holder" for step in self.listed) else ())

    @cached_property
    def types(self) -> dict[str, str]:
        """The type word of every field a condition may read."""
        return {name: type_.is_ for name, type_ in self.fields.items()} | {"unit": "unit", "item": "item"}

    @cached_property
    def by_activity(self) -> dict[str, tuple[Step, ...]]:
        """The steps an activity does, in the order of the text."""
        found: dict[str, list[Step]] = {}
        for step in self.flow.steps:
            for activity in step.does:
                found.setdefault(activity, []).append(step)
        return {activity: tuple(steps) for activity, steps in found.items()}

    @cached_property
    def effects(self) -> dict[str, Effect]:
        """What an activity does beside its step, for those that do anything."""
        return {
            activity: Effect(
                self.flow.holder.get(activity),
                self.offers.get(activity),
                self.backs.get(activity, ()),
                STAGES.get(activity),
                activity in self.ends,
                activity in self.ends or activity in self.backs or activity in self.moving,
            )
            for activity in {*self.flow.holder, *self.offers, *self.backs, *STAGES, *self.ends}
        }

    @cached_property
    def ends(self) -> frozenset[str]:
        """The activities after which a case is over."""
        return frozenset(self.flow.ends)

    @cached_property
    def backs(self) -> dict[str, tuple[str, ...]]:
        """Activity → the steps it reopens."""
        found: dict[str, list[str]] = {}
        for back in self.flow.back:
            for event in parse_events(back.on):
                for activity in event.activities:
                    found.setdefault(activity, []).append(back.to)
        return {activity: tuple(steps) for activity, steps in found.items()}

    @cached_property
    def after(self) -> dict[str, frozenset[str]]:
        """For each step the steps that come after it, directly or further on, itself included."""
        found: dict[str, frozenset[str]] = {}
        for target in self.steps:
            open_ = {target}
            grown = True
            while grown:
                more = {step.id for step in self.flow.steps if open_ & set(step.after)} - open_
                open_ |= more
                grown = bool(more)
            found[target] = frozenset(open_)
        return found

    @cached_property
    def fields(self) -> dict[str, FieldType]:
        """The fields of this kind, with those every kind has."""
        return {**OWN_FIELDS, **self.flow.fields}

    @cached_property
    def readers(self) -> dict[str, Reader]:
        """For each field what turns a value handed in into the one that is kept."""
        return {name: reader_of(type_) for name, type_ in self.fields.items()}

    @cached_property
    def sealed(self) -> frozenset[str]:
        """Fields only some roles may read: they are kept with the personal ones."""
        return frozenset(name for name, type_ in self.flow.fields.items() if type_.sealed)

    @cached_property
    def unit_fields(self) -> tuple[str, ...]:
        """Fields that name units: those units are involved in the case."""
        return tuple(name for name, type_ in self.flow.fields.items() if type_.is_ in ("unit", "list:unit"))

    @cached_property
    def case_fields(self) -> tuple[str, ...]:
        """Fields that name other cases, the parent among them."""
        return tuple(name for name, type_ in self.fields.items() if type_.is_ in ("case", "list:case"))

    @cached_property
    def file_fields(self) -> tuple[str, ...]:
        """Fields that name attachments."""
        return tuple(name for name, type_ in self.fields.items() if type_.is_ in ("file", "list:file"))

    @cached_property
    def row_fields(self) -> dict[str, str]:
        """Fields that choose a row of a dated table, and the table."""
        return {name: type_.table for name, type_ in self.fields.items() if type_.table is not None}

    @cached_property
    def referring(self) -> frozenset[str]:
        """Fields that name something else: a unit, a case, an attachment, a row of a table, an item."""
        return frozenset({*self.unit_fields, *self.case_fields, *self.file_fields, *self.row_fields, "item"})

    @cached_property
    def titling(self) -> tuple[str, ...]:
        """The texts and rows of tables its opening asks for: the first that is told is part of what a case is called."""
        opening = next((step for step in self.flow.steps if self.flow.opens in step.does), None)
        asked = () if opening is None else opening.ask
        return tuple(
            name
            for name in asked
            if name in self.row_fields or (name in self.fields and self.fields[name].is_ == "text")
        )

    @cached_property
    def named(self) -> tuple[str, ...]:
        """The words by which steps name who does them, as far as they may be units of the tree."""
        return tuple(dict.fromkeys(step.by for step in self.flow.steps if step.by and not step.by.startswith("unit:")))

    @cached_property
    def offers(self) -> dict[str, Offer]:
        """Activity → the hand-over it makes or answers."""
        found: dict[str, Offer] = {}
        for take in self.flow.steps:
            target = (take.by or "").removeprefix("unit:")
            moving = [activity for activity in take.does if activity in self.flow.holder]
            if target == take.by or take.each is not None or not moving:
                continue
            for name in take.after:
                give = self.steps.get(name)
                if give is None or target not in give.ask:
                    continue
                keys = tuple(one for one in take.ask if one in give.ask)
                offer = Offer(target, keys, frozenset(give.does), frozenset(moving), frozenset(take.does))
                found |= dict.fromkeys((*give.does, *take.does), offer)
        return found


@dataclass(frozen=True)
class Offer:
    """A hand-over as a flow says it: who is offered the case, what tells two offers apart, which activities do what."""

    target: str
    keys: tuple[str, ...]
    gives: frozenset[str]
    takes: frozenset[str]
    answers: frozenset[str]


class Effect(NamedTuple):
    """What an activity does to a case beside the step it does."""

    holder: str | None = None
    """Whom the case lies with afterwards, as the flow words it."""
    offer: Offer | None = None
    """The hand-over it makes or answers."""
    reopens: tuple[str, ...] = ()
    stage: str | None = None
    """The canonical state it leads to."""
    ends: bool = False
    moves_tasks: bool = False
    """Whether it changes by itself what is to be done."""


def threads_named(rules: Rules, kind: str) -> tuple[tuple[str, ...], ...]:
    """The threads, other than the case itself, along which clauses read cases of a kind."""
    found: dict[tuple[str, ...], None] = {}
    for ruling in rules.rulings:
        kinds = kinds_of(ruling) if ruling.kind in ("promise", "constraint") else frozenset()
        if kinds is None or kind in kinds:
            for edition in ruling.editions:
                if isinstance(edition.clause, (Promise, Constraint)) and "case" not in edition.clause.thread:
                    found[edition.clause.thread] = None
    return tuple(found)


@dataclass(frozen=True, eq=False)
class Ways:
    """All kinds of case of one text."""

    pack: Pack
    words: Words
    kinds: Mapping[str, tuple[Way, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, pack: Pack, beside: LookUp | None = None) -> Ways:
        """Prepare a text; rows of its dated tables that it does not have itself are looked for `beside` it."""
        words, tester = words_of(pack), Tester.of(pack, beside)
        kinds: dict[str, tuple[Way, ...]] = {}
        for ruling in pack.rules.of_kind("flow"):
            editions = [edition for edition in ruling.editions if isinstance(edition.clause, Flow)]
            kinds[ruling.id] = tuple(
                Way(
                    ruling.id,
                    edition.start,
                    edition.until,
                    edition.clause,
                    tester,
                    threads_named(pack.rules, ruling.id),
                    pack.rules.activities,
                    pack.rules.acts,
                    words.activities - RESERVED,
                )
                for edition in editions
                if isinstance(edition.clause, Flow)
            )
        return cls(pack, words, kinds)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone in which the text's dates are local."""
        return ZoneInfo(self.pack.rules.zone)

    @cached_property
    def guards(self) -> Guards:
        """The clauses that refuse a command, and the silences that do a step."""
        return Guards.of(self.pack.rules)

    @cached_property
    def moving(self) -> frozenset[str]:
        """What moves the limit of a running case: never the flow alone decides on it, a command does (`moved` of a promise)."""
        clauses = (edition.clause for ruling in self.pack.rules.of_kind("promise") for edition in ruling.editions)
        events = (event for clause in clauses if isinstance(clause, Promise) for event in clause.moved)
        return frozenset(name for event in events for name in event.activities)

    @cached_property
    def mirrored(self) -> frozenset[str]:
        """What is told on a case of another that is opened about it, or ends: no system may say so without the other."""
        flows = (way.flow for many in self.kinds.values() for way in many)
        return frozenset(told for flow in flows for what, told in flow.mirror.items() if what != "to")

    def way(self, kind: str, day: date) -> Way | None:
        """The way of a kind in force on the local day a case is opened; null when the text knows no such kind.

        A case opened before its kind's first text, or after its last, is held to the nearest one.
        """
        editions = self.kinds.get(kind)
        if not editions:
            return None
        found = editions[0]
        for one in editions:
            if one.start <= day:
                found = one
        return found
