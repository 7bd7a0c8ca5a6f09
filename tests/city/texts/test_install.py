"""A text is installed whole, by its digest; only installed text runs, and the past keeps the text of its day."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from yinuo.city.ledger import read
from yinuo.city.people.actor import OPERATOR, Actor, Grant, NotAllowed
from yinuo.city.texts import in_force, projection
from yinuo.city.texts.archive import Tampered, unpacked
from yinuo.city.texts.commands import install, put_in_force
from yinuo.city.texts.models import Installation
from yinuo.city.texts.preview import changed_clauses, preview
from yinuo.engine.clauses.promise import Promise
from yinuo.engine.log import Log
from yinuo.rulebook.loader import find_pack, load_pack
from yinuo.rulebook.refusals import PackRefused
from yinuo.rulebook.stories import read_stories
from yinuo.rulebook.telling import Teller

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.fixture
def texts(tmp_path, settings):
    """A folder of packs that may be changed, and a home of its own."""
    settings.HOME = tmp_path / "home"
    for name in ("demo-city", "cn-national"):
        shutil.copytree(find_pack(name), tmp_path / "packs" / name)
    in_force._by_digest.cache_clear()
    yield tmp_path / "packs"
    in_force._by_digest.cache_clear()


def policy(texts, institution="first-contact"):
    return texts / "demo-city" / "institutions" / institution / "policy.toml"


def shorten(texts):
    """Another text: an inquiry is answered within two working days."""
    path = policy(texts)
    path.write_text(path.read_text("utf-8").replace('within = "3 workdays"', 'within = "2 workdays"'), "utf-8")


def limit_of_an_answer(pack):
    ruling = next(one for one in pack.rules.rulings if one.name == "first-contact/answer")
    clause = ruling.editions[0].clause
    assert isinstance(clause, Promise)
    return str(clause.within[0].limit)


def test_a_text_is_installed_whole_and_runs_from_the_ledger(texts):
    done = put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW)
    assert (done.name, done.actor, done.installed_at) == ("demo-city", "operator", NOW)
    payload = orjson.loads(read.stream("text/demo-city")[0].payload)
    assert payload["digest"] == done.digest
    assert "institutions/first-contact/policy.toml" in payload["packs"]["demo-city"]
    assert "pack.toml" in payload["packs"]["cn-national"]
    shutil.rmtree(texts)
    assert in_force.pack().digest == done.digest
    assert limit_of_an_answer(in_force.pack()) == "3 workdays"


def test_only_installed_text_runs(texts):
    put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW)
    shorten(texts)
    assert limit_of_an_answer(in_force.pack()) == "3 workdays"


def test_installing_what_is_in_force_changes_nothing_and_going_back_is_an_installation(texts):
    first = put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW)
    assert put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW + timedelta(days=1)) == first
    shutil.copytree(texts / "demo-city", texts / "old")
    shorten(texts)
    second = put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW + timedelta(days=2))
    shutil.rmtree(texts / "demo-city")
    (texts / "old").rename(texts / "demo-city")
    third = put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW + timedelta(days=3))
    assert (third.digest, second.digest == first.digest) == (first.digest, False)
    assert [one.version for one in in_force.installations()] == [3, 2, 1]


def test_the_text_of_any_moment(texts):
    with pytest.raises(in_force.NoText):
        in_force.pack()
    put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW)
    shorten(texts)
    put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW + timedelta(days=2))
    assert limit_of_an_answer(in_force.at(NOW + timedelta(days=1))) == "3 workdays"
    assert limit_of_an_answer(in_force.at(NOW + timedelta(days=2))) == "2 workdays"
    with pytest.raises(in_force.NoText):
        in_force.at(NOW - timedelta(seconds=1))


def test_a_text_that_fails_its_check_is_refused_with_every_error(texts):
    path = policy(texts)
    text = path.read_text("utf-8").replace('until = ["answered", "declined"]', 'until = ["anwsered"]')
    path.write_text(text, "utf-8")
    with pytest.raises(PackRefused) as refused:
        install(texts / "demo-city", actor=OPERATOR, now=NOW)
    assert any("anwsered" in error.message for error in refused.value.errors)
    assert Installation.objects.count() == 0
    assert read.stream("text/demo-city") == ()


def test_a_text_whose_stories_no_longer_hold_is_refused(texts):
    shorten(texts)
    with pytest.raises(PackRefused) as refused:
        install(texts / "demo-city", actor=OPERATOR, now=NOW)
    assert any("does not hold" in error.message for error in refused.value.errors)


def test_only_who_may_installs_a_text(texts):
    clerk = Actor("李强", "李强", (Grant("window_clerk", "city", True),), "city")
    with pytest.raises(NotAllowed):
        put_in_force(load_pack(texts / "demo-city"), actor=clerk, now=NOW)


def test_a_text_changed_on_the_disk_is_not_used(texts, settings):
    done = put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW)
    in_force.pack()
    kept = Path(settings.HOME) / "texts" / done.digest / "demo-city" / "institutions" / "first-contact" / "policy.toml"
    kept.write_text(kept.read_text("utf-8").replace('"3 workdays"', '"9 workdays"'), "utf-8")
    in_force._by_digest.cache_clear()
    with pytest.raises(Tampered):
        in_force.pack()


@pytest.mark.holds("regression 24", shows="yinuo pack install")
def test_regression_24_a_text_names_no_file_outside_its_folder(tmp_path):
    record = {"name": "x", "digest": "d", "packs": {"x": {"../../evil.toml": ""}}}
    with pytest.raises(Tampered):
        unpacked(record, tmp_path / "home")
    assert not (tmp_path / "evil.toml").exists()


def test_the_table_made_again_from_the_ledger_is_the_same(texts):
    put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW)
    shorten(texts)
    put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW + timedelta(days=2))
    before = in_force.installations()
    projection.reset()
    projection.apply(read.stream("text/demo-city"))
    assert in_force.installations() == before


def story_log(pack, name):
    teller = Teller(pack)
    stories, wrong = read_stories(pack)
    assert wrong == []
    story = next(one for one in stories if one.name.endswith(name))
    return teller.log(story), teller.as_of(story.text)


def test_what_another_text_would_change_is_shown_and_changes_nothing(texts):
    before = load_pack(texts / "demo-city")
    log, as_of = story_log(before, "answered-on-the-third-day-and-the-fourth")
    shorten(texts)
    after = load_pack(texts / "demo-city")
    assert [(one.clause, one.change) for one in changed_clauses(before.rules, after.rules)] == [
        ("first-contact/answer", "changed")
    ]
    found = preview(before, after, Log(log.events, log.cases, log.tables), as_of=as_of)
    assert found.cases.cases() == 2
    counted = {(row["level"], row["before"], row["after"]) for row in found.cards.to_dicts()}
    assert counted == {("yellow", 1, 2)}
    assert Installation.objects.count() == 0


@pytest.mark.holds("invariant 59", shows="yinuo stories")
def test_invariant_59_what_is_computed_keeps_the_text_of_its_day(texts):
    """A hand-over of June keeps June's working day, a figure of June its parameters, under the one installed text."""
    put_in_force(load_pack(texts / "demo-city"), actor=OPERATOR, now=NOW)
    ruling = next(one for one in in_force.rules().rulings if one.name == "first-contact/acknowledge")
    by_start = {edition.start: str(edition.clause.within[0].limit) for edition in ruling.editions}
    assert by_start == {date(2025, 1, 1): "1 workday", date(2025, 7, 1): "4 office hours"}
    teller = Teller(in_force.pack())
    stories, _ = read_stories(in_force.pack())
    told = [teller.tell(one) for one in stories if "inv-59" in one.name]
    assert told
    assert all(one.held for one in told)
    assert any(one.story.text.expect.indicators for one in told)
