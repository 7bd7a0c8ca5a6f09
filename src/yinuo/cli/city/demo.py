"""`yinuo demo`: Demo City with a year of history, made by the commands people use."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Annotated

import typer

from yinuo.cli.city import setup

PASSWORD = "yinuo-demo"  # noqa: S105 - printed for everybody, and refused in production
LOGINS = ("supervisor", "leader", "head", "section", "handler", "window", "operator", "auditor", "admin")


def demo(
    *,
    cases: Annotated[int, typer.Option(help="How many cases come in a year.")] = 2000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same year.")] = 1,
    days: Annotated[int, typer.Option(help="How many days back the history begins.")] = 365,
    late: Annotated[float, typer.Option(help="Share of cases whose promised limit is missed.")] = 0.001,
    returned: Annotated[float, typer.Option(help="Share of hand-overs that are returned.")] = 0.2,
    supplemented: Annotated[float, typer.Option(help="Share of applications sent back for papers once.")] = 0.14,
) -> None:
    """Make Demo City: its units, its staff and a year of cases. Run again it adds what has come since, as first told."""
    setup()
    from django.conf import settings  # noqa: PLC0415 - after setup
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.cli.demo import city, disclosed, matters, points, rounds, sections  # noqa: PLC0415
    from yinuo.cli.demo.plan import Shares  # noqa: PLC0415
    from yinuo.cli.demo.scenes import everything  # noqa: PLC0415
    from yinuo.cli.demo.year import play  # noqa: PLC0415
    from yinuo.cli.say import refuse  # noqa: PLC0415
    from yinuo.rulebook.loader import load_pack  # noqa: PLC0415

    if settings.MODE == "production":
        refuse("The demonstration has logins everybody knows; it is not made in production (YINUO_MODE).")
    call_command("migrate", verbosity=0)
    now, pack = timezone.now(), load_pack("demo-city")
    today = timezone.localdate(now)
    shares = Shares(late=late, returned=returned, supplemented=supplemented)
    told = city.Told.kept(settings.HOME) or city.Told(today - timedelta(days=days), cases, seed, shares)
    told.keep(settings.HOME)
    demand = told.demand(pack, today=today)
    cast = city.make_city(pack, demand.office, seed=told.seed, password=PASSWORD)
    typer.echo(f"· Demo City: {len(pack.tables['units'])} units, history from {told.first}")
    published = matters.publish(pack, first=told.first, now=now)
    typer.echo(f"· its catalogue: {published} versions of matters published")
    typer.echo(f"· its network: {points.enter(pack, cast, first=told.first)} service points")
    typer.echo(f"· its approval sections: {sections.enter(pack, cast, first=told.first)}")
    disclosed.keep_files(now)
    acts = everything.acts(demand, pack, now=now)
    played = play(acts, cast, office=demand.office, until=now, seed=told.seed, tell=_teller(today))
    typer.echo(
        f"· the leading group: {rounds.enter(pack, cast, first=told.first, now=now)} events of rounds and cycles"
    )
    typer.echo(f"✓ {played.done} acts, {played.swept} sweeps, {len(played.refused)} acts refused by the text")
    typer.echo(f"· {disclosed.publish_reasons(cast, now=now)} missed limits explained in public")
    for planned, sentence in played.refused[:5]:
        typer.echo(f"  {planned.at:%F %R} {planned.case_id} {planned.activity}: {sentence}")


def _teller(today: date) -> Callable[[date], None]:
    """Says a line every few seconds while the year is played."""
    last = time.monotonic()

    def tell(day: date) -> None:
        nonlocal last
        if time.monotonic() - last > 4:
            last = time.monotonic()
            typer.echo(f"  … {day:%F} of {today:%F}")

    return tell
