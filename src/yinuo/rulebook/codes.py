"""Code lists of other platforms: their status codes as canonical states and back, what is lost said (rules 5.5, 5.6)."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from yinuo.kernel.logtext import LogText
from yinuo.rulebook.loader import pack_places
from yinuo.rulebook.refusals import PackRefused, TextError, explain_errors, read_document, suggest


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Code(_Words):
    """One of their codes. It means a state, or does one of our acts, or (neither) changes nothing of ours."""

    code: str
    zh: str
    state: str | None = None
    does: str | None = None
    """An act that leads to no state of its own."""
    counted: bool = True
    """Whether their platform counts such a case in its time statistics."""
    lossy: str | None = None
    """What is lost on the way to us; null when nothing is."""
    out: bool = False
    """Of several codes of one state: the one that is written on the way out."""


class Void(_Words):
    """How they mark a row that no longer holds."""

    column: str
    value: str


class Outgoing(_Words):
    """A state in their codes. `lossy` = it could have been another of their codes too."""

    code: str
    lossy: bool


class CodeList(_Words):
    """One platform's codes, with the columns of its table where they are known."""

    name: str
    zh: str
    en: str
    source: str
    status: str
    log: LogText = LogText()
    void: Void | None = None
    code: tuple[Code, ...]

    def of(self, code: str) -> Code | None:
        """What a code of theirs means; null when the list does not have it."""
        return next((one for one in self.code if one.code == code.strip()), None)

    def out(self, state: str) -> Outgoing | None:
        """Their code for a state; null when they have none."""
        found = [one for one in self.code if one.state == state]
        if not found:
            return None
        chosen = next((one for one in found if one.out), found[0])
        return Outgoing(code=chosen.code, lossy=len(found) > 1)


def code_lists() -> dict[str, Path]:
    """The code lists that ship, by name."""
    return {file.stem: file for place in pack_places() for file in sorted(place.glob("*/codes/*.toml"))}


@lru_cache(maxsize=16)
def load_codes(name_or_file: str) -> CodeList:
    """A code list by name or as a file. Raises PackRefused with everything that is wrong in it."""
    shipped = code_lists()
    path = Path(name_or_file) if name_or_file.endswith(".toml") else shipped.get(name_or_file)
    if path is None:
        missing = TextError(
            Path(name_or_file), 1, "there is no code list of this name", suggest(name_or_file, list(shipped))
        )
        raise PackRefused([missing])
    document = read_document(path)
    try:
        found = CodeList.model_validate(document.raw)
    except ValidationError as error:
        raise PackRefused(explain_errors(document, (), error, model=CodeList, raw=document.raw)) from error
    twice = [code for code, number in Counter(one.code for one in found.code).items() if number > 1]
    several = Counter(one.state for one in found.code if one.state)
    chosen = Counter(one.state for one in found.code if one.state and one.out)
    unclear = [state for state, number in several.items() if number > 1 and chosen[state] != 1]
    problems = [document.error(("code",), f'the code "{code}" stands twice', "keep one") for code in twice]
    problems += [
        document.error(("code",), f'several codes mean "{state}"', "mark the one to be written with out = true")
        for state in unclear
    ]
    if problems:
        raise PackRefused(problems)
    return found
