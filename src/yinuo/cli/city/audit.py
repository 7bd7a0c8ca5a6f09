"""`yinuo audit --from DAY --to DAY FILE.csv`: what the security auditor asks for (安全审计)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from yinuo.cli.city import setup
from yinuo.cli.say import out, refuse

DAY = ["%Y-%m-%d"]


def audit(
    file: Annotated[Path, typer.Argument(help="Where to write the CSV; never overwritten.")],
    *,
    since: Annotated[datetime, typer.Option("--from", formats=DAY, help="First day.")],
    until: Annotated[datetime, typer.Option("--to", formats=DAY, help="Last day, included.")],
) -> None:
    """Export sign-ins and failures, unmaskings, exports, changes of people and permissions, and installations of text."""
    setup()
    from yinuo.city.site.keeping.audit import export  # noqa: PLC0415

    try:
        lines = export(file, since=since.date(), until=until.date())
    except (OSError, ValueError) as problem:
        refuse(f"No audit was written: {problem}")
    out.print(f"{file}: {lines} lines", markup=False)
