"""Versions of an institution's text into editions of its clauses: amends, repeal, like (grammar, One spelling)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pydantic import Field, ValidationError

from yinuo.engine.clauses.common import Clause, Names, Text
from yinuo.engine.clauses.constraint import Constraint
from yinuo.engine.clauses.flow import Flow
from yinuo.engine.clauses.indicator import Indicator
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.clauses.register import Register
from yinuo.engine.clauses.table import Table
from yinuo.engine.rules import Edition, Ruling
from yinuo.rulebook.expanding import expanded
from yinuo.rulebook.granting import rows_of_register
from yinuo.rulebook.places import Path_
from yinuo.rulebook.refusals import Document, TextError, explain_errors, suggest
from yinuo.rulebook.rowfiles import BESIDE, cell_types, is_file_beside, read_rows
from yinuo.rulebook.words import Words

KINDS: dict[str, type[Clause]] = {
    "flow": Flow, "promise": Promise, "constraint": Constraint, "table": Table, "register": Register,
    "indicator": Indicator,
}  # fmt: skip
LATER_KINDS = ("survey", "draw", "quota", "standing")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class VersionText(Text):
    """The head of one `[[version]]`; its clauses stand below it by kind and id."""

    from_: date = Field(alias="from")
    until: date | None = None
    source: str = Field(min_length=1)
    status: str = ""
    note: str = ""
    assumed: Names = ()
    amends: bool = False
    repeal: Names = ()


@dataclass(frozen=True)
class Statement:
    """A clause as one version states it, with the place where it stands and the days it is in force."""

    institution: str
    kind: str
    id: str
    path: Path_
    raw: Mapping[str, Any]
    edition: Edition
    made_by: str | None = None
    """The id of the table or register that expands to this clause; null for one an author wrote."""


def read_versions(
    document: Document, institution: str, words: Words | None = None
) -> tuple[list[Statement], list[TextError]]:
    """Every statement of a policy.toml in order of date, and what is wrong with the others.

    Tables whose rows stand in a file are read by the types in `words`; without words they are left without rows.
    """
    reader = _Reader(document, institution, words)
    reader.run()
    return reader.done, reader.errors


def rulings_of(statements: Iterable[Statement]) -> tuple[Ruling, ...]:
    """Statements gathered by clause."""
    editions: dict[tuple[str, str, str], list[Edition]] = {}
    for one in statements:
        editions.setdefault((one.institution, one.kind, one.id), []).append(one.edition)
    return tuple(Ruling(*key, tuple(found)) for key, found in editions.items())


class _Reader:
    def __init__(self, document: Document, institution: str, words: Words | None) -> None:
        self.document = document
        self.institution = institution
        self.words = words
        self.errors: list[TextError] = []
        self.done: list[Statement] = []
        self.text: dict[tuple[str, str], Statement] = {}
        """The text in force after the version read last."""

    def run(self) -> None:
        versions = self._heads()
        before: VersionText | None = None
        for index, head in versions:
            if before is not None and before.from_ == head.from_:
                self._refuse(("version", index), f"two versions begin on {head.from_}", "join them, or move one")
            self._open(index, head, before)
            before = head
        if before is not None:
            self._close(self.text, before.until)
        self.done.sort(key=lambda one: one.path)
        self.done += [part for one in tuple(self.done) for part in self._expanded(one)]

    def _expanded(self, one: Statement) -> Iterator[Statement]:
        """The clauses a statement stands for, in force as long as it is."""
        for part in expanded(self.institution, one.id, one.edition.clause, one.raw):
            path = (*one.path, *part.path)
            clause = self._read((part.kind, part.id), part.raw, path)
            if clause is not None:
                edition = replace(one.edition, clause=clause)
                yield Statement(self.institution, part.kind, part.id, path, part.raw, edition, one.id)

    def _refuse(self, path: Path_, message: str, remedy: str = "") -> None:
        self.errors.append(self.document.error(path, message, remedy))

    def _heads(self) -> list[tuple[int, VersionText]]:
        heads: list[tuple[int, VersionText]] = []
        versions = self.document.raw.get("version", [])
        if not isinstance(versions, list) or not all(isinstance(one, dict) for one in versions):
            self._refuse(("version",), "[version] must be [[version]]", "write [[version]], once for each amending act")
            return []
        for index, raw in enumerate(versions):
            own = {key: value for key, value in raw.items() if key not in KINDS and key not in LATER_KINDS}
            try:
                heads.append((index, VersionText.model_validate(own)))
            except ValidationError as error:
                prefix = ("version", index)
                self.errors += explain_errors(self.document, prefix, error, model=VersionText, raw=own)
        return sorted(heads, key=lambda one: one[1].from_)

    def _open(self, index: int, head: VersionText, before: VersionText | None) -> None:
        raws = self._named(index)
        carried: dict[tuple[str, str], Statement] = {}
        if head.amends:
            if before is None or (before.until is not None and before.until < head.from_):
                self._refuse(("version", index, "amends"), "there is no text in force to amend", "leave amends out")
            carried = {key: one for key, one in self.text.items() if key not in raws}
        for name in head.repeal:
            kind, _, id_ = name.partition(".")
            if not head.amends or carried.pop((kind, id_), None) is None:
                known = [".".join(key) for key in carried] if head.amends else []
                remedy = suggest(name, known) if head.amends else "repeal needs amends = true"
                self._refuse(("version", index, "repeal"), f'"{name}" is no clause in force to repeal', remedy)
        self._close({key: one for key, one in self.text.items() if key not in carried}, head.from_, before)
        self.text = dict(carried)
        resolved = {key: dict(one.raw) for key, one in carried.items()}
        for key in raws:
            raw = self._resolve(key, raws, resolved, ("version", index, *key))
            raw = self._with_rows(raw, ("version", index, *key)) if raw is not None and key[0] == "table" else raw
            clause = None if raw is None else self._read(key, raw, ("version", index, *key))
            if raw is not None and clause is not None:
                edition = Edition(head.from_, None, clause, clause.source or head.source, clause.status or head.status)
                self.text[key] = Statement(self.institution, *key, ("version", index, *key), raw, edition)
        for key, one in self.text.items():
            if isinstance(one.raw.get("pause"), str):
                self._fill_pauses(key, one, head, renewed=key in carried)

    def _with_rows(self, raw: Mapping[str, Any], path: Path_) -> dict[str, Any]:
        """A table with the rows that it reads from a file or a register."""
        read = raw.get("rows_from")
        if read is None:
            return dict(raw)
        if "rows" in raw:
            self._refuse((*path, "rows_from"), "rows stand here and elsewhere", "keep one of rows and rows_from")
        if isinstance(read, Mapping):
            return {**raw, "rows": rows_of_register(read)}
        name = str(read)
        if not is_file_beside(name, self.document.path.parent):
            self._refuse((*path, "rows_from"), f'"{name}" is no file of this institution', BESIDE)
            return {**raw, "rows": []}
        if self.words is None:
            return {**raw, "rows": []}
        rows, wrong = read_rows(self.document.path.parent / name, cell_types(self.words, raw))
        self.errors += wrong
        return {**raw, "rows": rows}

    def _fill_pauses(self, key: tuple[str, str], one: Statement, head: VersionText, *, renewed: bool) -> None:
        """Give a promise the pauses of the clause it names, as that clause now stands."""
        pauses = self._pauses_of(one, (one.id,))
        clause = one.edition.clause.model_copy(update={"pause": pauses or ()})
        if pauses is None or clause == one.edition.clause:
            return
        edition = replace(one.edition, clause=clause)
        if renewed:
            self._close({key: one}, head.from_)
            edition = replace(edition, start=head.from_)
        self.text[key] = replace(one, edition=edition)

    def _pauses_of(self, one: Statement, trail: tuple[str, ...]) -> object:
        named = one.raw.get("pause")
        if not isinstance(named, str):
            return getattr(one.edition.clause, "pause", ())
        other = self.text.get(("promise", named))
        if other is None or named in trail:
            known = [id_ for kind, id_ in self.text if kind == "promise" and id_ not in trail]
            self._refuse((*one.path, "pause"), f'there is no other promise "{named}" here', suggest(named, known))
            return None
        return self._pauses_of(other, (*trail, named))

    def _close(
        self, ended: Mapping[tuple[str, str], Statement], until: date | None, before: VersionText | None = None
    ) -> None:
        if before is not None and before.until is not None and (until is None or before.until < until):
            until = before.until
        for one in ended.values():
            self.done.append(replace(one, edition=replace(one.edition, until=until)))

    def _named(self, index: int) -> dict[tuple[str, str], dict[str, Any]]:
        """The clauses a version names, as written."""
        raws: dict[tuple[str, str], dict[str, Any]] = {}
        owners: dict[str, str] = {}
        for kind, clauses in self.document.raw["version"][index].items():
            if kind in LATER_KINDS:
                self._refuse(("version", index, kind), f'"{kind}" clauses are not read yet', "leave it out for now")
            if kind not in KINDS:
                continue
            if not isinstance(clauses, dict) or not all(isinstance(one, dict) for one in clauses.values()):
                self._refuse(("version", index, kind), f"{kind} needs an id", f"write [version.{kind}.some-id]")
                continue
            for id_, raw in clauses.items():
                path = ("version", index, kind, id_)
                if not _ID.fullmatch(id_):
                    self._refuse(path, f'"{id_}" is no id', "ids are ASCII kebab-case: first-contact")
                if kind != "flow" and owners.setdefault(id_, kind) != kind:
                    self._refuse(path, f'"{id_}" is already a {owners[id_]}', "give it an id of its own")
                raws[kind, id_] = raw
        return raws

    def _resolve(
        self,
        key: tuple[str, str],
        raws: Mapping[tuple[str, str], dict[str, Any]],
        resolved: dict[tuple[str, str], dict[str, Any]],
        path: Path_,
        trail: tuple[str, ...] = (),
    ) -> dict[str, Any] | None:
        """The clause with what it copies by `like` filled in; null (and told) when that cannot be."""
        if key in resolved:
            return resolved[key]
        raw = raws[key]
        model = raw.get("like")
        if model is None:
            resolved[key] = raw
            return raw
        kind, id_ = key
        if id_ in trail:
            self._refuse((*path, "like"), f"{' → '.join((*trail, id_))} copy each other", "write one of them out")
            return None
        if (kind, model) not in raws and (kind, model) not in resolved:
            known = [name for found, name in (*raws, *resolved) if found == kind]
            self._refuse((*path, "like"), f'there is no {kind} "{model}" in this version', suggest(str(model), known))
            return None
        if kind == "promise" and "basis" not in raw:
            remedy = 'write basis = "statutory", "promised", "step" or "ordered"'
            self._refuse(path, f'{kind}.{id_} copies "{model}" and must name its own basis', remedy)
        base = self._resolve((kind, model), raws, resolved, (*path[:-1], model), (*trail, id_))
        if base is None:
            return None
        resolved[key] = {**base, **raw}
        return resolved[key]

    def _read(self, key: tuple[str, str], raw: Mapping[str, Any], path: Path_) -> Clause | None:
        model = KINDS[key[0]]
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            self.errors += explain_errors(self.document, path, error, model=model, raw=raw)
            return None
