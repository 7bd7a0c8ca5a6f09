"""The list of items that staff work with: versions in force, to come and withdrawn, and drafts of the units one reaches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from yinuo.city.catalogue.item import Item
from yinuo.city.catalogue.lint import Around, Fault, lint
from yinuo.city.catalogue.queries import limits_of
from yinuo.city.catalogue.sheet import SHEET, write
from yinuo.city.pages.initials import query
from yinuo.city.pages.listing import Filter, Sort, Spec, one_of
from yinuo.city.pages.spreadsheets import Column
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import OPERATOR, Actor
from yinuo.city.people.may import reaching

STATES = ("in_force", "coming", "withdrawn", "draft")
SOURCE = """(SELECT item, zh, en, unit, type, said, terms, since::text AS since, until::text AS until, published_at AS changed_at,
    CASE WHEN since > %(today)s THEN 'coming' WHEN until IS NULL OR until > %(today)s THEN 'in_force' ELSE 'withdrawn' END AS state
FROM catalogue_version
WHERE until IS NULL OR until > %(today)s OR withdrawn <> ''
UNION ALL
SELECT item, zh, '', unit, said->>'type', said, terms, NULL, NULL, drafted_at, 'draft' FROM catalogue_draft) AS v"""


def spec(words: Words) -> Spec:
    """What the list is made of; `%(today)s` comes with the row filter."""
    return Spec(
        source=SOURCE,
        columns="v.item, v.zh, v.en, v.unit, v.type, v.said, v.said->>'promised' AS promised, v.said->>'statutory' AS statutory, v.since, v.until, v.state, v.changed_at",
        key="v.item || ' ' || v.state || coalesce(v.since, '')",
        filters=(
            Filter("unit", "v.unit = ANY(%(unit)s)", lambda unit: below(words, [unit])),
            Filter("type", "v.type = %(type)s"),
            Filter("state", "v.state = %(state)s", one_of(STATES)),
            Filter("q", "v.terms @@ %(q)s::tsquery", query),
        ),
        sorts={"name": Sort("v.zh", "text"), "changed": Sort("v.changed_at", "timestamptz")},
        default="name",
    )


def row_filter(actor: Actor | None, words: Words, today: date, *, action: str) -> tuple[str, Mapping[str, Any]]:
    """Published versions are everybody's; drafts are of the units the actor reaches."""
    if actor is OPERATOR:
        return "TRUE", {"today": today}
    reach = below(words, reaching(actor, action))
    return "v.state <> 'draft' OR v.unit = ANY(%(reach)s)", {"today": today, "reach": reach}


def below(words: Words, units: tuple[str, ...] | list[str]) -> list[str]:
    """Units with everything below them, as the tree is today; a unit nobody knows is itself."""
    tree = words.tree
    found = {span.unit for unit in units if unit in tree.units for _depth, span in tree.walk(unit)}
    return sorted(found | set(units))


def faults(row: Mapping[str, Any], today: date, words: Words) -> tuple[Fault, ...]:
    """What is wrong with a row's version on its own day: today, or the day it begins."""
    day = max(today, date.fromisoformat(row["since"])) if row["since"] else today
    return lint(
        Item.model_validate_json(row["said"]),
        Around(day, limits_of(words.pack.digest, row["item"], day) if words.is_there else None),
    )


def columns() -> list[Column]:
    """The columns of the export: what the import reads, so that a list can be changed and sent back."""
    return [Column(one.zh, _cell(one.name)) for one in SHEET.columns]


def _cell(name: str) -> Any:
    if name == "key":
        return lambda row: row["item"]
    return lambda row: write(Item.model_validate_json(row["said"]))[name]
