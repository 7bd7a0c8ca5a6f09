"""Where somebody begins: what the name of the city leads to, and where signing in ends."""

from __future__ import annotations

from django.urls import reverse

from yinuo.city.people.actor import Actor
from yinuo.city.people.may import may

OF_ROLE = {"window_clerk": "window", "handler": "tasks"}
"""Whose day is spent in one place begins there; with any other role beside it he begins like everybody."""


def first_place(actor: Actor) -> str:
    """An address this person may open: his own place, else the board, else the units, else his messages."""
    roles = {grant.role for grant in actor.grants}
    if len(roles) == 1 and (own := OF_ROLE.get(next(iter(roles)))):
        return reverse(own)
    if may(actor, "board.read"):
        return reverse("board")
    return reverse("units" if may(actor, "units.read") else "inbox")
