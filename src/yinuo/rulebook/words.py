"""The words a text may use: activities, kinds and their fields, tables, levels, clauses; of used packs too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from pydantic import BaseModel

from yinuo.engine.clauses.common import Clause
from yinuo.engine.clauses.conditions import Condition, Event
from yinuo.engine.clauses.flow import FieldType, Flow
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.clauses.register import ACTIVITIES, Register
from yinuo.engine.fieldtypes import REFERENCES
from yinuo.engine.log import CLOCK_COLUMNS, FINDING_COLUMNS, HOLDING_COLUMNS
from yinuo.rulebook.places import Path_

if TYPE_CHECKING:
    from yinuo.rulebook.editions import Statement
    from yinuo.rulebook.loader import Pack

RESERVED = frozenset({"lapsed", "raised", "found"})
"""Activities that clauses make (grammar 2.4)."""
Fields: TypeAlias = Mapping[str, FieldType]


def _typed(**words: str) -> dict[str, FieldType]:
    return {name: FieldType.model_validate({"is": word}) for name, word in words.items()}


CASE_FIELDS = _typed(kind="text", item="item", unit="unit", region="text", case="case")
EVENT_FIELDS = CASE_FIELDS | _typed(
    activity="text",
    at="moment",
    actor="person",
    step="text",
    holder="text",
    deemed="bool",
    entry_lag="limit",
    hour="int",
)
MADE_FIELDS = _typed(clause="text", institution="text", level="text", finding="text", due="moment")
"""What the events lapsed, raised and found carry beside a case's fields."""
CASE_FACTS = _typed(
    did="text", did_not="text", status="text", visits="int", span="limit", opened_at="moment", closed_at="moment",
    doors="int", persons="int", passes="int", events="int", lasted="int",
)  # fmt: skip
DATED_FIELDS = _typed(id="text", **{"from": "date", "until": "date"})
_ANY = FieldType.model_validate({"is": "any"})
OVER_FIELDS: Mapping[str, Fields] = {
    "cases": CASE_FACTS,
    "events": EVENT_FIELDS | _typed(recorded_at="moment", event_id="text", dwell="int") | CASE_FACTS,
    "clocks": dict.fromkeys(CLOCK_COLUMNS, _ANY) | CASE_FACTS,
    "findings": dict.fromkeys(FINDING_COLUMNS, _ANY) | CASE_FACTS,
    "holdings": dict.fromkeys(HOLDING_COLUMNS, _ANY) | CASE_FACTS,
    "uses": EVENT_FIELDS | _typed(recorded_at="moment", event_id="text"),
}


@dataclass(frozen=True)
class Words:
    """Everything a name in a text can mean."""

    activities: frozenset[str]
    kinds: Mapping[str, Fields]
    tables: Mapping[str, Fields]
    levels: frozenset[str]
    ladders: frozenset[str]
    clauses: Mapping[str, Mapping[str, str]]
    """For each institution its clause ids and their kinds."""

    @property
    def registers(self) -> frozenset[str]:
        """The ids of all registers."""
        return frozenset(id_ for ids in self.clauses.values() for id_, kind in ids.items() if kind == "register")

    @classmethod
    def of_fields(cls, kinds: Mapping[str, Fields], tables: Mapping[str, Fields]) -> Words:
        """Only the fields of kinds of case and the columns of tables: what a cell can be read by."""
        return cls(frozenset(), kinds, tables, frozenset(), frozenset(), {})

    def fields_of(self, kinds: frozenset[str] | None) -> dict[str, FieldType]:
        """The fields of events and cases of these kinds (null = of any kind)."""
        found: dict[str, FieldType] = {}
        for kind, fields in self.kinds.items():
            if kinds is None or kind in kinds:
                found |= {name: _merged(found.get(name, type_), type_) for name, type_ in fields.items()}
        return EVENT_FIELDS | found

    def table_of(self, type_: FieldType) -> str | None:
        """The table a field refers to, if it refers to one."""
        return type_.in_ or REFERENCES.get(type_.is_.removeprefix("list:"))

    def find_clause(self, name: str, home: str) -> str | None:
        """The kind of the clause "id" (of `home`, else of anyone) or "institution/id"; null when there is none."""
        institution, _, id_ = name.rpartition("/")
        if institution:
            return self.clauses.get(institution, {}).get(id_)
        homes = [home, *self.clauses]
        return next((self.clauses[one][id_] for one in homes if id_ in self.clauses.get(one, {})), None)


def _merged(one: FieldType, other: FieldType) -> FieldType:
    """The type of a field two kinds of case have: the choices of both; anything, where their types differ."""
    if one.is_ != other.is_:
        return _ANY
    return one.model_copy(update={"given": tuple(dict.fromkeys((*one.of, *other.of)))})


def words_of(pack: Pack) -> Words:
    """The words of a pack and of the packs it uses."""
    activities = {"any", *RESERVED}
    kinds = kinds_in(
        one for every in pack.everywhere() for home in every.institutions.values() for one in home.statements
    )
    clauses: dict[str, dict[str, str]] = {}
    for one in pack.everywhere():
        for institution in one.institutions.values():
            activities |= institution.activities.keys()
            for statement in institution.statements:
                clause = statement.edition.clause
                activities |= made_by(clause)
                clauses.setdefault(institution.id, {}).setdefault(statement.id, statement.kind)
    tables = tables_in(pack.rules.tables)
    levels, ladders = frozenset(pack.rules.levels), frozenset(pack.rules.ladders)
    return Words(frozenset(activities), kinds, tables, levels, ladders, clauses)


def kinds_in(statements: Iterable[Statement]) -> dict[str, dict[str, FieldType]]:
    """The fields of each kind of case, of all versions of its flow."""
    kinds: dict[str, dict[str, FieldType]] = {}
    for statement in statements:
        if isinstance(statement.edition.clause, Flow):
            own = kinds.setdefault(statement.id, {})
            fields = statement.edition.clause.fields
            own |= {name: _merged(own.get(name, type_), type_) for name, type_ in fields.items()}
    return kinds


def tables_in(tables: Mapping[str, Mapping[str, str]]) -> dict[str, Fields]:
    """The columns of dated tables, with those every such table has."""
    return {name: DATED_FIELDS | _typed(**words) for name, words in tables.items()}


def made_by(clause: Clause) -> set[str]:
    """The activities a clause brings into the world: steps done, silence, what happens to entries of a register."""
    if isinstance(clause, Flow):
        mirrored = {told for key, told in clause.mirror.items() if key != "to"}
        return mirrored | {activity for step in clause.steps for activity in step.does}
    if isinstance(clause, Register):
        return set(ACTIVITIES)
    if isinstance(clause, Promise) and clause.silence is not None:
        return {clause.silence.means}
    return set()


def parts(model: BaseModel, path: Path_) -> Iterator[tuple[Path_, Condition | tuple[Event, ...]]]:
    """Every condition and every event reference in a clause, with the path where it stands."""
    for name, about in type(model).model_fields.items():
        yield from _parts_of(getattr(model, name), (*path, about.alias or name))


def _parts_of(value: object, path: Path_) -> Iterator[tuple[Path_, Condition | tuple[Event, ...]]]:
    if isinstance(value, Condition):
        yield path, value
    elif isinstance(value, BaseModel):
        yield from parts(value, path)
    elif isinstance(value, tuple):
        events = tuple(one for one in value if isinstance(one, Event))
        if events:
            yield path, events
        for index, one in enumerate(value):
            if isinstance(one, BaseModel):
                yield from parts(one, (*path, index))
