"""Whether a table and a register say what can be meant: rows that can be reached, results alike, duties that fit together."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from string import Formatter
from typing import TypeAlias

from yinuo.engine.clauses.conditions import Test
from yinuo.engine.clauses.register import ACCESS, ACTIVITIES, CHANGED, PUBLISHED, STAGE, Register
from yinuo.engine.clauses.table import Grant, Table, TableRow
from yinuo.rulebook.expanding import PERIODS
from yinuo.rulebook.places import Path_

Unsound: TypeAlias = Iterator[tuple[Path_, str, str]]
Way: TypeAlias = tuple[tuple[str, Test], ...]


def unsound_table(clause: Table) -> Unsound:
    """What a table says that cannot be meant."""
    if not clause.rows:
        yield (), "a table needs rows", 'rows = [{ when = { … }, then = { … } }], or rows_from = "rows.csv"'
        return
    first = clause.rows[0].then.keys()
    for index, row in enumerate(clause.rows):
        if row.then.keys() != first:
            message = f"this row gives {_names(row.then)}, the first {_names(clause.rows[0].then)}"
            yield ("rows", index, "then"), message, "every row gives the same results"
        if clause.match == "first" and (above := _hidden(row, clause.rows[:index])) is not None:
            yield (
                ("rows", index),
                f"row {above + 1} already holds whenever this row does: it is never reached",
                "put it above",
            )
    if clause.otherwise and clause.otherwise.keys() != first:
        yield (
            ("otherwise",),
            f"otherwise gives {_names(clause.otherwise)}, the rows {_names(first)}",
            "give the same results",
        )
    if not clause.otherwise and clause.grant is None and first:
        yield (), "what no row holds of gets no result", "add otherwise = { … }; or grant, if it is then refused"
    yield from _unsound_grant(clause)


def _unsound_grant(clause: Table) -> Unsound:
    if clause.gives and clause.level is None:
        yield ("gives",), "what is given wrongly needs a level", 'add level = "…"'
    if clause.grant is None:
        return
    if not clause.gives:
        yield ("grant",), "a grant needs the activity that gives it", 'add gives = "activity"'
    if clause.otherwise:
        yield ("otherwise",), "what an entitlement does not give is refused, not given otherwise", "leave otherwise out"
    yield from _unsound_validity(clause.grant)
    cap = clause.grant.cap
    if cap is None:
        return
    if (cap.share is None) == (cap.most is None):
        yield ("grant", "cap"), "a cap is a share or a number", "keep exactly one of share and most"
    if cap.share is not None and not cap.of:
        yield ("grant", "cap", "share"), "a share of what?", 'add of = "activity"'


def _unsound_validity(grant: Grant) -> Unsound:
    if grant.number is not None:
        wrong = sorted({name for _, name, _, _ in Formatter().parse(grant.number.as_) if name} - {"year", "seq"})
        for name in wrong:
            yield ("grant", "number", "as"), f"a number has no {{{name}}}", "{year} and {seq:4} may stand in it"
        if "{seq" not in grant.number.as_:
            yield (
                ("grant", "number", "as"),
                "every number would be the same",
                'write {seq:4}, as in "JK-{year}-{seq:4}"',
            )
    if grant.valid is not None and grant.ends is None and not grant.revoke:
        yield ("grant", "valid"), "nothing says that it has run out", 'add ends = "activity"'
    if grant.valid is None and (grant.ends or grant.renew):
        yield ("grant",), "what has no end neither runs out nor is renewed", 'add valid = "1 year"'
    if grant.benefits and not grant.uses:
        yield ("grant", "benefits"), "nothing says when a benefit is used", 'add uses = ["activity"]'


def _names(names: object) -> str:
    found = sorted(str(name) for name in names)  # type: ignore[attr-defined]
    return ", ".join(found) or "nothing"


def _hidden(row: TableRow, above: tuple[TableRow, ...]) -> int | None:
    """The first row above that holds whenever this one does; null when there is none, as far as tests show."""
    for index, other in enumerate(above):
        if all(any(_implies(way, wider) for wider in other.when.any_of) for way in row.when.any_of):
            return index
    return None


def _implies(way: Way, wider: Way) -> bool:
    """Whether every test of `wider` follows from one of `way`."""
    return all(any(name == own and _follows(test, narrow) for own, narrow in way) for name, test in wider)


def _follows(wide: Test, narrow: Test) -> bool:
    if wide == narrow:
        return True
    if wide.equal is not None and narrow.equal is not None and _only(wide, "equal"):
        return set(narrow.equal) <= set(wide.equal)
    if wide.known and _only(wide, "known"):
        return narrow.known is not False
    return _only(wide, "min", "max") and all(
        bound is None or _beyond(bound, getattr(narrow, side), upper=side == "max")
        for side, bound in (("min", wide.min), ("max", wide.max))
    )


def _only(test: Test, *keys: str) -> bool:
    given = {key for key, value in vars(test).items() if value is not None}
    return bool(given) and given <= set(keys)


def _beyond(bound: object, own: object, *, upper: bool) -> bool:
    """Whether a narrower bound lies inside a wider one."""
    if not isinstance(bound, (int, Decimal)) or not isinstance(own, (int, Decimal)):
        return False
    return own <= bound if upper else own >= bound


def unsound_register(clause: Register) -> Unsound:
    """What a register says that cannot be meant."""
    for name in (*clause.key,):
        if name in clause.fields and not clause.fields[name].required:
            yield (
                ("fields", name),
                f'"{name}" is of the key and may be empty',
                f'write {name} = "{clause.fields[name].is_}!"',
            )
    for name, one in clause.fields.items():
        if one.is_ == "choice" and not one.of and one.in_ is None:
            yield ("fields", name), f'the choice "{name}" has no words', 'write ["…", "…"]'
        if one.min is not None and one.max is not None and one.min > one.max:
            yield ("fields", name), f"{name}: min {one.min} is above max {one.max}", "turn them round"
        if name in ("state", "id", "from", "until"):
            yield ("fields", name), f'"{name}" is what the register itself keeps', "give the field another name"
    yield from _unsound_derived(clause)
    yield from _unsound_states(clause)
    yield from _unsound_due(clause)
    yield from _unsound_cadence(clause)
    yield from _unsound_publishing(clause)


def _unsound_derived(clause: Register) -> Unsound:
    for name, one in clause.derived.items():
        path: Path_ = ("fields", name)
        ways = [key for key in ("minus", "plus", "times", "ratio", "days", "lookup", "roll") if getattr(one, key)]
        if len(ways) > 1:
            yield (
                path,
                f'"{name}" is worked out in two ways: {", ".join(ways)}',
                "keep one; one operation for each field",
            )
        if one.operands and len(one.operands) != 2:
            yield path, f'"{name}" needs two operands', f'write {{ {ways[0]} = ["a", "b"] }}'
        if one.required:
            yield path, f'nobody fills in "{name}": it is worked out', "leave the ! out"
        if one.roll is not None and one.roll.field is None and one.roll.roll != "count":
            yield path, f"{one.roll.roll} of what?", 'add field = "…"'


def _unsound_states(clause: Register) -> Unsound:
    states = clause.states.of
    if len(set(states)) < len(states) or len(states) == 1:
        yield ("states",), "an entry goes through states one after the other", "name at least two, each once"
    if states and STAGE in clause.fields:
        yield (
            ("fields", STAGE),
            f'"{STAGE}" is where an entry of a register with states stands',
            "give the field another name",
        )
    close = clause.close
    if close is not None and close.state is not None and close.state not in states[1:]:
        known = ", ".join(states[1:]) or "states = [ … ] names them"
        yield ("close", "state"), f'no entry moves into "{close.state}"', known
    if close is not None and close.children is not None and "." not in close.children:
        yield ("close", "children"), "which field of it names this entry?", 'write children = "register:issue.project"'
    if clause.retain is not None and close is None and clause.strike is None:
        yield ("retain",), "nothing ever ends an entry", "add close or strike, or leave retain out"


def _unsound_due(clause: Register) -> Unsound:
    due, extend = clause.due, clause.extend
    if due is not None and (due.on is None) == (due.within is None):
        yield ("due",), "due needs exactly one of on and within", 'write on = "field" or within = "5 workdays"'
    if due is not None and clause.close is None:
        yield ("due",), "nothing ever closes an entry", "add close = { by = … }"
    if extend is not None and due is None:
        yield ("extend",), "there is no day to put off", "add due, or leave extend out"
    if extend is not None and (extend.to is None) == (extend.by is None):
        yield ("extend",), "an extension needs exactly one of by and to", "keep one of them"
    if clause.close is not None and not clause.close.not_:
        yield ("close", "not"), "an entry is written off by a second person", 'write not = ["enterer", "handler"]'


def _unsound_cadence(clause: Register) -> Unsound:
    for index, cadence in enumerate(clause.cadence):
        path: Path_ = ("cadence", index)
        if cadence.per == "entry":
            does = cadence.does or (PUBLISHED if clause.publish is not None else CHANGED)
            if does not in ACTIVITIES:
                yield (*path, "does"), f'nobody does "{does}" to an entry', f"one of {', '.join(ACTIVITIES)}"
            if cadence.min != 1:
                yield (*path, "min"), "an entry owes one a period", "an amount is a quota; write a shorter period"
            continue
        if cadence.per.partition(":")[0] != "unit":
            yield (*path, "per"), f'"{cadence.per}" owes nothing', 'per is "entry", "unit" or "unit:type"'
        if cadence.every not in PERIODS:
            yield (*path, "every"), f'"{cadence.every}" is no period of a figure', f"one of {', '.join(PERIODS)}"
        if cadence.grace is not None or cadence.does is not None or cadence.level is not None:
            yield path, "a period of units is counted: it takes no grace, does or level", "leave them out"


def _unsound_publishing(clause: Register) -> Unsound:
    publish = clause.publish
    for name in publish.fields if publish is not None else ():
        one = clause.fields.get(name)
        access = (one.private if one is not None else None) or clause.private
        if access != ACCESS[0]:
            message = f'"{name}" is {access} and may not be published'
            yield ("publish", "fields"), message, 'mark the field private = "public", or leave it out'
    if publish is not None and publish.levels and publish.every is None:
        yield ("publish", "levels"), "nothing has to be published again", "add every, or leave levels out"
