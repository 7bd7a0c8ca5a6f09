"""Whether a clause says something that can be evaluated: the keys that belong together, one clause at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from yinuo.engine.clauses.choices import Choices
from yinuo.engine.clauses.common import Clause, Rung
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.clauses.register import Register
from yinuo.engine.clauses.table import Table
from yinuo.rulebook.books import unsound_register, unsound_table
from yinuo.rulebook.places import Path_
from yinuo.rulebook.signatures import unsound_signing

Unsound: TypeAlias = Iterator[tuple[Path_, str, str]]
"""Where in the clause, what is wrong, the remedy."""

COUNTING = frozenset({"existence", "absence", "exactly", "init", "end"})
UNARY = COUNTING | {"entitled"}
UNORDERED = frozenset({"responded_existence", "coexistence", "not_coexistence", "choice", "exclusive_choice"})
ALONE = frozenset({"follows_flow"})
PENDING = frozenset({"existence", "response", "responded_existence", "coexistence", "choice", "exclusive_choice", "end",
                     "exactly", "succession", "alternate_response", "alternate_succession", "chain_response",
                     "chain_succession"})  # fmt: skip
"""Templates that are open until the thread ends."""


def unsound(clause: Clause) -> Unsound:
    """What a clause says that cannot be meant."""
    check: dict[type[Clause], Callable[..., Unsound]] = {
        Promise: _promise, Constraint: _constraint, Flow: _flow, Indicator: _indicator,
        Table: unsound_table, Register: unsound_register,
    }  # fmt: skip
    yield from check[type(clause)](clause)


def unsound_rungs(rungs: Iterable[Rung]) -> Unsound:
    """What is wrong with the rungs of a ladder."""
    for index, rung in enumerate(rungs):
        given = [key for key in ("share", "left", "late") if getattr(rung, key) is not None]
        if len(given) != 1:
            yield (index,), f'the rung "{rung.level}" needs exactly one of share, left, late', "keep one of them"
        if rung.share is not None and not 0 < rung.share <= 1:
            yield (index, "share"), f"share = {rung.share} is no share", "write a number above 0 and at most 1"


def _promise(clause: Promise) -> Unsound:
    if bool(clause.within) == (clause.due_on is not None):
        yield (), "a promise needs exactly one of within and due_on", 'write within = "5 workdays" or due_on = "field"'
    if clause.ahead is not None and clause.due_on is None:
        yield ("ahead",), "ahead belongs to due_on", "leave it out"
    if clause.within and clause.within[-1].when is not None:
        yield ("within",), "the last row of within has conditions", "end with a row that has only a limit"
    for index, row in enumerate(clause.within[:-1]):
        if row.when is None:
            yield ("within", index), "this row hides the rows below it", "put the row without conditions last"
    if clause.party and clause.levels:
        yield ("levels",), "a promise of the party (party = true) never raises a finding", "leave levels out"
    if not isinstance(clause.levels, str):
        for path, message, remedy in unsound_rungs(clause.levels):
            yield ("levels", *path), message, remedy
    if clause.extend is not None and (clause.extend.by is None) == (clause.extend.to is None):
        yield ("extend",), "an extension needs exactly one of by and to", "keep one of them"
    if clause.extend is not None and clause.due_on is not None and clause.extend.to is None:
        yield ("extend",), "an ordered date is extended to another date, not by a length", 'write to = "field"'


def _constraint(clause: Constraint) -> Unsound:
    given = {key for key in ("event", "first", "then", "one", "other") if getattr(clause, key)}
    wanted = _events_of(clause.rule)
    for key in sorted(wanted - given):
        yield (), f"{clause.rule} needs {key}", f'add {key} = "activity"'
    for key in sorted(given - wanted):
        yield (key,), f"{clause.rule} takes no {key}", f"it takes {', '.join(sorted(wanted)) or 'no events'}"
    if bool(clause.rows) != (clause.rule == "entitled"):
        yield (), "which rows entitle is said by a table", "write [version.table.…] with gives"
    if (clause.signed is not None) != (clause.rule == "countersigned"):
        yield (), "which answers count is said by a flow", "write sign = { … } in the step of the flow"
    if clause.rule not in COUNTING:
        for key in ("min", "max", "distinct", "rolling"):
            if getattr(clause, key) is not None:
                yield (key,), f"{clause.rule} takes no {key}", f"rules that count: {', '.join(sorted(COUNTING))}"
    if clause.rule == "response" and clause.gap is not None and clause.gap.max is not None:
        yield ("gap",), "a response within a limit is a promise", "write it as [version.promise.…]"
    if clause.while_ is not None and (clause.after or clause.before):
        yield ("while",), "while stands alone, without after and before", "keep one of them"
    if clause.block and clause.rule in PENDING and clause.rule != "end":
        yield ("block",), f"{clause.rule} is only broken when the thread ends: it blocks nothing", "leave block out"


def _events_of(rule: str) -> set[str]:
    if rule in UNARY:
        return {"event"}
    if rule in UNORDERED:
        return {"one", "other"}
    return set() if rule in ALONE else {"first", "then"}


def _flow(clause: Flow) -> Unsound:
    if clause.opens in clause.ends:
        yield ("ends",), f'"{clause.opens}" opens and ends the case at once', "name what ends it"
    if not clause.steps:
        yield (), "a flow needs steps", 'steps = [{ id = "…", does = ["…"] }]'
    for name, type_ in clause.fields.items():
        if type_.is_ == "choice" and not type_.of and type_.in_ is None:
            yield ("fields", name), f'the choice "{name}" has no words', 'of = ["…"] names them, or in = "table"'
        yield from _choices(name, type_)
    after = {step.id: step.after for step in clause.steps}
    for step in clause.steps:
        if _reaches(step.id, step.id, after, set()):
            yield ("steps",), f'the step "{step.id}" waits for itself', "cut the circle in after"
            return
    yield from unsound_signing(clause)
    mirror = clause.mirror.keys() - {"to", "opened", "ended", *clause.ends}
    for key in sorted(mirror):
        yield ("mirror", key), f'mirror takes no "{key}"', "it takes to, opened, ended, or what ends the case"


def _choices(name: str, field: Choices) -> Unsound:
    """Two choices of a field that are called the same: what is written could mean either."""
    taken: dict[str, str] = {}
    for value, words in field.names():
        for word in sorted(words):
            if taken.setdefault(word, value) != value:
                yield (
                    ("fields", name, "of", value),
                    f'"{taken[word]}" and "{value}" are both called "{word}"',
                    "give each choice a word of its own",
                )


def _reaches(start: str, goal: str, after: dict[str, tuple[str, ...]], seen: set[str]) -> bool:
    for step in after.get(start, ()):
        if step == goal:
            return True
        if step not in seen:
            seen.add(step)
            if _reaches(step, goal, after, seen):
                return True
    return False


TINY = 1e-6

_INDICATOR_NEEDS = {
    "share": ("count",), "sum": ("value",), "mean": ("value",), "median": ("value",), "p90": ("value",),
    "min": ("value",), "max": ("value",), "distinct": ("value",), "ratio": ("of", "per"), "cut": ("of", "per"),
    "change": ("of", "versus"), "streak": ("of", "holds"),
}  # fmt: skip


def _indicator(clause: Indicator) -> Unsound:
    for key in _INDICATOR_NEEDS.get(clause.measure, ()):
        if getattr(clause, key) is None:
            yield (), f"the measure {clause.measure} needs {key}", f"add {key} = …"
    weights = sum(part.weight for part in clause.parts)
    if clause.measure == "score" and abs(weights - 1) > TINY:
        yield ("parts",), f"the weights of a score sum to 1, these to {weights:g}", "parts = [{ of = …, weight = … }]"
    if clause.measure == "count" and clause.count is not None:
        yield ("count",), "the measure count has no numerator", 'put the condition into where, or write "share"'
