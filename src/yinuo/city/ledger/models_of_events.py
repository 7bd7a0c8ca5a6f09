"""The models of payloads, each with a version: what is read is the newest, whatever version was written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import BaseModel

Payload = Mapping[str, Any]
Lift = Callable[[Payload], Payload]
"""Turns a payload of the version before into one of this version; pure, and never changed once events were lifted by it."""


@dataclass(frozen=True, slots=True)
class EventModel:
    """The model of one version of a kind of payload (`case` for all events of cases)."""

    kind: str
    version: int
    model: type[BaseModel]
    lift: Lift | None


class UnknownModel(Exception):
    """No model is registered for a payload's kind and version: it was written by a newer Yinuo, or an area is missing."""


class NotFrozen(Exception):
    """A model of events must be frozen and refuse unknown fields, and versions follow one another from 1 with a lift each."""


_models: dict[str, list[EventModel]] = {}


def register(kind: str, version: int, *, model: type[BaseModel], lift: Lift | None = None) -> None:
    """Register the next version of a kind, in the application's `ready`. Raises NotFrozen.

    A recorded example of each version is kept for ever in tests/city/ledger/examples.
    """
    known = _models.setdefault(kind, [])
    if version != len(known) + 1 or (lift is None) != (version == 1):
        raise NotFrozen(
            f"{kind} version {version}: versions follow one another from 1, and each but the first has a lift"
        )
    if not model.model_config.get("frozen") or model.model_config.get("extra") != "forbid":
        raise NotFrozen(f"{kind} version {version}: {model.__name__} needs model_config frozen=True and extra='forbid'")
    known.append(EventModel(kind, version, model, lift))


def registered() -> tuple[EventModel, ...]:
    """Every model of every version."""
    return tuple(one for kind in _models.values() for one in kind)


def kind_of(stream: str, activity: str) -> str:
    """Whose payload it is: the activity's own kind (`said/finding_raised`), else its stream's (`case`). Raises UnknownModel."""
    prefix = stream.partition("/")[0]
    for kind in (f"{prefix}/{activity}", prefix):
        if kind in _models:
            return kind
    raise UnknownModel(f"{stream}: no model is registered for the payload of {activity}")


def read(kind: str, payload: str) -> BaseModel:
    """A payload's text as the newest model of its kind, lifted version by version. Raises UnknownModel."""
    told: Payload = orjson.loads(payload)
    written, known = told.get("v"), _models.get(kind, [])
    if not isinstance(written, int) or not 1 <= written <= len(known):
        raise UnknownModel(f"{kind} version {written}: this Yinuo knows {len(known)} versions of it")
    for one in known[written:]:
        told = {**one.lift(told), "v": one.version} if one.lift else told
    return known[-1].model.model_validate(told)
