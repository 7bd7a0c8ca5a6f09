"""Whether every name in a text means something: activities, fields, tables, kinds, clauses, levels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from yinuo.engine.clauses.common import Clause, FieldLimit, Rung
from yinuo.engine.clauses.conditions import Condition, Event
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import FieldType, Flow
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.clauses.register import Register, RegisterField
from yinuo.engine.clauses.table import FromRegister, Grant, Table
from yinuo.engine.entries import child_of
from yinuo.engine.fieldtypes import REFERENCES, WORDS, is_type
from yinuo.engine.strata import kinds_named
from yinuo.kernel.logtext import Constant
from yinuo.rulebook.editions import Statement
from yinuo.rulebook.places import Path_
from yinuo.rulebook.refusals import Document, TextError, suggest
from yinuo.rulebook.tests_of_fields import TestCheck, misfit
from yinuo.rulebook.words import CASE_FIELDS, MADE_FIELDS, OVER_FIELDS, RESERVED, Fields, Words, parts, words_of

if TYPE_CHECKING:
    from yinuo.rulebook.loader import Pack

_LIMIT = FieldType.model_validate({"is": "limit"})


def check_names(pack: Pack) -> list[TextError]:
    """Every name in the institutions and ladders of this pack that means nothing, each told once a line."""
    words = words_of(pack)
    errors: dict[TextError, None] = dict.fromkeys(_check_log(pack, words))
    for name, ladder in pack.text.ladders.items():
        check = _ClauseCheck(words, pack.document, "", ("ladders", name))
        check.rungs(ladder, words.fields_of(None), ("ladders", name))
        errors |= dict.fromkeys(check.errors)
    for institution in pack.institutions.values():
        for statement in institution.statements:
            check = _ClauseCheck(words, institution.document, institution.id, statement.path)
            check.run(statement)
            errors |= dict.fromkeys(check.errors)
    return list(errors)


def _check_log(pack: Pack, words: Words) -> Iterator[TextError]:
    """What `[log]` and `[vocabulary]` turn a log's words into must be words of the text."""
    fields = words.fields_of(None)
    log, vocabulary = pack.text.log, pack.text.vocabulary
    kinds = [log.kind.value] if isinstance(log.kind, Constant) else []
    told: list[tuple[Path_, str, Iterable[str], str]] = [
        *((("log", "event", at), one.do, words.activities, "no step does the activity") for at, one in enumerate(log.event)),
        *((("log", "fields", name), name, fields, "no flow has a field") for name in log.fields),
        *((("vocabulary", "values", name), name, fields, "no flow has a field") for name in vocabulary.values),
        *((("vocabulary", "activities", theirs), ours, words.activities, "no step does the activity")
          for theirs, ours in vocabulary.activities.items()),
        *((("log", "kind"), kind, words.kinds, "no flow declares the kind") for kind in kinds),
    ]  # fmt: skip
    for path, name, known, what in told:
        if name not in known:
            yield pack.document.error(path, f'{what} "{name}"', suggest(name, known))


