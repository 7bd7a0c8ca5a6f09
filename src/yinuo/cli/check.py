"""`yinuo check PACK`: everything wrong in a text, with file, line and remedy."""

from __future__ import annotations

from typing import Annotated

import typer

from yinuo.cli.say import REFUSED, REJECTED, PackArgument, err, loaded, out, tell_problems
from yinuo.rulebook.checker import check as check_pack
from yinuo.rulebook.loader import Pack
from yinuo.rulebook.mutation import survivors
from yinuo.rulebook.refusals import TextError
from yinuo.rulebook.spelling import spelt_out


def check(
    pack: PackArgument,
    *,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Also change every number, unit and convention: some story must notice.")
    ] = False,
    expand: Annotated[
        bool, typer.Option("--expand", help="Print what tables and registers mean in promises and constraints.")
    ] = False,
) -> None:
    """Check a pack: text, names, stories. Exit 2 when something is wrong, 1 when a change goes unnoticed."""
    text = loaded(pack)
    if expand:
        out.print("\n\n".join(spelt_out(text)), markup=False, highlight=False, soft_wrap=True)
    problems = check_pack(text)
    tell_problems(problems)
    if any(not problem.warning for problem in problems):
        raise typer.Exit(REFUSED)
    unpinned = _unpinned(text) if mutate else []
    tell_problems(unpinned)
    clauses = sum(len(one.statements) for one in text.institutions.values())
    out.print(f"{text.name} {text.zh}: {len(text.institutions)} institutions, {clauses} clauses, nothing wrong")
    if unpinned:
        raise typer.Exit(REJECTED)


def _unpinned(pack: Pack) -> list[TextError]:
    """What no story pins, with a line of progress for who is waiting."""
    found: list[TextError] = []
    number = 0
    with err.status("changing the text …") as status:
        for number, error in enumerate(survivors(pack), 1):
            status.update(f"{number} changes of the text, {len(found)} of them unnoticed")
            if error is not None:
                found.append(error)
    out.print(f"{number} changes of the text, {len(found)} of them unnoticed")
    return found
