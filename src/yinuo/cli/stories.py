"""`yinuo stories PACK [NAME]`: tell the stories of a pack."""

from __future__ import annotations

from typing import Annotated

import typer

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
        _print(telling, full=len(chosen) == 1)
    held = sum(telling.held for telling in tellings)
    out.print(f"{held} of {len(chosen)} stories hold")
    if wrong or held < len(tellings):
        raise typer.Exit(REFUSED)


def _print(telling: Telling, *, full: bool) -> None:
    story = telling.story
    mark = "[green]✓[/]" if telling.held else "[red]✗[/]"
    out.print(f"{mark} {story.name}  {story.text.zh}", style=None)
    if full:
        for event in story.text.events:
            out.print(f"    {event.at}  {event.do}", markup=False)
        out.print(telling.said.clocks.select("clause", "state", "started_at", "due_at", "ended_at", "used", "level"))
        out.print(telling.said.findings.select("clause", "level", "raised_at", "cleared_at", "unit"))
    if not telling.held:
        place = f"{short(story.document.path)}:{story.document.places.line(('story', story.index))}"
        for difference in telling.differences:
            out.print(f"    {place}: {difference}", markup=False)
