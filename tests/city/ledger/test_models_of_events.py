"""Every version of every model of events can be read for ever: an example of each is kept in examples/."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from yinuo.city.ledger import models_of_events as models
from yinuo.city.ledger.canonical import dumps

EXAMPLES = Path(__file__).parent / "examples"


class First(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    v: int
    days: int


class Second(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    v: int
    limit: str


@pytest.fixture
def _none_registered(monkeypatch):
    monkeypatch.setattr(models, "_models", {})


def test_every_registered_model_has_a_recorded_example_that_is_read():
    for one in models.registered():
        file = EXAMPLES / f"{one.kind.replace('/', '-')}.{one.version}.json"
        assert file.exists(), f"Record a payload of {one.kind} version {one.version}, as it was written, in {file}"
        payload = json.loads(file.read_text(encoding="utf-8"))
        assert payload["v"] == one.version
        newest = [other for other in models.registered() if other.kind == one.kind][-1]
        assert isinstance(models.read(one.kind, dumps(payload)), newest.model)


@pytest.mark.usefixtures("_none_registered")
def test_an_old_payload_is_lifted_to_the_newest_model():
    models.register("case", 1, model=First)
    models.register("case", 2, model=Second, lift=lambda old: {"limit": f"{old['days']} workdays"})
    assert models.read("case", '{"days":5,"v":1}') == Second(v=2, limit="5 workdays")
    assert models.read("case", '{"limit":"3 days","v":2}') == Second(v=2, limit="3 days")
    for unknown in ('{"v":3}', '{"v":0}', "{}", '{"v":"1"}'):
        with pytest.raises(models.UnknownModel, match="knows 2 versions"):
            models.read("case", unknown)


@pytest.mark.usefixtures("_none_registered")
def test_models_that_could_change_or_skip_a_version_are_refused():
    class Loose(BaseModel):
        v: int

    for version, model, lift in [(2, First, None), (1, First, dict), (1, Loose, None)]:
        with pytest.raises(models.NotFrozen):
            models.register("case", version, model=model, lift=lift)
    models.register("case", 1, model=First)
    with pytest.raises(models.NotFrozen):
        models.register("case", 2, model=Second)
