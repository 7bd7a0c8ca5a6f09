"""JSON Schema of the text, so that an editor completes and checks while one writes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, create_model

from yinuo.engine.clauses.common import Text
from yinuo.kernel.calendars import CalendarText
from yinuo.rulebook.editions import KINDS, VersionText
from yinuo.rulebook.loader import PackText, PolicyText
from yinuo.rulebook.stories import StoryText

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """A schema for each kind of file: policy, stories, pack, calendar."""
    named: Any = dict
    clauses: Any = {f"{kind}_": (named[str, clause], Field({}, alias=kind)) for kind, clause in KINDS.items()}
    version: Any = create_model("Version", __base__=VersionText, **clauses)
    versions: Any = {"version": (list[version], ...)}
    policy = create_model("Policy", __base__=PolicyText, **versions)
    stories: Any = {"story": (list[StoryText], ...)}
    told = create_model("Stories", __base__=Text, **stories)
    models: dict[str, type[BaseModel]] = {"policy": policy, "stories": told, "pack": PackText, "calendar": CalendarText}
    return {name: {"$schema": _DIALECT, **model.model_json_schema(by_alias=True)} for name, model in models.items()}


def schema() -> dict[str, Any]:
    """One schema that takes any of the files; the parts stand under `$defs`."""
    parts = schemas()
    return {
        "$schema": _DIALECT,
        "title": "Yinuo text",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in parts],
        "$defs": {name: {"$id": f"{name}.schema.json", **part} for name, part in parts.items()},
    }
