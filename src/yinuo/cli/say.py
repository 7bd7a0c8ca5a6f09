"""What every command shares: how a pack is named, how problems are printed, what an exit code means."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console

if TYPE_CHECKING:
    from yinuo.rulebook.loader import Pack
    from yinuo.rulebook.refusals import TextError

DONE, REJECTED, REFUSED = 0, 1, 2
"""Exit codes: done; done, but something was rejected or goes unnoticed; refused."""

PackArgument = Annotated[str, typer.Argument(metavar="PACK", help="Name of a pack that ships, or a folder.")]
out = Console(soft_wrap=True, highlight=False, width=None if sys.stdout.isatty() else 160)
err = Console(soft_wrap=True, highlight=False, stderr=True)


def loaded(pack: str) -> Pack:
    """Load a pack; a refused one is told and ends the command with 2."""
    from yinuo.rulebook.loader import load_pack  # noqa: PLC0415 - commands without a pack start without the engine
    from yinuo.rulebook.refusals import PackRefused  # noqa: PLC0415

    if not pack.strip():
        refuse("The name of the pack is empty. Name one that ships, or the folder of your own.")
    try:
        return load_pack(pack)
    except PackRefused as refused:
        tell_problems(refused.errors)
        raise typer.Exit(REFUSED) from None


def refuse(message: str) -> NoReturn:
    """Say why and end the command with 2."""
    err.print(message, markup=False)
    raise typer.Exit(REFUSED)


def tell_problems(problems: Iterable[TextError]) -> None:
    """Print problems to standard error, paths as short as they can be."""
    for problem in problems:
        kind = "[yellow]warning[/]: " if problem.warning else ""
        err.print(f"[bold]{short(problem.path)}:{problem.line}[/]: {kind}", end="")
        err.print(problem.message, markup=False)
        if problem.remedy:
            err.print(f"    → {problem.remedy}", markup=False)


def short(path: Path) -> Path:
    """A path as seen from here, where that is shorter."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
