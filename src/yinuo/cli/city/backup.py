"""`yinuo backup FILE`: the whole city in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yinuo.cli.city import setup
from yinuo.cli.say import out, refuse


def backup(file: Annotated[Path, typer.Argument(help="Where to write it; never overwritten.")]) -> None:
    """Write database, attachments and texts into one file while the city runs. Secrets are not in it: keep them apart."""
    setup()
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.site.keeping import backup as keeping  # noqa: PLC0415
    from yinuo.city.site.providers import NoPostgres  # noqa: PLC0415

    try:
        manifest = keeping.backup(file, now=timezone.now())
    except (OSError, NoPostgres) as problem:
        refuse(f"No backup was written: {problem}")
    root = manifest["root"]
    size = sum(one["size"] for one in manifest["members"].values())
    out.print(f"{file}: {len(manifest['members'])} members, {size:,} bytes", markup=False)
    out.print(
        f"last root: {root['number']} {root['digest']} of {root['at']}" if root else "last root: none yet", markup=False
    )
