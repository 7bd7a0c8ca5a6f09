"""How people are treated at the window is said by clauses of demo-city: their stories hold, and without the clause they do not."""

from __future__ import annotations

import pytest

from tests.rulebook.test_institutions_of_the_hall import is_said_and_missed, said


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
        said("E050", "badges", "with-a-badge"),
        said("E050", "badges", "on-the-roster"),
        said("E052", "full-course", "one-companion"),
        said("E054", "reminders", "sent"),
        said("E059", "zero-interest", "listed-fee"),
        said("E059", "zero-interest", "gift.due"),
        said("E061", "three-refusals", "basis-and-way-out"),
        said("E062", "hot-issues", "hot"),
        said("E062", "hot-issues", "taken-up"),
        said("E063", "exploratory", "look-back"),
        said("E064", "lead-unit", "lead.given"),
        said("E065", "supervision-order", "sign-for"),
        said("E068", "hardship", "reached"),
        said("E069", "rulebook", "house-rule.due"),
        said("E070", "service-gaps", "gap.due"),
    ],
)
def test_the_requirement_is_said_and_missed_when_it_is_taken_out(entry: str, institution: str, clause: str):
    is_said_and_missed(entry, institution, clause)
