"""No field of the texts that ship is shown by its identifier: each has a Chinese word, and where it has an English one that is English."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from yinuo.city.pages.fieldwords import field_word
from yinuo.rulebook.loader import load_pack

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_field_of_the_city_is_called_something(language):
    flows = load_pack("demo-city").rules.flows()
    with translation.override(language):
        called = {(kind, name): str(field_word(name, one)) for kind, found in flows.items() for name, one in found[-1].fields.items()}  # fmt: skip
    wrong = {place for place, word in called.items() if bool(HAN.search(word)) != (language == "zh-hans")}
    assert len(called) > 300 and not wrong
