"""`yinuo check PACK`: everything wrong in a text, with file, line and remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from yinuo.rulebook.statements import check_text
from yinuo.rulebook.loader import load_pack
from yinuo.rulebook.refusals import PackRefused, TextError

PackArgument = Annotated[str, typer.Argument(metavar="PACK", help="Name of a pack that ships, or a folder.")]
_out = Console(soft_wrap=True, highlight=False)


def check(pack: PackArgument) -> None:
    """Check a pack: text, names, stories. Exit 2 when something is wrong."""
    try:
        loaded = load_pack(pack)
        problems = check_text(loaded)
    except PackRefused as refused:
        tell(refused.errors)
        raise typer.Exit(2) from None
    tell(problems)
    if any(not problem.warning for problem in problems):
        raise typer.Exit(2)
    clauses = sum(len(one.statements) for one in loaded.institutions.values())
    _out.print(f"{loaded.name} {loaded.zh}: {len(loaded.institutions)} institutions, {clauses} clauses, nothing wrong")


def tell(problems: list[TextError] | tuple[TextError, ...]) -> None:
    """Print problems, paths as short as they can be."""
    here = Path.cwd()
    for problem in problems:
        path = problem.path.relative_to(here) if problem.path.is_relative_to(here) else problem.path
        kind = "[yellow]warning[/] " if problem.warning else ""
        _out.print(f"[bold]{path}:{problem.line}[/]: {kind}", end="")
        _out.print(problem.message, markup=False)
        if problem.remedy:
            _out.print(f"    → {problem.remedy}", markup=False)
