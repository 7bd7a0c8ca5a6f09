"""Mutation: which changes are tried, and that what nobody pins is found."""

from __future__ import annotations

from tests.rulebook.conftest import Town
from yinuo.rulebook.mutants import DROP, changed, changes_of_policy
from yinuo.rulebook.mutation import survivors


def unnoticed(town: Town) -> list[str]:
    """What no story pins."""
    return [error.message for error in survivors(town.load()) if error is not None]


def test_a_pack_whose_stories_show_every_turn_has_no_survivor(town: Town):
    assert unnoticed(town) == []


def test_a_pause_nobody_shows_is_found(town: Town):
    stories = town.files["institutions/letters/stories.toml"].split("[[story]]")
    town.files["institutions/letters/stories.toml"] = "[[story]]".join(one for one in stories if '"waiting' not in one)
    assert unnoticed(town) == ["no story notices when answer: pause.0 is dropped"]


def test_a_number_nobody_shows_is_found_with_its_line(town: Town):
    town.add(
        '\n[version.constraint.often]\nzh = "不得多问"\nfor = { kind = "letter" }\nrule = "absence"\n'
        'event = "asked"\nmax = 3\nlevel = "yellow"\n'
    )
    found = [error for error in survivors(town.load()) if error is not None]
    assert {error.line for error in found} == {
        town.line("institutions/letters/policy.toml", "[version.constraint.often]"),
        town.line("institutions/letters/policy.toml", "max = 3"),
    }
    assert {error.message.partition("when ")[2] for error in found} == {
        "often: the whole clause is dropped",
        "often: max 3 becomes 4",
        "often: max 3 becomes 2",
    }


def test_a_ladder_is_changed_and_noticed_by_the_day_of_its_level(town: Town):
    for story in ("last-day", "next-day"):
        town.stories(f'name = "{story}"', f'name = "{story}"\nonly = false')
    town.stories('{ clause = "answer", level = "warning", raised = 2026-03-06, cleared = 2026-03-09 }', "")
    town.stories('  { clause = "answer", level = "warning", raised = 2026-03-06, cleared = 2026-03-10 },\n', "")
    town.stories("used = 3 }]", "used = 3 }]\nonly = false")
    assert unnoticed(town) == ["no story notices when default: 0.share 0.8 becomes 0.9"]


def test_a_table_counts_as_one_number(town: Town):
    town.with_items().policy('within = "5 workdays"', 'within = { field = "item.promised", or = "5 workdays" }')
    assert {f"no story notices when all numbers of the table items change by {step}" for step in ("+1", "-1")} <= {
        *unnoticed(town)
    }


def test_what_is_changed():
    raw = {
        "version": [
            {
                "promise": {
                    "p": {
                        "zh": "5 workdays",
                        "within": [{"limit": "5 workdays"}, {"limit": "24 hours"}],
                        "pause": [{"from": {"event": "a", "cause": ["x", "y"]}, "cap": "1 month"}],
                        "first_day": "included",
                        "extend": {"times": 1},
                    }
                }
            }
        ]
    }
    assert [change.what for change in changes_of_policy(raw)] == [
        "p: the whole clause is dropped",
        "p: within.0.limit 5 workdays becomes 6 workdays",
        "p: within.0.limit 5 workdays becomes 4 workdays",
        "p: within.0.limit 5 workdays becomes 5 days",
        "p: within.1.limit 24 hours becomes 25 hours",
        "p: within.1.limit 24 hours becomes 23 hours",
        "p: within.1.limit 24 hours becomes 24 office hours",
        "p: pause.0.cap 1 month becomes 2 months",
        "p: pause.0.cap 1 month becomes 0 months",
        "p: pause.0.cap 1 month becomes 1 week",
        "p: first_day included becomes excluded",
        "p: extend.times 1 becomes 2",
        "p: extend.times 1 becomes 0",
        "p: pause.0 is dropped",
        "p: pause.0.from.cause.0 x is dropped",
        "p: pause.0.from.cause.1 y is dropped",
    ]


def test_a_change_leaves_the_original_alone():
    raw = {"a": [1, {"b": 2}], "c": 3}
    assert changed(raw, ("a", 1, "b"), 5) == {"a": [1, {"b": 5}], "c": 3}
    assert changed(raw, ("a", 0), DROP) == {"a": [{"b": 2}], "c": 3}
    assert raw == {"a": [1, {"b": 2}], "c": 3}
