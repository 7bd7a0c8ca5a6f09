"""The page about people shows the table of permissions as it is."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from yinuo.city.people.actor import Role
from yinuo.city.people.may import PERMISSIONS

PAGE = Path(__file__).parents[3] / "docs" / "people.md"


def table():
    roles = get_args(Role)
    sign = {"unit": "●", "city": "◆"}
    lines = [
        f"| action | | {' | '.join(role.replace('_', ' ') for role in roles)} |",
        "|---|---|" + ":-:|" * len(roles),
    ]
    for action, one in PERMISSIONS.items():
        marks = " | ".join(sign[one.reach] if role in one.roles else "" for role in roles)
        lines.append(f"| `{action}` | {one.zh} | {marks} |")
    return "\n".join(lines) + "\n"


def test_the_page_shows_the_table_that_is_in_force():
    assert table() in PAGE.read_text(encoding="utf-8"), "docs/people.md: put the table of this module's table() there"
