"""`yinuo rebuild`: make every table that is made from the ledger again."""

from __future__ import annotations

import gc
from typing import Annotated

import typer

from yinuo.cli.city import setup
from yinuo.cli.say import out, refuse


def rebuild(
    *,
    names: Annotated[list[str] | None, typer.Argument(metavar="[PROJECTION]...", help="All of them, if none.")] = None,
    heads: Annotated[bool, typer.Option("--heads", help="The ledger's own heads and received ids too.")] = False,
) -> None:
    """Make projections again from the events, in one transaction: pages and acts wait, and a failure changes nothing.

    Clocks, holdings and figures come back with the worker's next looks.
    """
    setup()
    # Events live as long as their batch; looking for circles among them costs a third.
    gc.set_threshold(200_000, 50, 1_000)
    from yinuo.city.ledger import commands  # noqa: PLC0415

    if heads:
        commands.rebuild_heads()
        out.print("heads and received ids: made again")
    try:
        done = commands.rebuild(names or ())
    except commands.NoProjection as unknown:
        refuse(str(unknown))
    out.print(f"{', '.join(done.projections) or 'no projection'}: made again from {done.events:,} events", markup=False)
