"""Pages over many cases: twenty requests a second in open loop, and two hundred boards left open."""

from __future__ import annotations

import http.cookiejar
import re
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import a_city
import city_clocks
from measured import OUT, Result

CASE = re.compile(r'href="(/cases/[^"?]+)"')
POLLED = re.compile(r'hx-get="([^"]+)"')


def run(*, smoke: bool) -> Result:
    """Signed in as the supervisor, who sees every case."""
    result = Result("city_pages", smoke)
    cases, seconds = (2_000, 10) if smoke else (1_000_000, 300)
    a_city.make("pages")
    file = OUT / "pages.jsonl"
    a_city.lines(file, a_city.events(cases, activities=("received", "accepted"), days=20))
    city_clocks.imported(file)
    city_clocks.swept(datetime.now(UTC))
    result.tell("cases", a_city.counted("SELECT count(*) FROM cases_case"))
    subprocess.run([*a_city.PROGRAM, "work", "--once"], capture_output=True, check=True)
    with a_city.served() as address:
        opener = signed_in(address)
        found = CASE.findall(read(opener, f"{address}/cases"))[:20]
        paths = ["/", "/cases", "/findings", "/cases?q=2026", "/institutions", "/inbox", *found]
        times, wrong = open_loop(opener, address, paths, seconds=seconds)
        result.check("answers other than 200", wrong, len(times))
        result.tell("requests", len(times))
        result.tell("median, ms", float(np.median(times) * 1000))
        result.bar("p99 as the reader waits, ms", float(np.quantile(times, 0.99) * 1000), 200)
        boards(result, opener, address, seconds=5 if smoke else 20)
    return result


def signed_in(address: str) -> urllib.request.OpenerDirector:
    """A browser with the supervisor's session."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    page = read(opener, f"{address}/accounts/login/")
    mark = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert mark is not None
    form = {"login": "supervisor", "password": "bench-only", "csrfmiddlewaretoken": mark.group(1)}
    headers = {"Referer": f"{address}/accounts/login/"}
    body = urllib.parse.urlencode(form).encode()
    opener.open(urllib.request.Request(f"{address}/accounts/login/", data=body, headers=headers), timeout=30).read()
    return opener


def read(opener: urllib.request.OpenerDirector, address: str) -> str:
    """A page's text."""
    return opener.open(address, timeout=60).read().decode()


def open_loop(
    opener: urllib.request.OpenerDirector, address: str, paths: list[str], *, seconds: int, rate: int = 20
) -> tuple[np.ndarray, int]:
    """Ask at fixed moments whatever the answers take; seconds from the planned moment to the answer, and how many failed."""
    times, wrong, threads = [], [], []
    begin = time.perf_counter() + 1

    def ask(number: int) -> None:
        planned = begin + number / rate
        time.sleep(max(0.0, planned - time.perf_counter()))
        try:
            read(opener, address + paths[number % len(paths)])
        except OSError as error:
            wrong.append(str(error))
        times.append(time.perf_counter() - planned)

    for number in range(seconds * rate):
        thread = threading.Thread(target=ask, args=(number,))
        threads.append(thread)
        time.sleep(max(0.0, begin + number / rate - 0.5 - time.perf_counter()))
        thread.start()
    for thread in threads:
        thread.join()
    return np.asarray(times), len(wrong)


def boards(result: Result, opener: urllib.request.OpenerDirector, address: str, *, seconds: int) -> None:
    """Two hundred boards ask every five seconds whether anything changed: the server's processor time."""
    page = read(opener, f"{address}/")
    polled = next(path for path in POLLED.findall(page) if path.startswith("/"))
    first = opener.open(address + polled, timeout=30)
    tag = first.headers["ETag"]
    before, unchanged = a_city.cpu_of("yinuo.cli.main serve"), 0
    begin = time.perf_counter()
    for number in range(40 * seconds):
        time.sleep(max(0.0, begin + number / 40 - time.perf_counter()))
        request = urllib.request.Request(address + polled, headers={"If-None-Match": tag})
        try:
            opener.open(request, timeout=30)
        except urllib.error.HTTPError as answer:
            unchanged += answer.code == 304
    used = a_city.cpu_of("yinuo.cli.main serve") - before
    result.check("boards told that nothing changed", 40 * seconds - unchanged, 40 * seconds)
    result.bar("200 open boards, share of a core", used / (time.perf_counter() - begin), 0.1)
