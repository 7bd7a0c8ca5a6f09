"""A small good pack to be spoilt in one place at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from yinuo.rulebook.checker import check
from yinuo.rulebook.loader import Pack, load_pack
from yinuo.rulebook.refusals import PackRefused, TextError

PACK = """\
name = "town"
zh = "镇"
zone = "Asia/Shanghai"
calendar = "town"

[conventions]
first_day = "excluded"

[levels]
warning = { zh = "预警", rank = 1 }
yellow = { zh = "黄牌", rank = 2 }

[ladders]
default = [{ level = "warning", share = 0.8 }, { level = "yellow", late = 0 }]

[tables.items]
promised = "limit"
simple = "bool"
"""
CALENDAR = """\
known = { from = 2020-01-01, until = 2030-01-01 }
week = { mon = ["09:00-17:00"], tue = ["09:00-17:00"], wed = ["09:00-17:00"], thu = ["09:00-17:00"], fri = ["09:00-17:00"] }
[off]
2026-04-06 = "清明"
"""
POLICY = """\
name = "letters"
zh = "来信"

[activities]
received = "收到"
asked = "询问"
heard = "得到回音"
answered = "答复"
rated = "评价"

[[version]]
from = 2026-01-01
source = "a decision"

[version.flow.letter]
zh = "信"
opens = "received"
ends = ["answered"]
fields = { topic = "text", urgent = "bool", days = "limit", told_on = "date", colour = { is = "choice", of = ["红", "蓝"] } }
steps = [
  { id = "receive", does = ["received"] },
  { id = "ask", does = ["asked", "heard"], after = ["receive"], optional = true, repeat = true },
  { id = "answer", does = ["answered"], after = ["receive"] },
]

[version.promise.answer]
zh = "五个工作日内答复"
for = { kind = "letter" }
on = "received"
until = "answered"
within = "5 workdays"
pause = [{ from = "asked", to = "heard" }]
levels = "default"
"""
STORIES = """\
[[story]]
name = "last-day"
zh = "第五日答复，按时"
case = { kind = "letter" }
today = 2026-03-09
events = [
  { at = 2026-03-02T10:00:00, do = "received" },
  { at = 2026-03-09T16:00:00, do = "answered" },
]
expect.clocks = [{ clause = "answer", state = "kept", due = 2026-03-09, used = 5 }]
expect.findings = [{ clause = "answer", level = "warning", raised = 2026-03-06, cleared = 2026-03-09 }]

[[story]]
name = "day-before-the-warning"
zh = "第三日没有预警"
case = { kind = "letter" }
today = 2026-03-05
events = [{ at = 2026-03-02T10:00:00, do = "received" }]
expect.clocks = [{ clause = "answer", state = "running", used = 3 }]

[[story]]
name = "next-day"
zh = "第六日黄牌"
case = { kind = "letter" }
today = 2026-03-10
events = [{ at = 2026-03-02T10:00:00, do = "received" }]
expect.clocks = [{ clause = "answer", state = "overdue", due = 2026-03-09 }]
expect.findings = [
  { clause = "answer", level = "warning", raised = 2026-03-06, cleared = 2026-03-10 },
  { clause = "answer", level = "yellow", raised = 2026-03-10 },
]

[[story]]
name = "waiting-does-not-count"
zh = "等待不计"
case = { kind = "letter" }
today = 2026-03-10
events = [
  { at = 2026-03-02T10:00:00, do = "received" },
  { at = 2026-03-03T09:00:00, do = "asked" },
  { at = 2026-03-06T15:00:00, do = "heard" },
]
expect.clocks = [{ clause = "answer", state = "running", due = 2026-03-12, paused = 3 }]
"""
ITEMS = "id,from,until,promised,simple\na,,,3 workdays,true\nb,2026-02-01,,10 workdays,\n"


class Town:
    """The small pack in a folder; change a file, then load or check it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files = {
            "pack.toml": PACK,
            "calendars/town.toml": CALENDAR,
            "institutions/letters/policy.toml": POLICY,
            "institutions/letters/stories.toml": STORIES,
        }

    def write(self) -> Path:
        """Put the files where they belong."""
        for name, content in self.files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        return self.root

    def policy(self, old: str, new: str) -> None:
        """Replace something in the policy; it must be there."""
        self.replace("institutions/letters/policy.toml", old, new)

    def stories(self, old: str, new: str) -> None:
        """Replace something in the stories."""
        self.replace("institutions/letters/stories.toml", old, new)

    def with_items(self) -> Town:
        """The same with a table of items."""
        self.files["tables/items.csv"] = ITEMS
        return self

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace something in a file."""
        assert old in self.files[name]
        self.files[name] = self.files[name].replace(old, new)

    def add(self, clause: str) -> None:
        """Add clauses to the version."""
        self.files["institutions/letters/policy.toml"] += clause

    def load(self) -> Pack:
        """Load the pack."""
        return load_pack(self.write())

    def problems(self) -> tuple[TextError, ...]:
        """Everything loading and checking say against it."""
        try:
            return tuple(check(self.load()))
        except PackRefused as refused:
            return refused.errors

    def only_problem(self) -> TextError:
        """The one thing that is wrong."""
        found = self.problems()
        assert len(found) == 1, "\n".join(map(str, found)) or "nothing is wrong"
        return found[0]

    def line(self, name: str, text: str) -> int:
        """The line on which a file says something for the first time."""
        return next(number for number, line in enumerate(self.files[name].splitlines(), 1) if text in line)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A good pack, not yet written."""
    return Town(tmp_path / "town")


Spoil = Callable[[Town], None]
