"""`check`: every name means something, limits fit, promises end, stories hold and show every turn."""

from __future__ import annotations

import pytest

from tests.rulebook.conftest import Town
from yinuo.rulebook.loader import load_pack
from yinuo.rulebook.wording import check_wording

POLICY = "institutions/letters/policy.toml"
RULE = '\n[version.constraint.rule]\nzh = "规"\nfor = {{ kind = "letter" }}\nlevel = "yellow"\n{}\n'
PROMISE = '\n[version.promise.{}]\nzh = "x"\nfor = {{ kind = "letter" }}\nlevels = []\n{}\n'


def messages(town: Town) -> str:
    """Everything said against it."""
    return "\n".join(str(problem) for problem in town.problems())


def test_a_good_pack_has_no_problem(town: Town):
    assert messages(town) == ""


@pytest.mark.parametrize(
    ("old", "new", "message", "remedy"),
    [
        ('until = "answered"', 'until = "anwsered"', "the activity", 'did you mean "answered"?'),
        ('opens = "received"', 'opens = "recieved"', "the activity", 'did you mean "received"?'),
        ('opens = "received"', 'served = "recieved"\nopens = "received"', "the activity", 'did you mean "received"?'),
        ('opens = "received"', 'told = ["herd"]\nopens = "received"', "the activity", 'did you mean "heard"?'),
        ('for = { kind = "letter" }', 'for = { kind = "leter" }', 'no flow declares the kind "leter"', '"letter"'),
        ('for = { kind = "letter" }', 'for = { kind = "letter", topik = "x" }', 'has a field "topik"', '"topic"'),
        ('for = { kind = "letter" }', 'for = { kind = "letter", urgent = "x" }', "'x' is no bool", "true or false"),
        ('for = { kind = "letter" }', 'for = { kind = "letter", colour = "绿" }', "'绿' is no choice", ""),
        (
            'for = { kind = "letter" }',
            'for = { kind = "letter", item = { simpel = true } }',
            "the table items",
            '"simple"',
        ),
        ('for = { kind = "letter" }', 'for = { kind = "letter", unit = { type = "town" } }', "units", "[tables.units]"),
        ('within = "5 workdays"', 'within = { field = "item.promisd" }', '"item.promisd"', '"promised"'),
        ('within = "5 workdays"', 'within = { field = "topic" }', "is of type text", "limit"),
        ('within = "5 workdays"', 'due_on = "topic"', "is of type text", "date or moment"),
        ('levels = "default"', 'levels = "defalt"', '[ladders] has no ladder "defalt"', '"default"'),
        ('levels = "default"', 'levels = [{ level = "orange", late = 0 }]', '[levels] has no level "orange"', ""),
        ('to = "heard" }', 'to = "heard", needs = ["told_of"] }', '"told_of"', '"told_on"'),
        ('to = "heard" }', 'to = "heard", match = { subject = "topic" } }', '"subject"', ""),
        ('after = ["receive"] },\n]', 'after = ["recieve"] },\n]', 'there is no step "recieve"', '"receive"'),
        ('"text", urgent', '"txt", urgent', 'there is no type "txt"', '"text"'),
        ('for = { kind = "letter" }', 'for = { x = { listed = { in = "fees", on = { a = "b" } } } }', '"x"', ""),
    ],
)
def test_a_name_that_means_nothing_is_refused(town: Town, old: str, new: str, message: str, remedy: str):
    town.policy(old, new)
    found = [problem for problem in town.problems() if message in problem.message]
    assert found, messages(town)
    assert remedy in found[0].remedy
    assert found[0].path.name == "policy.toml"
    assert found[0].line == town.line(POLICY, new.partition("\n")[0])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('rule = "absence"', "absence needs event"),
        ('rule = "precedence"\nfirst = "received"', "precedence needs then"),
        ('rule = "precedence"\nfirst = "received"\nthen = "answered"\nmax = 1', "takes no max"),
        ('rule = "absence"\nevent = "asked"\nfirst = "received"', "absence takes no first"),
        ('rule = "response"\nfirst = "asked"\nthen = "heard"\ngap = { max = "3 days" }', "is a promise"),
        ('rule = "existence"\nevent = "answered"\nblock = true', "blocks nothing"),
        ('rule = "absence"\nevent = { event = "lapsed", clause = "anser" }', 'there is no clause "anser"'),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(town: Town, body: str, message: str):
    town.add(RULE.format(body))
    assert message in messages(town)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('within = "5 workdays"', "", "exactly one of within and due_on"),
        ('within = "5 workdays"', 'within = "5 workdays"\ndue_on = "told_on"', "exactly one of within and due_on"),
        (
            'within = "5 workdays"',
            'within = [{ urgent = true, limit = "1 day" }]',
            "the last row of within has conditions",
        ),
        ('levels = "default"', 'levels = [{ level = "yellow" }]', "exactly one of share, left, late"),
        ('levels = "default"', 'levels = "default"\nparty = true', "never raises a finding"),
        ('levels = "default"', 'levels = "default"\nextend = { on = "asked" }', "exactly one of by and to"),
    ],
)
def test_a_promise_that_cannot_be_meant_is_refused(town: Town, old: str, new: str, message: str):
    town.policy(old, new)
    assert message in messages(town)


