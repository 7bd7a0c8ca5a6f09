"""好差评 as it is published: by unit and item how many gave which grade, how many are good, what was put right.

Who rated, and in what words, is not told: nobody was asked whether he agrees. Below the smallest n of the text only n is
told (invariant 45). What counts by default is told apart from what somebody said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from yinuo.city.pages.figurereading import Share
from yinuo.city.pages.statements import rows
from yinuo.city.pages.words import Words
from yinuo.engine.clauses.indicator import Indicator

HOME = "rating"
GOOD = "satisfied"
"""The figure that says which grades are good, and below which n nothing is said."""
EXCLUDED = "excluded"
"""The figure of bad ratings that were found to be void on appeal; they are told beside the others, which do not hold them."""
GIVEN = {"unit": ("grades", "rated-share"), "item": ("item-grades", "item-rated-share")}
"""Whom it is about → the figures of the grades that were given, and of those given among all that could be."""


@dataclass(frozen=True, slots=True)
class Line:
    """What was said of one unit or item: ratings given, by grade, the share of the good ones; and what counts by default.

    `by_grade` is null where too few rated.
    """

    subject: str
    given: int
    by_grade: tuple[int, ...] | None
    good: Share
    default: int


@dataclass(frozen=True, slots=True)
class Ratings:
    """The last twelve whole months, from `begin` until before `end`. `least` is the smallest n of which anything is said."""

    begin: date
    end: date
    grades: tuple[str, ...]
    least: int
    excluded: int
    units: tuple[Line, ...]
    items: tuple[Line, ...]

    @property
    def last(self) -> date:
        """The last day of them."""
        return self.end - timedelta(days=1)


def measured(words: Words, *, today: date, units: list[str] | None) -> Ratings | None:
    """The ratings of these units (all of them for None) and their items: one query. None where the text knows no ratings."""
    found = words.edition(HOME, GOOD)
    end = today.replace(day=1)
    begin = end.replace(year=end.year - 1)
    clause = found[0].about(begin).clause if found else None
    flow = words.flow("application")
    if not isinstance(clause, Indicator) or clause.count is None or flow is None:
        return None
    grades = tuple(str(one) for one in flow.fields["grade"].of)
    good = frozenset(
        grade for one in clause.count.any_of for name, test in one if name == "grade" for grade in test.equal or ()
    )
    asked = {
        "digest": words.pack.digest, "institution": HOME, "names": [EXCLUDED, *(name for pair in GIVEN.values() for name in pair)],
        "begin": begin, "end": end, "units": units,
    }  # fmt: skip
    many = rows(__file__, "ratings", asked)
    lines = {about: _lines(many, names, grades=grades, good=good, least=clause.min_n) for about, names in GIVEN.items()}
    excluded = sum(int(row["value"]) for row in many if row["clause"] == EXCLUDED)
    return Ratings(begin, end, grades, clause.min_n, excluded, lines["unit"], lines["item"])


def _lines(
    many: Sequence[Mapping[str, Any]], names: tuple[str, str], *, grades: tuple[str, ...], good: frozenset[str], least: int
) -> tuple[Line, ...]:  # fmt: skip
    said: dict[str, dict[str, int]] = {}
    default: dict[str, int] = {}
    for row in many:
        if row["clause"] == names[0]:
            said.setdefault(row["subject"], {})[row["grade"]] = int(row["value"])
        elif row["clause"] == names[1]:
            default[row["subject"]] = int(row["denominator"] - row["numerator"])
    lines = []
    for subject in said.keys() | default.keys():
        by_grade = tuple(said.get(subject, {}).get(grade, 0) for grade in grades)
        given = sum(by_grade)
        liked = sum(count for grade, count in zip(grades, by_grade, strict=True) if grade in good)
        share = Share.of(liked, given, least=least)
        lines.append(Line(subject, given, by_grade if given >= least else None, share, default.get(subject, 0)))
    return tuple(sorted(lines, key=lambda one: (-one.given, one.subject)))


def put_right(words: Words, *, begin: date, units: list[str] | None, most: int) -> list[dict[str, Any]]:
    """Bad ratings that were put right and closed on a call since a day: item, grade, what was done, what was answered."""
    since = datetime.combine(begin, datetime.min.time(), ZoneInfo(words.rules.zone))
    found = rows(__file__, "put_right", {"since": since, "units": units, "most": most})
    return [{**row, "closed_on": timezone.localdate(row["ended_at"])} for row in found]
