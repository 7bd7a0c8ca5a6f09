"""`yinuo live`: keeps Demo City moving, one act after the other, while somebody looks."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Annotated

import typer

from yinuo.cli.city import setup


def live(
    *,
    every: Annotated[float, typer.Option(min=0.05, help="Seconds between two acts.")] = 2.0,
    count: Annotated[int, typer.Option(min=0, help="Stop after so many acts; 0 = go on until Ctrl-C.")] = 0,
) -> None:
    """Carry the plan of `yinuo demo` on: the next act is done now instead of on its day. The worker does the rest."""
    setup()
    from django.conf import settings  # noqa: PLC0415 - after setup
    from django.core.management import call_command  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from yinuo.cli.demo import city  # noqa: PLC0415
    from yinuo.cli.demo.scripts import plan  # noqa: PLC0415
    from yinuo.cli.demo.year import Played, Stage, answer_orders, do  # noqa: PLC0415
    from yinuo.cli.say import refuse  # noqa: PLC0415
    from yinuo.rulebook.loader import load_pack  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    pack = load_pack("demo-city")
    told = city.Told.kept(settings.HOME)
    if told is None:
        refuse("There is no Demo City here yet. Make it first: yinuo demo")
    demand = told.demand(pack, today=timezone.localdate())
    cast = city.cast_of(pack, seed=told.seed)
    stage, played = Stage.of(plan(demand), cast), Played()
    for number, planned in enumerate(stage.waiting, start=1):
        do(replace(planned, at=timezone.now()), stage.who(planned), played)
        if number % 30 == 0:
            answer_orders(cast, played, now=timezone.now(), seed=told.seed)
        if count and number >= count:
            break
        time.sleep(every)
    typer.echo(f"{played.done} acts, {len(played.refused)} refused by the text")
