"""`survivors`: changes of a text that none of its stories notices. Each is a number nobody has pinned."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice
from typing import Any

import polars as pl

from yinuo.engine.clauses.common import Rung
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.rules import Conventions, Rules, Ruling
from yinuo.kernel.limits import DATE_UNITS, Limit, Unit
from yinuo.rulebook.closure import cut
from yinuo.rulebook.editions import read_versions, rulings_of
from yinuo.rulebook.loader import Institution, Pack, PackText
from yinuo.rulebook.mutants import CONVENTIONS, DROP, Change, changed, changes_of_ladder, changes_of_policy
from yinuo.rulebook.refusals import Document, TextError
from yinuo.rulebook.rowfiles import files_of, moved
from yinuo.rulebook.statements import check_text
from yinuo.rulebook.stories import Story, read_stories
from yinuo.rulebook.telling import Teller
from yinuo.rulebook.words import words_of


@dataclass(frozen=True)
class Mutant:
    """A pack's rules with one change. `about` are the clauses that may now say something else (null = any)."""

    document: Document
    change: Change
    rules: Rules
    about: frozenset[str] | None
    tables: Mapping[str, pl.DataFrame] | None = None
    pack: Pack | None = None
    """The changed pack, when its text could still be refused."""

    def error(self) -> TextError:
        """What to say when no story notices."""
        remedy = "tell a story that would end differently (the last day, the day after, the last one allowed …)"
        return self.document.error(self.change.path, f"no story notices when {self.change.what}", remedy)


def mutate(pack: Pack) -> Iterator[Mutant]:
    """Every change of a pack's own text that could still be loaded."""
    teller = Teller(pack)
    everything = replace(pack.rules, rulings=teller.closures.rulings)
    yield from _conventions(pack, everything)
    yield from _ladders(pack, everything)
    yield from _tables(pack, everything)
    for institution in pack.institutions.values():
        yield from _policy(pack, institution, teller, everything)


def survivors(pack: Pack, *, share: tuple[int, int] = (0, 1)) -> Iterator[TextError | None]:
    """For each change of the text null when a story notices it, else what is not pinned.

    Stories that do not hold anyway notice nothing. Of `share` (i, n) every n-th change from the i-th on: n such shares
    are all of them.
    """
    hunt = _Hunt(pack)
    for mutant in islice(mutate(pack), share[0], None, share[1]):
        yield None if hunt.noticed(mutant) else mutant.error()


class _Hunt:
    """Tells stories against mutants, those first that noticed something last."""

    def __init__(self, pack: Pack) -> None:
        self.teller = Teller(pack)
        self.stories = [story for story in read_stories(pack)[0] if self.teller.tell(story).held]

    def noticed(self, mutant: Mutant) -> bool:
        """Whether the text is now refused, or some story ends differently."""
        if mutant.pack is not None and mutant.about is None and _refused(mutant.pack):
            return True
        stories = self.stories
        if mutant.about is not None:
            stories = sorted(stories, key=lambda story: -self._concerned(story, mutant.about or frozenset()))
        for story in stories:
            if self._breaks(story, mutant):
                self.stories.remove(story)
                self.stories.insert(0, story)
                return True
        return mutant.pack is not None and _refused(mutant.pack)

    def _concerned(self, story: Story, about: frozenset[str]) -> int:
        """How many of a story's lines are about these clauses."""
        return sum(self.teller.clause_of(story, row) in about for row in story.text.expect.every())

    def _breaks(self, story: Story, mutant: Mutant) -> bool:
        kinds = story.kinds()
        if mutant.about is None:
            rules = cut(mutant.rules, self.teller.closures.names(story.homes()), kinds)
            return self._ends_differently(story, rules, mutant, None)
        homes = set(story.homes())
        about = frozenset(name for name in mutant.about if name.partition("/")[0] in homes)
        if not about:
            return False
        if mutant.change.value is DROP and len(mutant.change.path) == 4 and self._concerned(story, about):
            return True
        figures = self.teller.figures & mutant.about
        if story.text.expect.indicators and (figures or about - self.teller.figures):
            rules = cut(mutant.rules, self.teller.closures.names(homes), kinds)
            return self._ends_differently(story, rules, mutant, None)
        rules = cut(mutant.rules, self.teller.closures.with_needs(about), kinds)
        if not any(ruling.name in about and ruling.kind != "flow" for ruling in rules.rulings):
            return False
        return self._ends_differently(story, rules, mutant, about)

    def _ends_differently(self, story: Story, rules: Rules, mutant: Mutant, about: frozenset[str] | None) -> bool:
        try:
            return not self.teller.tell(story, rules, tables=mutant.tables, about=about).held
        except ValueError:
            return True


