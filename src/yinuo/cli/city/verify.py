"""`yinuo verify`: whether the ledger is what was written."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yinuo.cli.city import setup
from yinuo.cli.say import DONE, REJECTED, err, out, refuse

if TYPE_CHECKING:
    from yinuo.city.ledger.verify import Verified
    from yinuo.city.ledger.verify.rootlog import Line

_MOST_TOLD = 20


def verify(
    *,
    root: Annotated[Path | None, typer.Option(metavar="FILE", help="A root log (roots.jsonl) kept outside.")] = None,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Verify this exported ledger: no database.")
    ] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="Holds the key, for --export.")] = None,
    write: Annotated[Path | None, typer.Option(metavar="FILE", help="Export the ledger to FILE first.")] = None,
    write_roots: Annotated[Path | None, typer.Option(metavar="FILE", help="Add the new roots to FILE first.")] = None,
    processes: Annotated[int, typer.Option(min=1, max=16)] = min(4, os.cpu_count() or 1),
) -> None:
    """Verify every digest, chain and head, and the last root. Exit 0 whole, 1 broken, 2 could not be looked at."""
    from yinuo.city.ledger.verify.export import NotALine, root_lines  # noqa: PLC0415

    for file in (root, export, key):
        if file is not None and not file.is_file():
            refuse(f"There is no file {file}.")
    try:
        held = root_lines(root) if root else []
    except NotALine as broken:
        refuse(str(broken))
    if export is not None:
        done = _exported(export, key, held)
    else:
        setup(apps=False)
        done = _database(held, write, write_roots, processes=processes)
    _tell(done)


def _exported(file: Path, key: Path | None, held: Sequence[Line]) -> Verified:
    from yinuo.city.ledger import verify  # noqa: PLC0415
    from yinuo.city.ledger.digest import Hash, UnknownHash  # noqa: PLC0415

    secret = key.read_text(encoding="utf-8").strip() if key else os.environ.get("YINUO_LEDGER_KEY", "")
    try:
        how = Hash(os.environ.get("YINUO_LEDGER_HASH", "sha256"), secret.encode())
    except UnknownHash as unknown:
        refuse(str(unknown))
    with file.open("rb") as lines:
        return verify.exported(lines, file.name, how=how, held=held)


def _database(held: Sequence[Line], write: Path | None, write_roots: Path | None, *, processes: int) -> Verified:
    from yinuo.city.ledger import roots, verify  # noqa: PLC0415

    if write_roots is not None:
        out.print(f"roots written to {write_roots}: {roots.write(write_roots)}", markup=False)
    if write is not None:
        with write.open("wb") as file:
            out.print(f"events written to {write}: {verify.write(file):,}", markup=False)
    return verify.database(held, processes=processes)


def _tell(done: Verified) -> None:
    against = f", against root {done.root}" if done.root else ", no root yet"
    out.print(f"{done.events:,} events in {done.streams:,} streams{against}", markup=False)
    if not done.problems:
        out.print("whole: nothing was changed, taken away or put in")
        raise typer.Exit(DONE)
    for problem in done.problems[:_MOST_TOLD]:
        err.print(f"broken: {problem}", markup=False)
    if len(done.problems) > _MOST_TOLD:
        err.print(f"and {len(done.problems) - _MOST_TOLD:,} more")
    raise typer.Exit(REJECTED)
