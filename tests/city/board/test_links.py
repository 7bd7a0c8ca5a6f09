"""Whoever follows the links of the pages he sees comes to pages he may see: no link leads nowhere."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

LINK = re.compile(r'<a[^>]*\shref="([^"#]+)')
ALIKE = 2
"""So many addresses are followed that differ only in what they name."""
LEFT_OUT = ("/accounts/", "/i18n/", "/static/")


def shape(address):
    """An address without what it names: pages of the same view."""
    parts = urlsplit(address)
    path = [
        part if index < 2 or re.fullmatch(r"[a-z]+", part) else "…" for index, part in enumerate(parts.path.split("/"))
    ]
    return "/".join(path), tuple(sorted(name.partition("=")[0] for name in parts.query.split("&")))


@pytest.mark.parametrize("person", ["chen", "li", "sun", "guan", "qian"])
def test_no_link_leads_nowhere(sign_in, person):
    client, seen, alike, broken = sign_in(person), {"/units"}, Counter(), []
    waiting = deque([("/units", "")])
    while waiting:
        address, on = waiting.popleft()
        answer = client.get(address)
        if answer.status_code >= 400:
            broken.append((answer.status_code, address, on))
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        for raw in LINK.findall(answer.content.decode()):
            link = urljoin(address, unescape(raw))
            if link in seen or not link.startswith("/") or link.startswith(LEFT_OUT) or alike[shape(link)] >= ALIKE:
                continue
            seen.add(link)
            alike[shape(link)] += 1
            waiting.append((link, address))
    assert broken == []
    assert len(seen) > 100