def _refused(pack: Pack) -> bool:
    return any(not error.warning for error in check_text(pack))


def _conventions(pack: Pack, everything: Rules) -> Iterator[Mutant]:
    """The ways to count that pack.toml names turned round, where the pack has limits that are counted so."""
    units = _units(pack)
    matters = {
        "first_day": bool(units & DATE_UNITS),
        "roll": bool(units & (DATE_UNITS - {Unit.WORKDAYS})),
        "rest_day_start": bool(units & DATE_UNITS) and pack.rules.conventions.due_time != "same_time",
    }
    rests = not pack.rules.calendar.works.all()
    for key, ways in CONVENTIONS.items():
        written = key in pack.document.raw.get("conventions", {})
        if not written or not matters[key] or (not rests and key != "first_day"):
            continue
        old = getattr(pack.rules.conventions, key)
        change = Change(("conventions", key), ways[old], f"{key} {old} becomes {ways[old]}")
        conventions = Conventions.model_validate(pack.rules.conventions.model_dump() | {key: ways[old]})
        yield Mutant(pack.document, change, replace(everything, conventions=conventions), None)


def _units(pack: Pack) -> set[Unit]:
    """The units of all limits a promise of the pack may have, as written or in its tables."""
    found: set[Unit] = set()
    for institution in pack.institutions.values():
        for one in institution.statements:
            for row in one.edition.clause.within if isinstance(one.edition.clause, Promise) else ():
                limit = row.limit if isinstance(row.limit, Limit) else row.limit.or_
                found |= {limit.unit} if limit is not None else set()
    for name, columns in pack.text.tables.items():
        for column in (column for column, word in columns.items() if word == "limit"):
            found |= {Limit.parse(text).unit for text in pack.tables[name][column].drop_nulls()}
    return found


def _ladders(pack: Pack, everything: Rules) -> Iterator[Mutant]:
    for name, rungs in pack.document.raw.get("ladders", {}).items():
        climbing = [one for one in _promises(pack) if one.edition.clause.levels == name]
        about = frozenset(f"{one.institution}/{one.id}" for one in climbing)
        for change in changes_of_ladder(name, rungs):
            raw = changed(pack.document.raw, change.path, change.value)
            try:
                ladder = PackText.model_validate(raw).ladders[name]
            except ValueError:
                continue
            index = change.path[2]
            before = pack.rules.ladders[name]
            clauses = [one.edition.clause for one in climbing]
            if isinstance(index, int) and _same_rung(before[index], ladder[index], clauses):
                continue
            rules = replace(everything, ladders={**everything.ladders, name: ladder})
            yield Mutant(pack.document, change, rules, about)


def _promises(pack: Pack) -> list[Any]:
    return [
        one
        for institution in pack.institutions.values()
        for one in institution.statements
        if isinstance(one.edition.clause, Promise)
    ]


def _same_rung(before: Rung, after: Rung, clauses: list[Promise]) -> bool:
    """Whether a changed share falls on the same day for every limit it can meet."""
    if before.share is None or after.share is None or not 0 < after.share <= 1 or before.when != after.when:
        return before.share is not None and after.share is not None and not 0 < after.share <= 1
    limits = [row.limit for clause in clauses for row in clause.within]
    counts: set[int] = set()
    for limit in limits:
        if not isinstance(limit, Limit):
            counts |= set(range(1, 31))
        elif limit.unit in DATE_UNITS:
            counts.add(limit.count)
        else:
            return False
    allowed = [count for count in counts if before.when is None or _meets(before, count)]
    return all(_day(before.share, count) == _day(after.share, count) for count in allowed)


def _meets(rung: Rung, count: int) -> bool:
    for row in rung.when.any_of if rung.when is not None else ():
        tests = [test for name, test in row if name == "limit"]
        low = max((test.min for test in tests if isinstance(test.min, int)), default=0)
        high = min((test.max for test in tests if isinstance(test.max, int)), default=10_000)
        if low <= count <= high:
            return True
    return False


def _day(share: Any, count: int) -> int:
    return math.ceil(Decimal(share) * count)


