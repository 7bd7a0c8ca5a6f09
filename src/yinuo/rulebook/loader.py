"""`load_pack`: a folder of text into `Rules` the engine can evaluate, or every reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import polars as pl
from pydantic import BaseModel, BeforeValidator, ValidationError

import yinuo
from yinuo.engine.clauses.common import Names, Rung, Text
from yinuo.engine.clauses.register import ACTIVITIES, ACTS, Register
from yinuo.engine.entries import child_of
from yinuo.engine.fieldtypes import WORDS, is_type
from yinuo.engine.rules import Conventions, Level, Rules, Ruling
from yinuo.kernel.calendars import Calendar
from yinuo.kernel.logtext import LogText, Vocabulary
from yinuo.rulebook.calendars import read_calendar
from yinuo.rulebook.closure import needs_of, reach
from yinuo.rulebook.editions import Statement, read_versions, rulings_of
from yinuo.rulebook.refusals import Document, PackRefused, TextError, explain_errors, read_document, suggest
from yinuo.rulebook.rowfiles import files_of
from yinuo.rulebook.tables import frame_of, read_table
from yinuo.rulebook.words import Words, kinds_in, tables_in

Model = TypeVar("Model", bound=BaseModel)


class PackText(Text):
    """pack.toml."""

    name: str
    zh: str
    en: str = ""
    zone: str
    calendar: str
    uses: Names = ()
    conventions: Conventions = Conventions()
    levels: dict[str, Level] = {}
    ladders: dict[str, tuple[Rung, ...]] = {}
    tables: dict[str, dict[str, str]] = {}
    log: LogText = LogText()
    vocabulary: Vocabulary = Vocabulary()


def _act(raw: object) -> object:
    return {"zh": raw} if isinstance(raw, str) else raw


class ActText(Text):
    """What an activity is called in Chinese, and what a person who does it is asked to do in English: “Grant”."""

    zh: str
    en: str = ""


class PolicyText(Text):
    """The root of a policy.toml."""

    name: str
    zh: str
    en: str = ""
    entries: Names = ()
    owner: str = ""
    activities: dict[str, Annotated[ActText, BeforeValidator(_act, json_schema_input_type=str | ActText)]] = {}
    version: Any


@dataclass(frozen=True)
class Institution:
    """One folder of institutions/: its words, its text and where it stands."""

    id: str
    zh: str
    en: str
    root: Path
    entries: tuple[str, ...]
    owner: str
    activities: Mapping[str, ActText]
    document: Document
    statements: tuple[Statement, ...]

    @property
    def stories(self) -> Path:
        """The file that holds its stories."""
        return self.root / "stories.toml"


@dataclass(frozen=True)
class Pack:
    """A pack that was read without error."""

    name: str
    root: Path
    zh: str
    en: str
    digest: str
    text: PackText
    rules: Rules
    log_text: LogText
    tables: Mapping[str, pl.DataFrame]
    institutions: Mapping[str, Institution]
    used: tuple[Pack, ...]
    document: Document

    def everywhere(self) -> Iterator[Pack]:
        """The packs it uses, then itself."""
        for pack in self.used:
            yield from pack.everywhere()
        yield self


def load_pack(name_or_dir: str | Path) -> Pack:
    """Read a pack by name or folder. Raises PackRefused with everything that is wrong in its text."""
    return _load(find_pack(name_or_dir), ())


def find_pack(name_or_dir: str | Path, beside: Path | None = None) -> Path:
    """The folder of a pack: beside another pack, among those that ship, or as a path. Raises PackRefused."""
    given = str(name_or_dir)
    places = ([beside] if beside is not None else []) + pack_places()
    if "/" not in given and "\\" not in given:
        for place in places:
            if (place / given).is_dir():
                return (place / given).resolve()
    if (Path(given) / "pack.toml").is_file():
        return Path(given).resolve()
    known = sorted({path.parent.name for place in places for path in place.glob("*/pack.toml")})
    remedy = f"{suggest(given, known)} (or give a folder that holds a pack.toml)"
    raise PackRefused([TextError(Path(given), 1, "there is no pack of this name and no pack.toml here", remedy)])


def find_calendar(reference: str) -> tuple[Calendar, Conventions]:
    """A calendar with its pack's way to count: "cn" (of whichever pack ships it), "pack/name", or the path of a file.

    Raises PackRefused when there is none.
    """
    path = Path(reference)
    if path.suffix == ".toml" and path.is_file():
        root, name = path.resolve().parent.parent, path.stem
    else:
        pack, _, name = reference.rpartition("/")
        shipped = [folder for place in pack_places() for folder in sorted(place.glob("*/"))]
        files = [file for folder in shipped for file in sorted(folder.glob("calendars/*.toml"))]
        roots = [find_pack(pack)] if pack else [file.parent.parent for file in files if file.stem == name]
        if not roots:
            known = [f"{file.parent.parent.name}/{file.stem}" for file in files]
            raise PackRefused([TextError(path, 1, f'there is no calendar "{reference}"', suggest(reference, known))])
        root = roots[0]
    text = _read_text(read_document(root / "pack.toml"))
    calendar = read_calendar(name, root, zone=text.zone, find_pack=lambda other: find_pack(other, root.parent))
    return calendar, text.conventions


def pack_places() -> list[Path]:
    """The folders in which packs ship: beside the installed package, or the source tree's."""
    installed = Path(yinuo.__file__).parent / "packs"
    return [place for place in (installed, _source_packs()) if place.is_dir()]


