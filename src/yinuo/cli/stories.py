"""`yinuo stories PACK [NAME]`: tell the stories of a pack."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import polars as pl
import typer
from rich.table import Table

from yinuo.cli.say import REFUSED, PackArgument, loaded, out, refuse, short, tell_problems
from yinuo.rulebook.checker import tell_all
from yinuo.rulebook.stories import read_stories
from yinuo.rulebook.telling import Teller, Telling


def stories(
    pack: PackArgument,
    name: Annotated[str, typer.Argument(help="A story, an institution, or institution/story; all when left out.")] = "",
) -> None:
    """Tell stories: what was done, what the text says. Exit 2 when one does not hold."""
    text = loaded(pack)
    found, wrong = read_stories(text)
    chosen = [story for story in found if not name or name in (story.text.name, story.institution, story.name)]
    if not chosen:
        tell_problems(wrong)
        refuse(f'There is no story "{name}" in {text.name}.')
    tellings = tell_all(Teller(text), chosen, wrong)
    tell_problems(wrong)
    for telling in tellings:
        _print(telling, text.rules.zone if len(chosen) == 1 else None)
    held = sum(telling.held for telling in tellings)
    out.print(f"{held} of {len(chosen)} stories hold")
    if wrong or held < len(tellings):
        raise typer.Exit(REFUSED)


def _print(telling: Telling, zone: str | None) -> None:
    """A line that says whether it holds; with a zone also what was done and said, in local time."""
    story = telling.story
    mark = "[green]✓[/]" if telling.held else "[red]✗[/]"
    out.print(f"{mark} {story.name}  {story.text.zh}", style=None)
    if zone is not None:
        for event in story.text.events:
            out.print(f"    {event.at}  {event.do}", markup=False)
        _table(telling.said.clocks, ("clause", "state", "started_at", "due_at", "ended_at", "used", "level"), zone)
        _table(telling.said.findings, ("clause", "level", "raised_at", "cleared_at", "unit"), zone)
    if not telling.held:
        place = f"{short(story.document.path)}:{story.document.places.line(('story', story.index))}"
        for difference in telling.differences:
            out.print(f"    {place}: {difference}", markup=False)


def _table(frame: pl.DataFrame, columns: tuple[str, ...], zone: str) -> None:
    if frame.is_empty():
        return
    table = Table(*(column.removesuffix("_at") for column in columns), box=None, header_style="bold", pad_edge=True)
    for row in frame.select(columns).iter_rows():
        table.add_row(*(_cell(value, zone) for value in row))
    out.print(table)


def _cell(value: object, zone: str) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return f"{value:g}"
    return "–" if value is None else str(value)