def _tables(pack: Pack, everything: Rules) -> Iterator[Mutant]:
    """A table's file counts as one number: all of it one more, all of it one less."""
    for name, columns in pack.text.tables.items():
        path = pack.root / "tables" / f"{name}.csv"
        numbers = [column for column, word in columns.items() if word in ("limit", "number", "int", "money")]
        if not path.is_file() or not numbers or pack.tables[name].is_empty():
            continue
        for step in (1, -1):
            frame = _moved(pack.tables[name], numbers, step)
            change = Change((), None, f"all numbers of the table {name} change by {step:+d}")
            yield Mutant(Document(path), change, everything, None, {**pack.tables, name: frame})


def _moved(frame: pl.DataFrame, columns: list[str], step: int) -> pl.DataFrame:
    def moved(text: str | None) -> str | None:
        limit = Limit.parse(text) if text is not None else None
        return None if limit is None else str(Limit(max(limit.count + step, 0), limit.unit))

    for column in columns:
        values = frame[column].to_list()
        if frame[column].dtype == pl.String:
            frame = frame.with_columns(pl.Series(column, [moved(value) for value in values], pl.String))
        else:
            frame = frame.with_columns(pl.col(column) + step)
    return frame


def _policy(pack: Pack, institution: Institution, teller: Teller, everything: Rules) -> Iterator[Mutant]:
    before = {(one.kind, one.id): one for one in rulings_of(institution.statements)}
    rest = tuple(one for one in everything.rulings if one.institution != institution.id)
    words = words_of(pack)
    for change in (*changes_of_policy(institution.document.raw), *_changes_of_files(institution)):
        document = replace(institution.document, raw=changed(institution.document.raw, change.path, change.value))
        statements, errors = read_versions(document, institution.id, words)
        if errors or _same_count(pack, institution.document.raw, change):
            continue
        after = {(one.kind, one.id): one for one in rulings_of(statements)}
        touched = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
        if not touched or (change.value is not DROP and _same_levels(before, after, touched)):
            continue
        names = {f"{institution.id}/{id_}" for kind, id_ in touched}
        kinds = {id_ for kind, id_ in touched if kind == "flow"}
        about = None if kinds else teller.closures.with_dependents(names)
        other = replace(institution, document=document, statements=tuple(statements))
        whole = replace(pack, institutions={**pack.institutions, institution.id: other})
        yield Mutant(
            institution.document, change, replace(everything, rulings=rest + tuple(after.values())), about,
            pack=whole if change.value is DROP else None,
        )  # fmt: skip


def _changes_of_files(institution: Institution) -> Iterator[Change]:
    """A file of rows counts as one number: all of it one more, all of it one less."""
    for index, id_, name in files_of(institution.document.raw):
        path = ("version", index, "table", id_)
        clause = institution.document.raw["version"][index]["table"][id_]
        rows = next(one.raw["rows"] for one in institution.statements if one.path == path)
        for step in (1, -1):
            changed_rows = moved(rows, step)
            if changed_rows != rows:
                rest = {key: value for key, value in clause.items() if key != "rows_from"}
                yield Change(path, {**rest, "rows": changed_rows}, f"{id_}: all numbers of {name} change by {step:+d}")


def _same_count(pack: Pack, raw: Any, change: Change) -> bool:
    """Whether days were only swapped for working days where every day works."""
    if not isinstance(change.value, str) or not pack.rules.calendar.works.all():
        return False
    for part in change.path:
        raw = raw[part]
    return str(raw).replace("workday", "day") == change.value.replace("workday", "day")


def _same_levels(
    before: Mapping[tuple[str, str], Ruling], after: Mapping[tuple[str, str], Ruling], touched: list[tuple[str, str]]
) -> bool:
    """Whether only shares of rungs changed, and none of them falls on another day."""
    for key in touched:
        for mine, theirs in zip(before[key].editions, after[key].editions, strict=True):
            old, new = mine.clause, theirs.clause
            if old == new:
                continue
            if not (isinstance(old, Promise) and isinstance(new, Promise)):
                return False
            if isinstance(old.levels, str) or isinstance(new.levels, str):
                return False
            if old.model_copy(update={"levels": ()}) != new.model_copy(update={"levels": ()}):
                return False
            pairs = [(one, other) for one, other in zip(old.levels, new.levels, strict=True) if one != other]
            if not all(_same_rung(one, other, [old]) for one, other in pairs):
                return False
    return True
