"""What a field gives to choose from: a list of values, or a table with the word of each in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from yinuo.engine.clauses.common import Text


class ChoiceWord(Text):
    """What a value is called. In a language without a word of its own the value stands for itself."""

    zh: str | None = None
    en: str | None = None


def _given(raw: object) -> object:
    if isinstance(raw, Mapping):
        for value, words in raw.items():
            if not isinstance(words, (Mapping, ChoiceWord)):
                raise ValueError(f'{words!r} is no word of "{value}"; write {{ zh = "…", en = "…" }}')
    elif not isinstance(raw, (list, tuple)):
        raise ValueError(f'{raw!r} is nothing to choose from; write ["…", "…"]')
    return raw


class Choices(Text):
    """A field that may say what there is to choose from: `of = ["a", "b"]`, or `of = { a = { zh = "甲", en = "A" }, b = {} }`."""

    given: Annotated[tuple[Any, ...] | dict[str, ChoiceWord], BeforeValidator(_given)] = Field((), alias="of")
    """The choices as the text writes them."""

    @property
    def raw(self) -> list[Any] | dict[str, Any] | None:
        """The choices as a text would write them; null for none."""
        told = {value: word.model_dump(exclude_none=True) for value, word in self.words.items()}
        return told or list(self.of) or None

    @property
    def of(self) -> tuple[Any, ...]:
        """The values there are to choose from, in the order of the text; none for a field that takes others."""
        return tuple(self.given)

    @property
    def words(self) -> Mapping[str, ChoiceWord]:
        """The values with words of their own."""
        return self.given if isinstance(self.given, dict) else {}

    def __hash__(self) -> int:
        return hash((self.of, *(self.__dict__[name] for name in type(self).model_fields if name != "given")))

    def called(self, value: object, language: str) -> str:
        """What a value is called in a language ("en", else Chinese); the value itself where the text has no word for it."""
        word = self.words.get(str(value))
        said = None if word is None else word.en if language == "en" else word.zh
        return said or str(value)

    def meant(self, text: str) -> str:
        """The value that is called so in either language, small letters or capital; the text itself where none is."""
        if text in self.words:
            return text
        asked = text.casefold()
        return next((value for value, names in self.names() if asked in names), text)

    def names(self) -> list[tuple[str, set[str]]]:
        """Every value and all it is called, itself included, in small letters."""
        every = ((str(value), self.words.get(str(value))) for value in self.of)
        return [
            (value, {one.casefold() for one in (value, word and word.zh, word and word.en) if one})
            for value, word in every
        ]


def _named(raw: object) -> object:
    return raw if isinstance(raw, Choices) else {"of": raw}


Named = Annotated[
    Choices, BeforeValidator(_named), WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "object"}]})
]  # fmt: skip
"""Values written as a field's choices are, without the field: `["a", "b"]`, or `{ a = { zh = "甲", en = "A" } }`."""
