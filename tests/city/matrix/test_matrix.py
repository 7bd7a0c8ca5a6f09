"""Every address and every operation of the API × every role × inside and outside its part: exactly as the table says."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from tests.city.matrix.addresses import FORMS, Address, addresses, patterns
from tests.city.matrix.world import MINE, OTHERS, ROLES, text_of
from yinuo.city.people.guard import PUBLIC, SIGNED_IN, declared
from yinuo.city.people.may import PERMISSIONS

ALL = tuple(addresses())
GUARDED = tuple(one for one in ALL if one.needs not in {PUBLIC, None})
OPEN = tuple(one for one in ALL if one.needs == PUBLIC)
NOT_HERE = {
    "trial",
    "trial_install",
    "outbox_retry",
    "case_inclusion",
    "figure_cases",
    "case_open",
    "decision_table",
    "register_import",
    "register_template",
    "register_bulk",
    "catalogue_running",
    "agency_begin",
    "agency_draft",
    "agency_check",
    "agency_document",
}
"""Addresses of things this world has none of: who may is told that there is nothing."""
OWN = {"inbox", "inbox_read", "notice_read", "inbox_addresses", "inbox_address"}
"""What everybody has for himself alone."""
PUBLISHED = {"open_unit": "岗位之"}
"""What an open page tells on purpose: the posts of a unit, never who holds them (E227)."""
JUDGED_BEHIND = {"report_events"}
"""A batch is judged event by event: the answer is 200 and each event that reaches outside is refused in it."""


def ask(address: Address, town, key: str, unit: str):
    """The answer, and whether the ledger grew by it; what it did is undone."""
    mark = transaction.savepoint()
    before = grown()
    try:
        answer = address.ask(town.clients[key], town.departments[unit])
        return answer.status_code, text_of(answer), grown() - before
    finally:
        transaction.savepoint_rollback(mark)


def grown() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(version), 0) FROM ledger_head")
        return cursor.fetchone()[0]


def may_here(action: str, role: str, *, is_whole: bool) -> bool:
    row = PERMISSIONS[action]
    return role in row.roles and (is_whole or row.reach == "unit")


@pytest.mark.holds("regression 21", "peer 98", "E266", shows="/units")
@pytest.mark.parametrize("address", GUARDED, ids=str)
def test_every_address_opens_exactly_to_whom_the_table_names_and_only_in_their_part(address, town):
    for role in ROLES:
        for is_whole in (False, True):
            key = f"{'whole' if is_whole else 'part'}-{role}"
            allowed = all(may_here(action, role, is_whole=is_whole) for action in wanted(address))
            outside = town.departments[OTHERS]
            for unit in (MINE, OTHERS) if allowed else (OTHERS,):
                status, body, said = ask(address, town, key, unit)
                about = f"{address} as {key} for {unit}: {status} {body[:300]}"
                if not allowed:
                    assert status in {403, 404}, about
                    assert not said, about
                elif is_whole or unit == MINE or not is_of_one(address):
                    assert status < 400 or status in {400, 422} or (status == 404 and address.name in NOT_HERE), about
                    assert status != 405, f"{about}: say in FORMS what is sent here"
                else:
                    refused = status in {403, 404} or (address.name in JUDGED_BEHIND and '"refused":1' in body)
                    assert refused or (address.method == "GET" and not address.places), about
                    assert not said, about
                if not is_whole:
                    asked = address.path(outside) + str(
                        address.form.body(outside) if address.form and unit == OTHERS else ""
                    )
                    leaked = [one for one in outside.secrets if one in body and one not in asked]
                    assert not leaked, f"{about}: {leaked}"
    status, body, said = ask(address, town, "nobody", MINE)
    assert status in {302, 401}, f"{address} for nobody: {status}"
    assert not said
    assert not [
        one for one in town.departments[MINE].secrets if one in body and one not in address.path(town.departments[MINE])
    ]


def wanted(address: Address) -> tuple[str, ...]:
    """The actions that must all be allowed: at the door and behind it."""
    inner = address.form.inner if address.form else None
    return tuple(one for one in (address.needs, inner) if one not in {None, SIGNED_IN})


def is_of_one(address: Address) -> bool:
    """Whether the request is about one thing of one department. A window takes matters in for any of them: `case_open` is not."""
    return address.name not in OWN and (
        bool(
            set(address.places)
            - {"form", "institution", "clause", "name", "digest", "outbox_id", "kind", "package", "table"}
        )
        or address.name
        in {"system_create", "catalogue_new", "open_webhook", "report_events", "figure_cases", "outages", "queue_draw"}
    )


@pytest.mark.parametrize("address", OPEN, ids=str)
def test_what_is_open_to_everybody_says_nothing_of_anybody(address, town):
    status, body, said = ask(address, town, "nobody", MINE)
    assert status < 500 or address.name in {"healthz", "readyz"}, f"{address}: {status}"
    assert not said
    for one in town.departments.values():
        told = PUBLISHED.get(address.name, "")
        inner = [secret for secret in one.secrets if not (told and secret.startswith(told))]
        assert not [secret for secret in inner if secret in body and secret not in address.path(one)]


@pytest.mark.holds("peer 98", shows="/units")
def test_an_endpoint_without_a_declared_permission_fails_the_build():
    """All of them: views of every area, of libraries, operations of the API for each of their methods."""
    silent = {
        route
        for route, one in patterns()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if declared(one.callback, method) is None
    }
    assert silent <= {"api/"}, "the root of the API framework answers nobody; everything else says what it needs"
    assert {one.needs for one in ALL if one.needs} <= {*PERMISSIONS, PUBLIC, SIGNED_IN}
    assert set(FORMS) <= {one.name for one in ALL}
    assert len({route for route, _one in patterns()}) >= 70


def test_what_declares_nothing_is_closed_to_everybody(town):
    for key in ("nobody", "whole-administrator", "whole-system"):
        assert town.clients[key].get("/api/").status_code == 403
