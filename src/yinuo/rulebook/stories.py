"""`stories.toml`: short histories that say what an institution says on which day (grammar 1.7, 2.6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationError, WithJsonSchema

from yinuo.engine.clauses.common import Names, Text
from yinuo.engine.log import (
    CASE_COLUMNS,
    CLOCK_COLUMNS,
    DECISION_COLUMNS,
    FINDING_COLUMNS,
    INDICATOR_COLUMNS,
    SHARE_COLUMNS,
)
from yinuo.rulebook.loader import Institution, Pack
from yinuo.rulebook.places import Path_
from yinuo.rulebook.refusals import Document, PackRefused, TextError, explain_errors, read_document, suggest
from yinuo.rulebook.tests_of_fields import misfit
from yinuo.rulebook.words import Fields, Words, words_of

SHORT = {"due": "due_at", "started": "started_at", "ended": "ended_at", "raised": "raised_at", "cleared": "cleared_at"}
"""Shorthands of expected rows and the columns they stand for."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def _day_or_instant(raw: object) -> date:
    if isinstance(raw, date):
        return raw
    raise ValueError(f"{raw!r} is no date; write 2026-03-02 or 2026-03-02T09:00:00, without quotes")


Day = Annotated[date, PlainValidator(_day_or_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""A local date, or a local date and time."""


class Happening(BaseModel):
    """One event of a story; further keys are its fields.

    `case` names one of several cases: each begins like the story's, with the unit of its own first event.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    at: Day
    do: str
    case: str | None = None
    recorded_at: Day | None = None
    unit: str | None = None
    actor: str | None = None
    step: str | None = None


class Expected(Text):
    """Partial rows, each of which must match exactly one row of what the text says."""

    clocks: tuple[dict[str, Any], ...] = ()
    findings: tuple[dict[str, Any], ...] = ()
    indicators: tuple[dict[str, Any], ...] = ()
    decisions: tuple[dict[str, Any], ...] = ()
    shares: tuple[dict[str, Any], ...] = ()

    def every(self) -> tuple[dict[str, Any], ...]:
        """All expected rows, of whatever."""
        return (*self.clocks, *self.findings, *self.indicators, *self.decisions, *self.shares)


class StoryText(Text):
    """One `[[story]]`."""

    name: str
    zh: str
    en: str = ""
    note: str = ""
    case: dict[str, Any] = {}
    today: Day | None = None
    known_at: Day | None = None
    tables: dict[str, list[dict[str, Any]]] = {}
    with_: Names = Field((), alias="with")
    events: tuple[Happening, ...]
    expect: Expected = Expected()
    refused: str | None = None
    only: bool = True


@dataclass(frozen=True)
class Story:
    """A story, whose institution it tells of, and where it stands."""

    institution: str
    text: StoryText
    document: Document
    index: int

    @property
    def name(self) -> str:
        """`institution/story`."""
        return f"{self.institution}/{self.text.name}"

    def error(self, path: Path_, message: str, remedy: str = "") -> TextError:
        """What is wrong at a key of this story."""
        return self.document.error(("story", self.index, *path), f"{self.text.name}: {message}", remedy)

    def kinds(self) -> frozenset[str] | None:
        """The kinds of its cases; null when some case names none."""
        own = self.text.case.get("kind")
        kinds = {(event.model_extra or {}).get("kind", own) for event in self.text.events} | ({own} if own else set())
        return None if None in kinds else frozenset(str(kind) for kind in kinds)

    def homes(self) -> tuple[str, ...]:
        """The institutions whose findings are all told."""
        return (self.institution, *self.text.with_)


def read_stories(pack: Pack) -> tuple[list[Story], list[TextError]]:
    """Every story of a pack's own institutions, and what is wrong in how they are written."""
    words = words_of(pack)
    stories: list[Story] = []
    errors: list[TextError] = []
    for institution in pack.institutions.values():
        told, wrong = _read_file(institution)
        for story in told:
            wrong += _check_words(story, words)
        stories += told
        errors += wrong
    return stories, errors


def _read_file(institution: Institution) -> tuple[list[Story], list[TextError]]:
    path = institution.stories
    if not path.is_file():
        return [], [TextError(path, 1, f"{institution.id} has no stories", "tell at least one story of each version")]
    try:
        document = read_document(path)
    except PackRefused as refused:
        return [], list(refused.errors)
    errors: list[TextError] = []
    stories: list[Story] = []
    foreign = sorted(document.raw.keys() - {"story"})
    errors += [document.error((key,), f'unknown key "{key}"', "a file of stories holds [[story]]") for key in foreign]
    names: set[str] = set()
    for index, raw in enumerate(document.raw.get("story", [])):
        try:
            text = StoryText.model_validate(raw)
        except ValidationError as error:
            errors += explain_errors(document, ("story", index), error, model=StoryText, raw=raw)
            continue
        story = Story(institution.id, text, document, index)
        if text.name in names or not _NAME.fullmatch(text.name):
            errors.append(story.error(("name",), "the name is taken or not ASCII", "every story has a name of its own"))
        names.add(text.name)
        stories.append(story)
    return stories, errors


def _check_words(story: Story, words: Words) -> list[TextError]:
    return [*_check_case(story, words), *_check_events(story, words), *_check_expected(story, words)]


def _check_case(story: Story, words: Words) -> Iterator[TextError]:
    kind = story.text.case.get("kind")
    if kind is not None and kind not in words.kinds:
        yield story.error(("case", "kind"), f'no flow declares the kind "{kind}"', suggest(str(kind), words.kinds))
    yield from _check_values(story, ("case",), story.text.case, words.fields_of(story.kinds()), "no flow has a field")
    for home in story.text.with_:
        if home not in words.clauses:
            yield story.error(("with",), f'there is no institution "{home}"', suggest(home, words.clauses))
    for name, rows in story.text.tables.items():
        columns = words.tables.get(name)
        if columns is None:
            yield story.error(("tables", name), f'there is no table "{name}"', suggest(name, words.tables))
            continue
        for index, row in enumerate(rows):
            yield from _check_values(story, ("tables", name, index), row, columns, f"the table {name} has no column")


def _check_values(
    story: Story, path: Path_, values: Mapping[str, Any], known: Fields, missing: str
) -> Iterator[TextError]:
    """Values under names that exist, of the types they have."""
    for name, value in values.items():
        if name not in known:
            yield story.error((*path, name), f'{missing} "{name}"', suggest(name, known))
        elif wrong := misfit(value, known[name]):
            yield story.error((*path, name), f"{name}: {value!r} is no {known[name].is_}", wrong)


def _check_events(story: Story, words: Words) -> Iterator[TextError]:
    fields = words.fields_of(story.kinds())
    for index, event in enumerate(story.text.events):
        if event.do not in words.activities:
            remedy = suggest(event.do, words.activities)
            yield story.error(("events", index), f'nobody does "{event.do}" in any flow or [activities]', remedy)
        yield from _check_values(story, ("events", index), event.model_extra or {}, fields, "no flow has a field")


def _check_expected(story: Story, words: Words) -> Iterator[TextError]:
    expect = story.text.expect
    for key, rows, columns in (
        ("clocks", expect.clocks, CLOCK_COLUMNS),
        ("findings", expect.findings, FINDING_COLUMNS),
        ("indicators", expect.indicators, INDICATOR_COLUMNS),
        ("decisions", expect.decisions, DECISION_COLUMNS),
        ("shares", expect.shares, SHARE_COLUMNS),
    ):
        for index, row in enumerate(rows):
            path = ("expect", key, index)
            known = columns.keys() | {short for short, long in SHORT.items() if long in columns}
            for name in row.keys() - known:
                yield story.error((*path, name), f'{key} have no column "{name}"', suggest(name, known))
            clause = row.get("clause")
            if not isinstance(clause, str):
                yield story.error(path, "an expected row names its clause", 'add clause = "…"')
            elif not _has_clause(clause.removesuffix(WITHOUT), row.get("institution"), story.homes(), words):
                homes = [id_ for home in story.homes() for id_ in words.clauses.get(home, {})]
                yield story.error(path, f'there is no clause "{clause}" here', suggest(clause, homes))
            if "level" in row and row["level"] not in words.levels:
                message = f'[levels] has no level "{row["level"]}"'
                yield story.error(path, message, suggest(str(row["level"]), words.levels))
    refused = story.text.refused
    if refused is not None and not _has_clause(refused, None, story.homes(), words):
        yield story.error(("refused",), f'there is no clause "{refused}" here', "")


WITHOUT = "/without-exempt"
"""Ends the name of the second figure of an indicator with exemptions (D06)."""


def _has_clause(clause: str, institution: object, homes: Iterable[str], words: Words) -> bool:
    where = (str(institution),) if institution is not None else tuple(homes)
    return any(clause in words.clauses.get(home, {}) for home in where)


CASE_KEYS = frozenset(CASE_COLUMNS) - {"case_id", "unit"}
"""Keys of a happening that are the case's and not the event's."""
