"""Every test of cases begins in the same small town."""

from __future__ import annotations

import pytest

from tests.city.cases import town


@pytest.fixture(autouse=True)
def founded(db):
    town.found()
