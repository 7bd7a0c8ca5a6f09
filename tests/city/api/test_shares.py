"""A file in the shares of several processes: every line in exactly one, the lines of a case in the same."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from yinuo.city.api import importing
from yinuo.city.people.actor import OPERATOR

CASES = [f"c{number}" for number in range(40)] + ["办件 一", 'a"b', "a\\b", "é"]
ODD = [
    b"", b"  ", b"[1, 2]", b'"subject"', b"{", b'{"subject": "open', b'{"subject": 7}', b'{"id": "no subject"}', b"\xff\xfe",
    b'{"subject": "c1", "data": {"subject": "c2"}}', b'{"\\u0073ubject": "c3", "data": {"subject": "c4"}}',
    b'{"data": {"subject": "c5"}}', b'{"data": {"note": "subject"}, "subject": "c6"}',
]  # fmt: skip


@pytest.mark.parametrize("parts", [2, 3, 7])
def test_every_line_is_in_one_share_and_a_case_in_the_same(tmp_path, parts):
    file = tmp_path / "log.jsonl"
    told = [json.dumps({"id": str(n), "subject": c}, ensure_ascii=n % 2 == 0).encode() for n in range(3) for c in CASES]
    file.write_bytes(b"\n".join([*told, *ODD]))
    aim = importing.Aim(OPERATOR, None, "import", None, timezone.now())
    whole = list(importing.lines_of(file, aim))
    shares = [list(importing.lines_of(file, aim, share=(mine, parts))) for mine in range(parts)]
    assert sorted((line for share in shares for line in share), key=lambda line: line[0]) == whole
    of_case = [{event["subject"] for number, event in share if number <= len(told)} for share in shares]
    assert sum(map(len, of_case)) == len(CASES)