class _ClauseCheck:
    def __init__(self, words: Words, document: Document, home: str, path: Path_) -> None:
        self.words = words
        self.document = document
        self.home = home
        self.path = path
        self.errors: list[TextError] = []

    def run(self, statement: Statement) -> None:
        clause = statement.edition.clause
        if statement.made_by is not None and statement.kind != "flow" and "table" in statement.path:
            return
        kinds = kinds_named(clause.for_)
        for kind in sorted(kinds or ()):
            self.known(kind, self.words.kinds, ("for", "kind"), "no flow declares the kind")
        if isinstance(clause, Flow):
            self.flow(clause, self.words.fields_of(frozenset({statement.id})))
        elif isinstance(clause, Promise):
            self.promise(clause, self.words.fields_of(kinds))
        elif isinstance(clause, Constraint):
            self.constraint(clause, self.words.fields_of(kinds))
        elif isinstance(clause, Indicator):
            self.indicator(clause)
        elif isinstance(clause, Table):
            self.table(clause, self.words.fields_of(kinds))
        elif isinstance(clause, Register):
            self.register(clause)

    def refuse(self, path: Path_, message: str, remedy: str = "") -> None:
        self.errors.append(self.document.error((*self.path, *path), message, remedy))

    def known(self, name: str, names: Iterable[str], path: Path_, what: str) -> None:
        known = set(names)
        if name not in known:
            self.refuse(path, f'{what} "{name}"', suggest(name, known))

    def field(self, name: str, fields: Fields, path: Path_, *, types: tuple[str, ...] = ()) -> None:
        """A field that must exist, "item.column" included, and be of one of these types."""
        type_ = self.test(fields).resolve(name)
        if type_ is None:
            self.refuse(path, f'no kind of case here has a field "{name}"', self.test(fields).remedy(name))
        elif types and type_.is_ not in (*types, "any"):
            self.refuse(path, f'the field "{name}" is of type {type_.is_}', f"it must be of type {' or '.join(types)}")

    def test(self, fields: Fields) -> TestCheck:
        return TestCheck(self.words, fields)

    def conditions(self, clause: Clause, fields: Fields, skip: tuple[str, ...] = ()) -> None:
        """All conditions and event references of a clause, but those under the keys in `skip`."""
        for path, part in parts(clause, ()):
            if path[0] in skip:
                continue
            if isinstance(part, Condition):
                self.condition(part, fields if path[0] != "for" else {**fields, **CASE_FIELDS}, path)
            else:
                for event in part:
                    self.event(event, fields, path)

    def condition(self, condition: Condition, fields: Fields, path: Path_) -> None:
        for inner, message, remedy in self.test(fields).check(condition):
            self.refuse((*path, *inner), message, remedy)

    def event(self, event: Event, fields: Fields, path: Path_) -> None:
        made = RESERVED & set(event.activities)
        for activity in event.activities:
            what = "no step does, no silence makes and no [activities] names the activity"
            self.known(activity, self.words.activities, path, what)
        scope = {**fields, **MADE_FIELDS} if made else fields
        for name in event.same:
            self.field(name, scope, path)
        if event.where is None:
            return
        self.condition(event.where, scope, path)
        for name, test in event.where.tests() if made else ():
            for value in test.equal or () if name == "clause" else ():
                known = {id_ for ids in self.words.clauses.values() for id_ in ids}
                self.known(str(value), known, (*path, name), "there is no clause")

    def rungs(self, rungs: Iterable[Rung], fields: Fields, path: Path_) -> None:
        base = self.path
        self.path = path
        for index, rung in enumerate(rungs):
            self.known(rung.level, self.words.levels, (index, "level"), "[levels] has no level")
            if rung.when is not None:
                self.condition(rung.when, {**fields, "limit": _LIMIT}, (index, "when"))
        self.path = base

    def level(self, level: str, path: Path_) -> None:
        self.known(level, self.words.levels, path, "[levels] has no level")

    def promise(self, clause: Promise, fields: Fields) -> None:
        if any(RESERVED & set(event.activities) for event in clause.on):
            fields = {**fields, **MADE_FIELDS}
        self.conditions(clause, fields, skip=("levels",))
        for key in ("dated", "due_on"):
            name = getattr(clause, key)
            if name is not None:
                self.field(name, fields, (key,), types=("date", "moment"))
        self.pairs(clause.match, fields, ("match",))
        self.thread(clause.thread, fields)
        for index, row in enumerate(clause.within):
            self.limit(row.limit, fields, ("within", index))
        if isinstance(clause.levels, str):
            self.known(clause.levels, self.words.ladders, ("levels",), "[ladders] has no ladder")
        else:
            self.rungs(clause.levels, fields, (*self.path, "levels"))
        if clause.applies_by is not None:
            self.applies_by(clause.applies_by, fields)
        self.pauses(clause, fields)
        self.extension_and_silence(clause, fields)

    def pauses(self, clause: Promise, fields: Fields) -> None:
        for index, pause in enumerate(clause.pause if isinstance(clause.pause, tuple) else ()):
            self.pairs(pause.match, fields, ("pause", index, "match"))
            self.limit(pause.cap, fields, ("pause", index, "cap"))
            for name in pause.needs:
                self.field(name, fields, ("pause", index, "needs"))

    def extension_and_silence(self, clause: Promise, fields: Fields) -> None:
        if (extend := clause.extend) is not None:
            self.limit(extend.by, fields, ("extend", "by"))
            if extend.to is not None:
                self.field(extend.to, fields, ("extend", "to"), types=("date", "moment"))
            for name in extend.needs:
                self.field(name, fields, ("extend", "needs"))
            if extend.if_void is not None:
                self.level(extend.if_void, ("extend", "if_void"))
        if clause.silence is not None:
            for name in clause.silence.with_:
                self.field(name, fields, ("silence", "with", name))

    def limit(self, limit: object, fields: Fields, path: Path_) -> None:
        if isinstance(limit, FieldLimit):
            self.field(limit.field, fields, path, types=("limit",))

    def pairs(self, match: Mapping[str, str], fields: Fields, path: Path_) -> None:
        for ours, theirs in match.items():
            self.field(ours, fields, (*path, ours))
            self.field(theirs, fields, (*path, ours))

    def thread(self, thread: tuple[str, ...], fields: Fields) -> None:
        for name in thread:
            self.field(name, fields, ("thread",))

    def constraint(self, clause: Constraint, fields: Fields) -> None:
        if any(RESERVED & set(event.activities) for _, part in parts(clause, ()) for event in _events(part)):
            fields = {**fields, **MADE_FIELDS}
        self.conditions(clause, fields)
        self.thread(clause.thread, fields)
        for key in ("same", "differ"):
            for name in getattr(clause, key):
                self.field(name, fields, (key,))
        if clause.distinct is not None:
            self.field(clause.distinct, fields, ("distinct",))
        for key in ("min", "max"):
            bound = getattr(clause, key)
            if bound is not None and not isinstance(bound, int):
                self.field(bound.field, fields, (key,), types=("int", "number"))
        if clause.while_ is not None:
            self.pairs(clause.while_.match, fields, ("while", "match"))
        if clause.applies_by is not None:
            self.applies_by(clause.applies_by, fields)
        self.level(clause.level, ("level",))

    def applies_by(self, name: str, fields: Fields) -> None:
        self.known(name, self.words.activities | fields.keys(), ("applies_by",), "there is no activity or field")

    def flow(self, clause: Flow, fields: Fields) -> None:
        what = "no step does, no silence makes and no [activities] names the activity"
        self.known(clause.opens, self.words.activities, ("opens",), what)
        for key in ("ends", "served", "told"):
            for activity in getattr(clause, key):
                self.known(activity, self.words.activities, (key,), what)
        for activity, name in clause.holder.items():
            self.known(activity, self.words.activities, ("holder", activity), what)
            self.field(name, fields, ("holder", activity))
        for name, type_ in clause.fields.items():
            if not is_type(type_.is_):
                self.known(type_.is_, WORDS | REFERENCES.keys(), ("fields", name), "there is no type")
            if type_.in_ is not None:
                self.known(type_.in_, self.words.tables, ("fields", name), "there is no table")
        self.steps(clause, fields)
        self.conditions(clause, fields, skip=("opened_by",))
        for index, opened in enumerate(clause.opened_by):
            for event in opened.on:
                self.event(event, self.words.fields_of(None), ("opened_by", index))
            for name in opened.copy_:
                self.field(name, fields, ("opened_by", index))
        for name in clause.once_per:
            self.field(name, fields, ("once_per",))

    def steps(self, clause: Flow, fields: Fields) -> None:
        ids = [step.id for step in clause.steps]
        for index, step in enumerate(clause.steps):
            if step.id in ids[:index]:
                self.refuse(("steps", index), f'two steps are called "{step.id}"', "rename one")
            for name in (*step.after, *step.not_by):
                self.known(name, ids, ("steps", index), f'step "{step.id}": there is no step')
            for name in step.ask:
                self.field(name, fields, ("steps", index, "ask"))
            if step.each is not None:
                self.field(step.each, fields, ("steps", index, "each"))
            if step.delegate is not None:
                self.field(step.delegate.to, fields, ("steps", index, "delegate", "to"), types=("person",))
        for index, back in enumerate(clause.back):
            self.known(back.to, ids, ("back", index), "there is no step")

    def table(self, clause: Table, fields: Fields) -> None:
        self.conditions(clause, fields)
        for index, results in ((None, clause.otherwise), *((index, row.then) for index, row in enumerate(clause.rows))):
            path: Path_ = ("otherwise",) if index is None else ("rows", index, "then")
            for name, value in results.items():
                self.field(name, fields, path)
                if name in fields and (wrong := misfit(value, fields[name])):
                    self.refuse((*path, name), f"{name}: {value!r} is no {fields[name].is_}", wrong)
        if isinstance(clause.rows_from, FromRegister):
            self.known(
                clause.rows_from.register_, self.words.registers, ("rows_from", "register"), "there is no register"
            )
            for name, column in clause.rows_from.then.items():
                self.field(name, fields, ("rows_from", "then", name))
                columns = self.words.tables.get(clause.rows_from.register_, {})
                self.known(column, columns, ("rows_from", "then", name), "the register has no field")
        if clause.grant is not None:
            self.grant(clause.grant, fields)
        if clause.as_of is not None:
            self.applies_by(clause.as_of, fields)
        if clause.level is not None:
            self.level(clause.level, ("level",))

    def grant(self, grant: Grant, fields: Fields) -> None:
        for name in grant.needs:
            self.field(name, fields, ("grant", "needs"))
        if grant.number is not None:
            self.field(grant.number.field, fields, ("grant", "number", "field"), types=("text",))
        self.limit(grant.valid, fields, ("grant", "valid"))
        if grant.benefits:
            self.field("benefit", fields, ("grant", "benefits"))
        what = "no step does, no silence makes and no [activities] names the activity"
        for key in ("renew", "revoke", "uses"):
            for name in getattr(grant, key):
                self.known(name, self.words.activities, ("grant", key), what)

    def register(self, clause: Register) -> None:
        for name in (*clause.key, *([clause.date] if clause.date else [])):
            self.known(name, clause.fields, ("key",) if name in clause.key else ("date",), "the register has no field")
        for name, one in clause.fields.items():
            if one.book is not None:
                self.known(one.book, self.words.registers, ("fields", name), "there is no register")
            if one.is_derived:
                self.derived(clause, name, one)
        if clause.close is not None and clause.close.children is not None:
            book, field = child_of(clause.close.children)
            self.known(book, self.words.registers, ("close", "children"), "there is no register")
            if book in self.words.registers:
                self.known(field, self.words.tables.get(book, {}), ("close", "children"), f"{book} has no field")
        for name in clause.publish.fields if clause.publish is not None else ():
            self.known(name, clause.fields, ("publish", "fields"), "the register has no field")

    def derived(self, clause: Register, name: str, one: RegisterField) -> None:
        path: Path_ = ("fields", name)
        wanted = ("date", "moment") if one.days else ("number", "money", "int", "year")
        for operand in one.operands:
            self.known(operand, clause.fields, path, "the register has no field")
            if operand in clause.fields and clause.fields[operand].word not in wanted:
                word = clause.fields[operand].word
                self.refuse(path, f'"{operand}" is of type {word}', f"it must be of type {' or '.join(wanted)}")
        if one.lookup is not None:
            id_, _, output = one.lookup.removeprefix("table:").rpartition(".")
            if self.words.find_clause(id_, self.home) != "table":
                known = [other for ids in self.words.clauses.values() for other, kind in ids.items() if kind == "table"]
                self.refuse(
                    path, f'there is no table "{id_}"', suggest(id_, known) or f"write table:id.{output or 'result'}"
                )
        if one.roll is not None:
            book, field = child_of(one.roll.of)
            self.known(book, self.words.registers, path, "there is no register")
            columns = self.words.tables.get(book, {})
            for other in (field, *([one.roll.field] if one.roll.field else [])):
                if book in self.words.registers:
                    self.known(other, columns, path, f"{book} has no field")
            if one.roll.where is not None and book in self.words.registers:
                self.condition(one.roll.where, columns, path)

    def indicator(self, clause: Indicator) -> None:
        over, _, name = clause.over.partition(":")
        fields = self.over(over, name, kinds_named(clause.where))
        for key in ("where", "count", "exempt"):
            condition = getattr(clause, key)
            if condition is not None:
                self.condition(condition, fields, (key,))
        for key, value in (("at", clause.at), ("value", clause.value)):
            if isinstance(value, str):
                self.field(value, fields, (key,))
        for one in clause.by:
            self.field(one, fields, ("by",))
        figures = [id_ for id_, kind in self.words.clauses.get(self.home, {}).items() if kind == "indicator"]
        named: dict[str, str | tuple[str, ...] | None] = {
            "guard": clause.guard, "published_with": clause.published_with, "of": clause.of, "per": clause.per,
            "parts": tuple(part.of for part in clause.parts),
        }  # fmt: skip
        for place, given in named.items():
            for one in (given,) if isinstance(given, str) else given or ():
                if self.words.find_clause(one, self.home) != "indicator":
                    self.refuse((place,), f'there is no indicator "{one}"', suggest(one, figures))

    def over(self, over: str, name: str, kinds: frozenset[str] | None) -> Fields:
        if over in ("clocks", "findings", "uses") and name and self.words.find_clause(name, self.home) is None:
            known = [f"{home}/{id_}" for home, ids in self.words.clauses.items() for id_ in ids]
            self.refuse(("over",), f'there is no clause "{name}"', suggest(name, known))
        if over in OVER_FIELDS:
            return {**self.words.fields_of(kinds), **OVER_FIELDS[over]}
        table = name if over == "register" else over
        self.known(table, (*OVER_FIELDS, *self.words.tables), ("over",), "there is nothing to count called")
        return self.words.tables.get(table, {})


def _events(part: object) -> Iterator[Event]:
    for one in part if isinstance(part, tuple) else ():
        if isinstance(one, Event):
            yield one
