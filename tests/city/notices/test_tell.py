"""People are told once."""

from datetime import UTC, datetime

import pytest

from yinuo.city.notices.commands import tell
from yinuo.city.notices.queries import unread

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_the_same_key_tells_a_person_once():
    told = tell(["li", "zhao"], kind="card", key="k1", args={"level": "黄牌"}, case_id="c1", now=NOW)
    again = tell(["li", "chen"], kind="card", key="k1", args={"level": "黄牌"}, case_id="c1", now=NOW)
    assert (told, again) == (("li", "zhao"), ("chen",))
    assert [unread(person) for person in ("li", "zhao", "chen", "wu")] == [1, 1, 1, 0]
