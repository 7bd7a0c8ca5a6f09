"""Papers say what they were given, all of it and nothing else, in the same bytes each time."""

import os
import re
import subprocess
import sys
from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from tests.city.papers.examples import AT, EXAMPLES
from tests.city.papers.pdftext import text_of
from yinuo.city.ledger import roots
from yinuo.city.ledger.append import append
from yinuo.city.ledger.events import NewEvent
from yinuo.city.ledger.read import hashing
from yinuo.city.papers import render
from yinuo.city.papers.contexts import CONTEXTS
from yinuo.city.papers.render import BadContext, NoFont, UnknownPaper, pdf


def texts_of(value):
    if isinstance(value, dict):
        return [text for one in value.values() for text in texts_of(one)]
    if isinstance(value, (list, tuple)):
        return [text for one in value for text in texts_of(one)]
    return [value] if isinstance(value, str) else []


def bare(text):
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("name", CONTEXTS)
def test_every_text_handed_in_stands_on_the_paper(name):
    context = EXAMPLES[name]
    found = text_of(pdf(name, context))
    for text in texts_of({key: value for key, value in context.items() if key != "proof"}):
        assert bare(text) in found, text
    for value in context.values():
        if isinstance(value, datetime):
            assert bare(f"{value.astimezone(render.timezone.get_default_timezone()):%Y年%-m月%-d日%H:%M}") in found
        elif isinstance(value, date):
            assert f"{value.year}年{value.month}月{value.day}日" in found


def test_a_receipt_carries_the_digest_the_path_and_the_root():
    context = EXAMPLES["receipt"]
    found = text_of(pdf("receipt", context))
    proof = context["proof"]
    for text in (
        context["digest"],
        proof["digest"],
        proof["trail"],
        *proof["path"],
        proof["root"]["root"],
        proof["stream"],
    ):
        assert text in found
    assert "第17号根值" in found
    without = text_of(pdf("receipt", context | {"proof": None}))
    assert "尚未生成" in without
    assert context["digest"] in without


MARKUP = '#eval("1+1") *bold* _it_ // gone /* gone */ = head $x^2$ `code` <label> @ref \\u{41} \\ #panic() "#set" [#it.x] - a 1. b ~ -- \' '


@pytest.mark.parametrize("name", CONTEXTS)
def test_what_is_handed_in_is_never_markup(name):
    context = {key: MARKUP if isinstance(value, str) else value for key, value in EXAMPLES[name].items()}
    for key in ("requirements", "materials", "papers", "documents"):
        if key in context:
            context[key] = [MARKUP, MARKUP]
    found = text_of(pdf(name, context))
    texts = [key for key in context if isinstance(context[key], str)]
    assert found.count(bare(MARKUP)) >= len(texts) - 1
    assert "panic()" in found


@pytest.mark.parametrize("name", CONTEXTS)
def test_the_same_content_gives_the_same_bytes_in_another_process_too(name):
    here = pdf(name, EXAMPLES[name])
    assert here == pdf(name, dict(reversed(EXAMPLES[name].items())))
    program = (
        "import django, sys, hashlib; django.setup()\n"
        "from tests.city.papers.examples import EXAMPLES\n"
        "from yinuo.city.papers.render import pdf\n"
        f"sys.stdout.buffer.write(pdf({name!r}, EXAMPLES[{name!r}]))"
    )
    environ = os.environ | {"TZ": "America/New_York", "LANG": "C", "PYTHONPATH": "."}
    there = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=True).stdout
    assert there == here
    assert pdf(name, EXAMPLES[name] | {"issued_at": AT + timedelta(seconds=60)}) != here


@pytest.mark.parametrize("name", CONTEXTS)
def test_a_paper_is_an_archive_file_with_its_font_in_it(name):
    made = pdf(name, EXAMPLES[name])
    assert b"<pdfaid:part>2</pdfaid:part>" in made
    assert b"NotoSansSC" in made
    assert b"FontFile" in made or b"ObjStm" in made


def test_a_sign_the_font_lacks_is_printed_as_its_number():
    found = text_of(pdf("order", EXAMPLES["order"] | {"to_unit": "𠮷野\U00031350家"}))
    assert "〓U+31350" in found
    assert "野" in found and "家" in found


def test_long_texts_and_many_lines_go_on_the_next_page():
    context = EXAMPLES["rectification"] | {
        "problem": "鼎" * 4000,
        "requirements": [f"第{n}项要求" for n in range(60)],
    }
    found = text_of(pdf("rectification", context))
    assert found.count("鼎") == 4000
    assert "第59项要求" in found
    assert "演示用" in found


def test_a_paper_of_a_real_city_carries_no_mark():
    assert "演示" not in text_of(pdf("order", EXAMPLES["order"] | {"is_demo": False}))


def test_a_paper_says_that_it_is_no_form_of_the_law():
    for name in ("order", "rectification"):
        assert "不是法律、法规规定的文书格式" in text_of(pdf(name, EXAMPLES[name]))


def test_what_silence_accepted_says_so():
    found = text_of(pdf("acceptance", EXAMPLES["acceptance"] | {"is_deemed": True}))
    assert "自收到申请材料之日起视为受理" in found and "现予受理" not in found


def test_a_refusal_says_how_it_can_be_done_and_contested():
    found = text_of(pdf("refusal", EXAMPLES["refusal"]))
    assert "怎样才能办成" in found and "六十日内依法申请行政复议" in found


def test_too_little_too_much_and_the_unknown_are_refused():
    with pytest.raises(BadContext, match="sentence"):
        pdf("order", {key: value for key, value in EXAMPLES["order"].items() if key != "sentence"})
    with pytest.raises(BadContext, match="colour"):
        pdf("order", EXAMPLES["order"] | {"colour": "red"})
    with pytest.raises(BadContext, match="time zone"):
        pdf("order", EXAMPLES["order"] | {"issued_at": datetime(2026, 3, 2)})  # noqa: DTZ001
    with pytest.raises(
        UnknownPaper, match=r"there are acceptance, badge, card, decision, delivery, order, .*, sheet, supplement"
    ):
        pdf("../secrets", EXAMPLES["order"])


def test_without_the_font_it_says_how_to_fetch_it(monkeypatch, tmp_path):
    monkeypatch.setattr(render, "FONTS", tmp_path)
    render._fonts.cache_clear()
    with pytest.raises(NoFont, match=r"vendor\.sh"):
        pdf("order", EXAMPLES["order"])
    render._fonts.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_the_proof_of_a_real_root_is_on_the_receipt_and_holds():
    with transaction.atomic():
        for number in range(5):
            event = NewEvent(f"case/c{number}", "window", f"e{number}", "accepted", AT, {"v": 1})
            append([event], expected=0, recorded_at=AT)
    with transaction.atomic():
        root = roots.take(AT)
    proof = roots.proof("case/c3", root)
    told = proof.as_json()
    assert roots.holds(hashing(), told)
    found = text_of(pdf("receipt", EXAMPLES["receipt"] | {"proof": told, "digest": told["digest"]}))
    for text in (told["digest"], told["trail"], *told["path"], told["root"]["root"], told["stream"]):
        assert text in found
    assert f"第{told['index']}个（从0数起），共{told['root']['streams']}个" in found
