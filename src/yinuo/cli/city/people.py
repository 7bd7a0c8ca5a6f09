"""`yinuo people`: units and people in and out of Excel, the first administrator, keys of other systems."""

from __future__ import annotations

import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from yinuo.cli.city import setup
from yinuo.cli.say import REJECTED, err, out, refuse

if TYPE_CHECKING:
    from yinuo.city.people.exchange.incoming import Taken

app = typer.Typer(help="Units and people in and out of Excel; the first administrator; keys of other systems.")
SHOWN = 20
"""So many refused rows are told on the screen; the report holds all."""


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="An .xlsx with the sheets 机构 and 人员 (see `yinuo people template`).")],
    *,
    only_good: Annotated[
        bool, typer.Option("--only-good", help="Take the good rows although others are refused; else all or nothing.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option(help="Where to write the refused rows, as .csv or .xlsx (row, column, value, reason)."),
    ] = None,
) -> None:
    """Import units and people. The same file a second time changes nothing."""
    setup()
    from yinuo.city.people.actor import OPERATOR  # noqa: PLC0415
    from yinuo.city.people.exchange import incoming, workbook  # noqa: PLC0415

    if not file.is_file():
        refuse(f"There is no file {file}.")
    try:
        taken = incoming.take(file.read_bytes(), actor=OPERATOR, now=_now(), all_or_nothing=not only_good)
    except workbook.Unreadable as problem:
        refuse(f"{file}: {problem}")
    _tell(taken, report)


@app.command()
def export(file: Annotated[Path, typer.Argument(help="The .xlsx to write.")]) -> None:
    """Export units and people; phones and identity numbers stay masked. The file can be changed and imported again."""
    setup()
    from yinuo.city.people.actor import OPERATOR  # noqa: PLC0415
    from yinuo.city.people.exchange import outgoing  # noqa: PLC0415

    file.write_bytes(outgoing.export(actor=OPERATOR, now=_now()))
    out.print(f"Wrote {file}.")


@app.command()
def template(file: Annotated[Path, typer.Argument(help="The .xlsx to write.")]) -> None:
    """Write an empty workbook with the sheets and titles that `yinuo people import` reads."""
    setup(database=False)
    from yinuo.city.people.exchange import outgoing  # noqa: PLC0415

    file.write_bytes(outgoing.template())
    out.print(f"Wrote {file}.")


@app.command()
def administrator(
    username: Annotated[str, typer.Argument(help="The name to sign in with.")],
    *,
    name: Annotated[str, typer.Option(help="The person's name.")],
    unit: Annotated[str, typer.Option(help="The unit to administer, with everything below it.")],
) -> None:
    """Let the first administrator in: a person, a login with a password shown once, and the role within a unit."""
    setup()
    from yinuo.city.people.accounts import opening  # noqa: PLC0415
    from yinuo.city.people.decide import Impossible  # noqa: PLC0415

    password = secrets.token_urlsafe(15) + "aA1!"
    try:
        opening.found(username, name=name, unit=unit, password=password, now=_now())
    except Impossible as problem:
        refuse(problem.sentence)
    out.print(f"{username} may sign in with this password, shown only now: {password}", markup=False)


@app.command()
def token(
    name: Annotated[str, typer.Argument(help="What the system is called.")],
    *,
    unit: Annotated[str, typer.Option(help="The unit it belongs to; it sees and reports what lies in it and below.")],
    rate: Annotated[int, typer.Option(min=1, help="Requests a minute.")] = 600,
) -> None:
    """Make a key for a department's own system; it is shown only now."""
    setup()
    from yinuo.city.people import commands  # noqa: PLC0415
    from yinuo.city.people.actor import OPERATOR  # noqa: PLC0415
    from yinuo.city.people.decide import Impossible  # noqa: PLC0415

    secret = secrets.token_urlsafe(32)
    try:
        key = commands.create_token(secret, name=name, unit=unit, rate=rate, actor=OPERATOR, now=_now())
    except Impossible as problem:
        refuse(problem.sentence)
    out.print(f"Token {key} of {name}, shown only now: {secret}", markup=False)


def _tell(taken: Taken, report: Path | None) -> None:
    from yinuo.city.people.exchange import workbook  # noqa: PLC0415

    rows = workbook.report(taken.refused)
    if report is not None and rows:
        written = (
            workbook.write([("refused", workbook.REPORT, rows)])
            if report.suffix == ".xlsx"
            else workbook.write_csv(workbook.REPORT, rows)
        )
        report.write_bytes(written)
    for row in rows[:SHOWN]:
        err.print("，".join(part for part in row if part), markup=False)
    if len(rows) > SHOWN:
        err.print(f"… and {len(rows) - SHOWN} more refused rows (--report FILE writes them all)")
    if not taken.is_written:
        refuse(f"Nothing was written: {len(rows)} rows were refused. --only-good takes the others.")
    out.print(f"{taken.changed} rows changed something, {taken.same} were known, {len(rows)} were refused.")
    if rows:
        raise typer.Exit(REJECTED)


def _now() -> datetime:
    from django.utils import timezone  # noqa: PLC0415

    return timezone.now()
