"""The pictures' check for raw text sees it on English pages too, where some sentences of ours hold the same word."""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@cache
def script():
    spec = importlib.util.spec_from_file_location("pictures", ROOT / "scripts" / "pictures.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["pictures"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("text", ["Held by None", "Due\nNone\nLate", "at %(count)s", "{{ row.unit }}", "Undefined"])
def test_a_value_nobody_put_into_words_is_found_on_an_english_page(text):
    assert script().raw(text, script().ours())


def test_a_sentence_of_ours_is_no_raw_value():
    said = script().ours()
    assert len(said) >= 4
    assert not [one for one in said if script().raw(f"Heading\n{one}\n", said)]
    assert not script().raw("Notices\n  None yet. Write one.", said)
