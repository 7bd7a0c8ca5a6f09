"""What waits for a person: the open steps of cases that its roles may do, the soonest due first. The command decides again."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from yinuo.city.cases.deciding.ways import Ways
from yinuo.city.cases.deciding.who import HEADS, STAFF, STANDINGS
from yinuo.city.cases.projection import pairs
from yinuo.city.ledger.statements import sql
from yinuo.city.pages.keeping import Kept, minute_of
from yinuo.city.pages.listing import Filter, Listing, Sort, Spec, Walk, one_of
from yinuo.city.pages.statements import select
from yinuo.city.people.actor import Actor
from yinuo.city.people.may import reaching, row_filter
from yinuo.city.people.units import Tree

WHEN = ("overdue", "today", "week")
KEPT = 2_000
"""Counts a process keeps."""
_COUNTED = Kept[int](KEPT)
COUNTED = 100
"""The list counts no further, and says so; the navigation says “99+”."""
MANY = 1_000
"""More tasks than that are walked in the order of their clocks instead of sorted."""
_WHEN = "CASE %(when)s WHEN 'overdue' THEN due_at < %(now)s WHEN 'today' THEN due_at < %(tomorrow)s ELSE due_at < %(next_week)s END"


def tasks(case_rows: str, *, are_many: bool = False) -> Spec:
    """One row for each case with its steps that wait, and of its open clocks the one due soonest.

    `case_rows` is the one row filter over `c.scope`, asked before anything else. `are_many` chooses the way that is
    quick for so many; the rows are the same.
    """
    return Spec(
        source=f"({_statement('tasks', case_rows)}) AS t",
        columns="t.*",
        key="t.id",
        filters=(
            Filter("when", _WHEN, one_of(WHEN)),
            Filter("kind", "kind = %(kind)s"),
            Filter("q", "words @> %(q)s::text[]", pairs),
        ),
        sorts={"due": Sort("coalesce(due_at, 'infinity'::timestamptz)", "timestamptz")},
        default="due",
        most=COUNTED,
        walk=lambda found: _walk(case_rows, found) if are_many and found.sort == "due" else None,
    )


def _walk(case_rows: str, found: Listing) -> Walk:
    """From the clock that is due soonest on. A case without such a clock is not on this way."""
    source = f"({_statement('tasks_by_due', case_rows)}) AS t"
    return Walk(source, "coalesce(due_at, 'infinity'::timestamptz)", "t.id", is_whole=bool(found.asked.get("when")))


def of_person() -> str:
    """The condition that a step of case `c` waits for the person the statement is asked with (`mine`)."""
    return f"EXISTS (SELECT FROM cases_task AS t WHERE {sql(__file__, 'mine')})"


def _statement(name: str, case_rows: str) -> str:
    return sql(__file__, name).replace("{case_rows}", case_rows).replace("{mine}", sql(__file__, "mine"))


def waiting(actor: Actor, tree: Tree, ways: Ways) -> int:
    """How many cases wait for a person, counted up to MANY + 1."""
    case_rows, given = row_filter(actor, "case.act", "c.scope")
    asked = {**given, **mine(actor, tree, ways), "most": MANY + 1}
    return int(select(_statement("waiting", case_rows), asked)[0]["n"])


def waiting_at(now: datetime, *, actor: Actor, tree: Tree, ways: Ways) -> int:
    """`waiting` for the navigation: counted once a minute for a person in each process; 0 for who may do nothing to cases."""
    if not reaching(actor, "case.act"):
        return 0
    same = (actor, ways.pack.digest)
    return _COUNTED.get((minute_of(now, same), *same), lambda: waiting(actor, tree, ways))


def mine(actor: Actor, tree: Tree, ways: Ways) -> Mapping[str, Any]:
    """What the statement is asked with: for every way a step can name who does it, where this person is that one.

    The slow obvious reference is `deciding.who.may_do`, asked of every case and step.
    """
    staff = _units(actor, STAFF)
    works_in = {*tree.above(actor.unit if actor.grants else None), *_all(tree.above(one) for one in staff)}
    at_case = {word: sorted(found) for word, one in _standing("case") if (found := _units(actor, one.roles))}
    at_lead = {
        word: sorted(_around(tree, found)) for word, one in _standing("lead") if (found := _units(actor, one.roles))
    }
    at_city = [word for word, one in _standing("city") if _units(actor, one.roles)]
    return {
        "me": actor.id,
        "at_case": json.dumps(at_case),
        "at_lead": json.dumps(at_lead),
        **_roles(ways, {*at_case, *at_lead, *at_city, *(works_in - set(STANDINGS))}, is_staff=bool(staff)),
        "named": sorted(works_in | _all(tree.belonging(one) for one in staff)),
        "holding": sorted(_around(tree, staff)),
        "heading": sorted(_around(tree, _units(actor, HEADS))),
        "apart": json.dumps(_apart(ways)),
    }  # fmt: skip


def _roles(ways: Ways, words: Collection[str], *, is_staff: bool) -> Mapping[str, list[str]]:
    """The role words of steps that can mean this person at all, and the kinds of cases with such a step.

    Which case a word is asked of decides; these only leave out what never is this person's.
    """
    steps = [(kind, step.by or "") for kind, found in ways.kinds.items() for way in found for step in way.listed]
    kept = {
        (kind, word)
        for kind, word in steps
        if word in words or word == "holder" or word.startswith("unit:") or (word == "" and is_staff)
    }
    return {"roles": sorted({word for _kind, word in kept}), "kinds": sorted({kind for kind, _word in kept})}


def moments(now: datetime, tomorrow: datetime, next_week: datetime) -> Mapping[str, datetime]:
    """What the filter of days is asked with."""
    return {"now": now, "tomorrow": tomorrow, "next_week": next_week}


def _standing(at: str) -> Iterable[tuple[str, Any]]:
    return ((word, one) for word, one in STANDINGS.items() if one.at == at)


def _units(actor: Actor, roles: Collection[str]) -> set[str]:
    return {grant.unit for grant in actor.grants if grant.role in roles}


def _around(tree: Tree, units: Collection[str]) -> set[str]:
    """The units above and below these, themselves included: where a grant covers a unit or lies in a part of it."""
    return _all(tree.above(one) for one in units) | _all(tree.belonging(one) for one in units)


def _all(many: Iterable[Collection[str]]) -> set[str]:
    return {one for found in many for one in found}


def _apart(ways: Ways) -> dict[str, list[str]]:
    """Kind and step → the steps whose doer may not do it."""
    return {
        f"{kind}.{step.id}": sorted(step.not_by)
        for kind, editions in ways.kinds.items()
        for way in editions
        for step in way.flow.steps
        if step.not_by
    }
