"""An exported ledger, verified without a database: 10,000 mutations, and the verifier that docs/ledger.md gives."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.city.ledger.made import NOW
from tests.city.ledger.mutations import (
    KEYED,
    agrees_with_links,
    as_bytes,
    made_ledger,
    made_root,
    mutated,
    rechained,
)
from yinuo.city.ledger import verify
from yinuo.city.ledger.digest import Hash, moment
from yinuo.city.ledger.verify.export import NotALine, root_lines
from yinuo.cli.main import app

PAGE = Path(__file__).parents[3] / "docs" / "ledger.md"
MUTATED = 10_000


def problems(lines, root, how=KEYED):
    return verify.exported(as_bytes(lines), "ledger.jsonl", how=how, held=[root] if root else []).problems


@pytest.mark.parametrize("how", [KEYED, Hash(), Hash("sm3", b"key"), Hash("sm3"), Hash(key=b"k" * 100)], ids=repr)
def test_a_whole_ledger_is_whole_with_every_hash(how):
    lines = made_ledger(how)
    assert agrees_with_links(lines, how)
    assert problems(lines, made_root(lines, how), how) == ()
    assert problems(lines, made_root(lines, how), Hash(how.name, b"another")) != ()


@pytest.mark.holds("peer 99", "regression 22", shows="yinuo verify")
def test_ten_thousand_random_mutations_are_all_found():
    chance = random.Random(20261122)
    ledgers = [(lines, made_root(lines)) for lines in (made_ledger(seed=seed) for seed in range(20))]
    kinds: Counter[str] = Counter()
    for _ in range(MUTATED):
        lines, root = chance.choice(ledgers)
        kind, changed = mutated(lines, chance)
        assert problems(changed, root), f"{kind} was not found"
        kinds[kind] += 1
    assert min(kinds.values()) > MUTATED / 20


@pytest.mark.holds("peer 99", shows="yinuo verify")
def test_whoever_holds_the_key_and_makes_every_digest_anew_is_found_by_the_root():
    chance = random.Random(7)
    lines = made_ledger()
    root = made_root(lines)
    found = 0
    for _ in range(2_000):
        _, changed = mutated(lines, chance)
        try:
            forged = rechained(changed, KEYED)
        except (AttributeError, TypeError):
            continue
        if forged == lines:
            continue
        found += 1
        assert problems(forged, root), "a forgery was not found"
    assert found > 1_000


def test_without_a_root_a_cut_tail_looks_whole_and_that_is_why_roots_are_sent_out():
    lines = made_ledger()
    cut = [line for line in lines if line["stream"] != lines[-1]["stream"]]
    assert problems(cut, None) == ()
    assert problems(cut, made_root(lines)) != ()


def test_the_first_broken_row_is_named_with_what_is_wrong():
    lines = made_ledger()
    root = made_root(lines)
    assert lines[1]["version"] == 2
    name = lines[1]["stream"]
    edited = [*lines[:1], lines[1] | {"unit": "other"}, *lines[2:]]
    assert (
        str(problems(edited, root)[0])
        == f"{name} version 2: its digest is not that of its columns: one of them was changed"
    )
    missing = lines[1:]
    assert str(problems(missing, root)[0]) == f"{name} version 2: version 1 is missing before it"
    twice = [*lines[:2], *lines[1:]]
    assert str(problems(twice, root)[0]) == f"{name} version 2: it stands after version 2"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "line 1: is not an event"),
        (b"[]", "line 1: is not an event"),
        (b"{}", "line 1: its columns are"),
        (json.dumps(made_ledger()[0] | {"version": "1"}).encode(), "version is not a whole number"),
        (json.dumps(made_ledger()[0] | {"unit": 5}).encode(), "unit is neither a text nor null"),
        (json.dumps(made_ledger()[0] | {"digest": "zz"}).encode(), "line 1: is not an event"),
        (json.dumps(made_ledger()[0] | {"digest": made_ledger()[0]["digest"].upper()}).encode(), "small hexadecimal"),
        (b"\xff\xfe", "line 1: is not an event"),
    ],
)
def test_a_line_that_is_no_event_is_told_with_its_number(line, said):
    told = verify.exported([line], "ledger.jsonl", how=KEYED).problems
    assert len(told) == 1
    assert said in told[0].what
    assert told[0].what.startswith("ledger.jsonl, line 1")


@pytest.mark.parametrize("text", ["", "{}", "x", '{"number": "1"}', "[1]"])
def test_a_root_log_that_is_none_is_refused(text, tmp_path):
    file = tmp_path / "roots.jsonl"
    file.write_text(text)
    with pytest.raises(NotALine, match="roots"):
        root_lines(file)


def verifier() -> str:
    return re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL).group(1)


def said_by_the_page(code, tmp_path, lines, roots, monkeypatch, capsys) -> str:
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(as_bytes(lines)))
    (tmp_path / "roots.jsonl").write_bytes(b"".join(as_bytes(roots)))
    monkeypatch.setattr(sys, "argv", ["verify.py", str(tmp_path / "ledger.jsonl"), str(tmp_path / "roots.jsonl")])
    try:
        exec(code, {})
    except SystemExit as ended:
        return str(ended.code)
    except (TypeError, ValueError, AttributeError, KeyError) as unreadable:
        return f"broken: {unreadable!r}"
    return capsys.readouterr().out


@pytest.mark.holds("peer 99", shows="docs/ledger.md")
@pytest.mark.filterwarnings("ignore:unclosed file")
def test_the_verifier_of_the_page_has_forty_lines_and_agrees_with_yinuo_verify(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("YINUO_LEDGER_KEY", KEYED.key.decode())
    text = verifier()
    assert len(text.splitlines()) <= 40
    assert set(re.findall(r"^import (.*)$", text, re.MULTILINE)) == {"hashlib, hmac, json, os, sys"}
    code = compile(text, str(PAGE), "exec")
    lines = made_ledger()
    first = made_root(lines[:4])
    roots = [first, made_root(lines, number=2, prev=bytes.fromhex(first["digest"]))]
    assert said_by_the_page(code, tmp_path, lines, roots, monkeypatch, capsys) == "whole up to root 2\n"
    assert verify.exported(as_bytes(lines), "ledger.jsonl", how=KEYED, held=roots).problems == ()
    chance = random.Random(3)
    for _ in range(600):
        kind, changed = mutated(lines, chance)
        ours = verify.exported(as_bytes(changed), "ledger.jsonl", how=KEYED, held=roots).problems
        theirs = said_by_the_page(code, tmp_path, changed, roots, monkeypatch, capsys)
        assert theirs.startswith("broken: ") and ours, kind
        if kind in {"edit", "delete", "cut the tail"} and ours[0].stream and "Error" not in theirs:
            assert theirs == f"broken: {ours[0].stream} version {ours[0].version}"
    for column in ("number", "at", "upto", "streams", "events", "root", "prev", "digest"):
        for place in (0, 1):
            old = roots[place][column]
            new = old + 1 if isinstance(old, int) else moment(NOW.replace(year=2025)) if column == "at" else "0" * 64
            if new == old:
                continue
            forged = [dict(root) for root in roots]
            forged[place][column] = new
            assert verify.exported(as_bytes(lines), "x", how=KEYED, held=forged).problems, (column, place)
            assert said_by_the_page(code, tmp_path, lines, forged, monkeypatch, capsys).startswith("broken: ")


def test_the_verifier_of_the_page_runs_as_a_program(tmp_path):
    lines = made_ledger(Hash("sm3", b"k"))
    (tmp_path / "verify.py").write_text(verifier(), encoding="utf-8")
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(as_bytes(lines)))
    (tmp_path / "roots.jsonl").write_bytes(b"".join(as_bytes([made_root(lines, Hash("sm3", b"k"))])))
    command = [sys.executable, "verify.py", "ledger.jsonl", "roots.jsonl"]
    environment = os.environ | {"YINUO_LEDGER_KEY": "k", "YINUO_LEDGER_HASH": "sm3"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "whole up to root 1\n"), done.stderr
    environment["YINUO_LEDGER_KEY"] = "l"
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"broken: {lines[0]['stream']} version 1\n")


def test_the_command_verifies_an_export_without_a_database(tmp_path):
    lines = made_ledger()
    (tmp_path / "key").write_text(KEYED.key.decode() + "\n")
    (tmp_path / "roots.jsonl").write_bytes(as_bytes([made_root(lines)])[0])
    asked = ["verify", "--export", str(tmp_path / "ledger.jsonl"), "--root", str(tmp_path / "roots.jsonl")]
    asked += ["--key", str(tmp_path / "key")]
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 2 and "There is no file" in said.output
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(as_bytes(lines)))
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 0, said.output
    assert "whole: nothing was changed" in said.output and "against root 1" in said.output
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(as_bytes([*lines[:3], *lines[4:]])))
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 1
    assert f"broken: {lines[4]['stream']} version {lines[4]['version']}" in said.output
    (tmp_path / "roots.jsonl").write_text("{}")
    said = CliRunner().invoke(app, asked)
    assert said.exit_code == 2 and "roots.jsonl, line 1: a root has" in said.output
