"""What a requirement asks of the hall is said by a clause of demo-city: its stories hold, and without the clause they do not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from yinuo.engine.explain import explain
from yinuo.rulebook.loader import load_pack
from yinuo.rulebook.stories import Story, read_stories
from yinuo.rulebook.telling import Teller


@cache
def teller() -> Teller:
    return Teller(load_pack("demo-city"))


def stories(institution: str) -> list[Story]:
    return [story for story in read_stories(teller().pack)[0] if story.institution == institution]


def said(entry: str, institution: str, clause: str) -> object:
    shows = f"yinuo stories demo-city {institution}"
    return pytest.param(entry, institution, clause, marks=pytest.mark.holds(entry, shows=shows), id=entry)


@pytest.mark.parametrize(
    ("entry", "institution", "clause"),
    [
        said("E001", "leading-group", "all-covered"),
        said("E004", "discipline", "put-right"),
        said("E006", "responsibility-sheets", "signed-by-the-leader"),
        said("E007", "campaigns", "honour"),
        said("E011", "standing-mechanism", "year"),
        said("E021", "three-concentrations", "approval-section"),
        said("E097", "shirking", "hand-offs"),
        said("E079", "hall-figures", "faster"),
        said("E003", "efficiency-complaints", "decided"),
        said("E010", "priority-work", "goal"),
        said("E014", "bureau-meeting", "stands-on"),
        said("E075", "hall-figures", "at-once-share"),
        said("E076", "hall-figures", "on-spot"),
        said("E022", "authorisation", "authorisation"),
        said("E039", "priority-lanes", "lane"),
        said("E045", "first-contact", "answer"),
        said("E046", "time-limit", "promised"),
        said("E047", "service-pledge", "complete"),
        said("E048", "one-time-notice", "accept-or-tell"),
        said("E053", "appointment", "punctual"),
        said("E055", "on-site", "settled"),
        said("E056", "priority-lanes", "lane-limit"),
        said("E058", "queue", "first-come"),
        said("E220", "disclosure", "catalogue"),
        said("E221", "disclosure", "release"),
        said("E225", "disclosure", "catalogue"),
        said("E226", "disclosure", "catalogue"),
        said("E228", "public-decisions", "decision"),
        said("E271", "one-answer", "answer"),
    ],
)
def test_the_requirement_is_said_and_missed_when_it_is_taken_out(entry: str, institution: str, clause: str):
    is_said_and_missed(entry, institution, clause)


def is_said_and_missed(entry: str, institution: str, clause: str) -> None:
    """The institution names the entry, its stories hold, and one of them ends differently without the clause."""
    assert entry in teller().pack.institutions[institution].entries
    told = stories(institution)
    assert [story.name for story in told if not teller().tell(story).held] == []
    assert any(differs_without(story, institution, clause) for story in told)


def differs_without(story: Story, institution: str, clause: str) -> bool:
    rules = teller().rules(story)
    kept = (
        one
        for one in rules.rulings
        if one.institution != institution or (one.id != clause and not one.id.startswith(f"{clause}."))
    )
    return not teller().tell(story, replace(rules, rulings=tuple(kept))).held


def test_a_green_channel_names_the_condition_that_fails():
    """Invariant 11: a lane exists only where a rule gives it."""
    refused = next(story for story in stories("priority-lanes") if story.text.name == "green-channel-refused")
    findings = teller().tell(refused).said.findings.filter(clause="lane.given")
    told = explain(findings.row(0, named=True), teller().pack.rules)
    assert "最接近的一条是“市重点重大项目”，但“项目编号”应在“市重点重大项目名录”登记之列，现为2026-99" in told
    assert findings["level"].to_list() == ["yellow"]
    assert '"field":"project_no","test":"listed","wanted":"key-project","found":"2026-99"' in findings["why_args"][0]


def test_a_disclosure_past_its_interval_is_stale_until_it_is_let_out_again():
    """Invariant 56: the clock of `catalogue.fresh` is what a page shows beside a stale entry."""
    story = next(one for one in stories("disclosure") if one.text.name.startswith("renewed-on"))
    clocks = teller().tell(story).said.clocks.filter(clause="catalogue.fresh").sort("case_id", "occurrence")
    assert clocks.select("case_id", "state").rows() == [("kept", "kept"), ("kept", "running"), ("stale", "overdue")]


@pytest.mark.holds("decision D29", shows="yinuo stories demo-city exploratory")
@pytest.mark.parametrize(
    "clause", ["opinion-first", "not-what-is-forbidden", "signed-with-its-days", "look-back", "prolonged-once"]
)
def test_decision_d29_one_tries_with_an_opinion_a_leader_a_last_day_and_a_review_and_never_what_is_forbidden(
    clause: str,
):
    told = stories("exploratory")
    assert [story.name for story in told if not teller().tell(story).held] == []
    assert any(differs_without(story, "exploratory", clause) for story in told)


@pytest.mark.holds("decision D01", shows="yinuo stories demo-city three-concentrations")
def test_decision_d01_what_is_spelled_out_is_checked_and_the_other_name_is_only_a_name():
    """The register of approval sections is the list that is checked; no clause invents what 四落实 might be."""
    home = teller().pack.institutions["three-concentrations"]
    assert any(differs_without(story, home.id, "approval-section") for story in stories(home.id))
    clauses = [repr(one.edition.clause) for one in home.statements]
    assert not [one for one in clauses if "四落实" in one or "两集中" in one]
    assert "两集中、四落实" in home.document.raw["version"][0]["note"]
