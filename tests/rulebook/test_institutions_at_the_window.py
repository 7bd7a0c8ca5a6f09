"""How people are treated at the window is said by clauses of demo-city: their stories hold, and without the clause they do not."""

from __future__ import annotations

import pytest

from tests.rulebook.test_institutions_of_the_hall import differs_without, said, stories, teller


@pytest.mark.parametrize(
    ("entry", "institution", "clause"),
    [
        said("E025", "service-network", "covered"),
        said("E026", "service-network", "access-point.while-2"),
        said("E027", "service-network", "access-point.while-3"),
        said("E029", "service-network", "access-point.while-5"),
        said("E030", "service-network", "access-point.while-4"),
        said("E031", "service-network", "access-point.while-5"),
        said("E066", "service-network", "access-point.while-6"),
    ],
)
def test_the_requirement_is_said_and_missed_when_it_is_taken_out(entry: str, institution: str, clause: str):
    assert entry in teller().pack.institutions[institution].entries
    told = stories(institution)
    assert [story.name for story in told if not teller().tell(story).held] == []
    assert any(differs_without(story, institution, clause) for story in told)