def _source_packs() -> Path:
    return Path(yinuo.__file__).parents[2] / "packs"


def _load(root: Path, trail: tuple[Path, ...]) -> Pack:
    document = read_document(root / "pack.toml")
    if root in trail:
        raise PackRefused([document.error(("uses",), "packs use each other", "let one of them stand alone")])
    text = _read_text(document)
    used = tuple(_load(find_pack(name, root.parent), (*trail, root)) for name in text.uses)
    errors: list[TextError] = []
    calendar = _read_calendar(document, text, errors)
    institutions = _read_institutions(root, errors)
    columns = {**_registers(document, text, institutions, errors), **text.tables}
    institutions |= _read_row_files(institutions, used, columns=columns, errors=errors)
    tables = _read_tables(document, text, columns=columns, errors=errors)
    if errors or calendar is None:
        raise PackRefused(errors)
    own = rulings_of(one for institution in institutions.values() for one in institution.statements)
    rules = Rules(
        calendar=calendar,
        conventions=text.conventions,
        levels={name: level for pack in used for name, level in pack.rules.levels.items()} | text.levels,
        ladders={name: ladder for pack in used for name, ladder in pack.rules.ladders.items()} | text.ladders,
        rulings=own + _lent(own, [ruling for pack in used for ruling in pack.rules.rulings]),
        tables={name: columns for pack in used for name, columns in pack.rules.tables.items()} | columns,
        activities=_said(ACTIVITIES, own, [pack.rules.activities for pack in used], institutions, language="zh"),
        acts=_said(ACTS, own, [pack.rules.acts for pack in used], institutions, language="en"),
    )
    return Pack(
        text.name, root, text.zh, text.en, _digest(root, used), text, rules,
        text.log.model_copy(update={"vocabulary": text.vocabulary}),
        {name: frame for pack in used for name, frame in pack.tables.items()} | tables,
        institutions, used, document,
    )  # fmt: skip


def _lent(own: tuple[Ruling, ...], used: list[Ruling]) -> tuple[Ruling, ...]:
    """Of used packs the kinds of case, and those clauses that our own start from."""
    wanted = reach([ruling.name for ruling in own], needs_of((*own, *used)))
    return tuple(one for one in used if one.kind == "flow" or one.name in wanted)


def _read_text(document: Document) -> PackText:
    text = _validate(document, PackText)
    errors: list[TextError] = []
    if text.name != document.path.parent.name:
        errors.append(_misnamed(document, text.name))
    for table, columns in text.tables.items():
        for column, word in columns.items():
            if not is_type(word):
                errors.append(document.error(("tables", table, column), f'"{word}" is no type', suggest(word, WORDS)))
    if errors:
        raise PackRefused(errors)
    return text


def _misnamed(document: Document, name: str) -> TextError:
    folder = document.path.parent.name
    return document.error(("name",), f'the name is "{name}" and the folder "{folder}"', "make them the same")


def _validate(document: Document, model: type[Model]) -> Model:
    try:
        return model.model_validate(document.raw)
    except ValidationError as error:
        raise PackRefused(explain_errors(document, (), error, model=model, raw=document.raw)) from error


def _read_calendar(document: Document, text: PackText, errors: list[TextError]) -> Calendar | None:
    root = document.path.parent
    try:
        return read_calendar(text.calendar, root, zone=text.zone, find_pack=lambda name: find_pack(name, root.parent))
    except PackRefused as refused:
        errors.append(document.error(("calendar",), f'the calendar "{text.calendar}" cannot be used'))
        errors += refused.errors
        return None


