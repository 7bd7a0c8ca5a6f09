"""Everybody begins where his work is: after signing in, and behind the name of the city."""

from __future__ import annotations

import pytest

from yinuo.city.people.accounts.landing import first_place
from yinuo.city.people.actor import Actor, Grant


@pytest.mark.parametrize(
    ("roles", "address"),
    [
        (["leader"], "/"),
        (["supervising_office"], "/"),
        (["agency_head"], "/"),
        (["section_head"], "/"),
        (["auditor"], "/"),
        (["window_clerk"], "/window"),
        (["handler"], "/tasks"),
        (["handler", "section_head"], "/"),
        (["administrator"], "/units"),
    ],
)
def test_a_window_begins_at_its_screen_a_handler_at_his_tasks_a_leader_at_the_board(roles, address):
    grants = tuple(Grant(role, "market") for role in roles)
    assert first_place(Actor("somebody", "某人", grants, "market")) == address
