"""`check`: everything that is wrong in a pack that could be read, with file, line and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from yinuo.rulebook.loader import Pack
from yinuo.rulebook.refusals import TextError
from yinuo.rulebook.statements import check_text
from yinuo.rulebook.stories import Story, read_stories
from yinuo.rulebook.telling import Teller, Telling
from yinuo.rulebook.turns import check_turns
from yinuo.rulebook.wording import check_wording


def check(pack: Pack) -> list[TextError]:
    """Everything wrong in a pack: its text, its limits and endings, and its stories. Warnings included."""
    errors = check_text(pack)
    if any(not error.warning for error in errors):
        return errors
    errors += check_wording(pack)
    stories, wrong = read_stories(pack)
    errors += wrong
    teller = Teller(pack)
    tellings = tell_all(teller, stories, errors)
    errors += [error for telling in tellings for error in _differences(telling)]
    errors += _check_versions(pack, tellings)
    errors += check_turns(pack, teller, tellings)
    return errors


def tell_all(teller: Teller, stories: list[Story], errors: list[TextError]) -> list[Telling]:
    """Tell stories; what the evaluator refuses is added to `errors`."""
    tellings: list[Telling] = []
    for story in stories:
        try:
            tellings.append(teller.tell(story))
        except ValueError as error:
            errors.append(story.error((), f"cannot be told: {error}"))
    return tellings


def _differences(telling: Telling) -> Iterator[TextError]:
    for difference in telling.differences:
        yield telling.story.error((), f"does not hold: {difference}", "correct the story or the text")


def _check_versions(pack: Pack, tellings: list[Telling]) -> Iterator[TextError]:
    """Versions during which nothing happens in any story of their institution."""
    for institution in pack.institutions.values():
        days = [
            event.at.date() if isinstance(event.at, datetime) else event.at
            for telling in tellings
            if institution.id in telling.story.homes()
            for event in telling.story.text.events
        ]
        starts = {one.path[1]: one.edition.start for one in institution.statements}
        for index, start in starts.items():
            later = [other for other in starts.values() if other > start]
            if not any(start <= day and (not later or day < min(later)) for day in days):
                message = f"no story happens while the version of {start} is in force"
                yield institution.document.error(("version", index), message, "tell one that does")
