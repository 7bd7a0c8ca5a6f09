"""What the files say: no path of the machine they were written on, and links that lead somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
MACHINE = re.compile(
    "|".join(("/" + "work/", "/" + "root/", "/" + "home/", "/" + "tmp/", "/" + "Users/", "farm" + "-"))
)
"""Written in parts so that this file does not find itself."""
SWALLOWED = re.compile(r"except (Base)?Exception:\s*\n\s*(pass|continue)\b")
FOREIGN_DAY = re.compile(r"\bnow\.date\(\)|date\.today\(\)|utcnow\(\)")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def _text(path: Path) -> str | None:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def test_no_file_names_the_machine_it_was_written_on():
    exempt = {ROOT / "requirements.lock", ROOT / "web" / "package-lock.json"}
    found = [
        (str(path.relative_to(ROOT)), number)
        for path in _tracked()
        if path not in exempt and path.suffix not in {".csv", ".gz", ".parquet"}
        for number, line in enumerate((_text(path) or "").splitlines(), 1)
        if MACHINE.search(line)
    ]
    assert found == []


def test_lock_files_name_no_download_address():
    for lock in ("requirements.lock", "web/package-lock.json"):
        assert "://" not in (ROOT / lock).read_text("utf-8"), lock


def test_links_between_documents_lead_somewhere():
    broken = [
        (str(page.relative_to(ROOT)), link)
        for page in _tracked()
        if page.suffix == ".md"
        for link in LINK.findall(page.read_text("utf-8"))
        if "://" not in link and not link.startswith("mailto:") and not (page.parent / link).exists()
    ]
    assert broken == []


def test_no_error_is_swallowed():
    found = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix == ".py" and SWALLOWED.search(_text(path) or "")
    ]
    assert found == []


def test_no_day_is_taken_from_a_moment_of_another_zone():
    """`now` is in UTC: which day it is in the city says timezone.localdate(now), or the zone of the text."""
    found = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.is_relative_to(ROOT / "src/yinuo/city")
        and path.suffix == ".py"
        and FOREIGN_DAY.search(_text(path) or "")
    ]
    assert found == []
