"""The small town of the cases, with somebody on every rung of its chain."""

from __future__ import annotations

import pytest

from tests.city.cases import town
from tests.city.supervision import staff


@pytest.fixture(autouse=True)
def founded(db):
    town.found()
    staff.appoint()
