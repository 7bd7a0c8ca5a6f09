"""No locked package is under the AGPL or GPL; the LGPL is allowed (decision 12)."""

from __future__ import annotations

import re
from importlib.metadata import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKED = re.compile(r"^([A-Za-z0-9_.-]+)==", re.MULTILINE)
STRONG = re.compile(r"(?<![Ll])\b(?:AGPL|GPL)|(?<!Lesser )General Public License|Affero")
ONLY_HERE_FOR_OTHERS = re.compile(r"sys_platform == 'win32'|platform_system == 'Windows'")


def licence_of(name: str) -> str:
    """What a package says of its licence: the expression, else its classifiers, else the first line of the old field."""
    words = metadata(name)
    classifiers = [one for one in words.get_all("Classifier", []) if one.startswith("License ::")]
    return words.get("License-Expression") or "; ".join(classifiers) or (words.get("License") or "").partition("\n")[0]


def test_nothing_locked_is_under_a_licence_that_would_bind_us():
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    names = [
        found.group(1) for line in lines if (found := LOCKED.match(line)) and not ONLY_HERE_FOR_OTHERS.search(line)
    ]
    assert len(names) > 50
    strong, silent = {}, []
    for name in names:
        try:
            licence = licence_of(name)
        except ModuleNotFoundError:
            continue
        if not licence:
            silent.append(name)
        if STRONG.search(re.sub(r"LGPL[\w.+-]*|Lesser General Public License[\w ]*", "", licence)):
            strong[name] = licence
    assert strong == {}
    assert silent == []
