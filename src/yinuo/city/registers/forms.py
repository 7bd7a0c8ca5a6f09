"""Forms of acts: their fields as controls, what was filled in as values, and refusals in the words of the form."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext as _

from yinuo.city.cases import attachments
from yinuo.city.cases.acts import Refused
from yinuo.city.pages.fieldwords import Asked, asked_field
from yinuo.city.pages.showing import called
from yinuo.city.pages.words import Words
from yinuo.city.people.actor import Actor
from yinuo.city.registers.asking import Wish
from yinuo.city.registers.books import Book
from yinuo.city.registers.spelling import Speller
from yinuo.engine.clauses.flow import FieldType
from yinuo.engine.clauses.register import CHANGED


def control(
    wish: Wish, book: Book, words: Words, *, value: str = "", error: str | None = None, speller: Speller | None = None
) -> Asked:
    """The control of a field. With a speller it offers the persons and entries one may choose from."""
    one = book.by_name.get(wish.name)
    type_ = one.type if one else book.way.fields.get(wish.name)
    hint = wish.hint
    asked = asked_field(wish.name, type_, words, value=value, error=error, required=wish.is_needed, hint=hint)
    asked = replace(asked, is_sometimes=wish.said is not None)
    if asked.kind == "files" and value:
        names = called([(FieldType.model_validate({"is": "list:file"}), list(asked.values))], actor=None)
        return replace(asked, options=[(digest, names.word("file", digest)) for digest in asked.values])
    if one is None or type_ is None:
        return asked
    if one.is_long and asked.kind == "text":
        return replace(asked, kind="long")
    if type_.is_ == "person" and speller is not None:
        return replace(asked, options=speller.persons)
    if type_.is_ == "case" and type_.in_ and speller is not None:
        return replace(asked, kind="choice", options=speller.entries(f"{book.institution}/{type_.in_}"))
    return asked


def typed(request: HttpRequest, types: Mapping[str, FieldType], *, actor: Actor, now: datetime) -> dict[str, str]:
    """What a form holds, as it is shown again: several values in lines of their own, files kept by their digests.

    Raises Refused for a file that is not taken; the others are kept already.
    """
    given = {}
    for name in request.POST:
        several = [text for text in request.POST.getlist(name) if isinstance(text, str)]
        is_several = name in types and types[name].is_.startswith("list:")
        given[name] = "\n".join(several) if is_several else several[-1]
    return given | _uploaded(request, types, given, actor=actor, now=now)


def _uploaded(
    request: HttpRequest, types: Mapping[str, FieldType], given: Mapping[str, str], *, actor: Actor, now: datetime
) -> dict[str, str]:  # fmt: skip
    found: dict[str, str] = {}
    for name in request.FILES:
        if name not in types or types[name].is_.removeprefix("list:") != "file":
            continue
        files = [one for one in request.FILES.getlist(name) if isinstance(one, UploadedFile)]
        try:
            kept = [attachments.store(one.chunks(), one.name or "", actor=actor, now=now).digest for one in files]
        except Refused as refusal:
            raise Refused(refusal.code, refusal.sentence, field=name) from refusal
        if types[name].is_.startswith("list:"):
            found[name] = "\n".join(dict.fromkeys([*given.get(name, "").splitlines(), *kept]))
        elif kept:
            found[name] = kept[-1]
    return found


def spoken(refusal: Refused, book: Book | None, words: Words) -> Refused:
    """The refusal with its field called as the form calls it, and units by their names."""
    one = None if book is None or refusal.field is None else book.by_name.get(refusal.field)
    called = {} if one is None else {one.name: one.word, one.zh: one.word}

    def name(found: re.Match[str]) -> str:
        key = found[1]
        return f"“{called[key] if key in called else words.unit(key) if key in words.tree.units else key}”"

    sentence = re.sub("“([^”]+)”", name, refusal.sentence)
    return Refused(refusal.code, sentence, clause=refusal.clause, field=refusal.field)


def filled(
    given: Mapping[str, str], book: Book | None, activity: str, *, speller: Speller, held: Mapping[str, Any]
) -> dict[str, Any]:
    """The values of a form; of a change only those that are not what the case holds already. Raises Refused."""
    values = speller.read(given, book.way.fields if book else {})
    if activity != CHANGED or book is None or book.register is None:
        return values
    values = {name: value for name, value in values.items() if held.get(name) != value}
    if not values:
        raise Refused("nothing_changed", _("没有改动任何内容。"))
    return values


def named(fields: Sequence[Asked]) -> set[str]:
    """The names of the fields of a form."""
    return {one.name for one in fields}
