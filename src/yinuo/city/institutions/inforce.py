"""What is in force: institutions, their versions and clauses, who depends on what, and the stories they tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from yinuo.city.pages.clauses import Clause as ClauseText
from yinuo.city.pages.clauses import clause_text
from yinuo.city.pages.reading import Reader
from yinuo.city.pages.words import Words
from yinuo.city.texts import in_force
from yinuo.rulebook.closure import needs_of
from yinuo.rulebook.editions import Statement
from yinuo.rulebook.loader import Institution, Pack
from yinuo.rulebook.stories import Story, read_stories
from yinuo.rulebook.telling import Teller

KINDS = ("flow", "promise", "constraint", "register", "table", "indicator")


@dataclass(frozen=True)
class Line:
    """An institution in the list."""

    id: str
    name: str
    owner: str
    since: date
    versions: int
    counts: Mapping[str, int]
    stories: int
    source: str
    is_own: bool
    """Whether it is the city's own, not one of a pack it uses."""


@dataclass(frozen=True)
class Said:
    """A clause of an institution: its title, what it says, its text, since when, who starts from it."""

    kind: str
    id: str
    title: str
    note: str
    sentences: tuple[str, ...]
    text: ClauseText | None
    since: date
    until: date | None
    is_now: bool
    needs: tuple[tuple[str, str, str], ...]
    needed_by: tuple[tuple[str, str, str], ...]
    made_by: str | None = None
    """The id of the register or table that says it in short."""


@dataclass(frozen=True)
class Version:
    """One `[[version]]` of an institution: from which day, by which source, which clauses it states."""

    since: date
    source: str
    status: str
    clauses: tuple[str, ...]
    state: str
    """now, past or later."""


def listed(words: Words, today: date) -> list[Line]:
    """Every institution of the text in force, the city's own first."""
    told = stories_by_institution(words.pack.digest)
    return [
        _line(one, words, today, stories=len(told.get(one.id, ())), is_own=pack is words.pack)
        for pack in reversed(list(words.pack.everywhere()))
        for one in pack.institutions.values()
    ]


def _line(one: Institution, words: Words, today: date, *, stories: int, is_own: bool) -> Line:
    begun = [statement for statement in one.statements if statement.edition.start <= today]
    last = max(begun or one.statements, key=lambda statement: statement.edition.start, default=None)
    counts = Counter(kind for kind, _id in {(statement.kind, statement.id) for statement in one.statements})
    return Line(
        one.id, one.zh if words.language == "zh" else one.en or one.zh, words.unit(one.owner) or one.owner,
        last.edition.start if last else today, len({statement.edition.start for statement in one.statements}),
        counts, stories, last.edition.source if last else "", is_own,
    )  # fmt: skip


def clauses(one: Institution, words: Words, today: date) -> list[Said]:
    """The clauses of an institution as they are today (or will be, or were last), by kind."""
    latest: dict[tuple[str, str], Statement] = {}
    for statement in one.statements:
        key = (statement.kind, statement.id)
        if key not in latest or statement.edition.start <= today:
            latest[key] = statement
    needs = _needs(words.pack.digest)
    used: dict[str, list[str]] = {}
    for name, others in needs.items():
        for other in others:
            used.setdefault(other, []).append(name)
    reader = Reader(words)
    ordered = sorted(
        latest.values(), key=lambda statement: KINDS.index(statement.kind) if statement.kind in KINDS else 9
    )
    return [_said(one.id, statement, words, reader, today, needs=needs, used=used) for statement in ordered]


def _said(
    home: str, statement: Statement, words: Words, reader: Reader, today: date, *,
    needs: Mapping[str, frozenset[str]], used: Mapping[str, list[str]],
) -> Said:  # fmt: skip
    edition, name = statement.edition, f"{home}/{statement.id}"
    return Said(
        statement.kind, statement.id,
        edition.clause.zh if words.language == "zh" else edition.clause.en or edition.clause.zh,
        edition.clause.note or "", tuple(reader.sentences(edition.clause)),
        clause_text(words, home, statement.id, edition.version), edition.start, edition.until,
        edition.start <= today and (edition.until is None or today < edition.until),
        _links(sorted(needs.get(name, ())), words, but=name), _links(sorted(used.get(name, ())), words, but=name),
        statement.made_by,
    )  # fmt: skip


def _links(names: list[str], words: Words, but: str) -> tuple[tuple[str, str, str], ...]:
    found = []
    for name in names:
        home, _slash, clause = name.partition("/")
        if name != but and clause:
            found.append((home, clause, words.clause(home, clause)))
    return tuple(found)


def versions(one: Institution, today: date) -> list[Version]:
    """The versions of an institution, the newest first."""
    days = sorted({statement.edition.start for statement in one.statements}, reverse=True)
    now = max((day for day in days if day <= today), default=None)
    found = []
    for day in days:
        stated = [statement for statement in one.statements if statement.edition.start == day]
        state = "now" if day == now else "later" if day > today else "past"
        names = tuple(statement.edition.clause.zh for statement in stated if statement.made_by is None)
        found.append(Version(day, stated[0].edition.source, stated[0].edition.status, names, state))
    return found


@lru_cache(maxsize=4)
def _needs(digest: str) -> Mapping[str, frozenset[str]]:
    pack = in_force.by_digest(digest)
    rulings = {ruling.name: ruling for part in pack.everywhere() for ruling in part.rules.rulings}
    return {name: frozenset(others) for name, others in needs_of(tuple(rulings.values())).items()}


@lru_cache(maxsize=4)
def stories_by_institution(digest: str) -> Mapping[str, tuple[Story, ...]]:
    """The stories of a text by the institution whose folder holds them."""
    found: dict[str, tuple[Story, ...]] = {}
    for pack in in_force.by_digest(digest).everywhere():
        found |= _stories(pack)
    return found


def _stories(pack: Pack) -> dict[str, tuple[Story, ...]]:
    read, _missing = read_stories(pack)
    found: dict[str, list[Story]] = {}
    for story in read:
        found.setdefault(story.homes()[0], []).append(story)
    return {home: tuple(stories) for home, stories in found.items()}


@lru_cache(maxsize=64)
def told(digest: str, institution: str) -> tuple[dict[str, Any], ...]:
    """Every story of an institution, told by the engine now: its events, what it expects, whether it holds."""
    pack = in_force.by_digest(digest)
    home = next((part for part in pack.everywhere() if institution in part.institutions), pack)
    teller = Teller(home)
    found = []
    for story in stories_by_institution(digest).get(institution, ()):
        telling = teller.tell(story)
        found.append({"story": story, "held": telling.held, "differences": telling.differences, "as_of": telling.as_of})
    return tuple(found)
