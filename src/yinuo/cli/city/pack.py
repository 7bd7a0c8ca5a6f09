"""`yinuo pack`: put a text in force, see what it would change, list what was in force when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from yinuo.cli.city import setup
from yinuo.cli.say import PackArgument, err, loaded, out, refuse, tell_problems
from yinuo.rulebook.checker import check
from yinuo.rulebook.loader import Pack

if TYPE_CHECKING:
    from datetime import datetime

    from yinuo.city.texts.preview import Preview

app = typer.Typer(no_args_is_help=True, help="Put a text in force; list what was in force when.")
MOST_CASES = 20_000
"""Open cases a preview looks at, the newest."""
SHOWN = 20


@app.command()
def install(
    pack: PackArgument,
    *,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show what would change; nothing is installed.")
    ] = False,
) -> None:
    """Check a pack and put it in force. Exit 2 with every error when it fails its check."""
    text = loaded(pack)
    with err.status("checking the text …"):
        problems = check(text)
    tell_problems(problems)
    if any(not problem.warning for problem in problems):
        refuse(f"{text.name} is not installed: {sum(not one.warning for one in problems)} errors, all named above.")
    setup()
    from django.conf import settings  # noqa: PLC0415 - only after setup
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.city.people.actor import OPERATOR  # noqa: PLC0415
    from yinuo.city.texts.commands import put_in_force  # noqa: PLC0415

    if text.name != settings.PACK:
        err.print(f"This city runs {settings.PACK} (YINUO_PACK); {text.name} is stored but not in force.", markup=False)
    now = timezone.now()
    _show_changes(text, now)
    if preview:
        return
    done = put_in_force(text, actor=OPERATOR, now=now)
    when = done.installed_at.astimezone().isoformat(timespec="seconds")
    fresh = "put in force" if done.installed_at == now else f"already in force since {when}"
    out.print(f"{done.name} {done.zh} {done.digest[:12]}: {fresh}", markup=False)


@app.command("list")
def list_() -> None:
    """Every installation of the city's text, the newest first."""
    setup()
    from yinuo.city.texts.in_force import installations  # noqa: PLC0415

    rows = installations()
    if not rows:
        refuse("No text is installed. Run: yinuo pack install demo-city")
    table = Table("", "in force since", "digest", "by", box=None, header_style="bold")
    for index, row in enumerate(rows):
        when = row.installed_at.astimezone().isoformat(timespec="seconds")
        table.add_row("in force" if index == 0 else "", when, row.digest[:12], row.actor or "–")
    out.print(f"{rows[0].name} {rows[0].zh}", markup=False)
    out.print(table)


def _show_changes(after: Pack, now: datetime) -> None:
    """What would change on open cases, against the text in force."""
    from yinuo.city.cases import queries  # noqa: PLC0415
    from yinuo.city.people.actor import OPERATOR  # noqa: PLC0415
    from yinuo.city.texts import in_force  # noqa: PLC0415
    from yinuo.city.texts.preview import preview  # noqa: PLC0415

    try:
        before = in_force.pack()
    except in_force.NoText:
        out.print("No text is in force yet.")
        return
    if before.digest == after.digest:
        return
    open_cases = [row.case_id for row in queries.find(OPERATOR, queries.Wanted(status="open"), limit=MOST_CASES)]
    with err.status(f"holding {len(open_cases)} open cases to both texts …"):
        found = preview(before, after, queries.log(open_cases), as_of=now)
    _print(found, len(open_cases))


def _print(found: Preview, looked_at: int) -> None:
    out.print(f"{len(found.clauses)} clauses change; of {looked_at:,} open cases {found.cases.cases():,} change")
    for one in found.clauses[:SHOWN]:
        out.print(f"  {one.change:8} {one.kind} {one.clause}", markup=False)
    if len(found.clauses) > SHOWN:
        out.print(f"  and {len(found.clauses) - SHOWN} more")
    if not found.cards.is_empty():
        table = Table("level", "unit", "before", "after", box=None, header_style="bold")
        for row in found.cards.filter(found.cards["before"] != found.cards["after"]).iter_rows():
            table.add_row(*("–" if cell is None else str(cell) for cell in row))
        if table.row_count:
            out.print(table)
