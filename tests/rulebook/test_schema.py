"""JSON Schema of the text: every key of the models, and nothing a schema does not know."""

from __future__ import annotations

from typing import Any

import pytest

from yinuo.rulebook.editions import KINDS
from yinuo.rulebook.schema import schema, schemas


def refs(part: object) -> list[str]:
    """Every reference inside a schema."""
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [ref for value in part.values() for ref in refs(value)]
    return [ref for value in part for ref in refs(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("name", ["policy", "stories", "pack", "calendar"])
def test_each_file_has_a_schema_whose_references_resolve(name: str):
    found = schemas()[name]
    assert found["additionalProperties"] is False
    for ref in refs(found):
        place: Any = found
        for part in ref.removeprefix("#/").split("/"):
            place = place[part]


def test_the_policy_names_every_kind_of_clause_and_the_texts_own_keys():
    policy = schemas()["policy"]
    version = policy["$defs"]["Version"]["properties"]
    assert version.keys() >= KINDS.keys() | {"from", "until", "source", "amends", "repeal"}
    assert policy["$defs"]["Promise"]["properties"].keys() >= {"for", "on", "until", "within", "levels"}


def test_the_whole_takes_any_of_the_files():
    assert [part["$ref"] for part in schema()["anyOf"]] == [f"#/$defs/{name}" for name in schemas()]
