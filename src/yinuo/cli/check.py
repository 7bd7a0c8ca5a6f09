"""`yinuo check PACK`: everything wrong in a text, with file, line and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import zip_longest
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer

from yinuo.cli.say import REFUSED, REJECTED, PackArgument, err, loaded, out, tell_problems
from yinuo.rulebook.checker import check as check_pack
from yinuo.rulebook.loader import Pack, load_pack
from yinuo.rulebook.mutation import survivors
from yinuo.rulebook.refusals import TextError
from yinuo.rulebook.spelling import spelt_out

_NONE = object()
"""In place of a share that has no more."""


def check(
    pack: PackArgument,
    *,
    mutate: Annotated[
        bool, typer.Option("--mutate", help="Also change every number, unit and convention: some story must notice.")
    ] = False,
    expand: Annotated[
        bool, typer.Option("--expand", help="Print what tables and registers mean in promises and constraints.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, max=32, help="Processes that change the text, for --mutate.")] = 1,
) -> None:
    """Check a pack: text, names, stories. Exit 2 when something is wrong, 1 when a change goes unnoticed."""
    text = loaded(pack)
    if expand:
        out.print("\n\n".join(spelt_out(text)), markup=False, highlight=False, soft_wrap=True)
    problems = check_pack(text)
    tell_problems(problems)
    if any(not problem.warning for problem in problems):
        raise typer.Exit(REFUSED)
    unpinned = _unpinned(text, workers) if mutate else []
    tell_problems(unpinned)
    clauses = sum(len(one.statements) for one in text.institutions.values())
    out.print(f"{text.name} {text.zh}: {len(text.institutions)} institutions, {clauses} clauses, nothing wrong")
    if unpinned:
        raise typer.Exit(REJECTED)


def _unpinned(pack: Pack, workers: int) -> list[TextError]:
    """What no story pins, with a line of progress for who is waiting."""
    with ProcessPoolExecutor(max(1, workers - 1), mp_context=get_context("spawn")) as beside:
        given = [beside.submit(_share, pack.root, mine, workers) for mine in range(1, workers)]
        shares = [_told(survivors(pack, share=(0, workers)), workers), *(one.result() for one in given)]
    told = [one for many in zip_longest(*shares, fillvalue=_NONE) for one in many if one is not _NONE]
    found = [one for one in told if isinstance(one, TextError)]
    out.print(f"{len(told)} changes of the text, {len(found)} of them unnoticed")
    return found


def _told(share: Iterator[TextError | None], workers: int) -> list[TextError | None]:
    made: list[TextError | None] = []
    with err.status("changing the text …") as status:
        for one in share:
            made.append(one)
            status.update(f"about {workers * len(made)} changes of the text")
    return made


def _share(root: Path, mine: int, parts: int) -> list[TextError | None]:
    """One process's share of the changes."""
    return list(survivors(load_pack(root), share=(mine, parts)))
