"""My tasks: exactly the open steps this person may do by the flow, the soonest due first."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.city.board import small_city
from yinuo.city.cases.deciding.states import State
from yinuo.city.cases.deciding.who import Place, Unresolved, may_do
from yinuo.city.cases.models import Case, Task
from yinuo.city.cases.projection import ways_in_force
from yinuo.city.pages.keeping import Kept
from yinuo.city.pages.listing import listed as page_of
from yinuo.city.pages.listing import prepared, select
from yinuo.city.people import units
from yinuo.city.people.accounts.persons import actor_of
from yinuo.city.people.may import may, row_filter
from yinuo.city.people.models import Account
from yinuo.city.registers.tasks import mine, moments, tasks, waiting, waiting_at

PEOPLE = [key for key, *_rest in small_city.STAFF if key not in ("qian", "guan")]


def somebody(key):
    return actor_of(str(Account.objects.get(username=key).pk), now=small_city.NOW)


def listed(actor, tree, ways):
    """What the statement finds: case and step."""
    now = small_city.NOW
    condition, given = row_filter(actor, "case.act", "c.scope")
    asked = {**given, **mine(actor, tree, ways), **moments(now, now, now)}
    found = prepared(tasks(condition), path="/tasks", asked={}, row_filter=("TRUE", asked))
    rows = select(f"SELECT * FROM {found.spec.source}", asked)
    return {(row["case_id"], one["step"]) for row in rows for one in json.loads(row["steps"])}


def reference(actor, tree, ways):
    """The slow obvious way: ask of every open step of every case."""
    found = set()
    due = {}
    for task in Task.objects.filter(state="due"):
        due.setdefault(task.case_id, []).append(task)
    for case in Case.objects.filter(status="open", case_id__in=due):
        if not may(actor, "case.act", scope=case.scope):
            continue
        way = ways.way(case.kind, timezone.localdate(case.opened_at))
        state = State(**json.loads(case.state))
        place = Place(lambda unit: tree.ancestors(unit) if unit in tree.units else (), frozenset(case.scope))
        for task in due[case.case_id]:
            step = way.steps[task.step]
            fields = {step.as_: task.key} if step.as_ and task.key else {}
            try:
                allowed = may_do(actor, step, state, fields=fields, place=place)
            except Unresolved:
                continue
            if allowed and not any(actor.id in state.doers.get(other, ()) for other in step.not_by):
                found.add((case.case_id, task.step))
    return found


@pytest.mark.parametrize("key", PEOPLE)
def test_what_is_listed_is_what_the_flow_lets_this_person_do(city, db, key):
    tree, ways = units.tree(timezone.localdate()), ways_in_force()
    actor = somebody(key)
    assert listed(actor, tree, ways) == reference(actor, tree, ways)


@pytest.mark.parametrize("when", ["", "overdue", "week"])
@pytest.mark.parametrize("key", PEOPLE)
def test_many_tasks_walked_by_their_clocks_are_those_sorted(city, db, monkeypatch, key, when):
    monkeypatch.setattr("yinuo.city.pages.listing.PAGE", 3)
    actor, now = somebody(key), small_city.NOW
    condition, given = row_filter(actor, "case.act", "c.scope")
    asked = {**given, **mine(actor, units.tree(timezone.localdate()), ways_in_force()), **moments(now, now, now)}
    pages = {
        are_many: list(paged(replace(tasks(condition, are_many=are_many), most=most), asked, when))
        for are_many, most in ((False, 1_000), (True, 0))
    }
    assert pages[True] == pages[False]


def paged(spec, given, when):
    after = ""
    while after is not None:
        found = page_of(spec, path="/tasks", asked={"when": when, "after": after}, row_filter=("TRUE", given))
        yield from ((row["id"], row["due_at"], row["steps"]) for row in found.rows)
        after = found.next.rpartition("after=")[2] if found.next else None


@pytest.mark.holds("invariant 58", shows="/tasks")
@pytest.mark.parametrize(("language", "said"), [("zh-hans", "1 以上"), ("en", "1+")])
def test_tasks_not_counted_to_the_end_say_so_and_the_navigation_too(sign_in, monkeypatch, language, said):
    client = sign_in("zhao", language)
    monkeypatch.setattr("yinuo.city.registers.tasks.COUNTED", 1)
    monkeypatch.setattr("yinuo.city.site.frame.waiting_at", lambda *_a, **_k: 100)
    page = client.get("/tasks").content.decode()
    assert f'<div class="list-head"><p>{said}</p>' in page and '<span class="count">99+</span>' in page


@pytest.mark.parametrize("key", PEOPLE)
def test_the_navigation_counts_the_cases_of_the_list(city, db, monkeypatch, key):
    monkeypatch.setattr("yinuo.city.registers.tasks._COUNTED", Kept())
    tree, ways, actor = units.tree(timezone.localdate()), ways_in_force(), somebody(key)
    assert waiting_at(timezone.now(), actor=actor, tree=tree, ways=ways) == len(
        {case_id for case_id, _step in listed(actor, tree, ways)}
    )


@pytest.mark.parametrize("many", [0, 1, 2, 3])
def test_who_has_many_tasks_is_counted_no_further(city, db, monkeypatch, many):
    monkeypatch.setattr("yinuo.city.registers.tasks.MANY", many)
    tree, ways, actor = units.tree(timezone.localdate()), ways_in_force(), somebody("zhao")
    found = {case_id for case_id, _step in listed(actor, tree, ways)}
    assert waiting(actor, tree, ways) == min(len(found), many + 1)


def test_some_have_tasks_and_who_may_do_nothing_has_none(city, db):
    tree, ways = units.tree(timezone.localdate()), ways_in_force()
    found = listed(somebody("zhao"), tree, ways)
    assert found and waiting(somebody("zhao"), tree, ways) == len({case_id for case_id, _step in found})
    assert not listed(somebody("qian"), tree, ways)


def rows(page):
    return re.findall(r'<td class="nowrap[^"]*" data-label="[^"]+">(\d{4}-[\d -:]+|—)</td>', page)


def test_the_soonest_due_comes_first_with_its_limit_and_leads_to_the_act(sign_in):
    page = sign_in("zhao").get("/tasks").content.decode()
    days = rows(page)
    assert len(days) > 1 and days == sorted(days)
    assert re.search(r'href="/cases/[^"]+#do-reviewed"', page)


@pytest.mark.parametrize("when", ["overdue", "today", "week"])
def test_a_filter_of_days_leaves_those_due_by_then(sign_in, when):
    whole, left = (rows(sign_in("zhao").get(f"/tasks{asked}").content.decode()) for asked in ("", f"?when={when}"))
    now = timezone.localtime(small_city.NOW)
    until = {
        "overdue": now,
        "today": now.replace(hour=0) + timedelta(days=1),
        "week": now.replace(hour=0) + timedelta(days=3),
    }[when]
    wanted = [one for one in whole if one != "—" and datetime.fromisoformat(one).astimezone() < until]
    assert left == wanted


def test_nonsense_in_the_address_is_refused(sign_in):
    assert sign_in("zhao").get("/tasks?when=never").status_code == 400


def test_who_has_nothing_to_do_is_told_so(sign_in):
    assert "没有这样的待办" in sign_in("zhao").get("/tasks?q=没有这个").content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_answers_within_eight_queries(sign_in, language):
    client = sign_in("zhao", language)
    client.get("/tasks")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/tasks").status_code == 200
    assert len(asked) <= 8, [query["sql"][:100] for query in asked]
