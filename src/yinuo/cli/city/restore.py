"""`yinuo restore FILE`: put a backup in, and verify the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from yinuo.cli.city import setup
from yinuo.cli.city.migrate import migrate_now
from yinuo.cli.say import out, refuse


def restore(
    file: Annotated[Path, typer.Argument(help="A file that `yinuo backup` wrote.")],
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Give up everything that is in the database now.")] = False,
) -> None:
    """Put a backup into an empty database, bring its tables to this version and take up the ledger where it ended."""
    setup()
    from yinuo.city.ledger import commands  # noqa: PLC0415
    from yinuo.city.site.keeping import archive, dump  # noqa: PLC0415
    from yinuo.city.site.keeping import backup as keeping  # noqa: PLC0415
    from yinuo.city.site.providers import NoPostgres  # noqa: PLC0415

    try:
        manifest = keeping.restore(file, replace=replace)
    except (OSError, NoPostgres, archive.NoBackup, dump.NotRestored, keeping.NotRestorable) as problem:
        refuse(f"Nothing was restored: {problem}")
    steps = migrate_now()
    commands.go_on_after_restore()
    out.print(
        f"restored {file}, made at {manifest['made_at']} by Yinuo {manifest['yinuo']}; {steps} migrations", markup=False
    )
    out.print("Now run: yinuo verify")