def _said(
    books: Mapping[str, str], own: Iterable[Ruling], used: Iterable[Mapping[str, str]],
    institutions: Mapping[str, Institution], *, language: Literal["zh", "en"],
) -> dict[str, str]:  # fmt: skip
    """The words of activities in one language: of used packs; of entries, where there are registers; its own."""
    found = {name: said for words in used for name, said in words.items()}
    found |= books if any(ruling.kind == "register" for ruling in own) else {}
    for one in institutions.values():
        found |= {name: said for name, act in one.activities.items() if (said := getattr(act, language))}
    return found


def _registers(
    document: Document, text: PackText, institutions: Mapping[str, Institution], errors: list[TextError]
) -> dict[str, dict[str, str]]:
    """The columns of every register as a dated table; a name that two things bear is told."""
    columns: dict[str, dict[str, str]] = {}
    owners: dict[str, str] = {}
    parents: set[str] = set()
    for institution in institutions.values():
        for one in institution.statements:
            if not isinstance(one.edition.clause, Register):
                continue
            if owners.setdefault(one.id, institution.id) != institution.id:
                message = f'the register "{one.id}" is also one of {owners[one.id]}'
                errors.append(
                    institution.document.error(one.path, message, "entries are looked up by that name: rename one")
                )
            columns[one.id] = {**columns.get(one.id, {}), **one.edition.clause.columns()}
            close = one.edition.clause.close
            parents |= {child_of(close.children)[0]} if close is not None and close.children is not None else set()
    columns |= {f"{name}:open": columns[name] for name in parents & columns.keys()}
    for name in columns.keys() & text.tables.keys():
        message = f"{name} is a register, its columns are its fields"
        errors.append(document.error(("tables", name), message, f"leave [tables.{name}] out"))
    return columns


def _read_tables(
    document: Document, text: PackText, *, columns: Mapping[str, Mapping[str, str]], errors: list[TextError]
) -> dict[str, pl.DataFrame]:
    folder = document.path.parent / "tables"
    frames = {name: frame_of([], own) for name, own in columns.items() if name in text.tables}
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in columns:
            errors.append(TextError(path, 1, "this table is not declared", f"add [tables.{path.stem}] to pack.toml"))
            continue
        frames[path.stem], wrong = read_table(path, columns[path.stem], text.zone)
        errors += wrong
    return frames


def _read_institutions(root: Path, errors: list[TextError]) -> dict[str, Institution]:
    institutions: dict[str, Institution] = {}
    for folder in sorted(path for path in (root / "institutions").glob("*") if path.is_dir()):
        try:
            document = read_document(folder / "policy.toml")
            text = _validate(document, PolicyText)
        except PackRefused as refused:
            errors += refused.errors
            continue
        if text.name != folder.name:
            errors.append(_misnamed(document, text.name))
        statements, wrong = read_versions(document, folder.name)
        errors += wrong if not _has_row_files(document) else ()
        institutions[folder.name] = Institution(
            folder.name, text.zh, text.en, folder,
            text.entries, text.owner, text.activities, document, tuple(statements),
        )  # fmt: skip
    return institutions


def _has_row_files(document: Document) -> bool:
    """Whether a table's rows stand in a file: they are read once all fields are known, and what is wrong told then."""
    return any(files_of(document.raw))


def _read_row_files(
    institutions: Mapping[str, Institution],
    used: tuple[Pack, ...],
    *,
    columns: Mapping[str, Mapping[str, str]],
    errors: list[TextError],
) -> dict[str, Institution]:
    """The institutions with rows in files, read again with the types of all fields."""
    mine = {name: one for name, one in institutions.items() if _has_row_files(one.document)}
    if not mine:
        return {}
    homes = [home for pack in used for one in pack.everywhere() for home in one.institutions.values()]
    kinds = kinds_in(one for home in (*homes, *institutions.values()) for one in home.statements)
    tables = {name: own for pack in used for name, own in pack.rules.tables.items()} | dict(columns)
    words = Words.of_fields(kinds, tables_in(tables))
    for name, one in mine.items():
        statements, wrong = read_versions(one.document, name, words)
        errors += wrong
        mine[name] = replace(one, statements=tuple(statements))
    return mine


def _digest(root: Path, used: tuple[Pack, ...]) -> str:
    """SHA-256 over the paths and bytes of all text files, and the digests of the packs it uses."""
    digest = hashlib.sha256()
    found = (path for suffix in ("toml", "csv") for path in root.rglob(f"*.{suffix}"))
    files = {path.relative_to(root).as_posix(): path for path in found}
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    for pack in used:
        digest.update(f"{pack.name}\0{pack.digest}".encode())
    return digest.hexdigest()
