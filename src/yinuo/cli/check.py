"""`yinuo check PACK`: everything wrong in a text, with file, line and remedy."""

from __future__ import annotations

from typing import Annotated

import typer

from yinuo.cli.say import PackArgument, loaded, out, tell_problems
from yinuo.rulebook.checker import check as check_pack


def check(
    pack: PackArgument,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Also change every number, unit and convention: some story must notice.")
    ] = False,
) -> None:
    """Check a pack: text, names, stories. Exit 2 when something is wrong, 1 when a change goes unnoticed."""
    text = loaded(pack)
    problems = check_pack(text)
    tell_problems(problems)
    if any(not problem.warning for problem in problems):
        raise typer.Exit(2)
    clauses = sum(len(one.statements) for one in text.institutions.values())
    out.print(f"{text.name} {text.zh}: {len(text.institutions)} institutions, {clauses} clauses, nothing wrong")