def test_clauses_that_start_from_each_other_are_refused(town: Town):
    silent = 'on = "{}"\nuntil = "answered"\nwithin = "1 day"\nsilence = {{ means = "{}" }}'
    town.add(
        PROMISE.format("one", silent.format("second", "first"))
        + PROMISE.format("two", silent.format("first", "second"))
    )
    assert "circle" in messages(town)


def test_silence_that_ends_its_own_promise_is_no_circle(town: Town):
    town.policy('until = "answered"', 'until = "answered"\nsilence = { means = "answered" }')
    assert "circle" not in messages(town)


def test_a_promise_that_misses_an_end_of_its_flow_is_refused(town: Town):
    town.policy('ends = ["answered"]', 'ends = ["answered", "withdrawn"]')
    town.policy('does = ["answered"]', 'does = ["answered", "withdrawn"]')
    town.policy('rated = "评价"', 'rated = "评价"\nwithdrawn = "撤回"')
    problem = town.only_problem()
    assert "ends by withdrawn, the clock would run on for ever" in problem.message
    assert problem.line == town.line(POLICY, "[version.promise.answer]")
    town.policy('until = "answered"', 'until = "answered"\nvoid = "withdrawn"')
    assert messages(town) == ""


def test_a_promise_that_begins_with_the_end_of_a_case_need_not_end_by_it(town: Town):
    town.add(PROMISE.format("rate", 'on = "answered"\nuntil = "rated"\nwithin = "9 days"'))
    assert "run on for ever" not in messages(town)


@pytest.mark.holds("peer 49", shows="yinuo check")
def test_a_promise_longer_than_the_law_is_refused(town: Town):
    law = 'on = "received"\nuntil = "answered"\nbasis = "statutory"\nwithin = "{}"'
    town.add(PROMISE.format("law", law.format("4 workdays")))
    assert "answer: promises 5 workdays, the law (letters/law) allows 4 workdays" in messages(town)
    town.policy('"4 workdays"', '"5 workdays"')
    assert "the law" not in messages(town)


def test_steps_that_together_take_longer_than_the_promise_are_refused(town: Town):
    step = 'on = "{}"\nuntil = ["{}", "answered"]\nbasis = "step"\nwithin = "{}"'
    town.add(PROMISE.format("ask", step.format("received", "asked", "2 workdays")))
    town.add(PROMISE.format("reply", step.format("asked", "heard", "4 workdays")))
    assert "the steps received → asked → answered take 6 workdays, promised are 5 workdays" in messages(town)
    town.policy('"4 workdays"', '"3 workdays"')
    assert "the steps" not in messages(town)


