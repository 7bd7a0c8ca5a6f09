"""`calendars/<name>.toml`: reads a calendar with everything it extends, the base first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from yinuo.kernel.calendars import Calendar, CalendarText
from yinuo.rulebook.refusals import PackRefused, TextError, explain_errors, read_document


def read_calendar(reference: str, root: Path, *, zone: str, find_pack: Callable[[str], Path]) -> Calendar:
    """The calendar a pack at `root` means by "cn" (its own) or "cn-national/cn"; raises PackRefused."""
    layers: list[CalendarText] = []
    seen: set[Path] = set()
    path = _path(reference, root, find_pack)
    while True:
        if path in seen:
            raise PackRefused([TextError(path, 1, "extends itself", "let the last layer extend nothing")])
        seen.add(path)
        layer = _read_layer(path)
        layers.insert(0, layer)
        if layer.extends is None:
            break
        path = _path(layer.extends, path.parent.parent, find_pack)
    try:
        return Calendar.build(zone=zone, layers=layers, name=reference)
    except ValueError as error:
        raise PackRefused([TextError(path, 1, str(error))]) from error


def _path(reference: str, root: Path, find_pack: Callable[[str], Path]) -> Path:
    pack, _, name = reference.rpartition("/")
    return (find_pack(pack) if pack else root) / "calendars" / f"{name}.toml"


def _read_layer(path: Path) -> CalendarText:
    document = read_document(path)
    try:
        return CalendarText.model_validate(document.raw)
    except ValidationError as error:
        errors = explain_errors(document, (), error, model=CalendarText, raw=document.raw)
        raise PackRefused(errors) from error
