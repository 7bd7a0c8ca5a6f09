"""The pictures' check for raw text sees it on English pages too, where some sentences of ours hold the same word."""

from __future__ import annotations

import pytest

from tests.scripts import script


@pytest.mark.parametrize("text", ["Held by None", "Due\nNone\nLate", "at %(count)s", "{{ row.unit }}", "Undefined"])
def test_a_value_nobody_put_into_words_is_found_on_an_english_page(text):
    assert script("pictures").raw(text, script("pictures").ours())


def test_a_sentence_of_ours_is_no_raw_value():
    said = script("pictures").ours()
    assert len(said) >= 4
    assert not [one for one in said if script("pictures").raw(f"Heading\n{one}\n", said)]
    assert not script("pictures").raw("Notices\n  None yet. Write one.", said)