def test_a_rule_on_a_thread_without_end_is_a_warning(town: Town):
    town.add(RULE.format('rule = "existence"\nevent = "rated"\nthread = ["topic"]'))
    warnings = [problem for problem in town.problems() if problem.warning]
    assert "never ends" in warnings[0].message


def test_an_institution_without_stories_is_refused(town: Town):
    del town.files["institutions/letters/stories.toml"]
    assert "letters has no stories" in messages(town)


def test_a_version_in_which_no_story_happens_is_refused(town: Town):
    town.add('\n[[version]]\nfrom = 2026-07-01\nsource = "later"\namends = true\n')
    town.add('[version.promise.answer]\nlike = "answer"\nbasis = "promised"\nwithin = "6 workdays"\n')
    town.policy('like = "answer"\n', 'zh = "六日"\nfor = { kind = "letter" }\non = "received"\nuntil = "answered"\n')
    assert "no story happens while the version of 2026-07-01 is in force" in messages(town)


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ("last-day", "no story shows it on the last day"),
        ("next-day", "on the first day (or in the first moment) late"),
        ("day-before-the-warning waiting-does-not-count", "no story shows the day before the level warning"),
        ("next-day", "no story shows the level yellow on its day"),
    ],
)
def test_a_turn_must_be_shown_from_both_sides(town: Town, names: str, missing: str):
    stories = town.files["institutions/letters/stories.toml"].split("[[story]]")
    kept = [story for story in stories if not any(f'"{name}"' in story for name in names.split())]
    town.files["institutions/letters/stories.toml"] = "[[story]]".join(kept)
    assert missing in messages(town)


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ('[log]\nevent = [{ do = "recieved", at = "A" }]', 'the activity "recieved"'),
        ('[log]\nfields = { topik = "B" }', 'a field "topik"'),
        ('[log]\nkind = { value = "leter" }', 'the kind "leter"'),
        ('[vocabulary]\nactivities = { "收" = "recieved" }', 'the activity "recieved"'),
        ('[vocabulary]\nvalues.topik = { "a" = "b" }', 'a field "topik"'),
    ],
)
def test_a_log_is_mapped_to_words_of_the_text(town: Town, log: str, message: str):
    town.files["pack.toml"] += f"\n{log}\n"
    problem = town.only_problem()
    assert message in problem.message
    assert problem.line == len(town.files["pack.toml"].splitlines())


def test_an_act_has_a_word_in_every_language_the_pack_declares(town: Town):
    town.policy('heard = "得到回音"\n', "")
    told = town.only_problem()
    assert told.warning and told.message == "letter: acts without a word in zh: heard"
    assert 'heard = { zh = "…", en = "…" }' in told.remedy and told.line == town.line(POLICY, "[version.flow.letter]")
    town.policy('answered = "答复"', 'heard = "得到回音"\nanswered = { zh = "答复", en = "Answer" }')
    town.replace("pack.toml", 'zh = "镇"', 'zh = "镇"\nen = "a town"')
    assert town.only_problem().message == "letter: acts without a word in en: received, asked, heard"


def test_what_the_system_does_by_itself_needs_no_word(town: Town):
    town.policy('heard = "得到回音"\n', "")
    town.policy('does = ["asked", "heard"]', 'does = ["asked", "heard"], auto = true')
    assert messages(town) == ""


@pytest.mark.parametrize("name", ["cn-national", "demo-city", "nl-wabo", "us-nyc"])
def test_every_act_of_the_texts_that_ship_has_a_word_in_both_languages(name: str):
    pack = load_pack(name)
    assert pack.en and list(check_wording(pack)) == []
    said = [word for word in pack.rules.acts.values() if not word[0].isupper() or not word.isascii()]
    assert said == []
