"""Loading: what is read, and that everything malformed is refused with file, line and remedy."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.rulebook.conftest import Town
from yinuo.engine.clauses.promise import Promise
from yinuo.rulebook.loader import find_calendar, find_pack, load_pack
from yinuo.rulebook.refusals import PackRefused

POLICY = "institutions/letters/policy.toml"


def test_a_good_pack_is_read(town: Town):
    pack = town.with_items().load()
    assert (pack.name, pack.rules.zone, pack.rules.conventions.first_day) == ("town", "Asia/Shanghai", "excluded")
    assert [ruling.name for ruling in pack.rules.rulings] == ["letters/letter", "letters/answer"]
    rungs = pack.rules.ladders["default"]
    assert (rungs[0].share, rungs[1].late) == (Decimal("0.8"), 0)
    assert pack.tables["items"].rows() == [
        ("a", None, None, "3 workdays", True),
        ("b", date(2026, 2, 1), None, "10 workdays", None),
    ]
    assert pack.rules.calendar.describe(date(2026, 4, 6).toordinal() - date(1970, 1, 1).toordinal()) == "清明"


def test_the_digest_is_that_of_the_text(town: Town):
    first = town.load().digest
    assert town.load().digest == first
    town.policy("5 workdays", "6 workdays")
    assert town.load().digest != first


def test_shipped_packs_are_found_by_name():
    for name in ("cn-national", "demo-city", "nl-wabo", "us-boston", "us-nyc"):
        assert load_pack(name).name == name


def test_a_calendar_is_found_by_its_bare_name():
    calendar, conventions = find_calendar("cn")
    assert (calendar.zone, conventions.roll) == ("Asia/Shanghai", "next")


def test_an_unknown_pack_names_those_there_are():
    with pytest.raises(PackRefused, match="nl-wabo"):
        find_pack("nl-waboo")


@pytest.mark.parametrize(
    ("old", "new", "message", "remedy"),
    [
        ('until = "answered"', 'untill = "answered"', 'unknown key "untill"', 'did you mean "until"?'),
        ('until = "answered"', "", 'the key "until" is missing', "add until"),
        ('"5 workdays"', '"five workdays"', "is not a length of time", ""),
        ('"5 workdays"', '"5 werkdays"', "is not a length of time", ""),
        ('source = "a decision"', "", 'the key "source" is missing', "add source"),
        ('levels = "default"', 'levels = [{ level = "yellow", lat = 0 }]', 'unknown key "lat"', 'did you mean "late"?'),
        ("[version.promise.answer]", "[version.promise.Answer]", '"Answer" is no id', "kebab-case"),
        ("[version.promise.answer]", "[version.promis.answer]", 'unknown key "promis"', ""),
        ('zh = "五个工作日内答复"', 'zh = "五个工作日内答复"\nbasis = "legal"', "basis", ""),
        ('for = { kind = "letter" }', "for = { kind = { min = [1] } }", "kind", ""),
    ],
)
def test_what_is_malformed_is_refused_with_line_and_remedy(town: Town, old: str, new: str, message: str, remedy: str):
    town.policy(old, new)
    error = town.only_problem()
    assert message in error.message
    assert remedy in error.remedy
    assert error.path.name == "policy.toml"
    missing = {"until": "[version.promise.answer]", "source": "[[version]]"}.get(old.partition(" = ")[0])
    assert error.line == town.line(POLICY, new.rpartition("\n")[2] or missing or "")


def test_all_errors_are_told_together(town: Town):
    town.policy('until = "answered"', 'untill = "answered"')
    town.policy("repeat = true", "repeet = true")
    town.replace("pack.toml", 'promised = "limit"', 'promised = "limt"')
    with pytest.raises(PackRefused) as refused:
        town.load()
    assert len(refused.value.errors) >= 1
    town.replace("pack.toml", 'promised = "limt"', 'promised = "limit"')
    with pytest.raises(PackRefused) as refused:
        town.load()
    assert {"untill", "repeet"} <= {error.message.split('"')[1] for error in refused.value.errors}


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("pack.toml", 'zone = "Asia/Shanghai"', 'zone = "Asia/Shangai"', "is no zone"),
        ("pack.toml", 'calendar = "town"', 'calendar = "village"', "cannot be used"),
        ("pack.toml", 'name = "town"', 'name = "city"', 'the folder "town"'),
        ("pack.toml", "rank = 1", 'rank = "one"', "rank"),
        ("pack.toml", "[conventions]", "[convention]", 'unknown key "convention"'),
        ("calendars/town.toml", "09:00-17:00", "09:00-25:00", "is not a window"),
        ("calendars/town.toml", "known", "knwon", 'unknown key "knwon"'),
        ("tables/items.csv", "3 workdays", "3 wd", "is no limit"),
        ("tables/items.csv", "true", "yes", "is no bool"),
        ("tables/items.csv", "simple", "easy", 'column "easy" is not declared'),
        (POLICY, 'name = "letters"', 'name = "post"', 'the folder "letters"'),
        (POLICY, "[[version]]", "[version]", "[[version]]"),
        (POLICY, 'zh = "来信"', "zh = 来信", "is not TOML"),
    ],
)
def test_every_file_is_read_strictly(town: Town, name: str, old: str, new: str, message: str):
    town.with_items().replace(name, old, new)
    problems = town.problems()
    assert any(message in problem.message for problem in problems), [str(problem) for problem in problems]


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(town: Town):
    town.write()
    path = town.root / POLICY
    path.write_bytes(path.read_bytes().replace("来信".encode(), "来信".encode("gb18030")))
    with pytest.raises(PackRefused, match=r"policy\.toml:2: is not UTF-8"):
        load_pack(town.root)


SECOND = """
[[version]]
from = 2026-07-01
source = "an amendment"
"""


def test_a_version_is_the_whole_text_in_force(town: Town):
    town.add(SECOND + town.files[POLICY].split("[[version]]")[1].split("[version.promise")[0].split('decision"\n')[1])
    answer = next(one for one in town.load().rules.rulings if one.id == "answer")
    assert [(one.start, one.until) for one in answer.editions] == [(date(2026, 1, 1), date(2026, 7, 1))]


def test_amends_lets_the_rest_continue_and_repeal_ends_one(town: Town):
    town.add('\n[version.constraint.once]\nzh = "一次"\nrule = "absence"\nevent = "asked"\nmax = 1\nlevel = "yellow"\n')
    town.add(SECOND + 'amends = true\nrepeal = ["constraint.once"]\n')
    found = {one.id: [(e.start.month, e.until) for e in one.editions] for one in town.load().rules.rulings}
    assert found == {"letter": [(1, None)], "answer": [(1, None)], "once": [(1, date(2026, 7, 1))]}


def test_like_copies_with_named_keys_replaced_and_a_basis_of_its_own(town: Town):
    town.add('\n[version.promise.faster]\nlike = "answer"\nwithin = "3 workdays"\nbasis = "promised"\n')
    faster = next(one for one in town.load().rules.rulings if one.id == "faster").editions[0].clause
    assert isinstance(faster, Promise)
    assert (str(faster.within[0].limit), faster.levels, faster.zh) == ("3 workdays", "default", "五个工作日内答复")
    town.policy('basis = "promised"\n', "")
    assert "must name its own basis" in town.problems()[0].message


def test_a_promise_takes_the_pauses_of_the_clause_it_names_as_that_clause_stands(town: Town):
    town.add('\n[version.promise.other]\nzh = "x"\nfor = { kind = "letter" }\non = "received"\nuntil = "answered"\n')
    town.add('within = "9 workdays"\npause = "answer"\n')
    town.add(SECOND + 'amends = true\n[version.promise.answer]\nlike = "other"\nbasis = "promised"\npause = []\n')
    editions = next(one for one in town.load().rules.rulings if one.id == "other").editions
    pauses = [len(one.clause.pause) for one in editions if isinstance(one.clause, Promise)]
    assert pauses == [1, 0]


def test_two_versions_on_one_day_are_refused(town: Town):
    town.add(SECOND.replace("07-01", "01-01"))
    assert any("two versions begin on 2026-01-01" in problem.message for problem in town.problems())


def test_packs_that_use_each_other_are_refused(town: Town, tmp_path: Path):
    town.replace("pack.toml", 'calendar = "town"', 'calendar = "town"\nuses = ["village"]')
    town.write()
    village = Town(tmp_path / "village")
    village.replace("pack.toml", 'name = "town"', 'name = "village"\nuses = ["town"]')
    village.write()
    with pytest.raises(PackRefused, match="use each other"):
        load_pack(town.root)


def test_a_used_pack_lends_its_kinds_and_the_clauses_ours_start_from(town: Town, tmp_path: Path):
    town.add('\n[version.promise.quiet]\nzh = "x"\nfor = { kind = "letter" }\non = "received"\nuntil = "answered"\n')
    town.add('within = "2 days"\nsilence = { means = "heard" }\n')
    town.write()
    village = Town(tmp_path / "village")
    village.replace("pack.toml", 'name = "town"', 'name = "village"\nuses = ["town"]')
    village.files["institutions/mail/policy.toml"] = (
        'name = "mail"\nzh = "x"\n[[version]]\nfrom = 2026-01-01\nsource = "s"\n[version.promise.after]\nzh = "x"\n'
        'for = { kind = "letter" }\non = "heard"\nuntil = "answered"\nwithin = "1 day"\n'
    )
    del village.files["institutions/letters/policy.toml"], village.files["institutions/letters/stories.toml"]
    names = [ruling.name for ruling in village.load().rules.rulings]
    assert names == ["mail/after", "letters/letter", "letters/quiet"]
